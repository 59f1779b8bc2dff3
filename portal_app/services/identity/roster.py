"""Who can sign in, and how it stands with each of them; and what a role would see."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlmodel import col

from portal_app.database import lowered
from portal_app.models.accounts import Account
from portal_app.models.enums import Grant, Role, SessionStage
from portal_app.models.identity import ApiToken, User, UserGrant, UserSession
from portal_app.models.policies import Policy
from portal_app.models.producers import Producer
from portal_app.services.access import MATRIX, Actor, Permission, Reach, reach
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.identity.draft import Draft, checked
from portal_app.services.identity.sessions import IDLE
from portal_app.services.identity.sign_in import is_enrolled
from portal_app.services.identity.tokens import TokenLine
from portal_app.services.identity.users import named, producer_code_of, version_of
from portal_app.services.scope import in_scope

MOST_ROWS = 200


class Standing(StrEnum):
    """How it stands with a person."""

    ACTIVE = "active"
    INVITED = "invited"
    LOCKED = "locked"
    DISABLED = "disabled"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class PersonLine:
    locator: str
    name: str
    email: str
    role: Role
    producer: str
    standing: Standing
    enrolled: bool
    last_sign_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Roster:
    """A page of people by name, and how many there are."""

    rows: tuple[PersonLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """One person. `may_be_granted` are the grants that their role allows, `version` is what `users.change` asks for."""

    line: PersonLine
    version: str
    producer_code: str
    grants: frozenset[Grant]
    may_be_granted: frozenset[Grant]
    created_at: datetime
    open_sessions: int
    tokens: tuple[TokenLine, ...]


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role in words, how far it reaches by permission, and what one person of it may be given beyond."""

    role: Role
    description: str
    permissions: tuple[tuple[Permission, Reach], ...]
    may_be_granted: frozenset[Grant]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What somebody with a role, a producer and grants would see: the words of the matrix by permission, and how many
    accounts and policies. `permissions_now` is what they may do as they are, nothing for who is to be added."""

    permissions: tuple[tuple[Permission, Reach], ...]
    permissions_now: frozenset[Permission]
    accounts: int
    policies: int


@reads(Permission.MANAGE_USERS)
def listed(
    tx: Tx,
    *,
    text: str = "",
    role: Role | None = None,
    standing: Standing | None = None,
    offset: int = 0,
    count: int = 50,
) -> Roster:
    """The people whose name or address holds `text`, by name."""
    wanted = matching(tx, text, role, standing)
    order = (lowered(col(User.name)), col(User.id))
    page = lines(tx).where(*wanted).order_by(*order).offset(max(offset, 0)).limit(min(max(count, 1), MOST_ROWS))
    total = tx.db.scalar(select(func.count()).select_from(User).where(*wanted)) or 0
    return Roster(tuple(line_of(row) for row in tx.db.execute(page)), total)


def matching(tx: Tx, text: str, role: Role | None, standing: Standing | None) -> list[ColumnElement[bool]]:
    """The conditions of a list of people."""
    wanted: list[ColumnElement[bool]] = []
    if typed := " ".join(text.split())[:200].lower():
        wanted.append(or_(*(lowered(each).contains(typed, autoescape=True) for each in (User.name, User.email))))
    if role is not None:
        wanted.append(col(User.role) == role)
    if standing is not None:
        wanted.append(_standing(tx) == standing.value)
    return wanted


@reads(Permission.MANAGE_USERS)
def one(tx: Tx, *, who: str) -> PersonDetail:
    """Raises NotFound."""
    user = _person(tx, who)
    row = tx.db.execute(lines(tx).where(col(User.id) == user.id)).one()
    valid = (col(ApiToken.user_id) == user.id, col(ApiToken.revoked_at).is_(None), col(ApiToken.expires_at) > tx.now)
    tokens = tx.db.scalars(select(ApiToken).where(*valid).order_by(col(ApiToken.id).desc()))
    return PersonDetail(
        line=line_of(row),
        version=version_of(tx, user),
        producer_code=producer_code_of(tx, user),
        grants=_granted(tx, user),
        may_be_granted=MATRIX[user.role].may_be_granted,
        created_at=user.created_at,
        open_sessions=_open_sessions(tx, user),
        tokens=tuple(
            TokenLine(each.locator, each.name, each.may_write, each.created_at, each.expires_at, each.last_used_at)
            for each in tokens
        ),
    )


@reads(Permission.MANAGE_USERS)
def roles(tx: Tx) -> tuple[RoleLine, ...]:
    """The dictionary of roles."""
    return tuple(
        RoleLine(role, rights.description, tuple(rights.permissions.items()), rights.may_be_granted)
        for role, rights in MATRIX.items()
    )


@reads(Permission.MANAGE_USERS)
def outlook(tx: Tx, *, draft: Draft, who: str = "") -> Outlook:
    """What a person would see were they as the draft says. Numbers alone, so that an administrator learns nothing of
    the business. Raises Invalid."""
    user = _person(tx, who) if who else None
    given = checked(tx, draft, user.id if user else None)
    actor = _as_actor(given.role, given.producer.id if given.producer else None, given.grants)
    return Outlook(
        permissions=_held(actor),
        permissions_now=_held_now(tx, user) if user else frozenset(),
        accounts=_visible(tx, actor, Account),
        policies=_visible(tx, actor, Policy),
    )


def _held_now(tx: Tx, user: User) -> frozenset[Permission]:
    actor = _as_actor(user.role, user.producer_id, _granted(tx, user))
    return frozenset(permission for permission, _ in _held(actor))


def _as_actor(role: Role, producer_id: int | None, grants: frozenset[Grant]) -> Actor:
    return Actor("user", "", role=role, producer_id=producer_id, grants=grants, stage=SessionStage.FULL, enrolled=True)


def _held(actor: Actor) -> tuple[tuple[Permission, Reach], ...]:
    held = ((permission, reach(actor, permission)) for permission in Permission)
    return tuple((permission, how) for permission, how in held if how is not None)


def _granted(tx: Tx, user: User) -> frozenset[Grant]:
    return frozenset(tx.db.scalars(select(col(UserGrant.granted)).where(col(UserGrant.user_id) == user.id)))


def _person(tx: Tx, who: str) -> User:
    if (user := tx.db.scalars(named(who)).first()) is None:
        raise NotFound
    return user


def _visible(tx: Tx, actor: Actor, model: type[Account] | type[Policy]) -> int:
    return tx.db.scalar(select(func.count()).select_from(model).where(in_scope(actor, model))) or 0


def _open_sessions(tx: Tx, user: User) -> int:
    mine = (
        col(UserSession.user_id) == user.id,
        col(UserSession.ended_at).is_(None),
        col(UserSession.stage) == SessionStage.FULL,
        col(UserSession.expires_at) > tx.now,
        col(UserSession.last_seen_at) > tx.now - IDLE,
    )
    return tx.db.scalar(select(func.count()).select_from(UserSession).where(*mine)) or 0


def _standing(tx: Tx) -> ColumnElement[str]:
    return case(
        (col(User.disabled_at).is_not(None), Standing.DISABLED.value),
        (col(User.locked_until) > tx.now, Standing.LOCKED.value),
        (col(User.password_hash).is_(None), Standing.INVITED.value),
        else_=Standing.ACTIVE.value,
    )


def lines(tx: Tx) -> Select[User, str, str]:
    lines = select(User, col(Producer.name), _standing(tx))
    return lines.outerjoin(Producer, col(Producer.id) == col(User.producer_id))


def line_of(row: Any) -> PersonLine:
    user, producer, standing = row
    return PersonLine(
        locator=user.locator,
        name=user.name,
        email=user.email,
        role=user.role,
        producer=producer or "",
        standing=Standing(standing),
        enrolled=is_enrolled(user),
        last_sign_in_at=user.last_sign_in_at,
    )
