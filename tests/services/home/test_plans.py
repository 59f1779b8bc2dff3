"""How many statements the cards take, and by which indexes SQLite reads for them in a large agency."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal_app.database import Database
from portal_app.services.door import Door
from portal_app.services.home import cards
from portal_app.services.messaging import sending
from portal_app.services.messaging.records import RecordKind
from portal_app.services.submissions import assigning
from tests.services.binding.acting import Desk
from tests.services.home.conftest import SignsIn, issue
from tests.services.home.test_turns import ask_without_answer
from tests.services.policies.test_plans import statements_of, steps_of
from tests.world import NOW, Agency, Clock

MOST = {"turns": 13, "desk": 8, "queue": 14, "messages": 1, "at_risk": 10, "since": 6, "book": 4, "renewals": 5}
TABLES = (
    "submission|submission_event|ledger_transaction|quote|user_session|policy|message|message_thread|message_reader"
)
WHOLE = re.compile(rf"^SCAN ({TABLES})\b(?!.*USING)")


@pytest.fixture
def database(empty_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(empty_sqlite, tmp_path / "portal.db")
    database = Database(f"sqlite:///{tmp_path / 'portal.db'}")
    yield database
    database.dispose()


@pytest.mark.criterion("HOME-10")
@pytest.mark.parametrize("who", ["principal", "maya"])
def test_no_card_takes_many_statements_or_reads_a_table_from_end_to_end(
    database: Database, door: Door, desk: Desk, agency: Agency, clock: Clock, signs_in: SignsIn, who: str
) -> None:
    signs_in(getattr(desk.cast, who))
    clock.forward(hours=1)
    for number in range(7):
        desk.cast.filled(name=f"Draft {number}")
        ask_without_answer(desk, desk.cast.submitted(name=f"Asked {number}"))
        desk.offered(desk.reviewed(name=f"Quoted {number}"))
        assigned, to = desk.cast.submitted(name=f"Assigned {number}"), desk.cast.locators["principal@agency.test"]
        door.run(assigning.assign, desk.cast.underwriter, locator=assigned, to=to)
        for each in (desk.cast.maya, desk.cast.underwriter):
            door.run(sending.send, each, kind=RecordKind.SUBMISSION, locator=assigned, body="Hello")
        desk.cast.submitted(name=f"Nobody's {number}")
    for each in agency.policies.values():
        issue(door, each, NOW)
    clock.forward(days=7)
    person = signs_in(getattr(desk.cast, who))
    person = replace(person, locator=desk.cast.locators[person.email])
    for name in cards.cards_of(person):
        if name in MOST:
            door.run(cards.CARDS[name], person)
            with statements_of(database) as seen:
                door.run(cards.CARDS[name], person)
            assert len(seen) <= MOST[name], "\n".join(sql for sql, _ in seen)
            assert [step for step in steps_of(database, seen) if WHOLE.match(step)] == [], name
