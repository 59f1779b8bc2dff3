"""What a person may know of themselves."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.models.producers import Producer
from portal_app.services.access import MATRIX, Gate, Permission, can
from portal_app.services.door import Tx, reads
from portal_app.services.errors import SignInNeeded
from portal_app.services.messaging import threads
from portal_app.services.notifications.inbox import unread_count


@dataclass(frozen=True, slots=True)
class Me:
    """`unread` is how many notifications they have not read, `unread_messages` how many messages."""

    locator: str
    name: str
    email: str
    role: Role
    role_label: str
    role_description: str
    permissions: frozenset[Permission]
    producer: str
    agency_name: str
    time_zone: str
    demo: bool
    concurrent_sessions: bool
    single_keys: bool
    unread: int
    unread_messages: int


@reads(Gate.SIGNED_IN)
def me(tx: Tx) -> Me:
    """The signed-in person, their role, and what it lets them do."""
    actor = tx.actor
    if actor.role is None:
        raise SignInNeeded
    name = select(col(Producer.name)).where(col(Producer.id) == actor.producer_id)
    producer = tx.db.scalar(name) if actor.producer_id else ""
    single_keys = select(col(User.single_keys)).where(col(User.id) == actor.user_id)
    return Me(
        locator=actor.locator,
        name=actor.name,
        email=actor.email,
        role=actor.role,
        role_label=actor.role.label,
        role_description=MATRIX[actor.role].description,
        permissions=frozenset(each for each in Permission if can(actor, each)),
        producer=producer or "",
        agency_name=tx.settings.agency_name,
        time_zone=tx.settings.time_zone,
        demo=tx.settings.demo,
        concurrent_sessions=tx.settings.concurrent_sessions,
        single_keys=tx.db.scalar(single_keys) is not False,
        unread=unread_count(tx),
        unread_messages=threads.unread_count(tx),
    )
