"""Hands one thing to the agency's management system, outside of any transaction, and writes down what came of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.ams import AmsHandover
from portal_app.models.enums import SubmissionEventKind
from portal_app.models.identity import User
from portal_app.models.submissions import Submission
from portal_app.services import audit, mail
from portal_app.services.access import Gate, system
from portal_app.services.ams import set_up
from portal_app.services.ams.ordering import TOPIC
from portal_app.services.ams.parcels import Packed, packed
from portal_app.services.ams.port import AmsIntake, BoundPolicy, NewSubmission, Outcome, PaperFile, Papers, Parcel, Task
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.notifications.telling import notify
from portal_app.services.outbox import Claimed
from portal_app.services.ports import DeliveryFailed, DeliveryRefused
from portal_app.services.routing.in_force import underwriters
from portal_app.services.submissions import timeline

__all__ = ["TOPIC", "given_up", "hand_over"]

ACTOR = system("AMS")
SCANNING = "A document is being checked for malware, and would go too."


def hand_over(door: Door, message: Claimed) -> None:
    """Deliver one message of the outbox. What went under it before is not sent again. Raises DeliveryFailed and
    DeliveryRefused."""
    intake = door.ports.ams
    if intake is None:
        raise LookupError("nothing that tells the management system")
    handover = message.payload["handover"]
    ready = door.run(to_go, ACTOR, handover=handover, message=message.locator)
    if ready is None:
        return
    if isinstance(ready, str):
        raise DeliveryRefused(ready)
    if ready.lacks:
        raise DeliveryFailed(ready.lacks)
    if ready.scanning and message.attempts == 1:
        # The scanner has until the next attempt; then the rest goes, for a scanner that is away keeps nothing here.
        raise DeliveryFailed(SCANNING)
    reference = _take(intake, _filled(door, ready))
    door.run(sent, ACTOR, handover=handover, message=message.locator, reference=reference)


def _filled(door: Door, ready: Packed) -> Parcel:
    """With the files as they lie in the data folder now. Raises DeliveryRefused where one is gone."""
    if not isinstance(ready.parcel, NewSubmission | BoundPolicy):
        return ready.parcel
    folder = door.settings.folder
    files = tuple(
        PaperFile(each.filename, each.content_type, mail.content_of(folder, each.digest)) for each in ready.attached
    )
    return replace(ready.parcel, papers=Papers((*files, *ready.made), ready.in_portal))


def _take(intake: AmsIntake, parcel: Parcel) -> str:
    match parcel:
        case NewSubmission():
            return intake.submission(parcel)
        case BoundPolicy():
            return intake.policy(parcel)
        case Task():
            return intake.task(parcel)
        case Outcome():
            return intake.outcome(parcel)
    raise TypeError(type(parcel).__name__)


@reads(Gate.SYSTEM)
def to_go(tx: Tx, *, handover: str, message: str) -> Packed | str | None:
    """What is to go under this message; a sentence where it cannot any more, None where it went."""
    row = _row(tx, handover)
    if row.message != message or row.sent_at is not None:
        return None
    return set_up.missing(tx, row.kind) or packed(tx, row)


@writes(Gate.SYSTEM)
def sent(tx: Tx, *, handover: str, message: str, reference: str) -> None:
    """It is there: told in the timeline. Nothing where somebody had it sent anew meanwhile."""
    row = _row(tx, handover, hold=True)
    if row.message != message or row.sent_at is not None:
        return
    row.sent_at, row.reference = tx.now, reference[:300]
    submission = tx.db.get_one(Submission, row.submission_id)
    timeline.note(tx, submission, SubmissionEventKind.SENT, what=row.kind.value)
    detail = {"what": row.kind.value, "key": row.locator}
    audit.record(tx, "submission.ams_sent", subject_kind="submission", subject=submission.locator, detail=detail)


def given_up(tx: Tx, payload: Mapping[str, Any], error: str) -> None:
    """Told in the transaction in which its message is given up: in the timeline, and to whoever handles the submission,
    or to all underwriters where nobody does."""
    row = _row(tx, payload["handover"])
    submission = tx.db.get_one(Submission, row.submission_id)
    event = timeline.note(tx, submission, SubmissionEventKind.NOT_SENT, what=row.kind.value, reason=error)
    to = {submission.assignee_id}
    if submission.assignee_id is None:
        to = set(tx.db.scalars(select(col(User.id)).where(col(User.email).in_(underwriters(tx)))))
    notify(
        tx,
        "ams_failed",
        about=submission,
        to=to,
        named=submission.number or "",
        key=event.locator,
        insured=submission.insured_name,
        words=f"{error} Set right what it says, and send it again from the submission's page.",
    )


def _row(tx: Tx, locator: str, *, hold: bool = False) -> AmsHandover:
    wanted = select(AmsHandover).where(col(AmsHandover.locator) == locator)
    return tx.db.scalars(wanted.with_for_update() if hold else wanted).one()
