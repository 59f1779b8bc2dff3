"""What differs between two terms of a policy, or between what it was at two moments."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any

from portal_app.models.enums import TransactionState
from portal_app.models.policies import Policy
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import Invalid, NotFound
from portal_app.services.ledger import rows, snapshots
from portal_app.services.policies.detail import find_policy
from portal_app.services.policies.history import by_name
from portal_app.services.policies.views import CoverageLine, VehicleLine
from portal_app.services.sync.projection import Term, fold

PLAIN = ("number", "line", "carrier", "effective", "expiration", "status", "premium", "insured_name", "description")
CODES = ("producer_code", "producer_code_of_record")
TENTH = Decimal("0.1")


class Mark(StrEnum):
    """How something stands to what was before."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field of the term, as the ledger holds it: dates as 2026-06-01, money as 1234.50; empty where there is
    none."""

    name: str
    mark: Mark
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CoverageDifference:
    name: str
    mark: Mark
    before: CoverageLine | None
    after: CoverageLine | None


@dataclass(frozen=True, slots=True)
class VehicleDifference:
    mark: Mark
    before: VehicleLine | None
    after: VehicleLine | None


@dataclass(frozen=True, slots=True)
class LocationDifference:
    mark: Mark
    location: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything that two states of a policy have, each with how it stands. `premium_percent` is that of the premium
    before, to a tenth, and None where that was nothing."""

    premium_change: Decimal
    premium_percent: Decimal | None
    fields: tuple[FieldDifference, ...]
    coverages: tuple[CoverageDifference, ...]
    vehicles: tuple[VehicleDifference, ...]
    locations: tuple[LocationDifference, ...]

    @property
    def differs(self) -> bool:
        marks = [each.mark for each in self.fields]
        marks += [each.mark for some in (self.coverages, self.vehicles, self.locations) for each in some]
        return any(mark is not Mark.SAME for mark in marks)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two terms of a policy by the days on which they begin, and what differs."""

    policy: str
    before: date
    after: date
    compared: Compared


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_terms(tx: Tx, *, locator: str, before: date | None = None, after: date | None = None) -> Difference:
    """What differs between two terms by everything that is issued: of the last term to the one before it, unless it is
    said which.

    Raises NotFound for a day on which no term begins, and where there is nothing to compare with; Invalid for the same
    term twice.
    """
    policy = find_policy(tx, locator)
    terms = fold(rows.entries(rows.stored(tx, policy, TransactionState.ISSUED)))
    after = after or (max(terms) if terms else None)
    before = before or max((each for each in terms if after and each < after), default=None)
    if before is None or after is None:
        raise NotFound("There is no earlier term of this policy to compare with.")
    for day in (before, after):
        if day not in terms:
            raise NotFound(f"No term of this policy begins on {day.isoformat()}.")
    if before == after:
        raise Invalid({"to": "These are the same term. Choose two different ones."})
    was, now = (_named(tx, policy, terms[day]) for day in (before, after))
    return Difference(policy.locator, before, after, compared(was, now))


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_moments(tx: Tx, *, locator: str, before: datetime, after: datetime, by_issued_time: bool = False) -> Compared:
    """What differs between the policy at two moments, by either clock. Raises NotFound, also for a moment before the
    policy's first transaction."""
    policy = find_policy(tx, locator)
    was, now = (_named(tx, policy, snapshots.part_at(tx, policy, at, by_issued_time)[0].term) for at in (before, after))
    return compared(was, now)


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_clocks(tx: Tx, *, locator: str, at: datetime) -> Compared:
    """What differs between what the record said at a moment, and what is in force then by all that is issued now.
    Raises NotFound where one of them says nothing."""
    policy = find_policy(tx, locator)
    was, now = (
        _named(tx, policy, snapshots.part_at(tx, policy, at, by_issued_time)[0].term)
        for by_issued_time in (True, False)
    )
    return compared(was, now)


def _named(tx: Tx, policy: Policy, term: Term) -> Term:
    """The term with names in place of what stands for them."""
    names = {
        "line": snapshots.line_name(tx, term.fields["line"]),
        "insured_name": snapshots.insured_name(tx, policy, term),
    }
    return replace(term, fields={**term.fields, **names})


def compared(before: Term, after: Term) -> Compared:
    """Pure."""
    change = after.premium - before.premium
    percent = (100 * change / before.premium).quantize(TENTH, ROUND_HALF_EVEN) if before.premium else None
    old, new = before.fields, after.fields
    return Compared(
        premium_change=change,
        premium_percent=percent,
        fields=tuple(_field(name, _told(before, name), _told(after, name)) for name in (*PLAIN, *CODES)),
        coverages=_coverages(old["coverages"], new["coverages"]),
        vehicles=_vehicles(old["vehicles"], new["vehicles"]),
        locations=_locations(old["locations"], new["locations"]),
    )


def _told(term: Term, name: str) -> str:
    return term.code_of_record if name == CODES[1] else str(term.fields[name] or "")


def _field(name: str, before: str, after: str) -> FieldDifference:
    return FieldDifference(name, _mark(before, after), before, after)


def _mark(before: object, after: object) -> Mark:
    if before == after:
        return Mark.SAME
    return Mark.CHANGED if before and after else Mark.ADDED if after else Mark.REMOVED


Items = Sequence[Mapping[str, Any]]


def _coverages(before: Items, after: Items) -> tuple[CoverageDifference, ...]:
    """By their names, in the order in which they stand now; what is gone comes last."""
    old, new = ({name: snapshots.coverage(each) for name, each in by_name(some).items()} for some in (before, after))
    return tuple(
        CoverageDifference(name, _mark(old.get(name), new.get(name)), old.get(name), new.get(name))
        for name in dict.fromkeys([*new, *old])
    )


def _vehicles(before: Items, after: Items) -> tuple[VehicleDifference, ...]:
    """By their VINs; one that has none, or shares it, by everything that is said of it."""
    old, new = (_by_vin([snapshots.vehicle(each) for each in some]) for some in (before, after))
    return tuple(
        VehicleDifference(_mark(old.get(which), new.get(which)), old.get(which), new.get(which))
        for which in dict.fromkeys([*new, *old])
    )


def _by_vin(vehicles: Sequence[VehicleLine]) -> dict[tuple[str, str, int], VehicleLine]:
    seen: Counter[tuple[str, str]] = Counter()
    named = {}
    for each in vehicles:
        which = (each.vin, "") if each.vin else ("", each.description)
        seen[which] += 1
        named[(*which, seen[which])] = each
    return named


def _locations(before: Items, after: Items) -> tuple[LocationDifference, ...]:
    """A location has no name but its address: another address is another location."""
    old, new = (Counter(snapshots.location(each) for each in some) for some in (before, after))
    marked = [
        *((Mark.SAME, each) for each in (new & old).elements()),
        *((Mark.ADDED, each) for each in (new - old).elements()),
        *((Mark.REMOVED, each) for each in (old - new).elements()),
    ]
    return tuple(LocationDifference(mark, where) for mark, where in marked)
