"""Quotes of a submission: drawn up from it by who underwrites, with the carrier's own paper, and offered to who handed
it in."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import QuoteState, SubmissionDocumentKind, SubmissionEventKind
from portal_app.models.media import MediaVersion, ScanState
from portal_app.models.policies import Carrier
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission, SubmissionDocument
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.licensing.records import today
from portal_app.services.mail import Attached
from portal_app.services.quotes import doubting
from portal_app.services.quotes.drafts import about, created
from portal_app.services.quotes.rows import held_with_submission
from portal_app.services.quotes.terms import MOST_CLASS_CODES, QuoteTerms, put
from portal_app.services.quotes.views import QuoteView, shown
from portal_app.services.scope import visible
from portal_app.services.submissions import accounts, rows, telling, timeline
from portal_app.services.submissions.corrections import corrected_answers
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.lifecycle import OPEN, Step
from portal_app.services.submissions.moving import move
from portal_app.services.submissions.risk import risk_of
from portal_app.services.topics import Topic
from portal_app.services.webhooks import events


@reads(Permission.VIEW_OWN_ACCOUNTS)
def listed(tx: Tx, *, submission: str) -> tuple[QuoteView, ...]:
    """The quotes of a submission, the newest first: to who hands in, those that were offered. Raises NotFound."""
    row = rows.one(tx, submission)
    mine = visible(tx.actor, Quote).where(col(Quote.submission_id) == row.id)
    return tuple(shown(tx, tx.db.scalars(mine.order_by(col(Quote.id).desc())).all()))


@writes(Permission.UNDERWRITE)
def create(tx: Tx, *, submission: str, terms: QuoteTerms, document: str = "") -> QuoteView:
    """Draw up a quote of a submission (locator), whose line and, unless others are named, producer code, state, ZIP
    code and class codes it has.
    `document` is the locator of the carrier's paper among the submission's documents. Where the submission has no
    account yet, one is made of the answers. Raises NotFound; Conflict where it cannot be quoted any more; Invalid with
    a sentence for each field that cannot be taken."""
    of = rows.held(tx, submission)
    check_quotable(of)
    if terms.producer_code is None and of.producer_code_id:
        terms = replace(terms, producer_code=tx.db.get_one(ProducerCode, of.producer_code_id).code)
    terms = _with_risk(tx, of, terms)
    row = Quote(
        account_id=0,
        submission_id=of.id,
        line_id=0,
        carrier_id=0,
        effective=terms.effective,
        expiration=terms.expiration,
        created_at=tx.now,
        created_by=tx.actor.email or tx.actor.name,
        document_id=_paper(tx, of, document).id if document else None,
    )
    put(tx, row, terms, of=of)
    insured = account_of(tx, of, row)
    row.account_id = insured.id or 0
    tx.changes(Topic.SUBMISSIONS)
    return created(tx, row, insured, terms)


@writes(Permission.UNDERWRITE)
def attach(tx: Tx, *, locator: str, document: str, version: int | None = None) -> QuoteView:
    """Put the carrier's paper (the locator of a document of the submission, "" for none) to a quote that is not offered
    yet. Raises NotFound, Conflict, Invalid."""
    row, of = held_with_submission(tx, locator, version)
    if of is None or row.offer is not QuoteOffer.NOT_OFFERED or row.state is QuoteState.DISCARDED:
        raise Conflict("Only a quote of a submission that is not offered yet gets a document.")
    row.document_id = _paper(tx, of, document).id if document else None
    row.version += 1
    audit.record(
        tx, "quote.document_attached", subject_kind="quote", subject=row.locator, detail={"document": document}
    )
    tx.changes(Topic.QUOTES, Topic.SUBMISSIONS)
    return shown(tx, [row])[0]


@writes(Permission.UNDERWRITE)
def offer(
    tx: Tx, *, locator: str, version: int | None = None, doubts_confirmed: bool | Collection[str] = False
) -> QuoteView:
    """Offer an underwritten quote: the submission is Quoted, and who handed it in is told, with the carrier's paper
    attached where there is one. Where it is not what the submission asks for, `doubts_confirmed` says that it is
    meant, or names the sentences that were read. Raises NotFound; Invalid without a premium, and with each doubt that
    nobody confirmed; Conflict for a quote that is of no submission, not underwritten, offered already or not valid any
    more, where its paper is not to be had, or where the submission cannot be quoted."""
    row, of = held_with_submission(tx, locator, version)
    if of is None:
        raise Conflict("This quote belongs to no submission, so there is nobody to offer it to.")
    _check_offer(tx, row)
    doubts = doubting.found(tx, row)
    read = [each.sentence for each in doubts] if doubts_confirmed is True else doubts_confirmed or ()
    if unread := [each for each in doubts if each.sentence not in read]:
        raise Invalid({each.field: f"{each.sentence} Confirm that it is meant." for each in unread})
    attached = _attached(tx, row)
    move(tx, of, Step.QUOTE)
    row.offer, row.offered_at = QuoteOffer.OFFERED, tx.now
    row.version += 1
    carrier = tx.db.get_one(Carrier, row.carrier_id).name
    timeline.note(tx, of, SubmissionEventKind.QUOTED, carrier=carrier, quote=row.locator)
    detail = {"submission": of.locator} | ({"confirmed": [each.sentence for each in doubts]} if doubts else {})
    audit.record(tx, "quote.offered", subject_kind="quote", subject=row.locator, detail=detail)
    events.tell(tx, "quote.offer", locator=row.locator, data=about(tx, row) | {"submissionLocator": of.locator})
    telling.people(tx, of, "quote_ready", key=f"{row.locator}:{row.version}", words=_words(row, carrier), file=attached)
    tx.changes(Topic.QUOTES)
    return shown(tx, [row])[0]


def check_quotable(of: Submission) -> None:
    """Raises Conflict where no quote is drawn up of it: it was not handed in, or is at its end."""
    if of.status not in OPEN:
        raise Conflict(f"This submission is {of.status.label}, and is not quoted.")


def account_of(tx: Tx, of: Submission, row: Quote) -> Account:
    """The account of a submission that is held, as it is quoted or bound: that of its insured as was certified or
    corrected, and of the producer whose code the quote carries; where it has none, one that is made of its answers,
    once."""
    form, _ = form_of(tx, of)
    answers = corrected_answers(tx, of, form)
    accounts.settle(tx, of, form, answers, row.producer_code_id)
    if of.account_id is not None:
        return tx.db.get_one(Account, of.account_id)
    return accounts.made(tx, of, form, answers)


def _with_risk(tx: Tx, of: Submission, terms: QuoteTerms) -> QuoteTerms:
    """What the submission says of its risk, where nothing else is named."""
    return replace(terms, **{name: value for name, value in risk_terms(tx, of).items() if not getattr(terms, name)})


def risk_terms(tx: Tx, of: Submission) -> dict[str, Any]:
    """What a quote says of the risk, by the names of `QuoteTerms`, as far as the submission says it: the first state
    and ZIP code, and the class codes."""
    known = risk_of(tx, of)
    return {
        "jurisdiction": next(iter(known.states), ""),
        "postal_code": next(iter(known.postal_codes), ""),
        "class_codes": known.class_codes[:MOST_CLASS_CODES],
    }


def _check_offer(tx: Tx, row: Quote) -> None:
    if row.offer is not QuoteOffer.NOT_OFFERED:
        raise Conflict(f"This quote is {row.offer.label.lower()} already.")
    if row.state is not QuoteState.UNDERWRITTEN:
        raise Conflict(f"This quote is {row.state.label.lower()}. Only one that is underwritten is offered.")
    if not row.premium:
        raise Invalid({"premium": "Bring the quote back to draft and enter its premium: nobody can bind it without."})
    if row.valid_until is not None and row.valid_until < today(tx):
        raise Conflict("The carrier does not stand by this quote any more. Bring it back to draft, and renew it.")


def _paper(tx: Tx, of: Submission, locator: str) -> SubmissionDocument:
    wanted = visible(tx.actor, SubmissionDocument).where(
        col(SubmissionDocument.locator) == locator,
        col(SubmissionDocument.submission_id) == of.id,
        col(SubmissionDocument.kind) == SubmissionDocumentKind.QUOTE,
        col(SubmissionDocument.removed_at).is_(None),
    )
    found: SubmissionDocument | None = tx.db.scalars(wanted).first()
    if found is None:
        raise Invalid({"document": "The submission has no such quote document."})
    return found


def _attached(tx: Tx, row: Quote) -> Attached | None:
    """The carrier's paper as it goes with a mail. Raises Conflict where it was not found clean, or was removed."""
    if row.document_id is None:
        return None
    document = tx.db.get_one(SubmissionDocument, row.document_id)
    file = tx.db.scalars(select(MediaVersion).where(col(MediaVersion.media_id) == document.media_id)).one()
    if document.removed_at is not None or file.scan is ScanState.REFUSED:
        raise Conflict("The quote's document was removed. Put another to it, or none.")
    if file.scan is ScanState.WAITING:
        raise Conflict("The quote's document is being checked for malware. Offer the quote when that is done.")
    return Attached(file.digest, file.filename, file.content_type, file.size)


def _words(row: Quote, carrier: str) -> str:
    until = f", valid until {row.valid_until:%m/%d/%Y}" if row.valid_until else ""
    return f"{carrier} offers it for ${row.premium:,.2f}, from {row.effective:%m/%d/%Y}{until}."
