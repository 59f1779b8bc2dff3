"""Whether what is answered to a request for information fits the other answers: each was looked at by itself when it
was typed, and the form holds them against each other."""

from collections.abc import Sequence

from portal_app.models.enums import RequestedItemKind
from portal_app.models.submissions import InformationItem, Submission
from portal_app.services.door import Tx
from portal_app.services.intake.forms import Answers, Form
from portal_app.services.intake.validation import Problem, problems
from portal_app.services.submissions.answering import day_of
from portal_app.services.submissions.corrections import corrected, corrected_answers
from portal_app.services.submissions.kept import form_of

ELSEWHERE = "With this, something else that was submitted does not fit any more. {}: {}"
WHAT_TO_DO = "Answer otherwise, or have the agency ask for that too."


def misfits(tx: Tx, row: Submission, items: Sequence[InformationItem]) -> dict[str, str]:
    """By the locator of an item, what speaks against all of them together; what did not fit before is not held against
    them. What an item is not the place of is told with the first field that was asked for."""
    asked = {each.path: each for each in items if each.kind is RequestedItemKind.FIELD and each.answer is not None}
    if not asked:
        return {}
    form, _ = form_of(tx, row)
    before = corrected_answers(tx, row, form)
    after = corrected(form, before, [(path, each.answer["value"]) for path, each in asked.items() if each.answer])
    first, found = next(iter(asked.values())), dict[str, str]()
    for each in _new(tx, row, form, before, after):
        item = asked.get(each.path)
        if item is not None:
            found.setdefault(item.locator, f"{item.label}: {each.sentence}")
        else:
            found.setdefault(first.locator, f"{ELSEWHERE.format(each.label, each.sentence)} {WHAT_TO_DO}")
    return found


def _new(tx: Tx, row: Submission, form: Form, before: Answers, after: Answers) -> list[Problem]:
    day = day_of(tx, row)
    known = {(each.path, each.sentence) for each in problems(form, before, day, whole=True)}
    found = problems(form, after, day, whole=True)
    return [each for each in found if not each.warning and (each.path, each.sentence) not in known]
