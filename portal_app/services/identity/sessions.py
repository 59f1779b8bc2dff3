"""Sessions: started at sign-in, looked up for every request and event, ended by time, sign-out or another sign-in."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.enums import SessionEnd, SessionStage
from portal_app.models.identity import User, UserGrant, UserSession
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import ANONYMOUS, Actor, Gate
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import NotFound

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
PASSWORD_STAGE = timedelta(minutes=10)
TOUCH_AFTER = timedelta(seconds=15)
TOUCH_WITHIN = timedelta(seconds=30)
WARNING = timedelta(minutes=2)
"""So long before the idle limit a page warns."""


def hash_of(token: str) -> bytes:
    """What the table keeps of a cookie or API token. The token has 256 bits of chance, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Resolved:
    actor: Actor
    needs_touch: bool


Found = Row[*tuple[Any, ...]]

# Columns and not objects, for this is asked for every event: building objects took longer than all the rest of it.
_SESSION, _USER, _GRANT = (metadata.tables[each.__tablename__] for each in (UserSession, User, UserGrant))
_STANDING = (
    select(
        _SESSION.c.token_hash,
        _SESSION.c.id.label("session_id"),
        _SESSION.c.stage,
        _SESSION.c.address,
        _SESSION.c.last_seen_at,
        _SESSION.c.expires_at,
        _SESSION.c.end_reason,
        _USER.c.id.label("user_id"),
        _USER.c.name,
        _USER.c.locator,
        _USER.c.email,
        _USER.c.role,
        _USER.c.producer_id,
        _USER.c.totp_enrolled_at,
        _USER.c.phone_verified_at,
        _USER.c.disabled_at,
        _GRANT.c.granted,
    )
    .join(_USER, _USER.c.id == _SESSION.c.user_id)
    .outerjoin(_GRANT, _GRANT.c.user_id == _USER.c.id)
)
_OF_ONE = _STANDING.where(_SESSION.c.token_hash == bindparam("token_hash"))
_OF_MANY = _STANDING.where(_SESSION.c.token_hash.in_(bindparam("token_hashes", expanding=True)))


async def look_up(door: Door, *, token_hash: bytes) -> Resolved | SessionEnd | None:
    """Who stands behind a session now, with role and grants as they are in the database at this moment; the reason why
    the session ended; None where there never was one. `needs_touch` asks for `keep_awake` where this was active use,
    at most every 15 seconds, so that reading does not always write."""
    return await door.glance(standing, ANONYMOUS, token_hash=token_hash)


@reads(Gate.PUBLIC)
def standing(tx: Tx, *, token_hash: bytes) -> Resolved | SessionEnd | None:
    """Who stands behind a session, or why it is over. The rows are one for each grant, or a single one without."""
    rows = tx.db.execute(_OF_ONE, {"token_hash": token_hash}).all()
    if not rows:
        return None
    found = rows[0]
    if (end := end_of(found, tx.now)) is not None:
        return end
    actor = Actor(
        "user",
        found.name,
        user_id=found.user_id,
        locator=found.locator,
        email=found.email,
        role=found.role,
        producer_id=found.producer_id,
        grants=frozenset(row.granted for row in rows if row.granted is not None),
        stage=found.stage,
        enrolled=found.totp_enrolled_at is not None or found.phone_verified_at is not None,
        session_id=found.session_id,
        address=found.address,
    )
    return Resolved(actor, tx.now - found.last_seen_at >= TOUCH_AFTER)


def end_of(found: Found, now: datetime) -> SessionEnd | None:
    """Why a session is over at `now`, or None while it lives."""
    reason: SessionEnd | None = found.end_reason
    if reason is not None:
        return reason
    if found.disabled_at is not None:
        return SessionEnd.REVOKED
    if now >= found.expires_at:
        return SessionEnd.ABSOLUTE
    if now - found.last_seen_at >= IDLE:
        return SessionEnd.IDLE
    return None


async def keep_awake(door: Door, *, token_hashes: frozenset[bytes]) -> None:
    """Move the idle limit of these sessions on."""
    await door.act(touch, ANONYMOUS, token_hashes=token_hashes)


@writes(Gate.PUBLIC)
def touch(tx: Tx, *, token_hashes: frozenset[bytes]) -> None:
    """Move the idle limit on for what was in use some seconds ago. A session that ended otherwise stays so."""
    for some in _in_portions(token_hashes):
        tx.db.execute(
            update(UserSession)
            .where(
                col(UserSession.token_hash).in_(some),
                col(UserSession.ended_at).is_(None),
                col(UserSession.last_seen_at) > tx.now - IDLE - TOUCH_WITHIN,
            )
            .values(last_seen_at=tx.now)
        )


@dataclass(frozen=True, slots=True)
class Watched:
    """Of some sessions: those that are over or unknown, with the reason (None where one never was), and those that end
    soon unless somebody does something."""

    ended: dict[bytes, SessionEnd | None]
    idle_soon: frozenset[bytes]


async def watched(door: Door, *, token_hashes: frozenset[bytes]) -> Watched:
    """How it stands with the sessions of open pages."""
    return await door.act(look_over, ANONYMOUS, token_hashes=token_hashes)


@reads(Gate.PUBLIC)
def look_over(tx: Tx, *, token_hashes: frozenset[bytes]) -> Watched:
    """The same in one transaction."""
    ended: dict[bytes, SessionEnd | None] = dict.fromkeys(token_hashes)
    idle_soon = set()
    for some in _in_portions(token_hashes):
        for found in tx.db.execute(_OF_MANY, {"token_hashes": some}):
            if (end := end_of(found, tx.now)) is not None:
                ended[found.token_hash] = end
                continue
            ended.pop(found.token_hash, None)
            if found.stage is SessionStage.FULL and tx.now - found.last_seen_at >= IDLE - WARNING:
                idle_soon.add(found.token_hash)
    return Watched(ended, frozenset(idle_soon))


def _in_portions(token_hashes: Iterable[bytes]) -> Iterator[list[bytes]]:
    """As many at once as every database takes parameters."""
    left = list(token_hashes)
    while left:
        some, left = left[:500], left[500:]
        yield some


def start(tx: Tx, user: User, stage: SessionStage, *, until: datetime | None = None) -> str:
    """Open a session and return the token for the cookie. A full one ends the others, or tells them where both are
    allowed."""
    token = secrets.token_urlsafe(32)
    limit = until or tx.now + (ABSOLUTE if stage is SessionStage.FULL else PASSWORD_STAGE)
    if stage is SessionStage.FULL:
        _tell_or_end_others(tx, user)
    tx.db.execute(
        insert(_SESSION),
        {
            "locator": new_locator(),
            "token_hash": hash_of(token),
            "user_id": user.id,
            "stage": stage,
            "created_at": tx.now,
            "last_seen_at": tx.now,
            "expires_at": limit,
            "address": tx.actor.address,
            "confirmed_at": tx.now if stage is SessionStage.FULL else None,
        },
    )
    return token


def _tell_or_end_others(tx: Tx, user: User) -> None:
    others = (
        update(UserSession)
        .where(col(UserSession.user_id) == user.id, col(UserSession.ended_at).is_(None))
        .where(col(UserSession.stage) == SessionStage.FULL)
    )
    if tx.settings.concurrent_sessions:
        notice = f"Your account was used to sign in from {tx.actor.address or 'another place'}."
        tx.db.execute(others.values(notice=notice))
    else:
        tx.db.execute(others.values(ended_at=tx.now, end_reason=SessionEnd.REPLACED))


def end_all(tx: Tx, user_id: int, reason: SessionEnd) -> int:
    """End every open session of a person. Returns how many."""
    done = tx.db.execute(
        update(UserSession)
        .where(col(UserSession.user_id) == user_id, col(UserSession.ended_at).is_(None))
        .values(ended_at=tx.now, end_reason=reason)
        .returning(col(UserSession.id))
    )
    return len(done.all())


def end_others(tx: Tx, reason: SessionEnd) -> int:
    """End the actor's other open sessions. Returns how many."""
    done = tx.db.execute(
        update(UserSession)
        .where(
            col(UserSession.user_id) == tx.actor.user_id,
            col(UserSession.id) != tx.actor.session_id,
            col(UserSession.ended_at).is_(None),
        )
        .values(ended_at=tx.now, end_reason=reason)
        .returning(col(UserSession.id))
    )
    return len(done.all())


def forget_pending(tx: Tx) -> None:
    """Forget the secret of a new authenticator that the actor's session was shown and did not prove."""
    mine = col(UserSession.id) == tx.actor.session_id
    tx.db.execute(update(UserSession).where(mine).values(totp_pending=None))


def end_one(tx: Tx, session_id: int | None, reason: SessionEnd) -> bool:
    done = tx.db.execute(
        update(UserSession)
        .where(col(UserSession.id) == session_id, col(UserSession.ended_at).is_(None))
        .values(ended_at=tx.now, end_reason=reason)
        .returning(col(UserSession.id))
    )
    return done.first() is not None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of the person, as they may see it."""

    locator: str
    since: datetime
    last_seen_at: datetime
    address: str
    is_this: bool


@reads(Gate.SIGNED_IN)
def own(tx: Tx) -> tuple[OpenSession, ...]:
    """The person's open sessions, this one first."""
    found = tx.db.scalars(
        select(UserSession)
        .where(
            col(UserSession.user_id) == tx.actor.user_id,
            col(UserSession.ended_at).is_(None),
            col(UserSession.stage) == SessionStage.FULL,
            col(UserSession.expires_at) > tx.now,
            col(UserSession.last_seen_at) > tx.now - IDLE,
        )
        .order_by(col(UserSession.id).desc())
    )
    lines = [
        OpenSession(each.locator, each.created_at, each.last_seen_at, each.address, each.id == tx.actor.session_id)
        for each in found
    ]
    return tuple(sorted(lines, key=lambda each: not each.is_this))


@reads(Gate.SIGNED_IN)
def own_one(tx: Tx, *, locator: str) -> OpenSession:
    """One of the person's open sessions. Raises NotFound."""
    found = next((each for each in own(tx) if each.locator == locator), None)
    if found is None:
        raise NotFound
    return found


@writes(Gate.SIGNED_IN)
def sign_out_elsewhere(tx: Tx) -> int:
    """End the person's other sessions. Returns how many."""
    ended = end_others(tx, SessionEnd.REVOKED)
    audit.record(tx, "session.others_ended", subject_kind="user", subject=tx.actor.locator, detail={"sessions": ended})
    return ended


@writes(Gate.SIGNED_IN)
def end_own(tx: Tx, *, locator: str) -> None:
    """End one of the person's sessions. Raises NotFound."""
    mine = (col(UserSession.locator) == locator, col(UserSession.user_id) == tx.actor.user_id)
    number = tx.db.scalar(select(col(UserSession.id)).where(*mine, col(UserSession.stage) == SessionStage.FULL))
    if number is None or not end_one(tx, number, SessionEnd.REVOKED):
        raise NotFound
    audit.record(tx, "session.ended", subject_kind="user", subject=tx.actor.locator)


@writes(Gate.PUBLIC)
def sign_out(tx: Tx) -> None:
    """End the session of the actor; twice is nothing."""
    if end_one(tx, tx.actor.session_id, SessionEnd.SIGNED_OUT):
        audit.record(tx, "session.signed_out", subject_kind="user", subject=tx.actor.locator)


@writes(Gate.SIGNED_IN)
def take_notice(tx: Tx) -> str:
    """What this session was to be told, once."""
    session = tx.db.get(UserSession, tx.actor.session_id)
    if session is None or not session.notice:
        return ""
    notice, session.notice = session.notice, None
    return notice
