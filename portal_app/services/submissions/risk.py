"""Where the risk of a submission lies and which classes it has, read out of its answers: what a quote of it is judged
by, whatever is typed on the quote."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal_app.models.submissions import Submission
from portal_app.services.door import Tx
from portal_app.services.intake.forms import FieldType, Role
from portal_app.services.intake.sheet import Sheet, laid_out
from portal_app.services.submissions.answering import day_of
from portal_app.services.submissions.corrections import corrected_answers
from portal_app.services.submissions.kept import form_of

# Beside the fields that a form itself calls its state and ZIP code. Where a vehicle is kept is a place that a storm
# reaches, and no state that the policy is written in.
STATES = ("applicant.locations.state", "risk.states.state", "risk.classes.state")
POSTAL_CODES = ("applicant.locations.postal_code", "risk.vehicles.garaging_postal_code")
CLASSES = frozenset({FieldType.GL_CLASS, FieldType.WC_CLASS})


@dataclass(frozen=True, slots=True)
class Risk:
    """Each once, in the order of the form; empty where nothing was answered."""

    states: tuple[str, ...]
    postal_codes: tuple[str, ...]
    class_codes: tuple[str, ...]


def risk_of(tx: Tx, row: Submission) -> Risk:
    """The risk of a submission that the actor was found to see, as it is answered now."""
    form, _ = form_of(tx, row)
    classes = [f"{group.key}.{field.name}" for group, field in form.fields() if field.type in CLASSES]
    states = [path for path in (form.roles.get(Role.STATE, ""), *STATES) if form.at(path)]
    postal_codes = [path for path in (form.roles.get(Role.POSTAL_CODE, ""), *POSTAL_CODES) if form.at(path)]
    asked = {path.rpartition(".")[0] for path in (*classes, *states, *postal_codes)}
    sheet = laid_out(form, corrected_answers(tx, row, form), day_of(tx, row), only=asked)
    return Risk(
        _once((row.jurisdiction, *_values(sheet, states))),
        _once(_values(sheet, postal_codes)),
        _once(_values(sheet, classes)),
    )


def _values(sheet: Sheet, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        yield from (str(value) for value in sheet.values(path, {}) if value)


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))
