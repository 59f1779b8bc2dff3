"""Why a quote cannot be bound: what of the quote itself stands in the way, and what the rules of binding authority
say."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal_app.models.enums import SubmissionStatus
from portal_app.models.policies import Policy
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission
from portal_app.services import access
from portal_app.services.access import Permission
from portal_app.services.authority import words
from portal_app.services.authority.answers import Answer, Verdict
from portal_app.services.door import Tx
from portal_app.services.errors import Conflict
from portal_app.services.licensing.records import today


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands in the way. `rule` is one of authority's, or `validity`, `term` or `premium`; `would_pass`
    says what would make it possible. One that is `referable` underwriters may decide."""

    rule: str
    found: str
    would_pass: str
    referable: bool = False


def standing_in_the_way(tx: Tx, row: Quote, answers: Sequence[Answer]) -> tuple[Reason, ...]:
    """Everything that keeps the actor from binding the quote, in order. What the rules refer to a person is no reason
    for an underwriter to whom somebody else referred it."""
    decides = may_decide(tx, row)
    found = [
        Reason(each.rule.value, each.found, each.would_pass, each.verdict is Verdict.REFER)
        for each in answers
        if each.verdict is Verdict.DENY or (each.verdict is Verdict.REFER and not decides)
    ]
    return (*_of_quote(tx, row), *found)


def may_decide(tx: Tx, row: Quote) -> bool:
    """Whether the actor underwrites, and somebody else asked the underwriters to bind it."""
    asked = row.referred_at is not None and row.referred_by_id != tx.actor.user_id
    return asked and access.can(tx.actor, Permission.UNDERWRITE)


def _of_quote(tx: Tx, row: Quote) -> list[Reason]:
    day, found = today(tx), []
    if row.valid_until is not None and row.valid_until < day:
        until = words.day(row.valid_until)
        found.append(Reason("validity", f"The carrier stood by this quote until {until}.", "A quote that it renews."))
    if row.expiration <= day:
        over = f"Its term was over on {words.day(row.expiration)}."
        found.append(Reason("term", over, "A quote of a term that lasts."))
    if row.premium is None:
        found.append(Reason("premium", "Its premium is not known.", "A quote with a premium."))
    elif row.premium == 0:
        found.append(Reason("premium", "Its premium is $0.00.", "A quote with a premium."))
    return found


def check_state(tx: Tx, row: Quote, submission: Submission | None) -> None:
    """Raises Conflict where the quote is none that is bound at all: it was not offered, or another one was bound."""
    if submission is None:
        raise Conflict("This quote belongs to no submission. Only a quote of a submission is bound here.")
    if submission.status is SubmissionStatus.BOUND:
        policy = tx.db.get_one(Policy, submission.policy_id)
        by = f" by {row.bound_by}" if row.offer is QuoteOffer.BOUND else ""
        raise Conflict(f"The submission was bound already{by}, as {policy.number}.")
    if submission.status is not SubmissionStatus.QUOTED:
        raise Conflict(f"The submission is {submission.status.label}. Only one that is Quoted can be bound.")
    if row.offer is not QuoteOffer.OFFERED:
        raise Conflict("This quote is not offered. Only one that was offered can be bound.")
