"""The intake forms as a configuration that an agency edits in versions, one for each line of business."""

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.enums import SubmissionStatus
from portal_app.models.policies import LineOfBusiness
from portal_app.models.submissions import IntakeForm, Submission
from portal_app.services.access import Permission
from portal_app.services.configuration.in_force import in_force
from portal_app.services.configuration.kinds import Kind
from portal_app.services.door import Tx
from portal_app.services.errors import NotFound
from portal_app.services.intake.acord_map import problems_of
from portal_app.services.intake.forms import LINES, Form
from portal_app.services.intake.reading import load
from portal_app.services.intake.shipped import shipped_text


def form_in_force(tx: Tx, line: str) -> Form:
    """The form of a line of business that holds now. Raises NotFound."""
    if line not in LINES:
        raise NotFound
    return in_force(tx, INTAKE_FORM, line)


def _names(_tx: Tx) -> tuple[str, ...]:
    return LINES


def _called(tx: Tx, name: str) -> str:
    """The line as everybody reads it elsewhere."""
    own = select(col(LineOfBusiness.name)).where(col(LineOfBusiness.code) == name)
    return tx.db.scalar(own) or name


def _shipped(_tx: Tx, name: str) -> str:
    return shipped_text(name)


def _against(_tx: Tx, name: str, _now: Form, then: Form) -> list[str]:
    """A submission keeps the form that it began with, so nothing stored is broken; a form only has to be of its line,
    and to let no answer take another's place on paper."""
    of_another = [] if then.line == name else [f"line: should be {name}, the line that this form is of."]
    return of_another + problems_of(then)


def _keeps(tx: Tx, name: str) -> str:
    """How many drafts stay with which version. Their number says nothing of a client: it is told to who edits forms,
    and sees none of them."""
    own = (col(Submission.status) == SubmissionStatus.DRAFT, col(LineOfBusiness.code) == name)
    counted = (
        select(col(IntakeForm.version), func.count())
        .join(Submission, col(Submission.form_id) == col(IntakeForm.id))
        .join(LineOfBusiness, col(LineOfBusiness.id) == col(Submission.line_id))
        .where(*own)
        .group_by(col(IntakeForm.version))
        .order_by(col(IntakeForm.version).desc())
    )
    found = [(version, number) for version, number in tx.db.execute(counted)]
    if not found:
        return ""
    total = sum(number for _, number in found)
    drafts = "1 draft keeps" if total == 1 else f"{total:,} drafts keep"
    of = ", ".join(
        f"{number:,} of {f'version {version}' if version else 'what was shipped'}" for version, number in found
    )
    return f"{drafts} the form that {'it' if total == 1 else 'they'} began with: {of}."


INTAKE_FORM: Kind[Form] = Kind(
    word="intake-form",
    label="Intake form",
    permission=Permission.CHANGE_SETTINGS,
    names=_names,
    shipped=_shipped,
    read=load,
    against=_against,
    keeps=_keeps,
    called=_called,
)
