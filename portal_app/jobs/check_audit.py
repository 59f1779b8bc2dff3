"""Checks the chain of the audit trail for whoever asked for it."""

from portal_app.jobs.job import Work
from portal_app.services import audit
from portal_app.services.access import system
from portal_app.services.trail import chain

ACTOR = system("check audit")


def run(work: Work) -> None:
    """Check once for all who wait. A check that is cut off stays ordered, and is begun anew."""
    door = work.door
    order = door.run(chain.last_order, ACTOR)
    if order is None:
        return
    verdict = door.run(audit.verify, ACTOR, anchors=door.settings.folder / "audit")
    door.run(chain.done, ACTOR, order=order, verdict=verdict)
