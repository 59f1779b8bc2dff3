"""Which cards somebody has, and that each of them fails alone."""

import asyncio

import pytest
from sqlalchemy import text

from portal_app.models.enums import Grant
from portal_app.services.access import ANONYMOUS
from portal_app.services.door import Door
from portal_app.services.errors import SignInNeeded, Unexpected
from portal_app.services.home import cards
from tests.services.binding.acting import Desk
from tests.services.home.conftest import SignsIn
from tests.world import Agency

pytestmark = pytest.mark.both_databases

BUSINESS = {"turns", "at_risk", "since", "book", "renewals"}
UNDERWRITES, FEEDS, PEOPLE, WRITTEN_TO = {"desk", "queue"}, {"feeds", "troubles"}, {"people"}, {"messages"}
CARDS = {
    "principal": BUSINESS | UNDERWRITES | FEEDS | PEOPLE | WRITTEN_TO,
    "producer": BUSINESS | WRITTEN_TO,
    "csr": BUSINESS | FEEDS | WRITTEN_TO,
    "read_only": BUSINESS | FEEDS,
    "admin": FEEDS | PEOPLE,
}


@pytest.mark.criterion("HOME-03")
def test_each_role_has_its_cards_and_the_administrator_none_of_the_business(door: Door, agency: Agency) -> None:
    for name, expected in CARDS.items():
        assert set(door.run(cards.overview, getattr(agency, name)()).cards) == expected, name
    assert set(door.run(cards.overview, agency.csr(Grant.UNDERWRITING)).cards) == CARDS["csr"] | UNDERWRITES
    with pytest.raises(SignInNeeded):
        door.run(cards.overview, ANONYMOUS)


@pytest.mark.criterion("HOME-09")
@pytest.mark.parametrize(
    ("table", "lost"),
    [
        ("policy_term", {"renewals"}),
        ("submission_event", {"since"}),
        ("feed_conflict", {"troubles"}),
        ("quote", {"turns", "queue"}),
        ("message_thread", {"messages"}),
    ],
)
def test_a_card_whose_table_is_away_takes_no_other_with_it(
    door: Door, desk: Desk, signs_in: SignsIn, table: str, lost: set[str]
) -> None:
    signs_in(desk.cast.principal)
    person = signs_in(desk.cast.principal)
    rename(door, table, f"{table}_away")
    found = asyncio.run(cards.ask(door, person, cards.CARDS))
    assert found.failed.keys() == lost
    assert found.found.keys() == cards.CARDS.keys() - lost
    assert all(isinstance(each, Unexpected) and each.reference for each in found.failed.values())
    rename(door, f"{table}_away", table)
    assert asyncio.run(cards.ask(door, person, lost)).found.keys() == lost, "there again"


def rename(door: Door, table: str, name: str) -> None:
    with door.database.write() as db:
        if db.connection().dialect.name == "sqlite":
            db.execute(text("PRAGMA legacy_alter_table = ON"))
        db.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))
