"""Requests for information: what the agency needs from the producer before it can go on, item by item. While one is
open the clock stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col

from portal_app.models.enums import RequestedItemKind, SubmissionEventKind
from portal_app.models.submissions import (
    InformationItem,
    InformationRequest,
    Submission,
    SubmissionDocument,
    SubmissionEvent,
)
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Conflict, Invalid, InvalidData, NotFound
from portal_app.services.intake.forms import Field, Form
from portal_app.services.intake.values import read
from portal_app.services.licensing.records import today
from portal_app.services.scope import visible
from portal_app.services.submissions import contacts, desk, telling, timeline
from portal_app.services.submissions.corrections import take_over
from portal_app.services.submissions.fitting import misfits
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.lifecycle import Step, check_step
from portal_app.services.submissions.projection import problem_of_code
from portal_app.services.submissions.requests import RequestView, open_request, request_views
from portal_app.services.submissions.rows import held, whoever
from portal_app.services.topics import Topic

MOST_ITEMS, LONGEST_LABEL, LONGEST_TEXT = 50, 400, 4000
ASKED_NO_LONGER = "The agency does not ask for information any more: there is nothing to answer."
Kind = RequestedItemKind


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to ask for. `path` is "section.group.field" for a field of the form, whose label is taken where none
    is given, and empty otherwise."""

    kind: RequestedItemKind
    label: str = ""
    path: str = ""


@writes(Permission.UNDERWRITE)
def ask(tx: Tx, *, locator: str, items: Sequence[Wanted], note: str = "", version: int | None = None) -> RequestView:
    """Ask the producer for one to fifty things; the clock stands until they sent them. Raises NotFound; Conflict where
    it is at its end or something is asked for already; InvalidData with a sentence for each item that cannot be."""
    row = held(tx, locator, version)
    check_step(row.status, Step.ASK)
    if open_request(tx, row) is not None:
        raise Conflict("The producer is asked for something already. Wait for it, or cancel that request.")
    form, _ = form_of(tx, row)
    rows = _items(form, items, note)
    request = InformationRequest(submission_id=row.id or 0, note=note.strip(), asked_at=tx.now, asked_by_id=whoever(tx))
    tx.db.add(request)
    tx.db.flush()
    for each in rows:
        each.request_id = request.id or 0
        tx.db.add(each)
    row.waiting_since, row.version, row.changed_at = tx.now, row.version + 1, tx.now
    event = timeline.note(tx, row, SubmissionEventKind.ASKED, items=len(rows), reason=note.strip())
    _noted(tx, row, "submission.asked", items=len(rows), request=request.locator)
    telling.programs(tx, row, "informationRequest.create", request=request.locator)
    labels = [each.label for each in rows]
    telling.people(tx, row, "information_requested", key=event.locator, words=note.strip(), items=labels)
    return request_views(tx, row)[0]


@writes(Permission.SUBMIT_BUSINESS)
def answer(tx: Tx, *, locator: str, item: str, value: Any = None, document: str = "") -> RequestView:
    """Answer one item (locator) of the open request: a field or a text by `value`, as it is typed; a file by the
    locator of a document of the submission. It can be answered anew until the answers are sent. Raises NotFound;
    Conflict where nothing is asked for any more; Invalid for what cannot be taken."""
    row = held(tx, locator)
    request, asked = _asked(tx, row, item)
    if asked.kind is Kind.FILE:
        asked.document_id = _document(tx, row, document)
    else:
        form, _ = form_of(tx, row)
        asked.answer = {"value": _typed(tx, form, asked, value)}
    _answered(tx, row, request, asked)
    return request_views(tx, row)[0]


def check_wants_file(tx: Tx, row: Submission, item: str) -> None:
    """Raises NotFound; Conflict where nothing is asked for any more; Invalid where the item is no file."""
    _wants_file(tx, row, item)


def answer_with_file(tx: Tx, row: Submission, item: str, document: SubmissionDocument) -> None:
    """Answer one item by a file that came for it; the row has to be held. Raises as `check_wants_file`."""
    request, asked = _wants_file(tx, row, item)
    asked.document_id = document.id
    _answered(tx, row, request, asked)


def _wants_file(tx: Tx, row: Submission, item: str) -> tuple[InformationRequest, InformationItem]:
    request, asked = _asked(tx, row, item)
    if asked.kind is not Kind.FILE:
        raise Invalid({"item": "This is answered in words, and by no file."})
    return request, asked


def _answered(tx: Tx, row: Submission, request: InformationRequest, asked: InformationItem) -> None:
    asked.answered_at, asked.answered_by_id = tx.now, whoever(tx)
    row.version, row.changed_at = row.version + 1, tx.now
    _noted(tx, row, "submission.answered", request=request.locator, item=asked.locator)
    tx.changes(Topic.SUBMISSIONS)


@writes(Permission.SUBMIT_BUSINESS)
def complete(tx: Tx, *, locator: str) -> RequestView:
    """Send the answers: the clock goes on, the day by which an answer is due moves by the days that passed, and the
    fields that were answered count from now on. Raises NotFound; Conflict where nothing is asked for; InvalidData with
    the items that are not answered yet, or do not fit each other and the answers that were certified."""
    row = held(tx, locator)
    request = _open(tx, row)
    asked = _rows(tx, request)
    missing = [each for each in asked if each.answered_at is None]
    if missing:
        raise InvalidData({each.locator: f"{each.label}: this is not answered yet." for each in missing})
    if found := misfits(tx, row, asked):
        raise InvalidData(found)
    request.answered_at = tx.now
    _go_on(tx, row)
    take_over(tx, row)
    event = timeline.note(tx, row, SubmissionEventKind.ANSWERED)
    _noted(tx, row, "submission.answers_sent", request=request.locator)
    telling.programs(tx, row, "informationRequest.complete", request=request.locator)
    come = "The information that was asked for has come."
    telling.people(tx, row, "submission_status", key=event.locator, words=come)
    telling.deciders(tx, row, "submission_status", key=event.locator, words=come, besides=request.asked_by_id)
    if row.contact:
        contacts.again(tx, row, come)
    return request_views(tx, row)[0]


@writes(Permission.UNDERWRITE)
def cancel(tx: Tx, *, locator: str, version: int | None = None) -> RequestView:
    """Ask no longer, which whoever was asked is told; what was answered is kept. The clock goes on. Raises NotFound;
    Conflict where nothing is asked for, or where somebody changed the submission since `version`."""
    row = held(tx, locator, version)
    _open(tx, row)
    if event := close(tx, row):
        telling.people(tx, row, "submission_status", key=event.locator, words=ASKED_NO_LONGER)
    return request_views(tx, row)[0]


def file_gone(tx: Tx, row: Submission, document: SubmissionDocument) -> None:
    """What a file answered that is removed, or refused by the scanner, is to be answered anew, where it is still asked
    for; the submission has to be held."""
    request = open_request(tx, row)
    for each in _rows(tx, request) if request is not None else ():
        if each.document_id == document.id:
            each.document_id, each.answered_at, each.answered_by_id = None, None, None


def close(tx: Tx, row: Submission) -> SubmissionEvent | None:
    """End what is asked for of a submission, where anything is; the row has to be held. Returns the line in the
    timeline."""
    request = open_request(tx, row)
    if request is None:
        return None
    request.cancelled_at = tx.now
    _go_on(tx, row)
    event = timeline.note(tx, row, SubmissionEventKind.CANCELLED)
    _noted(tx, row, "submission.request_cancelled", request=request.locator)
    telling.programs(tx, row, "informationRequest.cancel", request=request.locator)
    return event


def _noted(tx: Tx, row: Submission, action: str, **detail: Any) -> None:
    audit.record(tx, action, subject_kind="submission", subject=row.locator, detail=detail)


def _go_on(tx: Tx, row: Submission) -> None:
    row.waiting_since, row.version, row.changed_at = None, row.version + 1, tx.now
    tx.db.flush()
    desk.set_target(tx, row)


def _open(tx: Tx, row: Submission) -> InformationRequest:
    request = open_request(tx, row)
    if request is None:
        raise Conflict("Nothing is asked for of this submission now.")
    return request


def _asked(tx: Tx, row: Submission, item: str) -> tuple[InformationRequest, InformationItem]:
    mine = visible(tx.actor, InformationItem).join(
        InformationRequest, col(InformationRequest.id) == col(InformationItem.request_id)
    )
    of_it = (col(InformationRequest.submission_id) == row.id, col(InformationItem.locator) == item)
    found: InformationItem | None = tx.db.scalars(mine.where(*of_it)).first()
    if found is None:
        raise NotFound
    request = _open(tx, row)
    if found.request_id != request.id:
        raise Conflict("This was asked for earlier, and is not asked for any more.")
    return request, found


def _rows(tx: Tx, request: InformationRequest) -> Sequence[InformationItem]:
    mine = visible(tx.actor, InformationItem).where(col(InformationItem.request_id) == request.id)
    found: Sequence[InformationItem] = tx.db.scalars(mine.order_by(col(InformationItem.id))).all()
    return found


def _document(tx: Tx, row: Submission, locator: str) -> int:
    document = SubmissionDocument
    mine = visible(tx.actor, document).where(
        col(document.submission_id) == row.id, col(document.locator) == locator, col(document.removed_at).is_(None)
    )
    found: SubmissionDocument | None = tx.db.scalars(mine).first()
    if found is None:
        raise Invalid({"document": "Choose a file of this submission, or upload one first."})
    return found.id or 0


def _typed(tx: Tx, form: Form, item: InformationItem, value: Any) -> Any:
    """What was typed, where it can be taken. The answers that were certified stay as they were: this stands beside
    them."""
    if item.kind is Kind.TEXT:
        text = value.strip() if isinstance(value, str) else ""
        if not text:
            raise Invalid({"value": "Enter an answer."})
        if len(text) > LONGEST_TEXT:
            raise Invalid({"value": f"Enter at most {LONGEST_TEXT:,} characters."})
        if any(not (each.isprintable() or each in "\r\n\t") for each in text):
            raise Invalid({"value": "There are characters in it that cannot be shown."})
        return text
    known = read(_field(form, item.path), value, today(tx))
    if known.wrong or known.value is None:
        raise Invalid({"value": known.wrong or "Enter an answer."})
    group, _, name = item.path.rpartition(".")
    for problem in problem_of_code(tx, form, {group: [{name: known.value}]}, today(tx)):
        raise Invalid({"value": problem.sentence})
    return known.value


def _field(form: Form, path: str) -> Field:
    place = form.at(path)
    if place is None:
        raise NotFound
    return place[1]


def _items(form: Form, items: Sequence[Wanted], note: str) -> list[InformationItem]:
    found: dict[str, str] = {}
    if not 1 <= len(items) <= MOST_ITEMS:
        found["items"] = f"Ask for one to {MOST_ITEMS} things."
    if len(note) > 2000 or any(not (each.isprintable() or each in "\r\n\t") for each in note):
        found["note"] = "Enter at most 2,000 characters that can be shown."
    rows = []
    for number, each in enumerate(items[:MOST_ITEMS]):
        place = form.at(each.path) if each.kind is Kind.FIELD else None
        label = each.label.strip() or (place[1].label if place else "")
        if each.kind is Kind.FIELD and place is None:
            found[f"items[{number}].path"] = "Choose a field of the form."
        elif each.kind is not Kind.FIELD and each.path:
            found[f"items[{number}].path"] = "Leave this empty where no field is asked for."
        elif not label or len(label) > LONGEST_LABEL or not label.isprintable():
            found[f"items[{number}].label"] = f"Say what is needed, in at most {LONGEST_LABEL} characters."
        rows.append(InformationItem(request_id=0, kind=each.kind, label=label, path=each.path))
    if found:
        raise InvalidData(found)
    return rows
