"""Signing in: password, then the code. Refusals are counted and committed; every refusal reads the same."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import bindparam, case, literal, select, update
from sqlalchemy.orm import defer
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.enums import SessionEnd, SessionStage
from portal_app.models.identity import User
from portal_app.services import audit, mail
from portal_app.services.access import ANONYMOUS, Actor, Gate
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import SignInNeeded
from portal_app.services.identity import hashing, recovery, sessions, text_codes, throttle, totp

FAILURES_UNTIL_LOCK = 5
LOCK = timedelta(minutes=30)


class Refused(StrEnum):
    """What the person is told. Unknown, locked, disabled and wrong are one and the same."""

    WRONG = "wrong"
    THROTTLED = "throttled"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Passed:
    """The token for the cookie, and where the way goes on."""

    token: str
    next_page: str


@dataclass(frozen=True, slots=True)
class Ways:
    """`phone` is the masked number to which a code may be sent, or empty."""

    authenticator: bool
    phone: str


@dataclass(frozen=True, slots=True)
class Credentials:
    user_id: int | None
    password_hash: str | None


_USERS = metadata.tables[str(User.__tablename__)]
# One row, whether somebody has the address or not: every sign-in asks this once, and hashing leaves it little time.
_KNOWN = select(throttle.EXHAUSTED.label("exhausted"), _USERS.c.id, _USERS.c.password_hash).select_from(
    select(literal(1)).subquery().outerjoin(_USERS, _USERS.c.email == bindparam("email"))
)
# Without what takes time to decrypt and is no matter of the password.
_ONE_USER = (
    select(User)
    .where(col(User.id) == bindparam("user_id"))
    .options(defer(User.totp_secret))  # type: ignore[arg-type]
    .with_for_update()
)


async def with_password(door: Door, *, email: str, password: str, address: str) -> Passed | Refused:
    """First step. Hashing happens between two short transactions, never inside one."""
    stranger = replace(ANONYMOUS, address=address)
    known = await door.glance(credentials, stranger, email=email)
    if isinstance(known, Refused):
        return known
    right = await hashing.fits(known.password_hash, password[:1024])
    new_hash = None
    if right and known.password_hash and hashing.is_outdated(known.password_hash):
        new_hash = await hashing.make(password)
    return await door.act(
        settle_password, stranger, user_id=known.user_id, checked=known.password_hash, right=right, new_hash=new_hash
    )


@reads(Gate.PUBLIC)
def credentials(tx: Tx, *, email: str) -> Credentials | Refused:
    """The hash to check against; nothing where nobody has that address."""
    asked = throttle.asked(tx, tx.actor.address) | {"email": email.strip().lower()[:254]}
    found = tx.db.execute(_KNOWN, asked).one()
    return Refused.THROTTLED if found.exhausted else Credentials(found.id, found.password_hash)


@writes(Gate.PUBLIC)
def settle_password(
    tx: Tx, *, user_id: int | None, checked: str | None, right: bool, new_hash: str | None
) -> Passed | Refused:
    """Open the first session, or count the failure. Throttle and lock are looked at again here: they may have fallen
    while the hash was computed."""
    user = tx.db.scalars(_ONE_USER, {"user_id": user_id}).first() if user_id else None
    if throttle.is_exhausted(tx, tx.actor.address):
        return Refused.THROTTLED
    if user is None:
        return Refused.WRONG if throttle.count_failure(tx, tx.actor.address) else Refused.THROTTLED
    if is_locked(tx, user) or user.disabled_at is not None or user.password_hash != checked:
        if not throttle.count_failure(tx, tx.actor.address):
            return Refused.THROTTLED
        audit.record(tx, "sign_in.refused", subject_kind="user", subject=user.locator, detail={"step": "password"})
        return Refused.WRONG
    if not right:
        return count_failure(tx, user, "password")
    if new_hash:
        user.password_hash = new_hash
    audit.record(tx, "sign_in.password", subject_kind="user", subject=user.locator, actor=user.email)
    token = sessions.start(tx, user, SessionStage.PASSWORD)
    return Passed(token, "/mfa" if is_enrolled(user) else "/enroll")


def is_enrolled(user: User) -> bool:
    """Whether the person has proved a second factor."""
    return user.totp_enrolled_at is not None or user.phone_verified_at is not None


def is_locked(tx: Tx, user: User) -> bool:
    """Whether the lock holds now. One that has run out is taken off, and counting begins anew."""
    if user.locked_until is None:
        return False
    if tx.now < user.locked_until:
        return True
    user.locked_until, user.failed_attempts = None, 0
    tx.db.flush()
    audit.record(tx, "user.unlocked", subject_kind="user", subject=user.locator, detail={"by": "time"})
    return False


def count_failure(tx: Tx, user: User, step: str) -> Refused:
    """One more failure in a row; the fifth locks for half an hour. Counted by the database, so that parallel failures
    all count. Beyond the limit of the address nobody's account is touched."""
    if not throttle.count_failure(tx, tx.actor.address):
        return Refused.THROTTLED
    failures = col(User.failed_attempts) + 1
    tx.db.flush()
    now_failed, locked_until = tx.db.execute(
        update(User)
        .where(col(User.id) == user.id)
        .values(
            failed_attempts=failures,
            locked_until=case((failures >= FAILURES_UNTIL_LOCK, tx.now + LOCK), else_=col(User.locked_until)),
        )
        .returning(col(User.failed_attempts), col(User.locked_until))
        .execution_options(synchronize_session=False)
    ).one()
    audit.record(
        tx, "sign_in.failed", subject_kind="user", subject=user.locator, detail={"step": step, "failures": now_failed}
    )
    if locked_until is not None:
        audit.record(tx, "user.locked", subject_kind="user", subject=user.locator, detail={"failures": now_failed})
        mail.send(
            tx,
            recipient=user.email,
            subject="Your portal account was locked",
            text=f"After {now_failed} failed attempts to sign in, your account was locked for 30 minutes. "
            "If that was not you, tell your agency's administrator.",
        )
    return Refused.WRONG if step == "password" else Refused.CODE


async def with_code(door: Door, actor: Actor, *, code: str) -> Passed | Refused:
    """Second step. Raises SignInNeeded where the first was not taken."""
    return await door.act(settle_code, actor, code=code)


@writes(Gate.PASSED_PASSWORD)
def settle_code(tx: Tx, *, code: str) -> Passed | Refused:
    """Exchange the first session for a full one, or count the failure. A wrong code counts as a wrong password does."""
    if throttle.is_exhausted(tx, tx.actor.address):
        return Refused.THROTTLED
    user = tx.db.scalars(select(User).where(col(User.id) == tx.actor.user_id).with_for_update()).one()
    if is_locked(tx, user):
        throttle.count_failure(tx, tx.actor.address)
        return Refused.CODE
    return admit(tx, user) if proves(tx, user, code) else count_failure(tx, user, "code")


def proves(tx: Tx, user: User, code: str) -> bool:
    """Whether the code is right, and used up now: of the authenticator, of a text message, or a recovery code."""
    if recovery.looks_like_one(code):
        return recovery.take(tx, user, code)
    if user.totp_enrolled_at is not None and totp.take(tx, user, code):
        return True
    return user.phone_verified_at is not None and text_codes.take(tx, user.phone or "", code)


@reads(Gate.PASSED_PASSWORD)
def ways(tx: Tx) -> Ways:
    """By what the person may prove themselves now, beside a recovery code."""
    user = tx.db.scalars(select(User).where(col(User.id) == tx.actor.user_id)).one()
    texted = user.phone_verified_at is not None and tx.ports.texts is not None
    return Ways(user.totp_enrolled_at is not None, masked(user.phone or "") if texted else "")


def masked(number: str) -> str:
    """The last four digits, behind dots."""
    return f"••• {number[-4:]}" if number else ""


@writes(Gate.PASSED_PASSWORD)
def text_me(tx: Tx) -> text_codes.Unsent | None:
    """Send a code to the person's verified number; the reason where none was sent."""
    user = tx.db.scalars(select(User).where(col(User.id) == tx.actor.user_id).with_for_update()).one()
    if user.phone is None or user.phone_verified_at is None:
        return text_codes.Unsent.NOT_SET_UP
    return text_codes.send(tx, user, user.phone)


def admit(tx: Tx, user: User) -> Passed:
    """The person has proved both factors: a new session id, the old one void, failures forgotten."""
    if not sessions.end_one(tx, tx.actor.session_id, SessionEnd.ADVANCED):
        raise SignInNeeded("Your session was ended meanwhile. Sign in again.")
    user.failed_attempts, user.locked_until, user.last_sign_in_at = 0, None, tx.now
    tx.db.flush()
    token = sessions.start(tx, user, SessionStage.FULL)
    audit.record(tx, "sign_in.completed", subject_kind="user", subject=user.locator)
    return Passed(token, "/")
