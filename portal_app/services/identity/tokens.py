"""Tokens for the REST API: shown once, kept as a hash, bound to a person and ended with them."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import col

from portal_app.models.enums import SessionStage
from portal_app.models.identity import ApiToken, User, UserGrant
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import Actor, Gate
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Forbidden, Invalid, NotFound
from portal_app.services.identity.confirm import require_recent, self_of
from portal_app.services.identity.sessions import TOUCH_AFTER, hash_of
from portal_app.services.identity.sign_in import is_enrolled
from portal_app.services.identity.users import find

LASTS = timedelta(days=90)
PREFIX = "pp_"


@writes(Gate.SYSTEM)
def create(tx: Tx, *, email: str, name: str, may_write: bool = False, lasts: timedelta = LASTS) -> str:
    """A new token for a person. Raises NotFound, Invalid, or Forbidden for somebody without a second factor: a token
    must not bypass it."""
    return _made(tx, find(tx, email), name, may_write, lasts)


@writes(Gate.SIGNED_IN)
def create_own(tx: Tx, *, name: str, may_write: bool = False) -> str:
    """A new token for oneself, for 90 days. Raises ConfirmFirst or Invalid."""
    require_recent(tx)
    return _made(tx, self_of(tx), name, may_write, LASTS)


def _made(tx: Tx, user: User, name: str, may_write: bool, lasts: timedelta) -> str:
    if not 1 <= len(name.strip()) <= 80:
        raise Invalid({"name": "Give the token a name, at most 80 characters."})
    if user.disabled_at is not None or not is_enrolled(user):
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


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as it is listed; what it is cannot be seen again."""

    locator: str
    name: str
    may_write: bool
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@reads(Gate.SIGNED_IN)
def own(tx: Tx) -> tuple[TokenLine, ...]:
    """The person's tokens that still work, the newest first."""
    valid = (col(ApiToken.revoked_at).is_(None), col(ApiToken.expires_at) > tx.now)
    found = tx.db.scalars(
        select(ApiToken).where(col(ApiToken.user_id) == tx.actor.user_id, *valid).order_by(col(ApiToken.id).desc())
    )
    return tuple(
        TokenLine(each.locator, each.name, each.may_write, each.created_at, each.expires_at, each.last_used_at)
        for each in found
    )


@reads(Gate.SIGNED_IN)
def own_one(tx: Tx, *, locator: str) -> TokenLine:
    """One of the person's tokens that still work. Raises NotFound."""
    found = next((each for each in own(tx) if each.locator == locator), None)
    if found is None:
        raise NotFound
    return found


@writes(Gate.SIGNED_IN)
def revoke_own(tx: Tx, *, locator: str) -> None:
    """End one of the person's own tokens. Raises NotFound."""
    mine = (col(ApiToken.locator) == locator, col(ApiToken.user_id) == tx.actor.user_id)
    ended = tx.db.execute(
        update(ApiToken)
        .where(*mine, col(ApiToken.revoked_at).is_(None))
        .values(revoked_at=tx.now)
        .returning(col(ApiToken.name))
    ).first()
    if ended is None:
        raise NotFound
    audit.record(tx, "token.revoked", subject_kind="user", subject=tx.actor.locator, detail={"name": ended.name})


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
    if ended or user.disabled_at is not None or not is_enrolled(user):
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
