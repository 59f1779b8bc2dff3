"""What people do with a submission that was handed in: decline, withdraw, reopen. Quoting and binding are their own
services, which take their steps by `moving`."""

from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.ams import ordering as to_ams
from portal_app.services.door import Tx, writes
from portal_app.services.quotes.ending import end_offers, take_back_offers
from portal_app.services.submissions import contacts, desk, telling
from portal_app.services.submissions.information import close
from portal_app.services.submissions.lifecycle import Step
from portal_app.services.submissions.moving import move, tell
from portal_app.services.submissions.rows import held
from portal_app.services.submissions.views import SubmissionRow, shown


@writes(Permission.UNDERWRITE)
def decline(tx: Tx, *, locator: str, reason: str, version: int | None = None) -> SubmissionRow:
    """Decline a submission, for a reason that the producer reads. What was asked for is asked no longer, and what was
    offered is not taken. Raises NotFound; Invalid without a reason; Conflict where it cannot be declined, or somebody
    changed it since."""
    return _ended(tx, held(tx, locator, version), Step.DECLINE, reason)


@writes(Permission.SUBMIT_BUSINESS)
def withdraw(tx: Tx, *, locator: str, reason: str, version: int | None = None) -> SubmissionRow:
    """Withdraw a submission, for a reason that the agency reads. Raises as `decline`."""
    return _ended(tx, held(tx, locator, version), Step.WITHDRAW, reason)


@writes(Permission.UNDERWRITE)
def reopen(tx: Tx, *, locator: str, reason: str = "", version: int | None = None) -> SubmissionRow:
    """Take a submission that was declined or withdrawn up again: it is pending, the clock starts anew, and quotes have
    to be offered anew. Raises NotFound, Invalid, Conflict."""
    row = held(tx, locator, version)
    event = move(tx, row, Step.REOPEN, reason=reason)
    if event is not None:
        take_back_offers(tx, row)
        desk.set_target(tx, row)
        tell(tx, row, Step.REOPEN, event, words=reason.strip() or "It was reopened.")
        if row.contact and not contacts.send_or_queue(tx, row):
            telling.deciders(tx, row, "submission_to_review", key=event.locator, words=contacts.NOTHING)
        to_ams.order_outcome(tx, row, event)
    return shown(tx, [row])[0]


def _ended(tx: Tx, row: Submission, step: Step, reason: str) -> SubmissionRow:
    event = move(tx, row, step, reason=reason)
    if event is not None:
        close(tx, row)
        end_offers(tx, row)
        tell(tx, row, step, event, words=row.reason)
        to_ams.order_outcome(tx, row, event)
    return shown(tx, [row])[0]
