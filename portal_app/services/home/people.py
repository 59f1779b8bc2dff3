"""The people who can sign in, and whose access wants looking after."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import col

from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.home.some import SHOWN, Some
from portal_app.services.identity.roster import PersonLine, Standing, line_of, lines, matching


@dataclass(frozen=True, slots=True)
class RoleCount:
    """`without_second_factor` have a password and no second factor yet."""

    role: str
    people: int
    without_second_factor: int
    locked: int


@dataclass(frozen=True, slots=True)
class People:
    """`wanting` are those who were invited and have not come, who are locked, or who have no second factor yet."""

    roles: tuple[RoleCount, ...]
    invited: int
    locked: int
    without_second_factor: int
    wanting: Some[PersonLine]


@reads(Permission.MANAGE_USERS)
def people(tx: Tx) -> People:
    """Whoever is disabled is not among them."""
    invited, locked, without = _is(tx, Standing.INVITED), _is(tx, Standing.LOCKED), _without_second_factor(tx)
    wanting = or_(invited, locked, without)
    page = lines(tx).where(wanting).order_by(col(User.created_at), col(User.id)).limit(SHOWN)
    rows = tuple(line_of(each) for each in tx.db.execute(page))
    return People(
        _roles(tx), _count(tx, invited), _count(tx, locked), _count(tx, without), Some(rows, _count(tx, wanting))
    )


def _count(tx: Tx, which: ColumnElement[bool]) -> int:
    return tx.db.scalar(select(func.count()).select_from(User).where(which)) or 0


def _is(tx: Tx, standing: Standing) -> ColumnElement[bool]:
    """As the list of users narrows to it."""
    return and_(*matching(tx, "", None, standing))


def _without_second_factor(tx: Tx) -> ColumnElement[bool]:
    enrolled = or_(col(User.totp_enrolled_at).is_not(None), col(User.phone_verified_at).is_not(None))
    return and_(_is(tx, Standing.ACTIVE), ~enrolled)


def _roles(tx: Tx) -> tuple[RoleCount, ...]:
    without, locked = _without_second_factor(tx), _is(tx, Standing.LOCKED)
    found = tx.db.execute(
        select(col(User.role), func.count(), func.count().filter(without), func.count().filter(locked))
        .where(col(User.disabled_at).is_(None))
        .group_by(col(User.role))
    ).all()
    counts = {role: rest for role, *rest in found}
    return tuple(RoleCount(role.label, *counts[role]) for role in Role if role in counts)
