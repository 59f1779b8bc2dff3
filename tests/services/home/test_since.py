"""What others did since somebody signed in last."""

from dataclasses import replace

import pytest

from portal_app.models.enums import Role, TransactionKind
from portal_app.services.door import Door
from portal_app.services.home import since
from portal_app.services.submissions import assigning, moves
from tests.services.binding.acting import Desk
from tests.services.home.conftest import SignsIn, issue
from tests.world import Agency, Clock, actor


@pytest.mark.criterion("HOME-07")
def test_the_first_time_nothing_is_told(door: Door, desk: Desk, signs_in: SignsIn) -> None:
    desk.reviewed()
    maya = signs_in(desk.cast.maya)
    found = door.run(since.since, maya)
    assert (found.since, found.submissions, found.policies) == (None, (), ())
    assert found.unread == 2, "received, and assigned"


@pytest.mark.criterion("HOME-07")
def test_it_is_told_what_others_did_to_what_one_sees(
    door: Door, desk: Desk, agency: Agency, clock: Clock, signs_in: SignsIn
) -> None:
    cast = desk.cast
    old, quoted, others = cast.submitted(name="Ada Quill"), cast.submitted(name="Bo Reed"), cast.submitted(cast.daniel)
    door.run(moves.withdraw, cast.maya, locator=old, reason="No more")
    clock.forward(hours=1)
    signs_in(cast.maya)
    before = clock.now
    clock.forward(hours=1)
    for each in (quoted, others):
        door.run(assigning.pick_up, cast.underwriter, locator=each)
    desk.offered(quoted)
    clock.forward(hours=1)
    cast.submitted(name="Cy Stone")  # her own doing
    issue(door, agency.policies["daniel"], clock.now)
    new = issue(door, agency.policies["maya"], clock.now)
    maya = signs_in(cast.maya)
    found = door.run(since.since, maya)
    assert found.since == before
    [happened] = found.submissions
    assert (happened.locator, happened.words, happened.by) == (
        quoted,
        "Offered a quote of Granite Mutual",
        Role.CSR.label,
    )
    assert (happened.events, found.submissions_total, found.submissions_more) == (4, 1, False)
    assert [(each.locator, each.kind, each.at) for each in found.policies] == [
        (new, TransactionKind.ISSUANCE, clock.now)
    ]
    assert door.run(since.since, replace(cast.maya, session_id=None)).since == clock.now, "a program with her token"


@pytest.mark.criterion("HOME-07")
def test_no_more_is_looked_at_than_anybody_reads(
    door: Door, desk: Desk, agency: Agency, clock: Clock, signs_in: SignsIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(since, "LOOKED_AT", 3)
    signs_in(desk.cast.principal)
    clock.forward(hours=1)
    locators = [issue(door, each, clock.now) for each in agency.policies.values()]
    found = door.run(since.since, signs_in(desk.cast.principal))
    assert [each.locator for each in found.policies] == locators[:0:-1]
    assert (found.policies_total, found.policies_more) == (3, True)
    nobody = door.run(since.since, signs_in(replace(actor(Role.PRODUCER), user_id=desk.cast.ids["daniel@agency.test"])))
    assert nobody.policies == ()
