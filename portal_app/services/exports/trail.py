"""The audit trail as the list finds it, the newest first, with before and after as far as one may see them."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.audit import AuditEvent
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Tx, reads
from portal_app.services.exports.cells import Cell
from portal_app.services.exports.kinds import Measured, Part
from portal_app.services.trail import events
from portal_app.services.trail.details import Change, changes
from portal_app.services.trail.events import Asked


def columns(_: Actor) -> tuple[str, ...]:
    return (
        "When (UTC)", "Who", "What", "Action", "Kind of record", "Record", "Name of record", "Before and after",
        "Address", "Request", "Sealed as", "Locator",
    )  # fmt: skip


@reads(Permission.VIEW_AUDIT)
def measure(tx: Tx, *, asked: Asked) -> Measured:
    wanted = events.matching(tx, asked)
    rows, highest = tx.db.execute(select(func.count(), func.max(col(AuditEvent.id))).where(*wanted)).one()
    return Measured(rows, highest or 0)


@reads(Permission.VIEW_AUDIT)
def part(tx: Tx, *, asked: Asked, measured: Measured, after: int, most: int) -> Part:
    """The events before `after`, which is 0 at the beginning: the newest come first."""
    below = col(AuditEvent.id) < after if after else col(AuditEvent.id) <= measured.highest
    found = select(AuditEvent).where(*events.matching(tx, asked), below)
    rows = tx.db.scalars(found.order_by(col(AuditEvent.id).desc()).limit(most)).all()
    told = zip(rows, events.lines(tx.db, rows), strict=True)
    names = events.line_names(tx.db)
    return Part(tuple(_cells(tx.actor, event, line, names) for event, line in told), rows[-1].id or 0 if rows else 0)


def _cells(actor: Actor, event: AuditEvent, line: events.EventLine, names: Mapping[str, str]) -> tuple[Cell, ...]:
    told = "; ".join(map(_told, changes(actor, event.action, event.detail, names)))
    return (
        line.at, line.actor, line.words, line.action, line.kind_words, line.record, line.name, told, line.address,
        event.request_id, event.sealed, line.locator,
    )  # fmt: skip


def _told(change: Change) -> str:
    return f"{change.name}: {change.before} → {change.after}" if change.before else f"{change.name}: {change.after}"
