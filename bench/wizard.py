"""Filling in as events: opening a section and saving a group, from the page's message to its answer, against an event
that reads nothing on the same portal, through the same guard and with the same session.

python -m bench wizard
"""

import json
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bench.events import HANDLER, seated
from bench.intake import filled_in, many
from bench.ledger import took
from bench.table import Line
from bench.tabs import ANSWER_SECONDS, Tab
from portal_app import encryption
from portal_app.database import Database
from portal_app.guard.events import event_name
from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.services.door import Door
from portal_app.services.intake.shipped import shipped
from portal_app.services.ports import Ports
from portal_app.services.submissions import answering
from portal_app.settings import load_settings
from portal_app.state.submissions.wizard import WizardState
from tests import servers
from tests.services.intake.filled import filled
from tests.world import actor

OPENING, SAVING = 3.0, 2.0
LINE, SECTION, GROUP = "bop", "risk", "applicant.insured"


@dataclass(frozen=True)
class Size:
    """`rows` in each group that repeats, each event sent `rounds` times."""

    rows: int = 10
    rounds: int = 60


@dataclass(frozen=True)
class Draft:
    """A draft of the longest form with everything answered, and what its group holds."""

    locator: str
    typed: dict[str, Any]
    version: int


class Page(Tab):
    """A page that sends several events."""

    def ask(self, name: str, payload: dict[str, Any], awaited: str) -> None:
        """Send it, and wait for the delta that has what is awaited."""
        where = {"pathname": "/submissions/[locator]/edit/[section]", "query": {}, "asPath": self.page}
        event = {"name": name, "payload": payload, "router_data": where}
        self.socket.send("42/_event," + json.dumps(["event", event]))
        heard: list[str] = []
        deadline = time.perf_counter() + ANSWER_SECONDS
        while awaited not in (received := self.socket.recv()):
            if received == "2":
                self.socket.send("3")
            heard.append(received[:300])
            if time.perf_counter() > deadline:
                raise RuntimeError(f"Not the answer of {name}: {heard}")


def measure(size: Size | None = None) -> list[Line]:
    """Each event and the empty one in turn, for a draft with one row of each group and for one with many."""
    size = size or Size()
    found: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="portal-measured-") as name, ExitStack() as stack:
        site = stack.enter_context(servers.portal(Path(name) / "portal"))
        (cookie,) = seated(site, 1)
        for rows in (1, size.rows):
            draft = drafted(site, rows)
            page = Page(site.url, f"tab-{rows}", HANDLER, cookie, f"/submissions/{draft.locator}/edit/{SECTION}")
            stack.callback(page.close)
            empty = partial(page.ask, HANDLER, {}, '"flash')
            works = {
                (f"A section opened, {rows} of each", OPENING): opening(page),
                (f"A group saved, {rows} of each", SAVING): saving(page, draft),
            }
            for (what, at_most), work in works.items():
                found += _compared(what, work, empty, size.rounds, at_most)
    return found


def drafted(site: servers.Site, rows: int) -> Draft:
    """The draft, made beside the portal that runs, by whoever is signed in there."""
    settings = load_settings(site.environment)
    encryption.install(encryption.keyring_of(settings))
    door = Door(Database(settings.database), settings, Ports())
    with door.database.read() as db:
        user = db.scalars(select(User).where(col(User.role) == Role.CSR)).one()
        person = actor(Role.CSR, user_id=user.id, email=user.email)
    form = shipped(LINE)
    answers = {key: many(form, key, each, rows) for key, each in filled(form).items()}
    locator = filled_in(door, person, form, answers)
    begun = door.run(answering.answers, person, locator=locator)
    door.close()
    return Draft(locator, begun.answers[GROUP][0], begun.groups[GROUP].version)


def opening(page: Page) -> Callable[[], None]:
    return partial(page.ask, event_name(WizardState.load), {}, '"groups')


def saving(page: Page, draft: Draft) -> Callable[[], None]:
    """Another name each time, on top of the version that was answered."""
    version = draft.version

    def save() -> None:
        nonlocal version
        rows = [{"key": "0", "values": draft.typed | {"name": f"Harbor Lane Trucking {version}"}}]
        sent = {"of": draft.locator, "path": GROUP, "number": str(version), "version": version, "rows": rows}
        # What is awaited stands in a text within the text.
        awaited = f'\\"outcome\\": \\"saved\\", \\"version\\": {version + 1}'
        page.ask(event_name(WizardState.save), {"text": json.dumps(sent)}, awaited)
        version += 1

    return save


def _compared(
    what: str, ours: Callable[[], None], empty: Callable[[], None], rounds: int, at_most: float
) -> list[Line]:
    pairs = [(took(ours), took(empty)) for _ in range(rounds + 3)][3:]
    one, other = median(each for each, _ in pairs), median(each for _, each in pairs)
    return [
        Line(what, f"{one * 1000:.2f} ms, empty {other * 1000:.2f} ms"),
        Line("  : an event that reads nothing", f"{one / other:.2f}", f"≤ {at_most:g}", one / other <= at_most),
    ]
