"""A quote is bound: decided, issued, and told, in one transaction. That it is refused is a result, and is kept."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.ams import HandoverKind
from portal_app.models.authority import AuthorityDecision
from portal_app.models.enums import QuoteState, SubmissionDocumentKind, SubmissionEventKind
from portal_app.models.policies import Carrier, Policy
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.ams import ordering as to_ams
from portal_app.services.ams import set_up
from portal_app.services.authority import decide, revision, subjects, words
from portal_app.services.authority.decisions import Decided
from portal_app.services.binding.bindability import binder_until, may_refer
from portal_app.services.binding.policies import issued
from portal_app.services.binding.reasons import Reason, check_state, no_loss_statement, standing_in_the_way
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Invalid
from portal_app.services.licensing.records import today
from portal_app.services.papers import ordering
from portal_app.services.quotes.drafts import about
from portal_app.services.quotes.rows import held_with_submission
from portal_app.services.quotes.views import QuoteView, shown
from portal_app.services.submissions import timeline
from portal_app.services.submissions.information import close
from portal_app.services.submissions.lifecycle import Step
from portal_app.services.submissions.moving import move, tell
from portal_app.services.topics import Topic
from portal_app.services.underwriting import judging
from portal_app.services.webhooks import events

MOST_TOLD = 2000


@dataclass(frozen=True, slots=True)
class Bound:
    """What became of it. Where it was refused, `reasons` say why and `policy` is empty; else `policy` is the locator of
    what it became, under the binder's `number`, which runs through `binder_until` where the grants say how long.
    `may_refer` tells that the actor may ask the underwriters now."""

    quote: QuoteView
    decision: Decided
    reasons: tuple[Reason, ...]
    may_refer: bool
    policy: str = ""
    number: str = ""
    binder_until: date | None = None


@writes(Permission.BIND_POLICIES)
def bind(tx: Tx, *, quote: str, version: int | None = None, no_loss: bool = False) -> Bound:
    """Bind an offered quote (a locator). Where the actor may not, that is answered with every reason, and kept.
    `no_loss` tells that the insured states what `bindability` says, where the cover begins in the past. Raises
    NotFound; Invalid without that statement where it is needed; Conflict where somebody changed it since `version`,
    where it is not offered, or where the submission was bound by somebody else at the same moment."""
    row, submission = held_with_submission(tx, quote, version)
    check_state(tx, row, submission)
    if submission is None:
        raise ValueError("a quote that may be bound has a submission")
    # First, so that nobody changes the rules or discards the code before this is through.
    revision.held(tx)
    judging.hold_code(tx, row.producer_code_id)
    found = decide.judged(tx, subjects.about_quote(tx, row))
    decision = decide.keep(tx, AuthorityDecision(quote_id=row.id), found, {"quote": row.locator, "bind": True})
    if reasons := standing_in_the_way(tx, row, decision.answers):
        return _refused(tx, submission, row, decision, reasons)
    stated = no_loss_statement(row, today(tx))
    if stated and not no_loss:
        raise Invalid({"no_loss": f"The cover begins in the past. Have the insured state this, and agree: {stated}"})
    return _bound(tx, submission, row, decision, stated)


def _refused(tx: Tx, submission: Submission, row: Quote, decision: Decided, reasons: tuple[Reason, ...]) -> Bound:
    by = [each.rule for each in reasons]
    said = " ".join(each.found for each in reasons)[:MOST_TOLD]
    carrier = tx.db.get_one(Carrier, row.carrier_id).name
    timeline.note(
        tx,
        submission,
        SubmissionEventKind.REFUSED,
        carrier=carrier,
        quote=row.locator,
        decision=decision.locator,
        reason=said,
    )
    detail = {"decision": decision.locator, "by": by}
    audit.record(tx, "quote.bind_refused", subject_kind="quote", subject=row.locator, detail=detail)
    events.tell(tx, "quote.refuse", locator=row.locator, data=about(tx, row) | {"reasons": by})
    return Bound(shown(tx, [row])[0], decision, reasons, may_refer(row, reasons))


def _bound(tx: Tx, submission: Submission, row: Quote, decision: Decided, stated: str) -> Bound:
    made = issued(tx, submission, row)
    row.offer, row.bound_at, row.bound_by = QuoteOffer.BOUND, tx.now, tx.actor.email or tx.actor.name
    row.version += 1
    _leave_the_others(tx, submission, row)
    until = binder_until(row, decision.binder_days, today(tx))
    detail = {"decision": decision.locator, "policy": made.policy.locator, "submission": submission.locator}
    audit.record(tx, "quote.bound", subject_kind="quote", subject=row.locator, detail=detail)
    about_it = {"policyLocator": made.policy.locator, "submissionLocator": submission.locator}
    events.tell(tx, "quote.bind", locator=row.locator, data=about(tx, row) | about_it)
    submission.policy_id = made.policy.id
    close(tx, submission)
    ordering.order(tx, submission, SubmissionDocumentKind.BINDER)
    if not set_up.missing(tx, HandoverKind.POLICY):
        to_ams.order(tx, submission, HandoverKind.POLICY)
    event = move(tx, submission, Step.BIND, reason=f"The insured states: {stated}" if stated else "")
    if event is not None:
        tell(tx, submission, Step.BIND, event, words=_words(tx, row, made.policy, until))
    tx.changes(Topic.QUOTES)
    return Bound(shown(tx, [row])[0], decision, (), False, made.policy.locator, made.policy.number, until)


def _leave_the_others(tx: Tx, submission: Submission, row: Quote) -> None:
    """Of all quotes of a submission one is taken."""
    others = select(Quote).where(
        col(Quote.submission_id) == submission.id, col(Quote.id) != row.id, col(Quote.state) != QuoteState.DISCARDED
    )
    for each in tx.db.scalars(others.order_by(col(Quote.id)).with_for_update()):
        each.offer = QuoteOffer.NOT_TAKEN
        each.version += 1
        audit.record(tx, "quote.not_taken", subject_kind="quote", subject=each.locator)


def _words(tx: Tx, row: Quote, policy: Policy, until: date | None) -> str:
    carrier = tx.db.get_one(Carrier, row.carrier_id).name
    runs = f" The binder runs through {words.day(until)}." if until else ""
    return f"{carrier}, {policy.number}, from {words.day(row.effective)}.{runs}"
