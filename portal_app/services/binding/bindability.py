"""Whether somebody could bind a quote now, and why not: asked before a button is shown. Nothing is kept."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal_app.models.enums import BindOutcome
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.authority import subjects
from portal_app.services.authority.decisions import answers_told
from portal_app.services.authority.gathering import gathered
from portal_app.services.authority.rules import evaluate
from portal_app.services.binding.reasons import (
    Reason,
    check_state,
    may_decide,
    no_loss_statement,
    standing_in_the_way,
)
from portal_app.services.door import Tx, reads
from portal_app.services.errors import Conflict
from portal_app.services.licensing.records import today
from portal_app.services.quotes import rows as quote_rows
from portal_app.services.quotes.referrals import is_referred


@dataclass(frozen=True, slots=True)
class Bindability:
    """`reasons` is everything that stands in the way; empty where the actor may bind. `outcome` is what the rules of
    authority come to, None where they were not asked, since the quote is none that is bound. `may_refer` tells that the
    actor may ask the underwriters, `may_refuse` that they were asked and the actor may refuse. The binder would run
    through `binder_until`, where the grants say how long. `no_loss` is what the insured has to state where the cover
    begins in the past; empty where nothing has to be."""

    can_bind: bool
    may_refer: bool
    may_refuse: bool
    outcome: BindOutcome | None
    reasons: tuple[Reason, ...]
    binder_until: date | None
    version: int
    no_loss: str = ""


@reads(Permission.BIND_POLICIES)
def bindability(tx: Tx, *, quote: str) -> Bindability:
    """Whether the actor could bind the quote (a locator) as things stand. Raises NotFound."""
    row = quote_rows.one(tx, quote)
    submission = tx.db.get_one(Submission, row.submission_id) if row.submission_id else None
    try:
        check_state(tx, row, submission)
    except Conflict as refusal:
        state = Reason("state", refusal.sentence, "A quote that is offered, of a submission that is Quoted.")
        return Bindability(False, False, False, None, (state,), None, row.version)
    inputs = gathered(tx, subjects.about_quote(tx, row))
    decision = evaluate(inputs)
    found = standing_in_the_way(tx, row, answers_told(tx, inputs, decision.answers))
    return Bindability(
        can_bind=not found and tx.actor.may_write,
        may_refer=may_refer(row, found) and tx.actor.may_write,
        may_refuse=may_decide(tx, row) and tx.actor.may_write,
        outcome=decision.outcome,
        reasons=found,
        binder_until=binder_until(row, decision.binder_days, today(tx)),
        version=row.version,
        no_loss=no_loss_statement(row, today(tx)),
    )


def can_bind(tx: Tx, row: Quote) -> bool:
    """The same in one word, of a quote that the actor was found to see."""
    return bindability(tx, quote=row.locator).can_bind


def may_refer(row: Quote, found: tuple[Reason, ...]) -> bool:
    """Whether underwriters could decide all that stands in the way, and are not asked yet."""
    return bool(found) and all(each.referable for each in found) and not is_referred(row)


def binder_until(row: Quote, days: int | None, bound_on: date) -> date | None:
    """The last day of a binder that runs so many days within the term: from the effective date or, where that had
    passed, from the day on which it was bound."""
    if days is None:
        return None
    return min(max(row.effective, bound_on) + timedelta(days=max(days, 1) - 1), row.expiration)
