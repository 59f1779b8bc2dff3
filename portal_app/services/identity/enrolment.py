"""Setting up the second factor at the first sign-in. Nothing else opens before it is done."""

from dataclasses import dataclass
from enum import StrEnum

import pyotp
import segno
from sqlalchemy import select
from sqlmodel import col

from portal_app.models.identity import User
from portal_app.services import audit
from portal_app.services.access import Actor, Gate
from portal_app.services.door import Door, Tx, writes
from portal_app.services.identity import sign_in, throttle, totp
from portal_app.services.identity.sign_in import Passed


class NotEnrolled(StrEnum):
    WRONG_CODE = "code"
    CLOCK = "clock"
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the person needs: the secret as text in groups of four, as an `otpauth:` address, and that as a QR code
    (SVG data address)."""

    secret: str
    uri: str
    qr_svg_data_uri: str


@writes(Gate.ENROLLING)
def begin(tx: Tx) -> Enrolment:
    """The secret to put into an authenticator; the same one until a code confirms it, so that a reload changes
    nothing."""
    user = _self(tx)
    if user.totp_secret is None:
        user.totp_secret = pyotp.random_base32()
    uri = pyotp.TOTP(user.totp_secret).provisioning_uri(name=user.email, issuer_name=tx.settings.agency_name)
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=2, dark="#1c2024", light="#ffffff")
    groups = [user.totp_secret[at : at + 4] for at in range(0, len(user.totp_secret), 4)]
    return Enrolment(" ".join(groups), uri, picture)


async def confirm(door: Door, actor: Actor, *, code: str) -> Passed | NotEnrolled:
    """Prove the second factor and open the full session. Raises SignInNeeded out of turn."""
    return await door.act(settle, actor, code=code)


@writes(Gate.ENROLLING)
def settle(tx: Tx, *, code: str) -> Passed | NotEnrolled:
    """Store the second factor as proved, or count the failure; a phone with a wrong clock is told apart."""
    user = _self(tx)
    if throttle.is_exhausted(tx, tx.actor.address):
        return NotEnrolled.THROTTLED
    if user.totp_secret is None:
        return NotEnrolled.WRONG_CODE
    if sign_in.is_locked(tx, user):
        throttle.count_failure(tx, tx.actor.address)
        return NotEnrolled.WRONG_CODE
    if not totp.take(tx, user, code):
        off = totp.clock_is_off(user.totp_secret, code, tx.now)
        sign_in.count_failure(tx, user, "enrolment")
        return NotEnrolled.CLOCK if off else NotEnrolled.WRONG_CODE
    user.totp_enrolled_at = tx.now
    audit.record(tx, "mfa.enrolled", subject_kind="user", subject=user.locator)
    return sign_in.admit(tx, user)


def _self(tx: Tx) -> User:
    return tx.db.scalars(select(User).where(col(User.id) == tx.actor.user_id).with_for_update()).one()
