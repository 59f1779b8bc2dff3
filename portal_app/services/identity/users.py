"""People: added, changed in role, unlocked, their second factor taken back."""

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import Grant, Role, SessionEnd
from portal_app.models.identity import ApiToken, User, UserGrant
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import MATRIX, Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.identity import sessions, set_up


@writes(Permission.MANAGE_USERS)
def add(
    tx: Tx, *, email: str, name: str, role: Role, producer_code: str = "", grants: frozenset[Grant] = frozenset()
) -> str:
    """Add a person and return the one-time link by which they set their password. Raises Invalid with every problem
    at once."""
    user = _new(tx, email, name, role, producer_code, grants)
    return set_up.make_link(tx, user.id, set_up.INVITATION)


def _new(tx: Tx, email: str, name: str, role: Role, producer_code: str, grants: frozenset[Grant]) -> User:
    problems: dict[str, str] = {}
    address = ""
    try:
        address = validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        problems["email"] = "Enter an email address such as name@example.com."
    if address and tx.db.scalar(select(col(User.id)).where(col(User.email) == address)):
        problems["email"] = "Somebody with this email address is there already."
    if not 1 <= len(name.strip()) <= 120:
        problems["name"] = "Enter a name, at most 120 characters."
    if beyond := grants - MATRIX[role].may_be_granted:
        problems["grants"] = f"{role.label} cannot be given: {', '.join(sorted(each.label for each in beyond))}."
    producer = _producer_of(tx, producer_code, problems) if producer_code else None
    if role is Role.PRODUCER and not producer_code:
        problems["producer_code"] = "A producer needs a producer code: it decides whose book they see."
    if problems:
        raise Invalid(problems)
    user = User(
        locator=new_locator(),
        email=address,
        name=name.strip(),
        role=role,
        created_at=tx.now,
        producer_id=producer.id if producer else None,
    )
    tx.db.add(user)
    tx.db.flush()
    for each in sorted(grants):
        tx.db.add(
            UserGrant(user_id=user.id or 0, granted=each, granted_by=tx.actor.email or tx.actor.name, granted_at=tx.now)
        )
    detail = {"role": role.value, "grants": sorted(each.value for each in grants), "producer_code": producer_code}
    audit.record(tx, "user.created", subject_kind="user", subject=user.locator, detail=detail)
    return user


def _producer_of(tx: Tx, code: str, problems: dict[str, str]) -> Producer | None:
    found = tx.db.scalars(
        select(Producer)
        .join(ProducerCode, col(ProducerCode.producer_id) == col(Producer.id))
        .where(col(ProducerCode.code) == code)
    ).first()
    if found is None:
        problems["producer_code"] = f"There is no producer code {code}."
    return found


@writes(Permission.MANAGE_USERS)
def change_role(tx: Tx, *, email: str, role: Role) -> None:
    """Give a person another role. Their sessions end and grants beyond the new role's ceiling go. The last
    administrator stays one."""
    user = by_email(tx, email)
    before = user.role
    if user.id == tx.actor.user_id:
        raise Forbidden("Somebody else has to change your role.")
    if role is Role.PRODUCER and user.producer_id is None:
        raise Conflict("A producer needs a producer code: it decides whose book they see.")
    if before is role:
        return
    if before is Role.ADMIN and _administrators(tx) == 1:
        raise Conflict("This is the last administrator. Make somebody else one first.")
    user.role = role
    for each in tx.db.scalars(select(UserGrant).where(col(UserGrant.user_id) == user.id)):
        if each.granted not in MATRIX[role].may_be_granted:
            tx.db.delete(each)
    tx.db.flush()
    sessions.end_all(tx, user.id or 0, SessionEnd.ROLE_CHANGED)
    detail = {"before": before.value, "after": role.value}
    audit.record(tx, "user.role_changed", subject_kind="user", subject=user.locator, detail=detail)


@writes(Permission.MANAGE_USERS)
def unlock(tx: Tx, *, email: str) -> None:
    """Take a lock off before its time. Raises NotFound; unlocking who is not locked only forgets the failures."""
    user = by_email(tx, email)
    user.failed_attempts, user.locked_until = 0, None
    tx.db.flush()
    audit.record(tx, "user.unlocked", subject_kind="user", subject=user.locator, detail={"by": tx.actor.name})


@writes(Permission.MANAGE_USERS)
def reset_mfa(tx: Tx, *, email: str) -> None:
    """Take the second factor back: the person sets up a new one at the next sign-in; all their sessions and tokens
    end."""
    user = by_email(tx, email)
    if user.id == tx.actor.user_id:
        raise Forbidden("Somebody else has to reset your second factor.")
    user.totp_secret, user.totp_enrolled_at = None, None
    tx.db.flush()
    sessions.end_all(tx, user.id or 0, SessionEnd.REVOKED)
    for token in tx.db.scalars(
        select(ApiToken).where(col(ApiToken.user_id) == user.id, col(ApiToken.revoked_at).is_(None))
    ):
        token.revoked_at = tx.now
    audit.record(tx, "mfa.reset", subject_kind="user", subject=user.locator)


def by_email(tx: Tx, email: str) -> User:
    """Raises NotFound."""
    user = tx.db.scalars(select(User).where(col(User.email) == email.strip().lower()).with_for_update()).first()
    if user is None:
        raise NotFound("Nobody here has this email address.")
    return user


def _administrators(tx: Tx) -> int:
    """How many there are, held until the end of the transaction, so that two cannot both leave as the last but one."""
    active = select(col(User.id)).where(col(User.role) == Role.ADMIN, col(User.disabled_at).is_(None))
    return len(tx.db.scalars(active.with_for_update()).all())
