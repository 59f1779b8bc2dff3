"""Chains audit rows that are not chained yet, and anchors the chain's head outside the database."""

from pathlib import Path

from sqlalchemy import exists, select
from sqlmodel import col

from portal_app.jobs.job import Work
from portal_app.models.audit import AuditEvent
from portal_app.services import audit, leases
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, reads

ACTOR = system("seal audit")
LEASE_SECONDS = 30


def run(work: Work) -> None:
    """Seal until nothing is left, and anchor the head where that is still to be done. Asks by reading first: most of
    the time there is nothing to do."""
    door = work.door
    folder = door.settings.folder / "audit"
    if not door.run(anything_unsealed, ACTOR) and not _not_anchored(door, folder):
        return
    lease = door.run(leases.acquire, ACTOR, name="audit seal", holder=work.holder, seconds=LEASE_SECONDS)
    if lease is None:
        return
    try:
        if (head := _not_anchored(door, folder)) is not None:
            audit.anchor(folder, *head, door.clock())
        while not work.stop.is_set() and (head := door.run(audit.seal, ACTOR, lease=lease)) is not None:
            audit.anchor(folder, *head, door.clock())
            door.run(leases.renew, ACTOR, lease=lease, seconds=LEASE_SECONDS)
    finally:
        door.run(leases.release, ACTOR, lease=lease)


def _not_anchored(door: Door, folder: Path) -> tuple[int, bytes] | None:
    """The head of the chain where no anchor holds it yet: its process died, or the disk was full, just before."""
    head, anchored = door.run(audit.head, ACTOR), audit.anchored(folder)
    return head if head is not None and anchored is not None and head[0] > anchored else None


@reads(Gate.SYSTEM)
def anything_unsealed(tx: Tx) -> bool:
    return bool(tx.db.scalar(select(exists().where(col(AuditEvent.sealed).is_(None)))))
