"""Proving both factors once more, before anything is changed by which somebody gets in."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.identity import User, UserSession
from portal_app.services import audit
from portal_app.services.access import Actor, Gate
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import ConfirmFirst
from portal_app.services.identity import hashing, sign_in, text_codes, throttle
from portal_app.services.identity.sign_in import Refused

LASTS = timedelta(minutes=10)


async def again(door: Door, actor: Actor, *, password: str, code: str) -> Refused | None:
    """Prove password and second factor in a session that is open; None where both were right. A wrong one counts as it
    does at the sign-in."""
    checked = await door.act(own_hash, actor)
    if isinstance(checked, Refused):
        return checked
    right = await hashing.fits(checked, password[:1024])
    return await door.act(settle, actor, checked=checked, right=right, code=code)


@reads(Gate.SIGNED_IN)
def own_hash(tx: Tx) -> str | Refused:
    if throttle.is_exhausted(tx, tx.actor.address):
        return Refused.THROTTLED
    return tx.db.scalar(select(col(User.password_hash)).where(col(User.id) == tx.actor.user_id)) or ""


@writes(Gate.SIGNED_IN)
def settle(tx: Tx, *, checked: str, right: bool, code: str) -> Refused | None:
    """Note that it is them, or count the failure."""
    user = self_of(tx)
    if throttle.is_exhausted(tx, tx.actor.address):
        return Refused.THROTTLED
    if sign_in.is_locked(tx, user) or user.password_hash != checked:
        # Counted against the address alone: else whoever holds a session could have hashes made for ever.
        return Refused.WRONG if throttle.count_failure(tx, tx.actor.address) else Refused.THROTTLED
    if not (right and sign_in.proves(tx, user, code)):
        return sign_in.count_failure(tx, user, "confirmation")
    user.failed_attempts = 0
    session = tx.db.get_one(UserSession, tx.actor.session_id)
    session.confirmed_at = tx.now
    audit.record(tx, "session.confirmed", subject_kind="user", subject=user.locator)
    return None


@writes(Gate.SIGNED_IN)
def text_me(tx: Tx) -> text_codes.Unsent | None:
    """Send a code to the person's own verified number; the reason where none was sent."""
    user = self_of(tx)
    if user.phone is None or user.phone_verified_at is None:
        return text_codes.Unsent.NOT_SET_UP
    return text_codes.send(tx, user, user.phone)


def is_recent(tx: Tx) -> bool:
    """Whether this session has proved both factors in the last ten minutes."""
    at = tx.db.scalar(select(col(UserSession.confirmed_at)).where(col(UserSession.id) == tx.actor.session_id))
    return at is not None and tx.now - at < LASTS


def require_recent(tx: Tx) -> None:
    """Raises ConfirmFirst."""
    if not is_recent(tx):
        raise ConfirmFirst


def self_of(tx: Tx) -> User:
    """The person who acts, held until the end of the transaction."""
    return tx.db.scalars(select(User).where(col(User.id) == tx.actor.user_id).with_for_update()).one()
