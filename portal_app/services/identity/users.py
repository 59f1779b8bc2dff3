"""People: added, changed, locked out and let in again. Nobody changes what they may do themselves, and the last
administrator stays."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Select, and_, delete, or_, select
from sqlmodel import col

from portal_app.models.enums import Grant, LinkPurpose, Role, SessionEnd
from portal_app.models.identity import ApiToken, User, UserGrant
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.types import new_locator
from portal_app.services import audit, mail
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import ConfirmFirst, Conflict, Forbidden, NotFound
from portal_app.services.identity import sessions, set_up, told, ways_in
from portal_app.services.identity.confirm import is_recent
from portal_app.services.identity.draft import Checked, Draft, checked
from portal_app.services.submissions.releasing import release

LAST_ADMINISTRATOR = "This is the last administrator. Make somebody else one first."
OWN_ADDRESS = "Confirm in your preferences that it is you, and then change your own address."
CHANGED_MEANWHILE = "Nothing was saved: somebody else changed this person since you opened the form."

Told = dict[str, object]
"""What is written down of a person, as the audit trail keeps it."""


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody who was added, and the one-time link by which they set their password."""

    locator: str
    link: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """What is to be otherwise than it is written down; None leaves it."""

    email: str | None = None
    name: str | None = None
    role: Role | None = None
    producer_code: str | None = None
    grants: frozenset[Grant] | None = None


@writes(Permission.MANAGE_USERS)
def add(
    tx: Tx, *, email: str, name: str, role: Role, producer_code: str = "", grants: frozenset[Grant] = frozenset()
) -> Added:
    """Add a person, mail them an invitation where there is a mail server, and return the link too, for whoever hands it
    over. Raises Invalid with every problem at once."""
    given = checked(tx, Draft(email, name, role, producer_code, grants))
    user = User(
        locator=new_locator(),
        email=given.email,
        name=given.name,
        role=role,
        created_at=tx.now,
        producer_id=given.producer.id if given.producer else None,
    )
    tx.db.add(user)
    tx.db.flush()
    _grant(tx, user, grants)
    detail = {"role": role.value, "grants": sorted(each.value for each in grants), "producer_code": producer_code}
    audit.record(tx, "user.created", subject_kind="user", subject=user.locator, detail=detail)
    if role is Role.PRINCIPAL:
        told.principals(tx, user, "added a Principal")
    return Added(user.locator, _invited(tx, user))


@writes(Permission.MANAGE_USERS)
def invite_again(tx: Tx, *, who: str) -> str:
    """Another link for somebody who has not set a password yet; the older one is void. Raises NotFound or Conflict."""
    user = find(tx, who)
    not_shut_out(user)
    if user.password_hash is not None:
        raise Conflict("They have set a password already. Give them a link for a new one instead.")
    audit.record(tx, "user.invited_again", subject_kind="user", subject=user.locator)
    if user.role is Role.PRINCIPAL:
        told.principals(tx, user, "made another link for the first password of a Principal")
    return _invited(tx, user)


def _invited(tx: Tx, user: User) -> str:
    link = set_up.make_link(tx, user.id, set_up.INVITATION)
    mail.send(
        tx,
        recipient=user.email,
        subject=f"Your access to the {tx.settings.agency_name} portal",
        text=f"{tx.actor.name} gives you access to the portal of {tx.settings.agency_name}. Choose a password within "
        f"seven days, by this link:\n\n{link}\n",
        until=tx.now + set_up.INVITATION,
        record_key=set_up.mail_key(user.id, LinkPurpose.SET_UP),
    )
    return link


@writes(Permission.MANAGE_USERS)
def change(tx: Tx, *, who: str, draft: Draft, version: str = "") -> str:
    """Change what is written down of a person. Their sessions and tokens end where what they may do or see is another;
    grants beyond the role's ceiling are refused. With another address all their links are void; who never came is
    invited at the new one, and that link is returned, else an empty text. `version` is the one that the draft was made
    from, where one is given: what somebody else changed since is not written over. Raises NotFound, Invalid, Forbidden,
    Conflict, or ConfirmFirst for one's own address."""
    user = find(tx, who)
    if version and version != version_of(tx, user):
        raise Conflict(CHANGED_MEANWHILE)
    given = checked(tx, draft, user.id)
    before, after = _told(tx, user), _would_be(tx, given)
    if before == after:
        return ""
    if user.email != given.email and user.id == tx.actor.user_id and not is_recent(tx):
        raise ConfirmFirst(OWN_ADDRESS)
    if _reaches(before, after):
        _not_oneself(tx, user, "Somebody else has to change what you may do.")
        if user.role is Role.ADMIN and given.role is not Role.ADMIN:
            _not_the_last(tx, user)
        ways_in.end(tx, user, SessionEnd.ROLE_CHANGED)
    user.email, user.name, user.role = given.email, given.name, given.role
    user.producer_id = given.producer.id if given.producer else None
    _grant(tx, user, given.grants)
    tx.db.flush()
    release(tx, user)
    detail = {"before": _named(tx, before), "after": _named(tx, after)}
    audit.record(tx, "user.changed", subject_kind="user", subject=user.locator, detail=detail)
    _tell_of_change(tx, user, before, after)
    return _at_new_address(tx, user) if before["email"] != after["email"] else ""


def _at_new_address(tx: Tx, user: User) -> str:
    """Whoever reads the older address must not come in by a link that was sent there."""
    set_up.void_all(tx, user)
    never_came = user.password_hash is None and user.disabled_at is None
    return _invited(tx, user) if never_came else ""


def _reaches(before: Told, after: Told) -> bool:
    return any(before[name] != after[name] for name in ("role", "producer", "grants"))


def _tell_of_change(tx: Tx, user: User, before: Told, after: Told) -> None:
    if _reaches(before, after):
        told.person(tx, user, "changed what you may do or see in the portal. Your sessions and your tokens ended.")
    if before["role"] != after["role"] and Role.PRINCIPAL in (before["role"], after["role"]):
        made = user.role is Role.PRINCIPAL
        told.principals(tx, user, "made somebody a Principal" if made else "took the role of Principal from somebody")
    if before["email"] != after["email"]:
        old = str(before["email"])
        told.person(tx, user, "changed the address by which you sign in. It is not this one any more.", at=old)
        if Role.PRINCIPAL in (before["role"], after["role"]):
            told.principals(tx, user, f"changed the address of a Principal from {old}")


def version_of(tx: Tx, user: User) -> str:
    """Another one as soon as anything that `change` changes is another."""
    return hashlib.sha256(json.dumps(_told(tx, user)).encode()).hexdigest()[:16]


@writes(Permission.MANAGE_USERS)
def amend(tx: Tx, *, who: str, amendment: Amendment) -> str:
    """Change a part of what is written down of a person, as `change` does the whole. Returns and raises what it
    does."""
    user = find(tx, who)
    granted = tx.db.scalars(select(col(UserGrant.granted)).where(col(UserGrant.user_id) == user.id))
    draft = Draft(user.email, user.name, user.role, producer_code_of(tx, user), frozenset(granted))
    given = {name: value for name, value in asdict(amendment).items() if value is not None}
    return change(tx, who=user.locator, draft=replace(draft, **given))


def producer_code_of(tx: Tx, user: User) -> str:
    """One of the codes of the producer that somebody is, always the same, or empty."""
    code = select(col(ProducerCode.code)).where(
        col(ProducerCode.producer_id) == user.producer_id, col(ProducerCode.code).is_not(None)
    )
    return tx.db.scalar(code.order_by(col(ProducerCode.code)).limit(1)) or ""


def _told(tx: Tx, user: User) -> Told:
    granted = tx.db.scalars(select(col(UserGrant.granted)).where(col(UserGrant.user_id) == user.id))
    return {
        "email": user.email,
        "name": user.name,
        "role": user.role.value,
        "producer": user.producer_id,
        "grants": sorted(each.value for each in granted),
    }


def _would_be(tx: Tx, given: Checked) -> Told:
    return {
        "email": given.email,
        "name": given.name,
        "role": given.role.value,
        "producer": given.producer.id if given.producer else None,
        "grants": sorted(each.value for each in given.grants),
    }


def _named(tx: Tx, told: Told) -> Told:
    """The same with the producer's name and code, as they are now, in place of the portal's own number."""
    producer = tx.db.get(Producer, told["producer"]) if told["producer"] else None
    if producer is None:
        return told | {"producer": ""}
    code = select(col(ProducerCode.code)).where(col(ProducerCode.producer_id) == producer.id)
    first = tx.db.scalar(code.order_by(col(ProducerCode.code)).limit(1))
    return told | {"producer": f"{producer.name} ({first})" if first else producer.name}


def _grant(tx: Tx, user: User, grants: frozenset[Grant]) -> None:
    """Exactly these; those that stay keep who gave them and when."""
    tx.db.execute(
        delete(UserGrant).where(col(UserGrant.user_id) == user.id, col(UserGrant.granted).not_in(list(grants)))
    )
    there = set(tx.db.scalars(select(col(UserGrant.granted)).where(col(UserGrant.user_id) == user.id)))
    by = tx.actor.email or tx.actor.name
    for each in sorted(grants - there):
        tx.db.add(UserGrant(user_id=user.id or 0, granted=each, granted_by=by, granted_at=tx.now))
    tx.db.flush()


@writes(Permission.MANAGE_USERS)
def disable(tx: Tx, *, who: str) -> None:
    """Shut a person out: sessions, tokens and links end at once. What they did stays. Raises NotFound, Forbidden or
    Conflict."""
    user = find(tx, who)
    _not_oneself(tx, user, "Somebody else has to shut you out.")
    if user.role is Role.ADMIN and user.disabled_at is None:
        _not_the_last(tx, user)
    user.disabled_at = user.disabled_at or tx.now
    tx.db.flush()
    ways_in.end(tx, user, SessionEnd.REVOKED)
    set_up.void_all(tx, user)
    audit.record(tx, "user.disabled", subject_kind="user", subject=user.locator)
    release(tx, user)
    if user.role is Role.PRINCIPAL:
        told.principals(tx, user, "shut a Principal out")


@writes(Permission.MANAGE_USERS)
def enable(tx: Tx, *, who: str) -> None:
    """Let a person in again, with the password and second factor that they had. Raises NotFound."""
    user = find(tx, who)
    user.disabled_at = None
    tx.db.flush()
    audit.record(tx, "user.enabled", subject_kind="user", subject=user.locator)


@writes(Permission.MANAGE_USERS)
def unlock(tx: Tx, *, who: str) -> None:
    """Take a lock off before its time. Raises NotFound; unlocking who is not locked only forgets the failures."""
    user = find(tx, who)
    user.failed_attempts, user.locked_until = 0, None
    tx.db.flush()
    audit.record(tx, "user.unlocked", subject_kind="user", subject=user.locator, detail={"by": tx.actor.name})


@writes(Permission.MANAGE_USERS)
def reset_mfa(tx: Tx, *, who: str) -> None:
    """Take the second factor back: the person sets up a new one at the next sign-in; all their sessions and tokens
    end. Raises NotFound or Forbidden."""
    user = find(tx, who)
    _not_oneself(tx, user, "Somebody else has to reset your second factor.")
    ways_in.forget_factor(tx, user)
    ways_in.end(tx, user, SessionEnd.REVOKED)
    audit.record(tx, "mfa.reset", subject_kind="user", subject=user.locator)
    told.person(tx, user, "reset your second factor: you set up a new one at your next sign-in.")
    if user.role is Role.PRINCIPAL:
        told.principals(tx, user, "reset the second factor of a Principal")


@writes(Permission.MANAGE_USERS)
def sign_out_everywhere(tx: Tx, *, who: str) -> int:
    """End all sessions of a person. Returns how many. Raises NotFound."""
    user = find(tx, who)
    ended = sessions.end_all(tx, user.id or 0, SessionEnd.REVOKED)
    audit.record(tx, "user.signed_out", subject_kind="user", subject=user.locator, detail={"sessions": ended})
    return ended


@writes(Permission.MANAGE_USERS)
def revoke_token(tx: Tx, *, who: str, locator: str) -> None:
    """End a token of somebody. Raises NotFound, also where it is somebody else's."""
    user = find(tx, who)
    theirs = (col(ApiToken.locator) == locator, col(ApiToken.user_id) == user.id)
    found = tx.db.scalars(select(ApiToken).where(*theirs, col(ApiToken.revoked_at).is_(None))).first()
    if found is None:
        raise NotFound
    found.revoked_at = tx.now
    tx.db.flush()
    audit.record(tx, "token.revoked", subject_kind="user", subject=user.locator, detail={"name": found.name})


def find(tx: Tx, who: str) -> User:
    """The person by locator or email address, held until the end of the transaction. Raises NotFound."""
    user = tx.db.scalars(named(who).with_for_update()).first()
    if user is None:
        raise NotFound("Nobody here has this email address." if "@" in who else "")
    return user


def named(who: str) -> Select[User]:
    """SELECT of the person with this locator or email address."""
    return select(User).where(col(User.email) == who.strip().lower() if "@" in who else col(User.locator) == who)


def not_shut_out(user: User) -> None:
    """Raises Conflict."""
    if user.disabled_at is not None:
        raise Conflict("They are shut out. Let them in again first.")


def _not_oneself(tx: Tx, user: User, sentence: str) -> None:
    if user.id == tx.actor.user_id:
        raise Forbidden(sentence)


def _not_the_last(tx: Tx, user: User) -> None:
    """All of them are held until the end of the transaction, so that two cannot both leave as the last but one. Who was
    invited and never came could look after nobody, so that they stand in for none who can sign in."""
    proved = or_(col(User.totp_enrolled_at).is_not(None), col(User.phone_verified_at).is_not(None))
    can_sign_in = and_(col(User.password_hash).is_not(None), proved)
    active = select(col(User.id), can_sign_in).where(col(User.role) == Role.ADMIN, col(User.disabled_at).is_(None))
    found = {row[0]: row[1] for row in tx.db.execute(active.with_for_update())}
    if not any(able or not found.get(user.id) for number, able in found.items() if number != user.id):
        raise Conflict(LAST_ADMINISTRATOR)
