"""Who may do what, person by person: what is gone through once a year."""

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.enums import SessionStage
from portal_app.models.identity import ApiToken, User, UserGrant
from portal_app.models.producers import ProducerCode
from portal_app.services.access import Actor, Permission, reach
from portal_app.services.door import Tx, reads
from portal_app.services.exports.cells import Cell
from portal_app.services.exports.kinds import Measured, Part
from portal_app.services.identity import roster

Several = dict[Any, list[Any]]


def columns(_: Actor) -> tuple[str, ...]:
    return (
        "Name", "Email", "Role", "Grants", "Producer", "Producer codes", "Standing", "Second factor",
        "Last sign-in (UTC)", "Added (UTC)", "Permissions", "API tokens", "Locator",
    )  # fmt: skip


@reads(Permission.VIEW_AUDIT)
def measure(tx: Tx, *, asked: None) -> Measured:
    """Everybody, those who were shut out too."""
    rows, highest = tx.db.execute(select(func.count(), func.max(col(User.id)))).one()
    return Measured(rows, highest or 0)


@reads(Permission.VIEW_AUDIT)
def part(tx: Tx, *, asked: None, measured: Measured, after: int, most: int) -> Part:
    found = roster.lines(tx).where(col(User.id) > after, col(User.id) <= measured.highest)
    rows = tx.db.execute(found.order_by(col(User.id)).limit(most)).all()
    if not rows:
        return Part(())
    people = [row[0].id or 0 for row in rows]
    grants, tokens, codes = _grants(tx, people), _tokens(tx, people), _codes(tx, [row[0].producer_id for row in rows])
    cells = tuple(
        _cells(row, grants[row[0].id], tokens[row[0].id], codes[row[0].producer_id] if row[0].producer_id else [])
        for row in rows
    )
    return Part(cells, people[-1])


def _cells(row: Any, grants: list[Any], tokens: list[Any], codes: list[Any]) -> tuple[Cell, ...]:
    user, line = row[0], roster.line_of(row)
    return (
        line.name, line.email, line.role.label, ", ".join(each.label for each in grants), line.producer,
        ", ".join(codes), line.standing.label, _factors(user), line.last_sign_in_at, user.created_at,
        "; ".join(_permissions(user, grants)), "; ".join(map(_token, tokens)), line.locator,
    )  # fmt: skip


def _factors(user: User) -> str:
    """By what they can prove that it is them."""
    ways = {"Authenticator app": user.totp_enrolled_at, "Text message": user.phone_verified_at}
    return ", ".join(name for name, since in ways.items() if since is not None) or "Not set up"


def _permissions(user: User, grants: list[Any]) -> list[str]:
    """What they may do once they are signed in, and how far, as the matrix has it."""
    actor = Actor(
        "user", user.name, role=user.role, grants=frozenset(grants), stage=SessionStage.FULL, enrolled=True
    )  # fmt: skip
    held = ((permission, reach(actor, permission)) for permission in Permission)
    return [f"{permission}: {how}" for permission, how in held if how is not None]


def _token(token: ApiToken) -> str:
    may = "reads and writes" if token.may_write else "reads"
    used = f"last used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
    return f"{token.name} ({may}, until {token.expires_at:%Y-%m-%d}, {used})"


def _grants(tx: Tx, people: list[int]) -> Several:
    found = select(col(UserGrant.user_id), col(UserGrant.granted)).where(col(UserGrant.user_id).in_(people))
    return _by_owner(tx.db.execute(found.order_by(col(UserGrant.granted))))


def _tokens(tx: Tx, people: list[int]) -> Several:
    """Those that work today."""
    valid = (col(ApiToken.revoked_at).is_(None), col(ApiToken.expires_at) > tx.now)
    found = select(col(ApiToken.user_id), ApiToken).where(col(ApiToken.user_id).in_(people), *valid)
    return _by_owner(tx.db.execute(found.order_by(col(ApiToken.id))))


def _codes(tx: Tx, producers: list[int | None]) -> Several:
    owner = col(ProducerCode.producer_id)
    found = select(owner, col(ProducerCode.code)).where(
        owner.in_([each for each in producers if each]), col(ProducerCode.code).is_not(None)
    )
    return _by_owner(tx.db.execute(found.order_by(col(ProducerCode.code))))


def _by_owner(rows: Any) -> Several:
    found: Several = defaultdict(list)
    for owner, value in rows:
        found[owner].append(value)
    return found
