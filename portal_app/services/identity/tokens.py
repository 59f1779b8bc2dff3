"""Tokens for the REST API: shown once, kept as a hash, bound to a person and ended with them."""

import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlmodel import col

from portal_app.models.enums import SessionStage
from portal_app.models.identity import ApiToken, User, UserGrant
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import Actor, Gate
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Forbidden, Invalid
from portal_app.services.identity.sessions import TOUCH_AFTER, hash_of
from portal_app.services.identity.users import by_email

LASTS = timedelta(days=90)
PREFIX = "pp_"


@writes(Gate.SYSTEM)
def create(tx: Tx, *, email: str, name: str, may_write: bool = False, lasts: timedelta = LASTS) -> str:
    """A new token for a person. Raises NotFound, Invalid, or Forbidden for somebody without a second factor: a token
    must not bypass it."""
    user = by_email(tx, email)
    if not 1 <= len(name.strip()) <= 80:
        raise Invalid({"name": "Give the token a name, at most 80 characters."})
    if user.disabled_at is not None or user.totp_enrolled_at is None:
        raise Forbidden("A token needs an active person who has set up the second factor.")
    token = PREFIX + secrets.token_urlsafe(32)
    kept = ApiToken(
        locator=new_locator(),
        token_hash=hash_of(token),
        user_id=user.id or 0,
        name=name.strip(),
        may_write=may_write,
        created_at=tx.now,
        expires_at=tx.now + lasts,
    )
    tx.db.add(kept)
    detail = {"name": kept.name, "may_write": may_write, "until": kept.expires_at.isoformat()}
    audit.record(tx, "token.created", subject_kind="user", subject=user.locator, detail=detail)
    return token


@reads(Gate.PUBLIC)
def look_up(tx: Tx, *, token: str) -> tuple[Actor, bool] | None:
    """The person behind a token that is valid now, and whether its use should be noted; else None."""
    rows = tx.db.execute(
        select(ApiToken, User, col(UserGrant.granted))
        .join(User, col(User.id) == col(ApiToken.user_id))
        .outerjoin(UserGrant, col(UserGrant.user_id) == col(User.id))
        .where(col(ApiToken.token_hash) == hash_of(token))
    ).all()
    if not rows:
        return None
    found, user, _ = rows[0]
    ended = found.revoked_at is not None or tx.now >= found.expires_at
    if ended or user.disabled_at is not None or user.totp_enrolled_at is None:
        return None
    actor = Actor(
        "user",
        user.name,
        user_id=user.id,
        locator=user.locator,
        email=user.email,
        role=user.role,
        producer_id=user.producer_id,
        grants=frozenset(row.granted for row in rows if row.granted is not None),
        stage=SessionStage.FULL,
        enrolled=True,
        may_write=found.may_write,
        address=tx.actor.address,
    )
    return actor, found.last_used_at is None or tx.now - found.last_used_at >= TOUCH_AFTER


@writes(Gate.PUBLIC)
def note_use(tx: Tx, *, token: str) -> None:
    tx.db.execute(update(ApiToken).where(col(ApiToken.token_hash) == hash_of(token)).values(last_used_at=tx.now))
