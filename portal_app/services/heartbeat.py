"""Signs of life: each process writes when it was last seen at work."""

from sqlalchemy import update
from sqlmodel import col

from portal_app.models.jobs import Heartbeat
from portal_app.services.access import Gate
from portal_app.services.door import Tx, writes


@writes(Gate.SYSTEM)
def beat(tx: Tx, *, process: str) -> None:
    """Note that `process` lives now."""
    seen = update(Heartbeat).where(col(Heartbeat.process) == process).values(beat_at=tx.now)
    if not tx.db.execute(seen.returning(col(Heartbeat.process))).all():
        tx.db.add(Heartbeat(process=process, beat_at=tx.now))
