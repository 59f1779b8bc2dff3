"""Rows of the ledger: what is new, and what is applied again because something was issued before it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal_app.models.enums import Origin, TransactionState
from portal_app.models.types import new_locator
from portal_app.services.ledger.order import Written, cancels
from portal_app.services.sync import bulk
from portal_app.services.sync.bulk import Row
from portal_app.services.sync.projection import Entry

NOTHING: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Source:
    """The feed's record behind a transaction."""

    record_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a transaction that was drafted keeps: what it is called, since when it is known, and what its author had
    seen of the policy."""

    locator: str
    known_at: datetime
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """One transaction of one policy, in its place. `source` is the feed's record behind a new one of its."""

    policy_id: int
    written: Written
    source: Source | None = None
    drafted: Drafted | None = None


@dataclass(frozen=True, slots=True)
class Wrote:
    """The new rows without what was applied again, those that came back with what they were before (locators), and
    which transactions (ids) were reversed by which (locators)."""

    new: tuple[Row, ...]
    returned: tuple[tuple[Row, str], ...]
    reversed_by: Mapping[int, str]


def write(db: Session, placed: Sequence[Placed], now: datetime, falls: Mapping[int, int] = NOTHING) -> Wrote:
    """Write the transactions in this order. Those that are there already are reversed by the new one before them. Those
    that fall (id → the id of their policy) are reversed by the cancellation, where there is one among the new."""
    originals = _rows(db, [each.written.given.id for each in placed if each.written.given.id is not None])
    rows: list[Row] = []
    causes: dict[int, str] = {}
    newest: dict[int, str] = {}
    cancelling: dict[int, str] = {}
    returned: list[tuple[Row, str]] = []
    for each in placed:
        number = each.written.given.id
        if number is None:
            row = _new(each, now)
            newest[each.policy_id] = row["locator"]
            if cancels(each.written.entry):
                cancelling[each.policy_id] = row["locator"]
        else:
            row = again(originals[number], each.written.entry, now)
            if each.written.comes_back:
                returned.append((row, originals[number]["locator"]))
            else:
                causes[number] = newest[each.policy_id] if each.policy_id in newest else row["locator"]
        rows.append(row)
    causes |= {number: (newest | cancelling)[policy_id] for number, policy_id in falls.items()}
    bulk.insert_rows(db, bulk.LEDGER, rows)
    reverse(db, causes, now)
    return Wrote(tuple(row for row in rows if row["reapplies_id"] is None), tuple(returned), causes)


def reverse(db: Session, causes: dict[int, str], now: datetime) -> None:
    """Reverse transactions (id → the locator of the one that caused it)."""
    if not causes:
        return
    ledger = bulk.LEDGER
    wanted = sorted(set(causes.values()))
    ids = dict(db.execute(select(ledger.c.locator, ledger.c.id).where(ledger.c.locator.in_(wanted))).all())
    state = {"state": TransactionState.REVERSED, "reversed_at": now}
    bulk.update_rows(
        db, ledger, [{"id": number, **state, "reversed_by_id": ids[cause]} for number, cause in causes.items()]
    )


def _rows(db: Session, numbers: Iterable[int]) -> dict[int, Row]:
    wanted = list(numbers)
    if not wanted:
        return {}
    found = db.execute(select(bulk.LEDGER).where(bulk.LEDGER.c.id.in_(wanted))).mappings()
    return {row["id"]: dict(row) for row in found}


def _new(each: Placed, now: datetime) -> Row:
    entry, drafted = each.written.entry, each.drafted
    fed = each.source if entry.origin is Origin.FEED else None
    return {
        "locator": drafted.locator if drafted else new_locator(),
        "policy_id": each.policy_id,
        "kind": entry.kind,
        "state": TransactionState.ISSUED,
        "origin": entry.origin,
        "term_effective": entry.term_effective,
        "effective_at": entry.effective_at,
        "known_at": drafted.known_at if drafted else now,
        "issued_at": now,
        "reapplies_id": None,
        "age": entry.age,
        "seen": drafted.seen if drafted else "",
        "source_record_id": fed.record_id if fed else None,
        "source_version": fed.version if fed else None,
        "changes": dict(entry.changes),
        "instructions": [dict(instruction) for instruction in entry.instructions],
    }


def again(original: Row, entry: Entry, now: datetime) -> Row:
    """The row of a transaction that is applied once more, as `entry` now has it. It is as old as it was."""
    left_out = ("id", "reversed_at", "reversed_by_id")
    return {name: value for name, value in original.items() if name not in left_out} | {
        "locator": new_locator(),
        "kind": entry.kind,
        "state": TransactionState.ISSUED,
        "term_effective": entry.term_effective,
        "effective_at": entry.effective_at,
        "issued_at": now,
        "reapplies_id": original["id"],
        "age": original["age"] or original["id"],
        "changes": dict(entry.changes),
    }
