"""What a quote of a submission has in common with it: its line of business, whose business it is, and where the risk
lies."""

from dataclasses import dataclass

from sqlmodel import col

from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.door import Tx
from portal_app.services.intake.forms import FieldType, Role
from portal_app.services.intake.values import read
from portal_app.services.scope import visible
from portal_app.services.submissions.answering import day_of
from portal_app.services.submissions.corrections import corrected_answers
from portal_app.services.submissions.kept import form_of
from portal_app.services.submissions.projection import value_of

CLASSES = frozenset({FieldType.GL_CLASS, FieldType.WC_CLASS})
ZIP = 5


@dataclass(frozen=True, slots=True)
class Risk:
    """Where the risk of a submission lies and of which classes it is, as it was answered last; empty is what was
    not."""

    state: str
    postal_code: str
    class_codes: tuple[str, ...]


def risk_of(tx: Tx, of: Submission) -> Risk:
    form, _ = form_of(tx, of)
    answers, day = corrected_answers(tx, of, form), day_of(tx, of)
    classes = [
        str(known)
        for group, field in form.fields()
        if field.type in CLASSES
        for row in answers.get(group.key, [])
        if (known := read(field, row.get(field.name), day).value)
    ]
    postal_code = str(value_of(form, answers, Role.POSTAL_CODE, day) or "")
    return Risk(of.jurisdiction, postal_code, tuple(dict.fromkeys(classes)))


def problems_of_place(risk: Risk, state: str, postal_code: str) -> dict[str, str]:
    """What keeps a quote for this place from being one of the submission: moratoria and grants would be asked about
    another."""
    found = {}
    if risk.state and state != risk.state:
        found["jurisdiction"] = f"The risk of the submission lies in {risk.state}."
    if risk.postal_code and postal_code[:ZIP] != risk.postal_code[:ZIP]:
        found["postal_code"] = f"The risk of the submission lies in {risk.postal_code}."
    return found


def problems(tx: Tx, of: Submission, line: LineOfBusiness | None, code: ProducerCode | None) -> dict[str, str]:
    """What keeps a quote of this line and code from being one of the submission. It stays in the submission's line, and
    under its producer code or another of the same producer: else the business, and the commission on it, would be
    somebody's who did not bring it. A submission without a code leaves the code open."""
    found = {}
    if line is not None and line.id != of.line_id:
        found["line"] = f"The submission is about {tx.db.get_one(LineOfBusiness, of.line_id).name}."
    if code is not None and of.producer_code_id not in (None, code.id):
        theirs = tx.db.get_one(ProducerCode, of.producer_code_id)
        if theirs.producer_id != code.producer_id:
            said = f"The submission is under {theirs.code}. Enter that code, or another of its producer."
            found["producer_code"] = said
    return found


def is_own(tx: Tx, row: Quote) -> bool:
    """Whether the actor may bind under the quote's producer code: a producer under the codes of their own book alone. A
    quote without a code is nobody's, and left to the rules of authority."""
    if row.producer_code_id is None:
        return True
    mine = visible(tx.actor, ProducerCode).where(col(ProducerCode.id) == row.producer_code_id)
    return tx.db.scalars(mine).first() is not None
