"""The last line of a file, which says how many rows it has and what they add up to: held against them before the first
is taken in, so that a file that was cut short or changed on its way brings nothing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from integrations.custom import values
from integrations.custom.columns import Field, Layout
from portal_app.models.enums import FeedKind
from portal_app.services.ports import RowProblem
from portal_app.settings import KindSettings, TrailerSettings

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
NOTHING = "Nothing of the file was taken in."


@dataclass(frozen=True, slots=True)
class Trailer:
    """As the settings describe it; `slots` says at which place in a row's texts each summed field stands."""

    settings: TrailerSettings
    slots: Mapping[str, int]

    def is_in(self, row: Sequence[str]) -> bool:
        """Whether the row is the trailer."""
        place = self.settings.mark_column - 1
        return len(row) > place and row[place].strip().casefold() == self.settings.mark.strip().casefold()

    def hold(self, rows: Iterable[Sequence[str]], layout: Layout) -> None:
        """Count and add up, and raise RowProblem with every number that differs. Amounts are not told: whoever sees the
        runs need not see the business."""
        found: Sequence[str] | None = None
        totals = _Totals({name: layout.names[slot] for name, slot in self.slots.items()})
        for row in rows:
            if not any(row):
                continue
            if found is not None:
                raise RowProblem([f"There are lines behind the trailer. {NOTHING}"])
            if self.is_in(row):
                found = row
            else:
                texts = layout.pick([*row, ""]) if len(row) == layout.width else ()
                totals.add({name: texts[slot] if texts else "" for name, slot in self.slots.items()})
        if found is None:
            raise RowProblem([f"The trailer is missing: the file may have been cut short. {NOTHING}"])
        problems = [*totals.problems, *self._of_count(found, totals.rows), *self._of_sums(found, totals)]
        if problems:
            raise RowProblem([" ".join([*problems, NOTHING])])

    def _of_count(self, found: Sequence[str], rows: int) -> list[str]:
        if self.settings.rows is None:
            return []
        said = _cell(found, self.settings.rows).replace(",", "")
        if not (said.isascii() and said.isdigit()) or len(said) > 12:
            return [f"The trailer's cell {self.settings.rows} is no number of rows."]
        told = int(said) - self.settings.beside_rows
        return [] if told == rows else [f"The trailer says {told:,} rows, and the file has {rows:,}."]

    def _of_sums(self, found: Sequence[str], totals: "_Totals") -> list[str]:
        problems = []
        for name, column in self.settings.sums.items():
            said, heading = _amount(_cell(found, column), self.settings.sums_in), totals.headings[name]
            if said is None:
                problems.append(f'The trailer\'s cell {column} is no sum of "{heading}".')
            elif name not in totals.unreadable and said != totals.sums[name]:
                problems.append(f'The rows\' "{heading}" does not add up to what the trailer says.')
        return problems


@dataclass(slots=True)
class _Totals:
    """What the rows come to. A cell that is no amount is told once for each field, for then no sum can be had."""

    headings: Mapping[str, str]
    rows: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sums = dict.fromkeys(self.headings, Decimal(0))

    def add(self, texts: Mapping[str, str]) -> None:
        self.rows += 1
        for name, text in texts.items():
            amount = _amount(text.strip() or "0", "dollars")
            if amount is not None:
                self.sums[name] += amount
            elif name not in self.unreadable:
                self.unreadable.add(name)
                heading = self.headings[name]
                self.problems.append(f'Row {self.rows:,} has no amount in "{heading}", which has to be added up.')


def trailer_of(settings: KindSettings, fields: Sequence[Field]) -> Trailer | None:
    """The kind's trailer; None where it has none."""
    if settings.trailer is None:
        return None
    singles = [field.name for field in fields if not field.parts]
    return Trailer(settings.trailer, {name: singles.index(name) for name in settings.trailer.sums})


def check(kind: FeedKind, fields: Sequence[Field], settings: KindSettings) -> list[str]:
    """What is wrong with the kind's trailer, one sentence each."""
    trailer = settings.trailer
    if trailer is None:
        return []
    problems = []
    if not trailer.mark.strip():
        problems.append("mark: must not be empty.")
    if trailer.rows is None and not trailer.sums:
        problems.append("needs rows, sums or both: else there is nothing to hold against the file.")
    singles = {field.name for field in fields if not field.parts}
    problems += [
        f"sums.{name}: must be a field of the map that holds an amount."
        for name in trailer.sums
        if name not in singles or name not in settings.columns
    ]
    return [f"{kind.value}.trailer.{problem}" for problem in problems]


def _cell(row: Sequence[str], column: int) -> str:
    return row[column - 1].strip() if len(row) >= column else ""


def _amount(text: str, unit: str) -> Decimal | None:
    try:
        if unit == "cents":
            return Decimal(text).scaleb(-2) if _WHOLE.fullmatch(text) else None
        return values.money(text)
    except ValueError:
        return None
