"""Single keys, turned off by the person whom they disturb."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Role
from portal_app.services.access import ANONYMOUS
from portal_app.services.door import Door
from portal_app.services.errors import SignInNeeded
from portal_app.services.identity import keys, who
from tests.world import actor, add_user


@pytest.mark.criterion("KEYS-07")
@pytest.mark.parametrize("role", Role)
def test_everybody_turns_their_own_off_and_on(door: Door, database: Database, role: Role) -> None:
    with database.write() as db:
        mine, other = add_user(db, role), add_user(db, Role.CSR, "other@agency.test")
        person, neighbour = (actor(each.role, user_id=each.id, email=each.email) for each in (mine, other))
        locator = mine.locator
    assert door.run(who.me, person).single_keys
    for on in (False, False, True):
        door.run(keys.turn_single_keys, person, on=on)
        assert door.run(who.me, person).single_keys is on
        assert door.run(who.me, neighbour).single_keys
    with database.read() as db:
        told = db.scalars(select(AuditEvent).order_by(col(AuditEvent.id)))
        changes = [(each.action, each.actor, each.subject, each.detail) for each in told]
    assert changes == [
        ("user.single_keys", person.email, locator, {"before": True, "after": False}),
        ("user.single_keys", person.email, locator, {"before": False, "after": True}),
    ]


@pytest.mark.criterion("KEYS-07")
def test_a_stranger_turns_nothing_off(door: Door) -> None:
    for stranger in (ANONYMOUS, replace(actor(Role.CSR), stage=None)):
        with pytest.raises(SignInNeeded):
            door.run(keys.turn_single_keys, stranger, on=False)
