"""A password that a person changes by themselves, once they have proved that it is them."""

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import SessionEnd
from portal_app.models.identity import User
from portal_app.services import audit
from portal_app.services.access import Actor, Gate
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import Invalid
from portal_app.services.identity import hashing, passwords, sessions, set_up
from portal_app.services.identity.confirm import require_recent, self_of


async def choose(door: Door, actor: Actor, *, password: str) -> None:
    """Raises ConfirmFirst, or Invalid with every problem at once. The person's other sessions end, and a mail tells
    them."""
    known = await door.act(known_password, actor)
    settings = await door.in_thread(door.settings_in_force)
    passwords.check(password, name=actor.name, email=actor.email, settings=settings)
    if known and await hashing.fits(known, password[:1024]):
        raise Invalid({"password_same": "This is the password that you have. Choose another one."})
    await door.act(settle, actor, password_hash=await hashing.make(password))


@reads(Gate.SIGNED_IN)
def known_password(tx: Tx) -> str | None:
    require_recent(tx)
    return tx.db.scalar(select(col(User.password_hash)).where(col(User.id) == tx.actor.user_id))


@writes(Gate.SIGNED_IN)
def settle(tx: Tx, *, password_hash: str) -> None:
    require_recent(tx)
    user = self_of(tx)
    user.password_hash = password_hash
    tx.db.flush()
    sessions.forget_pending(tx)
    sessions.end_others(tx, SessionEnd.REVOKED)
    audit.record(tx, "user.password_changed", subject_kind="user", subject=user.locator)
    set_up.tell_of_new_password(tx, user, "Your other sessions were ended.")
