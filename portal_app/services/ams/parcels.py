"""What goes to the agency's management system, as it stands when it leaves: no answer that is personal is in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.ams import OUTCOMES, AmsHandover, HandoverKind
from portal_app.models.enums import SubmissionDocumentKind, SubmissionStatus
from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.submissions import Submission, SubmissionEvent
from portal_app.services.ams import set_up
from portal_app.services.ams.port import BoundPolicy, NewSubmission, Outcome, PaperFile, Parcel, Task
from portal_app.services.door import Tx
from portal_app.services.mail import Attached
from portal_app.services.papers.going import MEGABYTE, going, uploaded
from portal_app.services.policies.detail import mailing_lines
from portal_app.services.submissions import acord
from portal_app.services.submissions.accounts import lives_elsewhere
from portal_app.services.submissions.answering import day_of
from portal_app.services.submissions.applicant import applicant
from portal_app.services.submissions.blotting import blotted
from portal_app.services.submissions.corrections import corrected_answers
from portal_app.services.submissions.kept import form_of
from portal_app.services.sync.bound import THE_PORTALS

Kind = SubmissionDocumentKind


@dataclass(frozen=True, slots=True)
class Packed:
    """A parcel with the files that are still to be read, those that are made for it, and the names of those that stay
    in the portal. `lacks` says what it has to wait for; `scanning` tells that a file is being checked for malware, and
    would go too."""

    parcel: Parcel
    attached: tuple[Attached, ...] = ()
    made: tuple[PaperFile, ...] = ()
    in_portal: tuple[str, ...] = ()
    lacks: str = ""
    scanning: bool = False


def packed(tx: Tx, handover: AmsHandover) -> Packed:
    """What the handover is about, as it stands now."""
    row = tx.db.get_one(Submission, handover.submission_id)
    if handover.kind is HandoverKind.TASK:
        return Packed(_task(tx, row, handover))
    if handover.kind in OUTCOMES.values():
        return Packed(_outcome(tx, row, handover))
    if handover.kind is HandoverKind.SUBMISSION:
        return _with_papers(tx, row, _submission(tx, row, handover), Kind.APPLICATION, uploaded(tx, row))
    quote = tx.db.scalars(
        select(Quote).where(col(Quote.submission_id) == row.id, col(Quote.offer) == QuoteOffer.BOUND)
    ).one()
    its_paper = [quote.document_id] if quote.document_id else []
    return _with_papers(tx, row, _policy(tx, row, handover, quote), Kind.BINDER, its_paper)


def _common(tx: Tx, row: Submission, handover: AmsHandover) -> dict[str, Any]:
    code = tx.db.get_one(ProducerCode, row.producer_code_id) if row.producer_code_id else None
    account = tx.db.get_one(Account, row.account_id) if row.account_id else None
    return {
        "key": handover.locator,
        "desk": set_up.desk_of(tx, handover.kind),
        "agency": tx.settings.agency_name,
        "submission": row.number or "",
        "insured": row.insured_name,
        "line": tx.db.get_one(LineOfBusiness, row.line_id).name,
        "producer_code": (code.code or "") if code else "",
        "effective": row.effective,
        "link": f"{tx.settings.origin}/submissions/{row.locator}",
        "client_id": account.source_id if account and account.feed != THE_PORTALS else "",
        "other_address": _other_address(tx, row, account) if account and account.feed != THE_PORTALS else "",
    }


def _other_address(tx: Tx, row: Submission, account: Account) -> str:
    form, _ = form_of(tx, row)
    found = applicant(form, corrected_answers(tx, row, form), day_of(tx, row))
    return ", ".join(mailing_lines(found)) if lives_elsewhere(found, account) else ""


def _submission(tx: Tx, row: Submission, handover: AmsHandover) -> NewSubmission:
    return NewSubmission(
        **_common(tx, row, handover),
        status=row.status.label,
        state=row.jurisdiction,
        submitted_at=row.submitted_at or handover.ordered_at,
        due=row.target_on,
    )


def _task(tx: Tx, row: Submission, handover: AmsHandover) -> Task:
    return Task(
        **_common(tx, row, handover),
        title=f"submission {row.number}",
        description="Take up this submission. The answers and the documents are in the portal.",
        due=row.target_on,
    )


def _outcome(tx: Tx, row: Submission, handover: AmsHandover) -> Outcome:
    """As it was then, whatever it is now: each outcome is told, in order."""
    event = tx.db.scalars(select(SubmissionEvent).where(col(SubmissionEvent.locator) == handover.event)).one()
    ended = SubmissionStatus(event.about["after"]).label
    return Outcome(
        **_common(tx, row, handover),
        status="Reopened" if event.about.get("reopened") else ended,
        reason=blotted(tx, row, event.about.get("reason", "")),
        at=event.at,
    )


def _policy(tx: Tx, row: Submission, handover: AmsHandover, quote: Quote) -> BoundPolicy:
    """Under the code that it was quoted with, and for its own term."""
    carrier = tx.db.get_one(Carrier, quote.carrier_id)
    code = tx.db.get_one(ProducerCode, quote.producer_code_id) if quote.producer_code_id else None
    told = _common(tx, row, handover) | {
        "effective": quote.effective,
        "producer_code": (code.code or "") if code else "",
    }
    return BoundPolicy(
        **told,
        number=tx.db.get_one(Policy, row.policy_id).number,
        carrier=carrier.name,
        carrier_naic=carrier.naic,
        expiration=quote.expiration,
        premium=quote.premium,
        bound_by=quote.bound_by,
        bound_at=quote.bound_at or handover.ordered_at,
    )


def _with_papers(
    tx: Tx, row: Submission, parcel: Parcel, made: SubmissionDocumentKind, more: Sequence[int | None]
) -> Packed:
    """The answers by ACORD's names and the portal's own paper, then others while there is room for them; what is not
    found clean, or has no room, stays in the portal."""
    room = tx.settings.ams_attach_mb * MEGABYTE if tx.settings.ams_attach else 0
    tables, in_portal = list[PaperFile](), list[str]()
    for table in _by_acord_name(tx, row):
        if len(table.content) <= room:
            tables.append(table)
            room -= len(table.content)
        else:
            in_portal.append(table.filename)
    papers = going(tx, row, made, more, room)
    scanning = tx.settings.ams_attach and papers.scanning
    return Packed(parcel, papers.attached, tuple(tables), (*in_portal, *papers.left_out), papers.lacks, scanning)


def _by_acord_name(tx: Tx, row: Submission) -> Iterator[PaperFile]:
    """Without anything personal; nothing of a form that has no such names."""
    found = acord.of(tx, row)
    if any(each.path for each in found.placed):
        yield PaperFile(found.filename, "text/csv", acord.as_csv(found, personal=False))
