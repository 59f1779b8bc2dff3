"""What was answered about binding, in words: as a row of the list, and one answer as it was kept."""

from dataclasses import dataclass

from portal_app.guard.events import requires
from portal_app.services.access import Permission
from portal_app.services.authority import decisions
from portal_app.services.authority.answers import Verdict
from portal_app.services.authority.decisions import Decided
from portal_app.services.authority.facts import Facts
from portal_app.state import wording
from portal_app.state.answers import NOTHING, OUTCOMES, DecisionRow, decision_row
from portal_app.state.portal import PortalState

ANSWERS = "/authority/answers"
AMOUNTS = {
    "premium": "Premium",
    "insured_value": "Insured value",
    "limit": "Limit",
    "deductible": "Deductible",
    "losses": "Losses, paid and reserved",
}


@dataclass
class EarlierRow:
    """An answer of the list. `failing` says in words how many rules do not pass."""

    key: str
    href: str
    about: str
    outcome: str
    failing: str
    by: str
    at: str


@dataclass
class Known:
    """Something that was known of the risk."""

    label: str
    value: str


class EarlierAnswerState(PortalState):
    """The answer that the address names."""

    shown: str = ""
    title: str = ""
    decision: DecisionRow = NOTHING
    known: list[Known] = []
    unknown: str = ""
    looked_at: str = ""

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def load(self) -> None:
        locator = self._last_of_path()
        if locator != self.shown:
            self.shown = ""
        found = await self._ask(decisions.one, locator=locator)
        if found is None:
            return
        self.decision, self.title = decision_row(found, self._moment(found.asked_at)), in_short(found.facts)
        told = in_words(found.facts)
        self.known = [Known(label, value) for label, value in told.items() if value]
        self.unknown = ", ".join(label for label, value in told.items() if not value)
        rules = wording.count(len(found.rules), "grant or moratorium", "grants and moratoria")
        self.looked_at = f"{rules} looked at, as of revision {found.revision} of the rules."
        self.shown = locator


def row_of(found: Decided, at: str) -> EarlierRow:
    """`at` is when it was asked, in words."""
    failing = sum(each.verdict is not Verdict.PASS for each in found.answers)
    return EarlierRow(
        key=found.locator,
        href=f"{ANSWERS}/{found.locator}",
        about=in_short(found.facts),
        outcome=OUTCOMES[found.outcome],
        failing=f"{wording.count(failing, 'rule')} in the way" if failing else "",
        by=found.asked_by,
        at=at,
    )


def in_short(facts: Facts) -> str:
    """What was asked about, in a line."""
    money = "" if facts.premium is None else f"{wording.money(facts.premium)} premium"
    parts = (facts.line_name or facts.line, ", ".join(facts.states) or facts.state, facts.producer_code, money)
    return " · ".join([facts.action.label, *filter(None, parts)])


def in_words(facts: Facts) -> dict[str, str]:
    """Every fact by its name, "" for one that was not known."""
    amounts = {name: getattr(facts, name) for name in AMOUNTS}
    return {
        "What was to be bound": facts.action.label,
        "Producer code": facts.producer_code,
        "Carrier": facts.carrier_name or facts.carrier,
        "LOB": facts.line_name or facts.line,
        "State": ", ".join(facts.states) or facts.state,
        "ZIP code": ", ".join(filter(None, facts.postal_codes)),
        "Effective date": wording.day(facts.effective) if facts.effective else "",
        **{AMOUNTS[name]: "" if value is None else wording.money(value) for name, value in amounts.items()},
        "Class codes": ", ".join(facts.class_codes),
    }
