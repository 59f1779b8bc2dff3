"""Mails a submission to a carrier's contact, outside of any transaction, and writes down what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import SubmissionEventKind
from portal_app.models.policies import LineOfBusiness
from portal_app.models.submissions import Submission
from portal_app.services import audit, mail
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.licensing.records import told_day
from portal_app.services.outbox import Claimed
from portal_app.services.papers.going import MEGABYTE, Going, going, uploaded
from portal_app.services.ports import DeliveryFailed, DeliveryRefused, Mail, MailFile
from portal_app.services.submissions import telling, timeline
from portal_app.services.submissions.contacts import APPLICATION, TOPIC, queue, subject
from portal_app.services.submissions.lifecycle import OPEN

__all__ = ["TOPIC", "given_up", "hand_over"]

MOST_ATTACHED = 15 * MEGABYTE
"""As mail it takes a third more, and most servers take 25 MB."""
NOT_THEIRS = "The submission is not with this contact any more. Assign it to them again."
SCANNING = "A document is being checked for malware, and would go too."
LEFT_OUT = (
    "What is not attached is too large for this mail, or was not checked for malware in time. Ask {agency} for it."
)
ACTOR = system("carriers")


@dataclass(frozen=True, slots=True)
class Packed:
    """A mail as it is to leave, with the files that are still to be read."""

    subject: str
    text: str
    papers: Going


def hand_over(door: Door, message: Claimed) -> None:
    """Mail what one message of the outbox is about, as it stands now. Raises DeliveryFailed and DeliveryRefused."""
    mailer = door.ports.mailer
    if mailer is None:
        raise LookupError("no mail server")
    about = {"submission": message.payload["submission"], "contact": message.payload["contact"]}
    ready = door.run(to_go, ACTOR, **about)
    if ready is None:
        raise DeliveryRefused(NOT_THEIRS)
    if ready.papers.lacks:
        raise DeliveryFailed(ready.papers.lacks)
    if ready.papers.scanning and message.attempts == 1:
        # The scanner has until the next attempt; then the rest goes, for a scanner that is away keeps nothing here.
        raise DeliveryFailed(SCANNING)
    host, folder = urlsplit(door.settings.origin).hostname or "portal", door.settings.folder
    files = tuple(
        MailFile(each.filename, each.content_type, mail.content_of(folder, each.digest))
        for each in ready.papers.attached
    )
    number = f"<{message.locator}@{host}>"
    mailer.send(Mail(number, about["contact"], ready.subject, ready.text, files=files))
    door.run(sent, ACTOR, **about, files=len(files), left_out=ready.papers.left_out)


@reads(Gate.SYSTEM)
def to_go(tx: Tx, *, submission: str, contact: str) -> Packed | None:
    """The mail to the contact; None where the submission is not with them any more."""
    row = _row(tx, submission)
    if row.contact != contact or row.status not in OPEN:
        return None
    papers = going(tx, row, APPLICATION, uploaded(tx, row), MOST_ATTACHED)
    return Packed(subject(tx, row), _text(tx, row, papers), papers)


@writes(Gate.SYSTEM)
def sent(tx: Tx, *, submission: str, contact: str, files: int, left_out: tuple[str, ...]) -> None:
    """It is there: told in the timeline, with what did not go."""
    row = _row(tx, submission, hold=True)
    why = {"reason": f"Not attached: {'; '.join(left_out)}."} if left_out else {}
    timeline.note(tx, row, SubmissionEventKind.SENT, what=APPLICATION.value, to=contact, **why)
    detail = {"to": contact, "files": files, "left_out": len(left_out)}
    audit.record(tx, "submission.contact_sent", subject_kind="submission", subject=row.locator, detail=detail)


def given_up(tx: Tx, payload: Mapping[str, Any], error: str) -> None:
    """Told in the transaction in which its message is given up: in the timeline; and where it is still theirs it is so
    no longer, and those are told who decide what becomes of it."""
    row, contact = _row(tx, payload["submission"], hold=True), payload["contact"]
    event = timeline.note(tx, row, SubmissionEventKind.NOT_SENT, what=APPLICATION.value, to=contact, reason=error)
    if row.contact != contact or row.status not in OPEN:
        return
    queue(row)
    row.version, row.changed_at = row.version + 1, tx.now
    audit.record(tx, "submission.released", subject_kind="submission", subject=row.locator)
    telling.programs(tx, row, "assign")
    words = f"It could not be mailed to {contact}. {error} Assign it to somebody, or to another address."
    telling.deciders(tx, row, "submission_to_review", key=event.locator, words=words)


def _text(tx: Tx, row: Submission, papers: Going) -> str:
    agency = tx.settings.agency_name
    facts = {
        "Submission ID": row.number or "",
        "Line of business": tx.db.get_one(LineOfBusiness, row.line_id).name,
        "Insured": row.insured_name,
        "State": row.jurisdiction,
        "Effective date": told_day(row.effective) if row.effective else "",
        "Answer asked for by": told_day(row.target_on) if row.target_on else "",
        "Attached": "; ".join([each.filename for each in papers.attached]),
        "Not attached": "; ".join(papers.left_out),
    }
    # Nothing that somebody typed begins a line that looks like another fact.
    lines = [f"{name}: {' '.join(value.split())}" for name, value in facts.items() if value]
    rest = ["", LEFT_OUT.format(agency=agency)] if papers.left_out else []
    return "\n".join([f"{agency} has a submission for you.", "", *lines, *rest])


def _row(tx: Tx, locator: str, *, hold: bool = False) -> Submission:
    wanted = select(Submission).where(col(Submission.locator) == locator)
    return tx.db.scalars(wanted.with_for_update() if hold else wanted).one()
