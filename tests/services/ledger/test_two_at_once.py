"""Of two who work on one policy at once nobody undoes what the other did."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from portal_app.database import Database
from portal_app.models.enums import Grant, Origin, Role, TransactionState
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, DomainError
from portal_app.services.ledger import drafts, issuing, reading
from portal_app.services.sync import bulk
from tests.services.ledger.conftest import (
    CHANGE,
    PRINCIPAL,
    Desk,
    asked,
    at,
    check_rebuild,
)
from tests.services.sync.test_policies import Stored
from tests.world import actor

DECEMBER = at(2026, 12, 1)
TO_2 = asked(setProducerCode="HL-2")
GRANTED = actor(Role.CSR, None, Grant.UNDERWRITING)


@pytest.mark.criterion("LEDGER-47")
def test_of_two_who_work_on_one_draft_neither_undoes_what_the_other_did(desk: Desk, door: Door) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    seen = desk.transaction(locator).draft_version
    bea = replace(GRANTED, name="Bea Lund", email="bea@agency.test")
    theirs = door.run(drafts.update, bea, locator=locator, asked=[asked(setProducerCode="HL-3")], draft_version=seen)
    assert theirs.draft_version != seen

    for act in (drafts.update, drafts.discard, issuing.issue):
        with pytest.raises(Conflict) as refused:
            door.run(act, PRINCIPAL, locator=locator, draft_version=seen)
        assert refused.value.sentence == "bea@agency.test changed this draft in the meantime. Look at it again."
    with pytest.raises(Conflict, match="You changed this draft elsewhere in the meantime"):
        door.run(drafts.update, bea, locator=locator, draft_version=seen)
    assert desk.transaction(locator).instructions == theirs.instructions

    # That it is to count on top of something else is another draft too.
    now = door.run(reading.terms, PRINCIPAL, policy=desk.locator).version
    kept = door.run(drafts.update, PRINCIPAL, locator=locator, version=now, draft_version=theirs.draft_version)
    assert kept.draft_version not in (seen, theirs.draft_version)
    issued = door.run(issuing.issue, bea, locator=locator, draft_version=kept.draft_version).transaction
    assert (issued.state, issued.draft_version) == (TransactionState.ISSUED, "")
    assert desk.codes(DECEMBER)[0] == "HL-3"


@pytest.mark.criterion("LEDGER-47")
@pytest.mark.both_databases
def test_of_two_who_change_one_draft_at_once_one_is_told(desk: Desk, door: Door) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_2)
    seen = desk.transaction(locator).draft_version

    def attempt(day: int) -> str:
        moment = at(2026, 12, day)
        try:
            return door.run(
                drafts.update, PRINCIPAL, locator=locator, effective_at=moment, draft_version=seen
            ).state.value
        except Conflict:
            return "told"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(attempt, (10, 11, 12))) == ["draft", "told", "told"]


@pytest.mark.criterion("LEDGER-26")
@pytest.mark.both_databases
def test_of_two_who_issue_at_once_one_wins_and_the_other_is_told(desk: Desk, door: Door, stored: Stored) -> None:
    locator = desk.draft(CHANGE, DECEMBER, TO_2)

    def attempt(_: int) -> str:
        try:
            return door.run(issuing.issue, PRINCIPAL, locator=locator).transaction.state.value
        except DomainError as error:
            return type(error).__name__

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(attempt, range(4)))

    assert answers == ["Conflict", "Conflict", "Conflict", "issued"]
    assert len([each for each in stored(bulk.LEDGER) if each["origin"] is Origin.PORTAL]) == 1


@pytest.mark.criterion("LEDGER-26")
@pytest.mark.both_databases
def test_two_different_drafts_issued_at_once_both_count(desk: Desk, door: Door, database: Database) -> None:
    drafted = [desk.draft(CHANGE, at(2026, 12, day), asked(setProducerCode=f"HL-{day}")) for day in (3, 2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda locator: door.run(issuing.issue, PRINCIPAL, locator=locator), drafted))
    assert [desk.codes(at(2026, 12, day))[0] for day in (2, 3)] == ["HL-2", "HL-3"]
    check_rebuild(database, door)
