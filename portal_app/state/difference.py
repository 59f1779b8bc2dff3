"""What differs between two terms of a policy; which two, and whether all is shown, stands in the address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal_app.guard.events import requires
from portal_app.models.enums import PolicyStatus
from portal_app.services.access import Permission
from portal_app.services.ledger import differences, reading
from portal_app.services.ledger.differences import Compared, Difference, FieldDifference, Mark
from portal_app.services.policies.views import CoverageLine, VehicleLine
from portal_app.services.topics import Topic
from portal_app.state import ledger_words, wording
from portal_app.state.portal import PortalState

VIEWS = Permission.VIEW_OWN_ACCOUNTS
LABELS = {
    "number": "Policy number",
    "line": "LOB",
    "carrier": "Carrier",
    "effective": "Effective date",
    "expiration": "Expiration date",
    "status": "Status",
    "premium": "Premium",
    "insured_name": "Named insured",
    "description": "Description",
    "producer_code": "Producer code",
    "producer_code_of_record": "Code of record",
}
DAYS = ("effective", "expiration")
MARKS = {Mark.SAME: "Same", Mark.CHANGED: "Changed", Mark.ADDED: "Added", Mark.REMOVED: "Removed"}
EVERYTHING = "all"


@dataclass
class Row:
    """One thing that both have, or one of them."""

    key: str
    what: str
    mark: str
    before: str
    after: str


@dataclass
class TermChoice:
    value: str
    label: str


class DifferenceState(PortalState):
    shown: str = ""
    number: str = ""
    policy_href: str = ""
    terms: list[TermChoice] = []
    alone: bool = False
    refused: str = ""
    everything: bool = False
    before: str = ""
    after: str = ""
    premium: str = ""
    fields: list[Row] = []
    coverages: list[Row] = []
    vehicles: list[Row] = []
    locations: list[Row] = []
    nothing_differs: bool = False

    @requires(VIEWS, passive=True, shows=(Topic.POLICIES,))
    async def load(self) -> None:
        locator = ledger_words.policy_of(str(self.router.url.path))
        if locator != self.shown:
            self.shown = ""
        await self._look()

    @requires(VIEWS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        locator = ledger_words.policy_of(str(self.router.url.path))
        terms = await self._ask(reading.terms, policy=locator)
        if terms is None:
            return
        self.policy_href, self.number = f"/policies/{locator}", terms.rows[0].number if terms.rows else ""
        self.terms = [
            TermChoice(each.effective.isoformat(), f"{wording.day(each.effective)} to {wording.day(each.expiration)}")
            for each in terms.rows
        ]
        self.alone = len(terms.rows) < 2
        await self._compare(locator, dict(self.router.url.query_parameters))
        self.shown = "" if self.problem else locator

    async def _compare(self, locator: str, given: dict[str, str]) -> None:
        self.refused, self.everything = "", given.get("show") == EVERYTHING
        days = {name: ledger_words.read_day(given[name]) for name in ("from", "to") if given.get(name)}
        known = {each.value for each in self.terms}
        if any(day is None or day.isoformat() not in known for day in days.values()):
            self.refused = "No term of this policy begins on the day that the address names. Choose two terms."
        elif len(days) == 2 and days["from"] == days["to"]:
            self.refused = "These are the same term. Choose two different ones."
        self.premium = ""
        if self.alone or self.refused:
            return
        found = await self._ask(differences.of_terms, locator=locator, before=days.get("from"), after=days.get("to"))
        if found is not None:
            self._show(found)
        elif self.missing:
            self.missing, self.refused = False, "There is no earlier term than that one. Choose two terms."

    def _show(self, found: Difference) -> None:
        compared, only = found.compared, not self.everything
        self.before, self.after = f"Term of {wording.day(found.before)}", f"Term of {wording.day(found.after)}"
        self.premium = premium_sentence(compared.premium_change, compared.premium_percent)
        self.fields = _some(_fields(compared.fields), only)
        self.coverages = _some(_coverages(compared), only)
        self.vehicles = _some(_vehicles(compared), only)
        self.locations = _some(_locations(compared), only)
        self.nothing_differs = not compared.differs


def rows_of(compared: Compared, *, only_changed: bool) -> list[Row]:
    """Everything in one list."""
    rows = [*_fields(compared.fields), *_coverages(compared), *_vehicles(compared), *_locations(compared)]
    return _some(rows, only_changed)


def premium_sentence(change: Decimal, percent: Decimal | None) -> str:
    """$60.00 more (5.0 %)."""
    if not change:
        return "The premium is the same"
    share = f" ({abs(percent):,} %)" if percent is not None else ""
    return f"{wording.money(abs(change))} {'more' if change > 0 else 'less'}{share}"


def _some(rows: Iterable[Row], only_changed: bool) -> list[Row]:
    return [each for each in rows if not only_changed or each.mark != MARKS[Mark.SAME]]


def _fields(fields: Iterable[FieldDifference]) -> list[Row]:
    return [
        Row(
            each.name,
            LABELS[each.name],
            MARKS[each.mark],
            _shown(each.name, each.before),
            _shown(each.name, each.after),
        )
        for each in fields
        if each.before or each.after
    ]


def _shown(name: str, value: str) -> str:
    """A value as the ledger holds it, as people read it."""
    if not value:
        return ""
    if name in DAYS:
        return wording.day(date.fromisoformat(value))
    if name == "premium":
        return wording.money(Decimal(value))
    return PolicyStatus(value).label if name == "status" else value


def _coverages(compared: Compared) -> list[Row]:
    return [
        Row(f"coverage {each.name}", each.name, MARKS[each.mark], _cover(each.before), _cover(each.after))
        for each in compared.coverages
    ]


def _cover(each: CoverageLine | None) -> str:
    if each is None:
        return ""
    parts = (
        f"limit {each.limit}" if each.limit else "",
        f"deductible {each.deductible}" if each.deductible else "",
        f"premium {wording.money(each.premium)}" if each.premium is not None else "",
    )
    return ", ".join(filter(None, parts)) or "included"


def _vehicles(compared: Compared) -> list[Row]:
    rows = []
    for number, each in enumerate(compared.vehicles):
        known = each.after or each.before
        what = f"VIN {known.vin}" if known and known.vin else "Vehicle"
        rows.append(Row(f"vehicle {number}", what, MARKS[each.mark], _car(each.before), _car(each.after)))
    return rows


def _car(each: VehicleLine | None) -> str:
    return (each.description or "Vehicle") if each else ""


def _locations(compared: Compared) -> list[Row]:
    return [
        Row(
            f"location {number}",
            "Location",
            MARKS[each.mark],
            "" if each.mark is Mark.ADDED else each.location,
            "" if each.mark is Mark.REMOVED else each.location,
        )
        for number, each in enumerate(compared.locations)
    ]
