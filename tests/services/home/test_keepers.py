"""What waits for whoever looks after people and feeds."""

from datetime import timedelta

import pytest

from portal_app.models.enums import FeedKind, Role, RunState
from portal_app.models.outbox import OutboxMessage
from portal_app.models.sync import SyncRun
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden
from portal_app.services.home.people import RoleCount, people
from portal_app.services.home.troubles import Troubles, troubles
from portal_app.services.identity import roster
from portal_app.services.identity.roster import Standing
from tests.world import NOW, Agency, add_user

STATES = {"f": RunState.FAILED, "s": RunState.SUCCEEDED}


@pytest.mark.criterion("HOME-08")
def test_access_that_wants_looking_after_is_told_person_by_person(door: Door, agency: Agency) -> None:
    enrolled = {"password_hash": "x", "totp_secret": "X", "totp_enrolled_at": NOW}
    with door.database.write() as db:
        add_user(db, Role.ADMIN, **enrolled)
        add_user(db, Role.CSR, "texts@agency.test", password_hash="x", phone="+15550100", phone_verified_at=NOW)
        add_user(db, Role.CSR, "invited@agency.test")
        add_user(db, Role.CSR, "locked@agency.test", locked_until=NOW + timedelta(minutes=5), **enrolled)
        add_user(db, Role.CSR, "once@agency.test", locked_until=NOW - timedelta(minutes=5), **enrolled)
        add_user(db, Role.CSR, "half@agency.test", password_hash="x")
        add_user(db, Role.CSR, "gone@agency.test", disabled_at=NOW)
    found = door.run(people, agency.admin())
    assert {each.email.partition("@")[0] for each in found.wanting.rows} == {"invited", "locked", "half"}
    assert (found.wanting.total, found.invited, found.locked, found.without_second_factor) == (3, 1, 1, 1)
    for standing, count in ((Standing.INVITED, found.invited), (Standing.LOCKED, found.locked)):
        assert door.run(roster.listed, agency.admin(), standing=standing).total == count
    assert found.roles == (
        RoleCount("Customer Service Representative (CSR)", 5, 1, 1),
        RoleCount("Agency Administrator", 1, 0, 0),
    )
    for other in (agency.producer(), agency.csr(), agency.read_only()):
        with pytest.raises(Forbidden):
            door.run(people, other)


@pytest.mark.criterion("HOME-08")
def test_troubles_are_counted_for_who_sees_feeds(door: Door, agency: Agency) -> None:
    assert door.run(troubles, agency.admin()) == Troubles(0, 0, 0, 0)
    runs = ((FeedKind.CLIENTS, "fs"), (FeedKind.POLICIES, "sf"))  # what failed and then went well is none
    with door.database.write() as db:
        for kind, states in runs:
            for state in (STATES[each] for each in states):
                db.add(SyncRun(feed="ams", kind=kind, state=state, started_at=NOW, ended_at=NOW))
                db.flush()
        db.add(OutboxMessage(topic="mail", record_key="x", created_at=NOW, due_at=NOW, dead_at=NOW))
    assert door.run(troubles, agency.admin()) == Troubles(1, 0, 0, 1)
    assert door.run(troubles, agency.csr()) == Troubles(1, 0, 0, None)
    with pytest.raises(Forbidden):
        door.run(troubles, agency.producer())
