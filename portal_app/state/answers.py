"""What the rules of binding answered, as it is shown: on the page that asks by hand, and beside a quote."""

from dataclasses import dataclass

from portal_app.models.enums import BindOutcome
from portal_app.services.authority.answers import STATED, Verdict
from portal_app.services.authority.decisions import Decided
from portal_app.state import wording

OUTCOMES = {BindOutcome.BIND: "May be bound", BindOutcome.REFER: "Refer", BindOutcome.DENY: "Do not bind"}
VERDICTS = {Verdict.PASS: "Pass", Verdict.REFER: "Refer", Verdict.DENY: "Deny"}
MEANT = {
    BindOutcome.BIND: "Every rule passes.",
    BindOutcome.REFER: "Nothing forbids it, but somebody who may has to decide it.",
    BindOutcome.DENY: "It cannot be bound as it stands.",
}


@dataclass
class AnswerRow:
    rule: str
    verdict: str
    found: str
    would_pass: str


@dataclass
class DecisionRow:
    """An answer with its rules in their order; `key` is empty where nothing was asked yet."""

    key: str
    outcome: str
    meant: str
    binder: str
    by: str
    revision: str
    rules: list[AnswerRow]


NOTHING = DecisionRow("", "", "", "", "", "", [])


def at_issue(found: Decided) -> str:
    """What was answered when it was issued, and who decided what is not within authority."""
    beyond = ", ".join(STATED[each.rule].name for each in found.answers if each.verdict is not Verdict.PASS)
    if found.outcome is BindOutcome.BIND:
        return "Within binding authority"
    said = "referred it" if found.outcome is BindOutcome.REFER else "did not allow it"
    return f"Binding authority {said} ({beyond}); decided by {found.asked_by}"


def decision_row(found: Decided, at: str) -> DecisionRow:
    """`at` is when it was asked, in words."""
    binder = ""
    if found.binder_days is not None:
        binder = f"A binder may run {wording.count(found.binder_days, 'day')} at most."
    return DecisionRow(
        key=found.locator,
        outcome=OUTCOMES[found.outcome],
        meant=MEANT[found.outcome],
        binder=binder,
        by=f"Asked by {found.asked_by}, {at}",
        revision=f"Revision {found.revision} of the rules",
        rules=[
            AnswerRow(STATED[each.rule].name, VERDICTS[each.verdict], each.found, each.would_pass)
            for each in found.answers
        ],
    )
