"""Responses that are due by the next close of business, or were due before."""

from sqlmodel import col

from portal_app.models.submissions import Submission
from portal_app.services.access import Actor, Permission, can
from portal_app.services.door import Tx, reads
from portal_app.services.home.some import SHOWN, Some
from portal_app.services.home.turns import is_narrowed, total
from portal_app.services.home.waiting import Waiting, waiting
from portal_app.services.submissions.find import Filter, matching


@reads(Permission.VIEW_OWN_ACCOUNTS)
def at_risk(tx: Tx) -> Some[Waiting]:
    """What is due first, first."""
    wanted = wanted_by(tx.actor)
    first = matching(tx, wanted).order_by(col(Submission.target_on), col(Submission.id))
    rows = waiting(tx, tx.db.scalars(first.limit(SHOWN)).all())
    return Some(rows, total(tx, wanted, len(rows)))


def wanted_by(actor: Actor) -> Filter:
    """Who underwrites answers for all of them."""
    return Filter(at_risk=True, mine=is_narrowed(actor) and not can(actor, Permission.UNDERWRITE))
