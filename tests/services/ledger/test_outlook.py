"""What issuing a draft would do is told before it is done, and then comes true."""

from datetime import date

import pytest

from portal_app.models.enums import Role, TransactionState
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, NotFound
from portal_app.services.ledger import drafts, outlook, reading, timeline
from tests.services.ledger.conftest import CANCELLATION, CHANGE, PRINCIPAL, RENEWAL, Desk, asked, at
from tests.world import actor

TERM = date(2026, 6, 1)
TO_2 = asked(setProducerCode="HL-2")


@pytest.mark.criterion("LEDGER-42")
def test_the_outlook_comes_true(desk: Desk, door: Door) -> None:
    later = desk.issued(CHANGE, at(2026, 12, 10), asked(setProducerCodeOfRecord="HL-2"))
    renewal = desk.issued(RENEWAL)
    draft = desk.draft(CHANGE, at(2026, 12, 1), TO_2)

    told = door.run(outlook.outlook, PRINCIPAL, locator=draft)
    assert (told.problem, told.moved) == ("", False)
    assert [(each.locator, each.kind) for each in told.again] == [(later.locator, CHANGE), (renewal.locator, RENEWAL)]
    assert [each.begins_at for each in told.now] == [at(2026, 6, 1, 4), at(2026, 12, 10)]
    codes = [each.producer_info.producer_code for each in told.draft.segments]
    assert codes == ["HL-2", "HL-2"]
    assert door.run(outlook.outlooks, PRINCIPAL, policy=desk.locator) == (told,)

    desk.issue(draft)
    found = door.run(reading.segments_of, PRINCIPAL, policy=desk.locator, term=TERM)
    info = [each.producer_info for each in found if each.begins_at >= at(2026, 12, 1)]
    assert info == [each.producer_info for each in told.draft.segments]
    again = [each for each in door.run(timeline.timeline, PRINCIPAL, policy=desk.locator) if each.reapplies]
    assert [each.reapplies for each in again] == [each.locator for each in told.again]
    with pytest.raises(Conflict):
        door.run(outlook.outlook, PRINCIPAL, locator=draft)


@pytest.mark.criterion("LEDGER-42")
def test_why_it_would_be_refused_is_told_in_the_same_words(desk: Desk, door: Door) -> None:
    version = door.run(reading.terms, PRINCIPAL, policy=desk.locator).version
    early = desk.draft(CANCELLATION, at(2026, 10, 1), version=version)
    desk.issued(CANCELLATION, at(2026, 12, 1))
    told = door.run(outlook.outlook, PRINCIPAL, locator=early)
    assert (told.again, told.moved) == ((), True)
    door.run(drafts.update, PRINCIPAL, locator=early, version=told.version)
    with pytest.raises(Conflict) as refused:
        desk.issue(early)
    assert refused.value.sentence == told.problem
    assert not door.run(outlook.outlook, PRINCIPAL, locator=early).moved


@pytest.mark.criterion("LEDGER-42")
def test_who_is_told(desk: Desk, door: Door) -> None:
    draft = desk.draft(CHANGE, at(2026, 12, 1), TO_2)
    for person in (actor(Role.CSR), actor(Role.READ_ONLY), actor(Role.PRODUCER, 1), actor(Role.ADMIN)):
        with pytest.raises(Forbidden):
            door.run(outlook.outlook, person, locator=draft)
        with pytest.raises(Forbidden):
            door.run(outlook.outlooks, person, policy=desk.locator)
    with pytest.raises(NotFound):
        door.run(timeline.timeline, actor(Role.PRODUCER, 9999), policy=desk.locator)
    [_, drafted] = door.run(timeline.timeline, actor(Role.READ_ONLY), policy=desk.locator)
    assert (drafted.state, drafted.issued_at) == (TransactionState.DRAFT, None)
