"""A quote is drawn up, changed while it is a draft, brought back to draft, and thrown away."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import QuoteState, SubmissionEventKind
from portal_app.models.policies import Carrier
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.licensing.records import differences, plain
from portal_app.services.quotes.lifecycle import Step, check_step
from portal_app.services.quotes.referrals import let_go
from portal_app.services.quotes.rows import held_with_submission
from portal_app.services.quotes.terms import QuoteTerms, put, terms_of
from portal_app.services.quotes.views import QuoteView, shown
from portal_app.services.scope import visible
from portal_app.services.submissions import desk, telling, timeline
from portal_app.services.submissions.lifecycle import Step as SubmissionStep
from portal_app.services.submissions.lifecycle import can_step as submission_can
from portal_app.services.submissions.moving import move
from portal_app.services.topics import Topic
from portal_app.services.webhooks import events


@writes(Permission.UNDERWRITE)
def create(tx: Tx, *, account: str, terms: QuoteTerms) -> QuoteView:
    """Draw up a quote for an account (locator). Raises Invalid with a sentence for each field that cannot be taken,
    among them a producer code that is unknown or cannot be used again."""
    accounts = visible(tx.actor, Account).where(col(Account.locator) == account)
    insured: Account | None = tx.db.scalars(accounts).first()
    if insured is None:
        raise Invalid({"account": "There is no such account."})
    row = Quote(
        account_id=insured.id or 0,
        line_id=0,
        carrier_id=0,
        effective=terms.effective,
        expiration=terms.expiration,
        created_at=tx.now,
        created_by=tx.actor.email or tx.actor.name,
    )
    put(tx, row, terms)
    return created(tx, row, insured, terms)


def created(tx: Tx, row: Quote, insured: Account, terms: QuoteTerms) -> QuoteView:
    """A quote that is new, with what is told of it."""
    tx.db.add(row)
    detail = {"account": insured.locator, "after": plain(terms)}
    audit.record(tx, "quote.created", subject_kind="quote", subject=row.locator, detail=detail)
    return _told(tx, row, "create")


@writes(Permission.UNDERWRITE)
def update(tx: Tx, *, locator: str, given: Mapping[str, Any], version: int | None = None) -> QuoteView:
    """Change the terms that are given, by the names of `QuoteTerms`, and leave the rest; `producer_code` None takes the
    code away. Raises NotFound; Conflict for what is no draft, or where `version` is not the one that is there; Invalid
    with a sentence for each field that cannot be taken, for a quote of a submission also where it would leave it."""
    row, of = held_with_submission(tx, locator, version)
    check_step(row.state, Step.UPDATE)
    before = terms_of(tx, row)
    after = replace(before, **given)
    put(tx, row, after, of=of, names_code="producer_code" in given)
    if after == before:
        return shown(tx, [row])[0]
    row.version += 1
    detail = differences(before, after)
    audit.record(tx, "quote.changed", subject_kind="quote", subject=row.locator, detail=detail)
    return _told(tx, row, "update")


@writes(Permission.UNDERWRITE)
def reset(tx: Tx, *, locator: str, version: int | None = None) -> QuoteView:
    """Bring a quote back to draft, where it can be changed and underwritten anew; its flags stay. One that was offered
    is offered no longer. Raises NotFound, Conflict, also for one that was bound or not taken."""
    row, submission = held_with_submission(tx, locator, version)
    before = _step(row, Step.RESET, QuoteState.DRAFT)
    row.underwritten_at = None
    _taken_back(tx, row, submission)
    audit.record(tx, "quote.reset", subject_kind="quote", subject=row.locator, detail=_states(before, row))
    return _told(tx, row, "reset")


@writes(Permission.UNDERWRITE)
def discard(tx: Tx, *, locator: str, version: int | None = None) -> QuoteView:
    """Throw a quote away for good; it is kept to be looked at. One that was offered is offered no longer. Raises as
    `reset`."""
    row, submission = held_with_submission(tx, locator, version)
    before = _step(row, Step.DISCARD, QuoteState.DISCARDED)
    _taken_back(tx, row, submission)
    audit.record(tx, "quote.discarded", subject_kind="quote", subject=row.locator, detail=_states(before, row))
    return _told(tx, row, "discard")


def about(tx: Tx, row: Quote) -> dict[str, Any]:
    """What the outside is told of a quote."""
    code = tx.db.get_one(ProducerCode, row.producer_code_id).code if row.producer_code_id else None
    return {"state": row.state.value, "producerCode": code, "version": row.version}


def _step(row: Quote, step: Step, target: QuoteState) -> QuoteState:
    """Returns the state that it had."""
    check_step(row.state, step)
    if row.offer in (QuoteOffer.BOUND, QuoteOffer.NOT_TAKEN):
        raise Conflict(f"This quote is {row.offer.label.lower()}, and stays as it is.")
    before, row.state = row.state, target
    row.version += 1
    return before


def _taken_back(tx: Tx, row: Quote, submission: Submission | None) -> None:
    """No longer offered, which whoever it was offered to is told. A submission without an offer is under review again,
    and an answer to it is due anew."""
    if row.offer is not QuoteOffer.OFFERED or submission is None:
        return
    row.offer, row.offered_at = QuoteOffer.NOT_OFFERED, None
    let_go(row)
    carrier = tx.db.get_one(Carrier, row.carrier_id).name
    event = timeline.note(
        tx, submission, SubmissionEventKind.QUOTED, carrier=carrier, quote=row.locator, taken_back=True
    )
    tx.db.flush()
    words = f"The quote of {carrier} is offered no longer."
    telling.people(tx, submission, "submission_status", key=event.locator, words=words)
    others = visible(tx.actor, Quote).where(
        col(Quote.submission_id) == submission.id, col(Quote.offer) == QuoteOffer.OFFERED
    )
    if tx.db.scalars(others).first() is None and submission_can(submission.status, SubmissionStep.UNQUOTE):
        move(tx, submission, SubmissionStep.UNQUOTE)
        tx.db.flush()
        desk.set_target(tx, submission)


def _states(before: QuoteState, row: Quote) -> dict[str, Any]:
    return {"before": {"state": before.value}, "after": {"state": row.state.value}}


def _told(tx: Tx, row: Quote, verb: str) -> QuoteView:
    events.tell(tx, f"quote.{verb}", locator=row.locator, data=about(tx, row))
    tx.changes(Topic.QUOTES)
    return shown(tx, [row])[0]
