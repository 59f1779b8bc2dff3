"""Sessions: started at sign-in, looked up for every request and event, ended by time, sign-out or another sign-in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import col

from portal_app.models.enums import SessionEnd, SessionStage
from portal_app.models.identity import User, UserGrant, UserSession
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import ANONYMOUS, Actor, Gate
from portal_app.services.door import Door, Tx, reads, writes

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
PASSWORD_STAGE = timedelta(minutes=10)
TOUCH_AFTER = timedelta(seconds=15)


def hash_of(token: str) -> bytes:
    """What the table keeps of a cookie or API token. The token has 256 bits of chance, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Resolved:
    actor: Actor
    needs_touch: bool


async def resolve(door: Door, *, token_hash: bytes, passive: bool = False) -> Actor | SessionEnd | None:
    """Who stands behind a session now: the actor; the reason why the session ended; None where there never was one.
    Active use moves the idle limit on, at most every 15 seconds, so that reading does not always write."""
    return await door.in_thread(lambda: _resolve(door, token_hash, passive))


def _resolve(door: Door, token_hash: bytes, passive: bool) -> Actor | SessionEnd | None:
    found = door.run(look_up, ANONYMOUS, token_hash=token_hash)
    if not isinstance(found, Resolved):
        return found
    if found.needs_touch and not passive:
        door.run(touch, ANONYMOUS, token_hash=token_hash)
    return found.actor


@reads(Gate.PUBLIC)
def look_up(tx: Tx, *, token_hash: bytes) -> Resolved | SessionEnd | None:
    """Session, person, role and grants, as they are in the database at this moment."""
    rows = tx.db.execute(
        select(UserSession, User, col(UserGrant.granted))
        .join(User, col(User.id) == col(UserSession.user_id))
        .outerjoin(UserGrant, col(UserGrant.user_id) == col(User.id))
        .where(col(UserSession.token_hash) == token_hash)
    ).all()
    if not rows:
        return None
    session, user, _ = rows[0]
    if (end := end_of(session, user, tx.now)) is not None:
        return end
    actor = Actor(
        "user",
        user.name,
        user_id=user.id,
        locator=user.locator,
        email=user.email,
        role=user.role,
        producer_id=user.producer_id,
        grants=frozenset(row.granted for row in rows if row.granted is not None),
        stage=session.stage,
        enrolled=user.totp_enrolled_at is not None,
        session_id=session.id,
        address=session.address,
    )
    return Resolved(actor, tx.now - session.last_seen_at >= TOUCH_AFTER)


def end_of(session: UserSession, user: User, now: datetime) -> SessionEnd | None:
    """Why a session is over at `now`, or None while it lives."""
    if session.end_reason is not None:
        return session.end_reason
    if user.disabled_at is not None:
        return SessionEnd.REVOKED
    if now >= session.expires_at:
        return SessionEnd.ABSOLUTE
    if now - session.last_seen_at >= IDLE:
        return SessionEnd.IDLE
    return None


@writes(Gate.PUBLIC)
def touch(tx: Tx, *, token_hash: bytes) -> None:
    """Move the idle limit on. A session that has run out meanwhile stays so."""
    tx.db.execute(
        update(UserSession)
        .where(
            col(UserSession.token_hash) == token_hash,
            col(UserSession.ended_at).is_(None),
            col(UserSession.last_seen_at) > tx.now - IDLE,
        )
        .values(last_seen_at=tx.now)
    )


async def ended_among(door: Door, *, token_hashes: frozenset[bytes]) -> dict[bytes, SessionEnd | None]:
    """Which of these sessions are over, and why."""
    return await door.act(over, ANONYMOUS, token_hashes=token_hashes)


@reads(Gate.PUBLIC)
def over(tx: Tx, *, token_hashes: frozenset[bytes]) -> dict[bytes, SessionEnd | None]:
    """For each session that is over or unknown: the reason, None where it never was."""
    ended: dict[bytes, SessionEnd | None] = {}
    for each in token_hashes:
        found = look_up(tx, token_hash=each)
        if not isinstance(found, Resolved):
            ended[each] = found
    return ended


def start(tx: Tx, user: User, stage: SessionStage, *, until: datetime | None = None) -> str:
    """Open a session and return the token for the cookie. A full one ends the others, or tells them where both are
    allowed."""
    token = secrets.token_urlsafe(32)
    limit = until or tx.now + (ABSOLUTE if stage is SessionStage.FULL else PASSWORD_STAGE)
    if stage is SessionStage.FULL:
        _tell_or_end_others(tx, user)
    tx.db.add(
        UserSession(
            locator=new_locator(),
            token_hash=hash_of(token),
            user_id=user.id or 0,
            stage=stage,
            created_at=tx.now,
            last_seen_at=tx.now,
            expires_at=limit,
            address=tx.actor.address,
        )
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


def end_one(tx: Tx, session_id: int | None, reason: SessionEnd) -> bool:
    done = tx.db.execute(
        update(UserSession)
        .where(col(UserSession.id) == session_id, col(UserSession.ended_at).is_(None))
        .values(ended_at=tx.now, end_reason=reason)
        .returning(col(UserSession.id))
    )
    return done.first() is not None


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
