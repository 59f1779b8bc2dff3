"""What was done to a producer, and to its codes, licenses, appointments, education and cover."""

from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import col

from portal_app.models.audit import AuditEvent
from portal_app.models.licensing import EducationCycle, ProducerAppointment, ProducerCover, ProducerLicense
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.producers.rows import one
from portal_app.services.scope import visible
from portal_app.services.trail.events import COLUMNS, MOST_ROWS, Trail, lines

BELONGS = (ProducerCode, ProducerLicense, ProducerAppointment, EducationCycle, ProducerCover)


@reads(Permission.VIEW_AUDIT)
def listed(tx: Tx, *, locator: str, count: int = 20) -> Trail:
    """The newest events about the producer and what belongs to it, and how many there are. Raises NotFound."""
    row = one(tx, Producer, locator)
    own: Any = [col(AuditEvent.subject) == locator]
    for model in BELONGS:
        mine = visible(tx.actor, model).where(col(model.producer_id) == row.id)
        own.append(col(AuditEvent.subject).in_(mine.with_only_columns(col(model.locator))))
    about = select(*COLUMNS).where(or_(*own))
    page = about.order_by(col(AuditEvent.id).desc()).limit(min(max(count, 1), MOST_ROWS))
    total = tx.db.scalar(select(func.count()).select_from(about.subquery())) or 0
    return Trail(lines(tx.db, tx.db.execute(page).all()), total)
