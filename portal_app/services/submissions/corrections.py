"""What was answered to requests for information takes the place of what it corrects in all that the portal works with.
What was certified stays as it was, and is shown so."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import RequestedItemKind
from portal_app.models.submissions import InformationItem, InformationRequest, Submission
from portal_app.services.door import Tx
from portal_app.services.intake.forms import Answers, Form, Role
from portal_app.services.naming import alike
from portal_app.services.submissions import accounts
from portal_app.services.submissions.answering import day_of, whole_answers
from portal_app.services.submissions.applicant import applicant
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.projection import value_of


def corrected_answers(tx: Tx, row: Submission, form: Form) -> Answers:
    """The answers as they were certified, with those that were sent since in their places. An answer to a field of a
    group that repeats says of no row which, and stays beside them."""
    return corrected(form, whole_answers(tx, row, form), _sent(tx, row))


def corrected(form: Form, answers: Answers, sent: Iterable[tuple[str, Any]]) -> Answers:
    """The answers with others, by path, in their places."""
    answers = dict(answers)
    for path, value in sent:
        place, name = form.at(path), path.rpartition(".")[2]
        if place is not None and place[0].repeat is None:
            rows = answers.get(place[0].key) or [{}]
            answers[place[0].key] = [rows[0] | {name: value}, *rows[1:]]
    return answers


def take_over(tx: Tx, row: Submission) -> None:
    """Bring what is shown of the submission, which is held, and its account in line with what was sent: one that was
    made of its answers is corrected, unless others hang on it under another name."""
    form, _ = form_of(tx, row)
    answers, day, asked = corrected_answers(tx, row, form), day_of(tx, row), {path for path, _ in _sent(tx, row)}

    def of(role: Role) -> Any:
        return value_of(form, answers, role, day) if form.roles.get(role) in asked else None

    if name := of(Role.INSURED):
        row.insured_name = str(name)[:200]
    if effective := of(Role.EFFECTIVE):
        row.effective = date.fromisoformat(effective)
    if state := of(Role.STATE):
        row.jurisdiction = str(state)[:2]
    account, found = tx.db.get(Account, row.account_id) if row.account_id else None, applicant(form, answers, day)
    own = account if account is not None and accounts.is_own(account, row) else None
    if own is not None and (alike(found.name, own.name) or not accounts.is_shared(tx, own, row)):
        for field, value in asdict(found).items():
            setattr(own, field, value)
    accounts.settle(tx, row, form, answers, row.producer_code_id)


def _sent(tx: Tx, row: Submission) -> list[tuple[str, Any]]:
    """The paths and values of the fields that were answered and sent, the newest last."""
    item, request = InformationItem, InformationRequest
    asked = (
        select(item)
        .join(request, col(request.id) == col(item.request_id))
        .where(
            col(request.submission_id) == row.id,
            col(request.answered_at).is_not(None),
            col(item.kind) == RequestedItemKind.FIELD,
        )
        .order_by(col(item.id))
    )
    return [(each.path, each.answer["value"]) for each in tx.db.scalars(asked) if each.answer is not None]
