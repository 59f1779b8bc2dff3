"""One-time links by which a person sets a password: the first administrator, whoever is added later, and who forgot
theirs. Wrong ones are counted by address, and after too many of them no link of that address is looked at for a while.
"""

import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlencode

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select, update
from sqlmodel import col

from portal_app.models.enums import LinkPurpose, Role, SessionEnd
from portal_app.models.identity import SetUpLink, User
from portal_app.models.types import new_locator
from portal_app.services import audit, mail, outbox
from portal_app.services.access import ANONYMOUS, Actor, Gate
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import Invalid, NotFound, TooMany
from portal_app.services.identity import hashing, passwords, sessions, throttle, ways_in
from portal_app.services.identity.draft import wrong_with_name

FIRST_ADMINISTRATOR = timedelta(hours=24)
INVITATION = timedelta(days=7)
PAGES = {LinkPurpose.SET_UP: "/set-up", LinkPurpose.RESET: "/reset"}
VOID = "This link is not valid any more: it was used, or it is too old. Ask for a new one."

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class LinkState:
    """What a link is for. Name and email are empty for the first administrator, who types them."""

    name: str
    email: str


@writes(Gate.SYSTEM)
def first_administrator_link(tx: Tx) -> str | None:
    """A new link for the first administrator, the older ones void; None once anybody exists."""
    if tx.db.scalar(select(func.count()).select_from(User)):
        return None
    return make_link(tx, None, FIRST_ADMINISTRATOR)


def make_link(
    tx: Tx,
    user_id: int | None,
    lasts: timedelta,
    purpose: LinkPurpose = LinkPurpose.SET_UP,
    *,
    asked_for: bool = False,
) -> str:
    """Void the person's older links and make a new one, under the configured address only. One that anybody may have
    `asked_for` voids its like alone: a stranger must not void what an administrator handed over."""
    _void(tx, user_id, asked_for=asked_for)
    token = secrets.token_urlsafe(32)
    tx.db.add(
        SetUpLink(
            token_hash=sessions.hash_of(token),
            user_id=user_id,
            purpose=purpose,
            asked_for=asked_for,
            created_at=tx.now,
            expires_at=tx.now + lasts,
        )
    )
    return f"{tx.settings.origin}{PAGES[purpose]}?{urlencode({'token': token})}"


def _void(tx: Tx, user_id: int | None, *, asked_for: bool = False) -> None:
    which = [col(SetUpLink.user_id) == user_id, col(SetUpLink.used_at).is_(None)]
    if asked_for:
        which.append(col(SetUpLink.asked_for).is_(True))
    tx.db.execute(update(SetUpLink).where(*which).values(used_at=tx.now))
    # The mails that still wait would bring what is void. Links for a password are mailed only where asked for.
    for purpose in (LinkPurpose.RESET,) if asked_for else LinkPurpose:
        outbox.take_out(tx, mail_key(user_id, purpose))


def mail_key(user_id: int | None, purpose: LinkPurpose) -> str:
    """What a mailed link is ordered by in the outbox: it waits for no other message to the person."""
    return f"link:{purpose.value}:{user_id}"


def void_all(tx: Tx, user: User) -> None:
    """Void all links of a person, also those that are still to be mailed."""
    _void(tx, user.id)


async def look(door: Door, *, token: str, address: str) -> LinkState:
    """What the page shows. Raises NotFound for a link that is unknown, used or old, TooMany where such ones keep coming
    from the address."""
    stranger = replace(ANONYMOUS, address=address)
    return await _counted(door, stranger, door.act(look_at, stranger, token=token))


async def _counted(door: Door, stranger: Actor, asked: Awaitable[Answer]) -> Answer:
    """What was asked; a link that does not work counts against the address."""
    try:
        return await asked
    except NotFound:
        await door.act(count_wrong, stranger)
        raise


@writes(Gate.PUBLIC)
def count_wrong(tx: Tx) -> None:
    """Count one link that does not work against the actor's address."""
    throttle.count_failure(tx, _place(tx))


def _place(tx: Tx) -> str:
    """Counted apart from sign-ins: an office whose newcomer holds an old link must still get in."""
    return f"link:{throttle.network_of(tx.actor.address)}"


@reads(Gate.PUBLIC)
def look_at(tx: Tx, *, token: str) -> LinkState:
    """What the page shows. Raises NotFound or TooMany."""
    link = _usable(tx, token)
    user = tx.db.get(User, link.user_id) if link.user_id else None
    return LinkState(user.name, user.email) if user else LinkState("", "")


async def finish(door: Door, *, token: str, email: str, name: str, password: str, address: str) -> None:
    """Set the password and use the link up. Raises NotFound, TooMany or Invalid (every problem at once); signs nobody
    in."""
    link = await look(door, token=token, address=address)
    name, email = (link.name, link.email) if link.email else (name.strip(), email)
    settings = await door.in_thread(door.settings_in_force)
    problems = {
        f"password_{code}": passwords.SENTENCES[code]
        for code in passwords.problems(password, name=name, email=email, settings=settings)
    }
    checked = "" if link.email else _checked_email(email, problems)
    if not link.email and (sentence := wrong_with_name(name)):
        problems["name"] = sentence
    if problems:
        raise Invalid(problems)
    password_hash = await hashing.make(password)
    stranger = replace(ANONYMOUS, address=address)
    done = door.act(settle, stranger, token=token, email=checked, name=name, password_hash=password_hash)
    await _counted(door, stranger, done)


def _checked_email(email: str, problems: dict[str, str]) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        problems["email"] = "Enter an email address such as name@example.com."
        return ""


@writes(Gate.PUBLIC)
def settle(tx: Tx, *, token: str, email: str, name: str, password_hash: str) -> None:
    """Use the link up, exactly once, and store the password; the first administrator comes into being here. A lock
    stays, and so do the failures that were counted: only time or an administrator takes it off."""
    link = _usable(tx, token)
    used = tx.db.execute(
        update(SetUpLink)
        .where(col(SetUpLink.id) == link.id, col(SetUpLink.used_at).is_(None))
        .values(used_at=tx.now)
        .returning(col(SetUpLink.id))
    )
    if used.first() is None:
        raise NotFound(VOID)
    user = tx.db.get(User, link.user_id) if link.user_id else _first_administrator(tx, email, name)
    if user is None:
        raise NotFound(VOID)
    if user.password_hash is None:
        user.failed_attempts, user.locked_until = 0, None
    user.password_hash = password_hash
    tx.db.flush()
    void_all(tx, user)
    ways_in.forget_unproved(tx, user)
    ways_in.end(tx, user, SessionEnd.REVOKED)
    audit.record(tx, "user.password_set", subject_kind="user", subject=user.locator, actor=user.email)
    if link.purpose is LinkPurpose.RESET:
        tell_of_new_password(tx, user, "Your sessions and your tokens for the API were ended.")


def tell_of_new_password(tx: Tx, user: User, ended: str) -> None:
    mail.send(
        tx,
        recipient=user.email,
        subject="Your portal password was changed",
        text=f"Your password for the portal was changed a moment ago. {ended} If that was not you, tell your agency's "
        "administrator at once.",
    )


def _first_administrator(tx: Tx, email: str, name: str) -> User | None:
    if tx.db.scalar(select(func.count()).select_from(User)):
        return None
    user = User(locator=new_locator(), email=email, name=name, role=Role.ADMIN, created_at=tx.now)
    tx.db.add(user)
    tx.db.flush()
    detail = {"role": Role.ADMIN.value}
    audit.record(tx, "user.created", subject_kind="user", subject=user.locator, actor=email, detail=detail)
    return user


def _usable(tx: Tx, token: str) -> SetUpLink:
    if throttle.is_exhausted(tx, _place(tx)):
        raise TooMany
    found = tx.db.scalars(select(SetUpLink).where(col(SetUpLink.token_hash) == sessions.hash_of(token))).first()
    if found is None or found.used_at is not None or tx.now >= found.expires_at:
        raise NotFound(VOID)
    user = tx.db.get(User, found.user_id) if found.user_id else None
    if user is not None and user.disabled_at is not None:
        raise NotFound(VOID)
    return found
