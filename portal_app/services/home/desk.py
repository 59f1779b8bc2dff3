"""An underwriter's own desk: what is assigned to them and waits for an answer."""

from sqlmodel import col

from portal_app.models.submissions import Submission
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Tx, reads
from portal_app.services.home.some import SHOWN, Some
from portal_app.services.home.turns import total
from portal_app.services.home.waiting import Waiting, waiting
from portal_app.services.submissions.find import Filter, matching
from portal_app.services.submissions.lifecycle import AWAITS_AN_ANSWER


@reads(Permission.UNDERWRITE)
def desk(tx: Tx) -> Some[Waiting]:
    """What is overdue comes first, then what is due next; last come those whose producer is asked for something."""
    wanted = wanted_by(tx.actor)
    if not wanted.assigned_to:
        return Some()
    stands = col(Submission.waiting_since).is_not(None)
    first = matching(tx, wanted).order_by(stands, col(Submission.target_on).asc().nulls_last(), col(Submission.id))
    rows = waiting(tx, tx.db.scalars(first.limit(SHOWN)).all())
    return Some(rows, total(tx, wanted, len(rows)))


def wanted_by(actor: Actor) -> Filter:
    """What is assigned to a person; the portal itself has no desk."""
    return Filter(assigned_to=actor.locator, statuses=AWAITS_AN_ANSWER)
