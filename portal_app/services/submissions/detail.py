"""One submission whole, as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.policies import Policy
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.ams import handovers
from portal_app.services.ams.handovers import HandoverView
from portal_app.services.door import Tx, reads
from portal_app.services.intake.forms import Form, Group
from portal_app.services.intake.sheet import Cells, Sheet, laid_out
from portal_app.services.intake.values import told
from portal_app.services.quotes.views import QuoteView
from portal_app.services.quotes.views import shown as quotes_shown
from portal_app.services.scope import visible
from portal_app.services.submissions import documents, timeline
from portal_app.services.submissions.answering import HIDDEN, day_of, form_version, whole_answers
from portal_app.services.submissions.documents import DocumentView
from portal_app.services.submissions.fingerprint import is_as_certified
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.lifecycle import Step, steps_for
from portal_app.services.submissions.requests import RequestView, request_views
from portal_app.services.submissions.rows import one
from portal_app.services.submissions.timeline import Event
from portal_app.services.submissions.views import SubmissionRow, shown


@dataclass(frozen=True, slots=True)
class AnswerView:
    """`value` as people read it, personal values masked; empty where nothing was answered."""

    path: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group that is shown: one row, or one for each of what repeats, which `item` names."""

    key: str
    title: str
    item: str
    rows: tuple[tuple[AnswerView, ...], ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    name: str
    title: str
    groups: tuple[GroupView, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who certified what, and when. `intact` tells that what is stored still comes to that hash."""

    statement: str
    by: str
    at: datetime
    answers_hash: str
    intact: bool


@dataclass(frozen=True, slots=True)
class SubmissionDetail:
    """`account`, `policy` and `cloned_from` are locators, empty where there is none that the actor may see. `steps` is
    what the actor can do with it now."""

    row: SubmissionRow
    account: str
    policy: str
    cloned_from: str
    form_title: str
    form_version: int
    certificate: Certificate | None
    sections: tuple[SectionView, ...]
    documents: tuple[DocumentView, ...]
    quotes: tuple[QuoteView, ...]
    requests: tuple[RequestView, ...]
    events: tuple[Event, ...]
    handovers: tuple[HandoverView, ...]
    steps: frozenset[Step]


@reads(Permission.VIEW_OWN_ACCOUNTS)
def detail(tx: Tx, *, locator: str) -> SubmissionDetail:
    """One submission with everything that belongs to it. Raises NotFound, also for one that is not the actor's to
    see."""
    row = one(tx, locator)
    form, _ = form_of(tx, row)
    header = shown(tx, [row])[0]
    return SubmissionDetail(
        row=header,
        account=_locator(tx, Account, row.account_id),
        policy=_locator(tx, Policy, row.policy_id),
        cloned_from=_locator(tx, Submission, row.cloned_from_id),
        form_title=form.title,
        form_version=form_version(tx, row),
        certificate=_certificate(tx, row, header.submitted_by),
        sections=sections(tx, row, form),
        documents=documents.listed(tx, submission=locator),
        quotes=_quotes(tx, row),
        requests=request_views(tx, row),
        events=timeline.of(tx, row),
        handovers=handovers.of(tx, row),
        steps=steps_for(tx.actor, row.status),
    )


def sections(tx: Tx, row: Submission, form: Form) -> tuple[SectionView, ...]:
    """What was answered, section by section, of the fields that are shown."""
    sheet = laid_out(form, whole_answers(tx, row, form), day_of(tx, row))
    return tuple(
        SectionView(
            each.name,
            each.title,
            tuple(_group(sheet, group) for group in each.groups if group.key in sheet.rows),
        )
        for each in form.sections
    )


def _group(sheet: Sheet, group: Group) -> GroupView:
    rows = sheet.rows[group.key]
    item = group.repeat.item if group.repeat else ""
    return GroupView(group.key, group.title, item, tuple(_answers(group, cells) for cells in rows))


def _answers(group: Group, cells: Cells) -> tuple[AnswerView, ...]:
    """What cannot be read is shown by a mark, since it may be personal in any field."""
    return tuple(
        AnswerView(
            f"{group.key}.{each.name}",
            each.label,
            told(each, cells[each.name].value) or (HIDDEN if cells[each.name].wrong else ""),
        )
        for each in group.fields
        if each.name in cells
    )


def _certificate(tx: Tx, row: Submission, by: str) -> Certificate | None:
    if row.submitted_at is None:
        return None
    return Certificate(row.statement, by, row.submitted_at, row.answers_hash, is_as_certified(tx, row))


def _quotes(tx: Tx, row: Submission) -> tuple[QuoteView, ...]:
    mine = visible(tx.actor, Quote).where(col(Quote.submission_id) == row.id)
    found: Sequence[Quote] = tx.db.scalars(mine.order_by(col(Quote.id).desc())).all()
    return tuple(quotes_shown(tx, found))


def _locator(tx: Tx, model: type[Account] | type[Policy] | type[Submission], number: int | None) -> str:
    if number is None:
        return ""
    found = visible(tx.actor, model).where(col(model.id) == number).with_only_columns(col(model.locator))
    return str(tx.db.scalar(found) or "")
