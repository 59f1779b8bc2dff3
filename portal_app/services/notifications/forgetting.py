"""What nobody looks at any more."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlmodel import col

from portal_app.models.notifications import Notification
from portal_app.services.access import Gate
from portal_app.services.door import Tx, writes

KEPT = timedelta(days=365)
BATCH = 1000


@writes(Gate.SYSTEM)
def forget_old(tx: Tx) -> int:
    """Delete up to 1,000 notifications that were read more than a year ago. Returns how many."""
    old = select(col(Notification.id)).where(col(Notification.read_at) < tx.now - KEPT).limit(BATCH)
    gone = delete(Notification).where(col(Notification.id).in_(old)).returning(col(Notification.id))
    return len(tx.db.execute(gone).all())
