"""Whether the agency's management system is told of anything, and where in it what goes."""

from portal_app.models.ams import HandoverKind
from portal_app.services.door import Tx

TASKS = (HandoverKind.TASK, HandoverKind.TASK_OUTCOME)
NOTHING = "No mail server is set up, and the AMS is told by mail."
NO_DESK = {
    True: "No address that makes tasks in the AMS is set under Settings.",
    False: "No address that files mail into the AMS is set under Settings.",
}


def desk_of(tx: Tx, kind: HandoverKind) -> str:
    """Where in the system such a thing goes; empty where that is not set."""
    return tx.settings.ams_tasks if kind in TASKS else tx.settings.ams_mail


def missing(tx: Tx, kind: HandoverKind) -> str:
    """What keeps such a thing from being sent, as a sentence; empty where nothing does."""
    if tx.ports.ams is None:
        return NOTHING
    return "" if desk_of(tx, kind) else NO_DESK[kind in TASKS]
