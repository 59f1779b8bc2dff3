"""The forms as those ask for them who submit business."""

from dataclasses import dataclass

from portal_app.services.access import Permission
from portal_app.services.configuration.in_force import saved
from portal_app.services.door import Tx, reads
from portal_app.services.errors import InvalidData
from portal_app.services.intake.forms import LINES, Answers, Form, path_of
from portal_app.services.intake.kind import INTAKE_FORM, form_in_force
from portal_app.services.intake.typed import not_kept
from portal_app.services.intake.validation import Problem, normalised, problems


@dataclass(frozen=True, slots=True)
class FormInForce:
    """The form of a line that holds now. `version` is that of the configuration, 0 for what is shipped."""

    line: str
    title: str
    acord_forms: tuple[str, ...]
    version: int
    form: Form


@dataclass(frozen=True, slots=True)
class CheckedAnswers:
    """What is wrong with answers, and what would be kept of them."""

    version: int
    problems: tuple[Problem, ...]
    answers: Answers


@reads(Permission.SUBMIT_BUSINESS)
def forms(tx: Tx) -> tuple[FormInForce, ...]:
    """The form of every line of business."""
    return tuple(_shown(tx, line) for line in LINES)


@reads(Permission.SUBMIT_BUSINESS)
def form(tx: Tx, *, line: str) -> FormInForce:
    """The form of one line. Raises NotFound."""
    return _shown(tx, line)


@reads(Permission.SUBMIT_BUSINESS)
def check(tx: Tx, *, line: str, answers: Answers, whole: bool = True) -> CheckedAnswers:
    """Hold answers against the form of the line; nothing is saved. Not `whole`, what is missing is not told. Raises
    NotFound; InvalidData for what no draft could keep."""
    own = _shown(tx, line)
    if found := _not_kept(own.form, answers):
        raise InvalidData(found)
    today = tx.now.astimezone(tx.settings.zone).date()
    wrong = tuple(problems(own.form, answers, today, whole=whole))
    return CheckedAnswers(own.version, wrong, normalised(own.form, answers, today))


def _not_kept(form: Form, answers: Answers) -> dict[str, str]:
    """By its path, what is wrong with each value that could not be kept."""
    found = {}
    for key, rows in answers.items():
        group = form.group(key)
        for number, row in enumerate(rows):
            for name, value in row.items():
                if sentence := not_kept(value):
                    found[path_of(group, number, name) if group else f"{key}[{number}].{name}"] = sentence
    return found


def _shown(tx: Tx, line: str) -> FormInForce:
    own = form_in_force(tx, line)
    newest = saved(tx, INTAKE_FORM, line)
    return FormInForce(line, own.title, own.acord_forms, newest[0] if newest else 0, own)
