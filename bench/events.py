"""An event's round trip through guard and session, against the same handler in an empty app.

python -m bench events
"""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

from sqlalchemy import update
from sqlmodel import col

from bench import empty, tabs
from bench.table import Line
from bench.tabs import Tab
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
ALONE, TOGETHER = 0.05, 1.0  # seconds from one event of a client to its next
TIMES, MANY = 2.0, 5.0


@dataclass(frozen=True)
class Size:
    """How much is measured. In each round: `events` without a pause, then `seconds` at an event a second each."""

    rounds: int = 8
    events: int = 300
    clients: int = 200
    seconds: float = 3.0


@dataclass(frozen=True)
class App:
    """An app under the same load twice: with one client, and in another process with many."""

    one: list[Tab]
    many: list[Tab]
    quick: list[list[float]] = field(default_factory=list)
    paced: list[list[float]] = field(default_factory=list)
    crowded: list[list[float]] = field(default_factory=list)

    def close(self) -> None:
        for tab in self.one + self.many:
            tab.close()


def measure(size: Size | None = None) -> list[Line]:
    """Empty app and portal in turn: one client without a pause, one client with pauses, many clients."""
    size = size or Size()
    with tempfile.TemporaryDirectory(prefix="portal-measured-") as name, ExitStack() as stack:
        bare, guarded = _bare(stack, size, Path(name)), _guarded(stack, size, Path(name))
        stack.callback(bare.close)
        stack.callback(guarded.close)
        for _ in range(size.rounds):
            for app, other in ((bare, guarded), (guarded, bare)):
                app.quick.append(tabs.one_after_another(app.one[0], size.events))
                idle = other.one + other.many
                app.paced.append(tabs.each(app.one, ALONE, size.seconds, app.many + idle))
                app.crowded.append(tabs.each(app.many, TOGETHER, size.seconds, app.one + idle))
    return _lines(size, bare, guarded)


def _bare(stack: ExitStack, size: Size, folder: Path) -> App:
    one, many = (
        stack.enter_context(empty.served(empty.written(folder / f"empty-{clients}")))[0] for clients in ("one", "many")
    )
    return App(
        tabs.opened(one, empty.HANDLER, [""], "/"),
        tabs.opened(many, empty.HANDLER, [""] * size.clients, "/"),
    )


def _guarded(stack: ExitStack, size: Size, folder: Path) -> App:
    one, many = (stack.enter_context(servers.portal(folder / f"portal-{clients}")) for clients in ("one", "many"))
    return App(
        tabs.opened(one.url, HANDLER, seated(one, 1), PAGE),
        tabs.opened(many.url, HANDLER, seated(many, size.clients), PAGE),
    )


def _lines(size: Size, bare: App, guarded: App) -> list[Line]:
    price = _ratio(guarded.quick, bare.quick, median)
    crowd = _ratio(guarded.crowded, guarded.paced, p95)
    return [
        Line("one client without a pause, p50: empty app", _told(bare.quick, median)),
        Line("one client without a pause, p50: guard and session", _told(guarded.quick, median)),
        Line("  guard and session : empty app", f"{price:.2f}", f"≤ {TIMES}", price <= TIMES),
        Line("one client with pauses, p95: empty app", _told(bare.paced, p95)),
        Line(f"{size.clients} clients, p95: empty app", _told(bare.crowded, p95)),
        Line("one client with pauses, p95: guard and session", _told(guarded.paced, p95)),
        Line(f"{size.clients} clients, p95: guard and session", _told(guarded.crowded, p95)),
        Line(f"  {size.clients} clients : one", f"{crowd:.2f}", f"< {MANY}", crowd < MANY),
    ]


Figure = Callable[[Sequence[float]], float]
Rounds = Sequence[Sequence[float]]


def p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


def _ratio(ours: Rounds, theirs: Rounds, figure: Figure) -> float:
    """Of the medians over the rounds: on a busy machine single rounds tell nothing."""
    return _over(ours, figure) / _over(theirs, figure)


def _over(rounds: Rounds, figure: Figure) -> float:
    return median(figure(times) for times in rounds)


def _told(rounds: Rounds, figure: Figure) -> str:
    return f"{_over(rounds, figure) * 1000:.2f} ms"


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
