"""Chains audit rows that are not chained yet, and anchors the chain's head outside the database."""

from sqlalchemy import exists, select
from sqlmodel import col

from portal_app.jobs.job import Work
from portal_app.models.audit import AuditEvent
from portal_app.services import audit, leases
from portal_app.services.access import Gate, system
from portal_app.services.door import Tx, reads

ACTOR = system("seal audit")
LEASE_SECONDS = 30


def run(work: Work) -> None:
    """Seal until nothing is left. Asks by reading first: most of the time there is nothing to do."""
    door = work.door
    if not door.run(anything_unsealed, ACTOR):
        return
    lease = door.run(leases.acquire, ACTOR, name="audit seal", holder=work.holder, seconds=LEASE_SECONDS)
    if lease is None:
        return
    try:
        while not work.stop.is_set() and (head := door.run(audit.seal, ACTOR, lease=lease)) is not None:
            audit.anchor(door.settings.folder / "audit", *head, door.clock())
            door.run(leases.renew, ACTOR, lease=lease, seconds=LEASE_SECONDS)
    finally:
        door.run(leases.release, ACTOR, lease=lease)


@reads(Gate.SYSTEM)
def anything_unsealed(tx: Tx) -> bool:
    return bool(tx.db.scalar(select(exists().where(col(AuditEvent.sealed).is_(None)))))
