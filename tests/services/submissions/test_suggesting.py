"""What a form proposes: codes that are in force and carriers that are known, as far as one sees them."""

import pytest

from portal_app.models.enums import ProducerState
from portal_app.models.producers import ProducerCode
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden, NotFound
from portal_app.services.producers import lifecycle
from portal_app.services.submissions import suggesting
from portal_app.services.submissions.suggesting import Suggestions
from tests.services.producers.acting import ADMIN
from tests.services.submissions.acting import Cast
from tests.world import NOW, Agency


def proposed(door: Door, who: Actor, locator: str) -> Suggestions:
    return door.run(suggesting.suggestions, who, locator=locator)


@pytest.mark.criterion("WIZARD-14")
def test_codes_in_force_are_proposed_to_who_sees_them(
    door: Door, cast: Cast, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    locator = cast.begin().locator
    with door.database.write() as db:
        owner = agency.maya.id or 0
        for code, state in (
            ("HL-maya-2", ProducerState.VALIDATED),
            ("HL-maya-3", ProducerState.SUSPENDED),
            ("HL-maya-4", ProducerState.RETIRED),
        ):
            db.add(ProducerCode(code=code, producer_id=owner, state=state, created_at=NOW))
    mine = proposed(door, cast.maya, locator)
    assert (mine.codes, mine.codes_total) == ((("HL-maya", "Maya Alvarez"), ("HL-maya-2", "Maya Alvarez")), 2)
    everybodys = [code for code, _ in proposed(door, cast.csr, locator).codes]
    assert everybodys == ["HL-branch", "HL-daniel", "HL-house", "HL-maya", "HL-maya-2"]
    for who, refused in ((cast.daniel, NotFound), (agency.read_only(), Forbidden), (agency.admin(), Forbidden)):
        with pytest.raises(refused):
            proposed(door, who, locator)
    monkeypatch.setattr(suggesting, "MOST", 2)
    assert (len(proposed(door, cast.csr, locator).codes), proposed(door, cast.csr, locator).codes_total) == (2, 5)
    door.run(lifecycle.suspend_producer, ADMIN, locator=agency.branch.locator)
    assert proposed(door, cast.maya, locator).codes == (), "whoever stands below what is suspended is stopped with it"
    assert [code for code, _ in proposed(door, cast.csr, locator).codes] == ["HL-house"]


@pytest.mark.criterion("WIZARD-14")
def test_carriers_are_those_of_policies_and_appointments_that_one_sees(door: Door, cast: Cast, agency: Agency) -> None:
    locator = cast.begin().locator
    assert proposed(door, cast.maya, locator).carriers == ("Granite Mutual",)
    with door.database.write() as db:
        policy = db.merge(agency.policies["maya"])
        policy.producer_code_id = policy.code_of_record_id = agency.codes["daniel"].id
    assert proposed(door, cast.maya, locator).carriers == ()
    assert proposed(door, cast.csr, locator).carriers == ("Granite Mutual",)
