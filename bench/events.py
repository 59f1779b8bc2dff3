"""An event's round trip through guard and session, against the same handler in an empty app.

python -m bench events
"""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

from sqlalchemy import update
from sqlmodel import col

from bench import empty, tabs
from bench.table import Line
from portal_app import encryption
from portal_app.database import Database
from portal_app.models.enums import Role, SessionStage
from portal_app.models.identity import UserSession
from portal_app.services.access import ANONYMOUS
from portal_app.services.door import Tx, utc_now
from portal_app.services.identity import sessions
from portal_app.services.ports import Ports
from portal_app.settings import load_settings
from tests import servers
from tests.world import add_user

HANDLER = "reflex___state____state.portal_app___state___portal____portal_state.dismiss"
PAGE = "/sign-in"  # the one page that loads nothing by itself
TIMES, MANY = 2.0, 5.0


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int = 7
    events: int = 400
    clients: int = 200
    seconds: float = 20.0


def measure(size: Size | None = None) -> list[Line]:
    """Round trips of one client, each in turn; then of many at one event a second each, on one process."""
    size = size or Size()
    with tempfile.TemporaryDirectory(prefix="portal-measured-") as name, ExitStack() as stack:
        folder = Path(name)
        bare_url, _ = stack.enter_context(empty.served(empty.written(folder / "empty")))
        site = stack.enter_context(servers.portal(folder / "portal"))
        cookies = seated(site, size.clients)
        bare = tabs.opened(bare_url, empty.HANDLER, [""], "/")
        guarded = tabs.opened(site.url, HANDLER, cookies[:1], PAGE)
        alone = {"bare": Rounds(), "guarded": Rounds()}
        for _ in range(size.rounds):
            alone["bare"].add(tabs.one_after_another(bare[0], size.events))
            alone["guarded"].add(tabs.one_after_another(guarded[0], size.events))
        for tab in bare + guarded:
            tab.close()
        many = {
            "bare": _crowd(size, bare_url, empty.HANDLER, [""] * size.clients, "/"),
            "guarded": _crowd(size, site.url, HANDLER, cookies, PAGE),
        }
    return _lines(size, alone, many)


def _crowd(size: Size, url: str, handler: str, cookies: Sequence[str], page: str) -> float:
    crowd = tabs.opened(url, handler, cookies, page)
    times = tabs.one_a_second(crowd, size.seconds)
    for tab in crowd:
        tab.close()
    return p95(times)


class Rounds:
    """p50 and p95 of each round (s)."""

    def __init__(self) -> None:
        self.p50: list[float] = []
        self.p95: list[float] = []

    def add(self, times: Sequence[float]) -> None:
        self.p50.append(median(times))
        self.p95.append(p95(times))


def p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


def _lines(size: Size, alone: dict[str, Rounds], many: dict[str, float]) -> list[Line]:
    bare, guarded = alone["bare"], alone["guarded"]
    ratio = median(ours / theirs for ours, theirs in zip(guarded.p50, bare.p50, strict=True))
    one = median(guarded.p95)
    return [
        Line("one client, p50: empty app", f"{median(bare.p50) * 1000:.2f} ms"),
        Line("one client, p50: guard and session", f"{median(guarded.p50) * 1000:.2f} ms"),
        Line("  guard and session : empty app", f"{ratio:.2f}", f"≤ {TIMES}", ratio <= TIMES),
        Line("one client, p95: empty app", f"{median(bare.p95) * 1000:.2f} ms"),
        Line("one client, p95: guard and session", f"{one * 1000:.2f} ms"),
        Line(f"{size.clients} clients, p95: empty app", f"{many['bare'] * 1000:.2f} ms"),
        Line(f"{size.clients} clients, p95: guard and session", f"{many['guarded'] * 1000:.2f} ms"),
        Line(
            f"  {size.clients} clients : one", f"{many['guarded'] / one:.2f}", f"< {MANY}", many["guarded"] < MANY * one
        ),
    ]


def seated(site: servers.Site, people: int) -> list[str]:
    """A session cookie for each of so many people, as if they had signed in at different times within the last quarter
    of a minute, so that not all of their sessions are to be moved on at once."""
    settings = load_settings(site.environment)
    encryption.install(encryption.keyring_of(settings))
    database, chance, now = Database(settings.database), Random(4), utc_now()
    with database.write() as db:
        tx = Tx(db, replace(ANONYMOUS, address="127.0.0.1"), now, settings, Ports())
        cookies = []
        for number in range(people):
            user = add_user(db, Role.CSR, f"p{number}@agency.test", totp_secret="A" * 32, totp_enrolled_at=now)
            token = sessions.start(tx, user, SessionStage.FULL)
            cookies.append(f"portal_session={token}")
            ago = timedelta(seconds=chance.random() * sessions.TOUCH_AFTER.total_seconds())
            theirs = col(UserSession.token_hash) == sessions.hash_of(token)
            db.flush()
            db.execute(update(UserSession).where(theirs).values(last_seen_at=now - ago))
    database.dispose()
    return cookies


if __name__ == "__main__":
    from bench.table import show

    show("events", measure())
