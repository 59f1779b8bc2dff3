"""The people who can sign in, as the list finds them."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Tx, reads
from portal_app.services.exports.cells import Cell
from portal_app.services.exports.kinds import Measured, Part
from portal_app.services.identity import roster
from portal_app.services.identity.roster import PersonLine, Standing


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the list of people."""

    text: str = ""
    role: Role | None = None
    standing: Standing | None = None


def columns(_: Actor) -> tuple[str, ...]:
    return ("Name", "Email", "Role", "Producer", "Standing", "Second factor", "Last sign-in (UTC)", "Locator")


@reads(Permission.MANAGE_USERS)
def measure(tx: Tx, *, asked: Asked) -> Measured:
    wanted = roster.matching(tx, asked.text, asked.role, asked.standing)
    rows, highest = tx.db.execute(select(func.count(), func.max(col(User.id))).where(*wanted)).one()
    return Measured(rows, highest or 0)


@reads(Permission.MANAGE_USERS)
def part(tx: Tx, *, asked: Asked, measured: Measured, after: int, most: int) -> Part:
    wanted = roster.matching(tx, asked.text, asked.role, asked.standing)
    found = roster.lines(tx).where(*wanted, col(User.id) > after, col(User.id) <= measured.highest)
    rows = tx.db.execute(found.order_by(col(User.id)).limit(most)).all()
    return Part(tuple(_cells(roster.line_of(row)) for row in rows), rows[-1][0].id or 0 if rows else 0)


def _cells(line: PersonLine) -> tuple[Cell, ...]:
    factor = "Set up" if line.enrolled else "Not yet"
    return (
        line.name, line.email, line.role.label, line.producer, line.standing.label, factor, line.last_sign_in_at,
        line.locator,
    )  # fmt: skip
