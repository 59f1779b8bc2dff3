"""Setting up the second factor at the first sign-in. Nothing else opens before it is done."""

from dataclasses import dataclass, replace
from enum import StrEnum

import pyotp
import segno
from sqlalchemy import select
from sqlmodel import col

from portal_app.models.identity import User
from portal_app.services import audit
from portal_app.services.access import Actor, Gate
from portal_app.services.door import Door, Tx, writes
from portal_app.services.identity import sign_in, text_codes, throttle, totp
from portal_app.services.identity.sign_in import Passed, Refused
from portal_app.services.identity.text_codes import Unsent


class NotEnrolled(StrEnum):
    WRONG_CODE = "code"
    CLOCK = "clock"
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the person needs: the secret as text in groups of four, as an `otpauth:` address, and that as a QR code
    (SVG data address). `texts` says whether a text message can take its place, `phone` where one was sent to."""

    secret: str
    uri: str
    qr_svg_data_uri: str
    texts: bool = False
    phone: str = ""


@writes(Gate.ENROLLING)
def begin(tx: Tx) -> Enrolment:
    """The secret to put into an authenticator; the same one until a code confirms it, so that a reload changes
    nothing."""
    user = _self(tx)
    if user.totp_secret is None:
        user.totp_secret = pyotp.random_base32()
    shown = pictured(user.totp_secret, user.email, tx.settings.agency_name)
    return replace(shown, texts=tx.ports.texts is not None, phone=sign_in.masked(user.phone or ""))


def pictured(secret: str, email: str, agency_name: str) -> Enrolment:
    """The secret as an authenticator takes it."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=agency_name)
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=2, dark="#1c2024", light="#ffffff")
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
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
    if totp.take(tx, user, code):
        user.totp_enrolled_at, method = tx.now, "authenticator"
    elif user.phone and text_codes.take(tx, user.phone, code):
        user.phone_verified_at, method = tx.now, "text message"
    else:
        off = totp.clock_is_off(user.totp_secret, code, tx.now)
        if sign_in.count_failure(tx, user, "enrolment") is Refused.THROTTLED:
            return NotEnrolled.THROTTLED
        return NotEnrolled.CLOCK if off else NotEnrolled.WRONG_CODE
    audit.record(tx, "mfa.enrolled", subject_kind="user", subject=user.locator, detail={"by": method})
    return replace(sign_in.admit(tx, user), next_page="/recovery-codes")


@writes(Gate.ENROLLING)
def text_me(tx: Tx, *, number: str) -> Unsent | None:
    """Send a code to a number that is to be the second factor; the reason where none was sent."""
    user = _self(tx)
    if throttle.is_exhausted(tx, tx.actor.address):
        return Unsent.TOO_MANY
    if (e164 := text_codes.number_of(number)) is None:
        return Unsent.NUMBER
    unsent = text_codes.send(tx, user, e164)
    if unsent is None:
        user.phone = e164
    return unsent


def _self(tx: Tx) -> User:
    return tx.db.scalars(select(User).where(col(User.id) == tx.actor.user_id).with_for_update()).one()
