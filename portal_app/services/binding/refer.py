"""A bind that is not within one's authority is passed to the underwriters, who may decide what the rules refer."""

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import SubmissionEventKind
from portal_app.models.identity import User
from portal_app.models.policies import Carrier
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.binding.bindability import Bindability, bindability
from portal_app.services.binding.reasons import check_state
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Conflict
from portal_app.services.notifications.telling import notify
from portal_app.services.quotes.drafts import about
from portal_app.services.quotes.rows import held_with_submission
from portal_app.services.routing.in_force import underwriters
from portal_app.services.submissions import timeline
from portal_app.services.submissions.moving import taken
from portal_app.services.submissions.rows import whoever
from portal_app.services.topics import Topic
from portal_app.services.webhooks import events


@writes(Permission.BIND_POLICIES)
def refer(tx: Tx, *, quote: str, note: str = "", version: int | None = None) -> Bindability:
    """Ask the underwriters to bind an offered quote (a locator) that the actor may not bind; `note` is for them. Raises
    NotFound; Invalid for a note that cannot be taken; Conflict where the actor may bind it, where nobody could as it
    is, where they were asked before, or where somebody changed it since."""
    row, submission = held_with_submission(tx, quote, version)
    check_state(tx, row, submission)
    if submission is None:
        raise ValueError("a quote that may be bound has a submission")
    said = taken(note, needed=False)
    _check(row, bindability(tx, quote=quote))
    row.referred_at, row.referred_by_id = tx.now, whoever(tx)
    row.version += 1
    carrier = tx.db.get_one(Carrier, row.carrier_id).name
    told = {"reason": said} if said else {}
    timeline.note(tx, submission, SubmissionEventKind.REFERRED, carrier=carrier, quote=row.locator, **told)
    audit.record(tx, "quote.referred", subject_kind="quote", subject=row.locator, detail={"note": said})
    events.tell(tx, "quote.refer", locator=row.locator, data=about(tx, row) | {"submissionLocator": submission.locator})
    _ask(tx, submission, row, said)
    tx.changes(Topic.QUOTES)
    tx.db.flush()
    return bindability(tx, quote=quote)


def _check(row: Quote, found: Bindability) -> None:
    if row.referred_at is not None:
        raise Conflict("The underwriters were asked to bind it already.")
    if not found.reasons:
        raise Conflict("You may bind this quote yourself.")
    if stands := [each.found for each in found.reasons if not each.referable]:
        raise Conflict(f"Nobody can bind this quote as it is. {' '.join(stands)}")


def _ask(tx: Tx, submission: Submission, row: Quote, said: str) -> None:
    """Whoever handles the submission, or all underwriters where nobody does who still may."""
    able = set(tx.db.scalars(select(col(User.id)).where(col(User.email).in_(underwriters(tx)))))
    handler = {submission.assignee_id} & able - {tx.actor.user_id}
    to = handler or able
    notify(
        tx,
        "bind_referred",
        about=submission,
        to=to - {tx.actor.user_id},
        named=submission.number or "",
        key=f"{row.locator}:{row.version}",
        insured=submission.insured_name,
        words=said,
    )
