"""What people are called in the timeline of a submission."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from portal_app.models.identity import User
from portal_app.services.access import Gate
from portal_app.services.door import Door, Tx, reads
from portal_app.services.identity.names import names_of
from portal_app.services.papers import contents
from portal_app.services.submissions import assigning, timeline
from portal_app.services.submissions.rows import one
from tests.services.policies.test_plans import statements_of
from tests.services.submissions.acting import Cast
from tests.world import Agency

MAYA, CARLA = "maya@agency.test", "csr@agency.test"


@reads(Gate.SIGNED_IN)
def _evidence(tx: Tx, *, locator: str) -> str:
    return str(contents.evidence(tx, one(tx, locator)).parts)


@pytest.mark.criterion("TRACK-13")
def test_people_are_called_by_name_where_that_tells_them_apart(door: Door, agency: Agency) -> None:
    cast = Cast(door, agency)

    def call(**names: str) -> None:
        with door.database.write() as db:
            for who, name in names.items():
                db.execute(update(User).where(col(User.email) == f"{who}@agency.test").values(name=name))

    call(maya="Maya Ortiz", daniel="Daniel Roy", csr="Carla Quill")
    locator = cast.submitted()
    door.run(assigning.pick_up, cast.underwriter, locator=locator)

    def told() -> list[tuple[str, str, str]]:
        found = door.run(timeline.events, cast.maya, locator=locator)
        return [(each.by, each.by_email, each.words) for each in found if each.words.startswith(("Assigned", "Began"))]

    assert told() == [("Carla Quill", CARLA, "Assigned to Carla Quill"), ("Maya Ortiz", MAYA, "Began")]
    assert "Carla Quill" in door.run(_evidence, cast.maya, locator=locator)
    with statements_of(door.database) as seen:
        told()
    assert sum("portal_user" in sql for sql, _ in seen) == 1

    call(daniel="maya ortiz", csr=" ")
    assert told() == [(CARLA, CARLA, f"Assigned to {CARLA}"), (MAYA, MAYA, "Began")]


@pytest.mark.criterion("TRACK-13")
def test_what_is_no_address_of_anybody_is_called_as_it_is(door: Door, agency: Agency) -> None:
    assert agency.maya.name
    with door.database.read() as db:
        tx = Tx(db, agency.principal(), door.clock(), door.settings, door.ports)
        assert names_of(tx, ["System: papers", "", "gone@agency.test"]) == {
            each: each for each in ("System: papers", "", "gone@agency.test")
        }
        assert names_of(tx, []) == {}
