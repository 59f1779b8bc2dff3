"""Requests for information as they are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import RequestedItemKind
from portal_app.models.identity import User
from portal_app.models.submissions import InformationItem, InformationRequest, Submission, SubmissionDocument
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.intake.forms import Form
from portal_app.services.intake.values import told
from portal_app.services.scope import visible
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.rows import one


@dataclass(frozen=True, slots=True)
class ItemView:
    """`answer` is what was typed as people read it, personal values masked; `document` the locator of the file that
    answers. `path` names the field of the form that is asked for, or is empty."""

    locator: str
    kind: RequestedItemKind
    label: str
    path: str
    answer: str
    document: str
    answered_at: datetime | None
    answered_by: str


@dataclass(frozen=True, slots=True)
class RequestView:
    locator: str
    note: str
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None
    cancelled_at: datetime | None
    items: tuple[ItemView, ...]

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.cancelled_at is None


@reads(Permission.VIEW_OWN_ACCOUNTS)
def requests(tx: Tx, *, locator: str) -> tuple[RequestView, ...]:
    """What was asked for of a submission, the newest first. Raises NotFound."""
    return request_views(tx, one(tx, locator))


def open_request(tx: Tx, row: Submission) -> InformationRequest | None:
    """What is asked for now: at most one, which the database holds."""
    request = InformationRequest
    mine = visible(tx.actor, request).where(
        col(request.submission_id) == row.id, col(request.answered_at).is_(None), col(request.cancelled_at).is_(None)
    )
    found: InformationRequest | None = tx.db.scalars(mine).first()
    return found


def request_views(tx: Tx, row: Submission) -> tuple[RequestView, ...]:
    """The same of a row that the actor was found to see."""
    tx.db.flush()
    mine = visible(tx.actor, InformationRequest).where(col(InformationRequest.submission_id) == row.id)
    found: Sequence[InformationRequest] = tx.db.scalars(mine.order_by(col(InformationRequest.id).desc())).all()
    if not found:
        return ()
    asked = visible(tx.actor, InformationItem).where(col(InformationItem.request_id).in_([each.id for each in found]))
    items: Sequence[InformationItem] = tx.db.scalars(asked.order_by(col(InformationItem.id))).all()
    emails = _emails(tx, {each.asked_by_id for each in found} | {each.answered_by_id or 0 for each in items})
    documents = _documents(tx, {each.document_id or 0 for each in items})
    form, _ = form_of(tx, row)
    return tuple(
        RequestView(
            each.locator,
            each.note,
            each.asked_at,
            emails.get(each.asked_by_id, ""),
            each.answered_at,
            each.cancelled_at,
            tuple(_item(form, item, emails, documents) for item in items if item.request_id == each.id),
        )
        for each in found
    )


def _item(form: Form, item: InformationItem, emails: Mapping[int, str], documents: Mapping[int, str]) -> ItemView:
    return ItemView(
        item.locator,
        item.kind,
        item.label,
        item.path,
        shown_answer(form, item),
        documents.get(item.document_id or 0, ""),
        item.answered_at,
        emails.get(item.answered_by_id or 0, ""),
    )


def shown_answer(form: Form, item: InformationItem) -> str:
    """The answer of a field or a text as people read it, with what is personal masked; empty where there is none."""
    if item.answer is None:
        return ""
    value = item.answer.get("value")
    place = form.at(item.path) if item.kind is RequestedItemKind.FIELD else None
    return told(place[1], value) if place else str(value)


def _emails(tx: Tx, ids: set[int]) -> dict[int, str]:
    found = tx.db.execute(select(col(User.id), col(User.email)).where(col(User.id).in_(ids)))
    return {number or 0: email for number, email in found}


def _documents(tx: Tx, ids: set[int]) -> dict[int, str]:
    document = SubmissionDocument
    wanted = visible(tx.actor, document).with_only_columns(col(document.id), col(document.locator))
    return {row.id: row.locator for row in tx.db.execute(wanted.where(col(document.id).in_(ids)))}
