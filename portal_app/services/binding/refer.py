"""A bind that is not within one's authority is passed to the underwriters, who may decide what the rules refer: they
bind it, or refuse with a reason."""

from portal_app.models.enums import SubmissionEventKind
from portal_app.models.policies import Carrier
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.binding.bindability import Bindability, bindability
from portal_app.services.binding.reasons import check_state, may_decide
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Conflict
from portal_app.services.notifications.telling import notify
from portal_app.services.quotes.drafts import about
from portal_app.services.quotes.referrals import is_referred, let_go
from portal_app.services.quotes.rows import held_with_submission
from portal_app.services.quotes.views import QuoteView, shown
from portal_app.services.submissions import telling, timeline
from portal_app.services.submissions.moving import taken
from portal_app.services.submissions.rows import named, whoever
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
    let_go(row)
    row.referred_at, row.referred_by_id = tx.now, whoever(tx)
    row.version += 1
    carrier = tx.db.get_one(Carrier, row.carrier_id).name
    told = {"reason": said} if said else {}
    timeline.note(tx, submission, SubmissionEventKind.REFERRED, carrier=carrier, quote=row.locator, **told)
    audit.record(tx, "quote.referred", subject_kind="quote", subject=row.locator, detail={"note": said})
    events.tell(tx, "quote.refer", locator=row.locator, data=about(tx, row) | {"submissionLocator": submission.locator})
    telling.deciders(tx, submission, "bind_referred", key=f"{row.locator}:{row.version}", words=said)
    tx.changes(Topic.QUOTES)
    tx.db.flush()
    return bindability(tx, quote=quote)


@writes(Permission.UNDERWRITE)
def refuse(tx: Tx, *, quote: str, reason: str, version: int | None = None) -> QuoteView:
    """Refuse to bind a quote (a locator) that somebody else asked the underwriters to bind, for a reason that they
    read: it is their turn again. Raises NotFound; Invalid without a reason; Conflict where nobody asks, where the actor
    asked, or where somebody changed it since."""
    row, submission = held_with_submission(tx, quote, version)
    check_state(tx, row, submission)
    if submission is None:
        raise ValueError("a quote that may be bound has a submission")
    if not is_referred(row):
        raise Conflict("Nobody asks the underwriters to bind this quote now.")
    if not may_decide(tx, row):
        raise Conflict("You asked for it yourself. Another underwriter decides it.")
    said = taken(reason, needed=True)
    row.refused_at, row.refused_by, row.refusal = tx.now, named(tx), said
    row.version += 1
    carrier = tx.db.get_one(Carrier, row.carrier_id).name
    about_it = {"carrier": carrier, "quote": row.locator, "reason": said}
    timeline.note(tx, submission, SubmissionEventKind.REFUSED, referral=True, **about_it)
    audit.record(tx, "quote.referral_refused", subject_kind="quote", subject=row.locator, detail={"reason": said})
    told = about(tx, row) | {"submissionLocator": submission.locator}
    events.tell(tx, "quote.refuseReferral", locator=row.locator, data=told)
    _answer(tx, submission, row, said)
    tx.changes(Topic.QUOTES)
    return shown(tx, [row])[0]


def _check(row: Quote, found: Bindability) -> None:
    if is_referred(row):
        raise Conflict("The underwriters were asked to bind it already.")
    if not found.reasons:
        raise Conflict("You may bind this quote yourself.")
    if stands := [each.found for each in found.reasons if not each.referable]:
        raise Conflict(f"Nobody can bind this quote as it is. {' '.join(stands)}")


def _answer(tx: Tx, submission: Submission, row: Quote, said: str) -> None:
    """Whoever asked, and those who handed it in, read why not."""
    to = {row.referred_by_id, submission.created_by_id, submission.submitted_by_id}
    notify(
        tx,
        "bind_refused",
        about=submission,
        to=to - {tx.actor.user_id},
        named=submission.number or "",
        key=f"{row.locator}:{row.version}",
        insured=submission.insured_name,
        words=said,
    )
