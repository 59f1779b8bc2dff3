"""How a person proves that it is them: looked at, and changed by themselves."""

from dataclasses import dataclass
from datetime import datetime

import pyotp

from portal_app.models.enums import SessionEnd
from portal_app.models.identity import User, UserSession
from portal_app.services import audit, mail
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.identity import recovery, sessions, sign_in, text_codes, totp
from portal_app.services.identity.confirm import is_recent, require_recent, self_of
from portal_app.services.identity.enrolment import Enrolment, pictured
from portal_app.services.identity.text_codes import Unsent

HAS_CODES = "You have recovery codes already. New ones void them."


@dataclass(frozen=True, slots=True)
class Factors:
    """What the person has set up. `phone` is masked; `confirmed` says that changes are open to this session now."""

    authenticator_since: datetime | None
    phone: str
    recovery_codes: int
    texts: bool
    confirmed: bool


@reads(Gate.SIGNED_IN)
def factors(tx: Tx) -> Factors:
    user = tx.db.get_one(User, tx.actor.user_id)
    return Factors(
        authenticator_since=user.totp_enrolled_at,
        phone=sign_in.masked(user.phone or "") if user.phone_verified_at else "",
        recovery_codes=recovery.remaining(tx, user.id),
        texts=tx.ports.texts is not None,
        confirmed=is_recent(tx),
    )


@writes(Gate.SIGNED_IN)
def begin_authenticator(tx: Tx) -> Enrolment:
    """A secret for a new authenticator, of this session alone: whoever saw one in another session does not know it. The
    one in use stays until a code proves the new one. Raises ConfirmFirst."""
    require_recent(tx)
    user, session = self_of(tx), tx.db.get_one(UserSession, tx.actor.session_id)
    session.totp_pending = session.totp_pending or pyotp.random_base32()
    return pictured(session.totp_pending, user.email, tx.settings.agency_name)


@writes(Gate.SIGNED_IN)
def finish_authenticator(tx: Tx, *, code: str) -> None:
    """Put the new authenticator in the old one's place. Raises ConfirmFirst, Invalid for a code that does not fit."""
    require_recent(tx)
    user, session = self_of(tx), tx.db.get_one(UserSession, tx.actor.session_id)
    step = totp.matching_step(session.totp_pending, code, tx.now) if session.totp_pending else None
    if step is None:
        raise Invalid({"code": "That code did not fit. Scan the picture again and try the next code."})
    user.totp_secret = session.totp_pending
    user.totp_enrolled_at, user.totp_last_step = tx.now, step
    _changed(tx, user, "mfa.authenticator_changed", "Your authenticator app was changed.")


@writes(Gate.SIGNED_IN)
def text_me(tx: Tx, *, number: str) -> Unsent | None:
    """Send a code to a number that is to become a second factor; the reason where none was sent. Raises
    ConfirmFirst."""
    require_recent(tx)
    e164 = text_codes.number_of(number)
    return text_codes.send(tx, self_of(tx), e164) if e164 else Unsent.NUMBER


@writes(Gate.SIGNED_IN)
def finish_phone(tx: Tx, *, number: str, code: str) -> bool:
    """Take the number as a second factor beside the others. Returns whether the code fitted; a wrong one counts.
    Raises ConfirmFirst."""
    require_recent(tx)
    user, e164 = self_of(tx), text_codes.number_of(number)
    if e164 is None or not text_codes.take(tx, e164, code):
        return False
    user.phone, user.phone_verified_at = e164, tx.now
    _changed(tx, user, "mfa.phone_changed", f"Codes can now be sent by text message to {sign_in.masked(e164)}.")
    return True


@writes(Gate.SIGNED_IN)
def remove_phone(tx: Tx) -> None:
    """Raises ConfirmFirst, or Conflict where it is the only second factor."""
    require_recent(tx)
    user = self_of(tx)
    if user.totp_enrolled_at is None:
        raise Conflict("Set up an authenticator app first: the text message is your only second factor.")
    user.phone, user.phone_verified_at = None, None
    _changed(tx, user, "mfa.phone_removed", "Codes are not sent to your phone by text message any more.")


@writes(Gate.SIGNED_IN)
def new_recovery_codes(tx: Tx, *, instead: bool = False) -> tuple[str, ...]:
    """Ten codes, to be shown now and never again. Where there are some that still work, none are made but `instead` of
    them, which voids them: whoever has written them down is asked first. Raises ConfirmFirst, or Conflict."""
    require_recent(tx)
    user = self_of(tx)
    had = recovery.remaining(tx, user.id)
    if had and not instead:
        raise Conflict(HAS_CODES)
    codes = recovery.make(tx, user)
    if had:
        _tell(tx, user, "Your recovery codes were made anew. The older ones are void.")
    return codes


def _changed(tx: Tx, user: User, action: str, sentence: str) -> None:
    tx.db.flush()
    sessions.forget_pending(tx)
    sessions.end_others(tx, SessionEnd.REVOKED)
    audit.record(tx, action, subject_kind="user", subject=user.locator)
    _tell(tx, user, f"{sentence} Your other sessions were ended.")


def _tell(tx: Tx, user: User, sentence: str) -> None:
    mail.send(
        tx,
        recipient=user.email,
        subject="How you sign in to the portal was changed",
        text=f"{sentence}\n\nIf that was not you, tell your agency's administrator at once.",
    )
