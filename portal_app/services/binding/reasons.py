"""Why a quote cannot be bound: what the rules of binding authority say of it, for who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

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
from portal_app.services.quotes.belonging import is_own
from portal_app.services.quotes.referrals import is_referred


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands in the way. `rule` is one of authority's, or `book`; `would_pass` says what would make it
    possible. One that is `referable` underwriters may decide."""

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
    if not is_own(tx, row):
        other = "It is written under a producer code that is not yours."
        found.append(Reason("book", other, "A quote under a code of yours.", referable=True))
    return tuple(found)


def may_decide(tx: Tx, row: Quote) -> bool:
    """Whether the actor underwrites, and somebody else asked the underwriters to bind it."""
    asked = is_referred(row) and row.referred_by_id != tx.actor.user_id
    return asked and access.can(tx.actor, Permission.UNDERWRITE)


def no_loss_statement(row: Quote, day: date) -> str:
    """What the insured has to state where the quote is bound on this day, after its cover has begun; else empty."""
    if row.effective >= day:
        return ""
    return f"Nothing has happened since {words.day(row.effective)} that a claim under this policy could come of."


def check_state(tx: Tx, row: Quote, submission: Submission | None) -> None:
    """Raises Conflict where the quote is none that is bound at all: it was not offered, or another one was bound."""
    if submission is None:
        raise Conflict("This quote belongs to no submission. Only a quote of a submission is bound here.")
    if submission.status is SubmissionStatus.BOUND:
        policy = tx.db.get_one(Policy, submission.policy_id)
        bound = (col(Quote.submission_id) == submission.id, col(Quote.offer) == QuoteOffer.BOUND)
        who = tx.db.scalars(select(col(Quote.bound_by)).where(*bound)).first()
        raise Conflict(f"The submission was bound already{f' by {who}' if who else ''}, as {policy.number}.")
    if submission.status is not SubmissionStatus.QUOTED:
        raise Conflict(f"The submission is {submission.status.label}. Only one that is Quoted can be bound.")
    if row.offer is not QuoteOffer.OFFERED:
        raise Conflict("This quote is not offered. Only one that was offered can be bound.")
