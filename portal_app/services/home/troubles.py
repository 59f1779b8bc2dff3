"""What went wrong with the agency's system and with messages, and waits for a person: counts alone."""

from dataclasses import dataclass

from portal_app.models.enums import RunState
from portal_app.services import outbox
from portal_app.services.access import Permission, can
from portal_app.services.door import Tx, reads
from portal_app.services.sync import conflicts, freshness, quarantine

IN_TROUBLE = (RunState.FAILED, RunState.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Troubles:
    """`feeds` counts the kinds of data whose last run failed. `dead_letters` is None for who has nothing to do with
    messages that were given up."""

    feeds: int
    quarantined: int
    conflicts: int
    dead_letters: int | None


@reads(Permission.VIEW_FEEDS)
def troubles(tx: Tx) -> Troubles:
    """The same counts as Integrations shows."""
    failed = [each for each in freshness.feeds(tx) if each.last_run and each.last_run.state in IN_TROUBLE]
    manages = can(tx.actor, Permission.MANAGE_USERS)
    return Troubles(
        len(failed),
        quarantine.listed(tx, count=1).total,
        conflicts.waiting(tx),
        outbox.dead_letters(tx, count=1).total if manages else None,
    )
