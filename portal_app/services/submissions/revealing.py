"""Personal answers in the clear, for who has to rate by them. Everybody sees them masked; whoever underwrites may look,
and the trail keeps that they did, at what, and never what it says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import col

from portal_app.models.enums import RequestedItemKind
from portal_app.models.submissions import InformationItem, InformationRequest, Submission
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.intake.forms import Form
from portal_app.services.intake.sheet import laid_out
from portal_app.services.intake.values import told
from portal_app.services.scope import visible
from portal_app.services.submissions.answering import day_of, whole_answers
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.rows import one


@dataclass(frozen=True, slots=True)
class Personal:
    """A personal answer as people read it. `group` is "section.group", `row` counts from 0. Where it was given to a
    request for information `item` is its locator, and empty where it stands in the form."""

    group: str
    row: int
    field: str
    label: str
    value: str
    item: str = ""


@writes(Permission.UNDERWRITE)
def reveal(tx: Tx, *, locator: str) -> tuple[Personal, ...]:
    """The personal answers of a submission and of what was asked for, in the order of the form. Which they are goes
    into the trail, unless there are none. Raises NotFound."""
    row = one(tx, locator)
    found = personal_answers(tx, row)
    if found:
        fields = sorted({f"{each.group}.{each.field}" for each in found})
        audit.record(
            tx, "submission.revealed", subject_kind="submission", subject=row.locator, detail={"fields": fields}
        )
    return found


def personal_answers(tx: Tx, row: Submission) -> tuple[Personal, ...]:
    """Those of the form and of what was asked for, in the clear: for the portal's own work."""
    form, _ = form_of(tx, row)
    return (*_of_form(tx, row, form), *_of_requests(tx, row, form))


def _of_form(tx: Tx, row: Submission, form: Form) -> Iterator[Personal]:
    personal = form.personal()
    sheet = laid_out(form, whole_answers(tx, row, form), day_of(tx, row))
    for group, number, cells in sheet.shown():
        for each in group.fields:
            if f"{group.key}.{each.name}" not in personal or each.name not in cells:
                continue
            if value := told(each, cells[each.name].value, masked=False):
                yield Personal(group.key, number, each.name, each.label, value)


def _of_requests(tx: Tx, row: Submission, form: Form) -> Iterator[Personal]:
    personal = form.personal()
    mine = (
        visible(tx.actor, InformationItem)
        .join(InformationRequest, col(InformationRequest.id) == col(InformationItem.request_id))
        .where(col(InformationRequest.submission_id) == row.id, col(InformationItem.kind) == RequestedItemKind.FIELD)
        .order_by(col(InformationItem.id))
    )
    asked: Sequence[InformationItem] = tx.db.scalars(mine).all()
    for each in asked:
        place = form.at(each.path)
        if place is not None and each.path in personal and each.answer is not None:
            group, field = place
            value = told(field, each.answer.get("value"), masked=False)
            yield Personal(group.key, 0, field.name, each.label, value, each.locator)
