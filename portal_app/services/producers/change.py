"""Changing a producer or a code: what is named, and nothing else. Whatever is at its end stays as it is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Conflict, InvalidData
from portal_app.services.licensing import following
from portal_app.services.producers import numbering, told, tree
from portal_app.services.producers.create import NumberFailed, give_by_plan, owner_for
from portal_app.services.producers.data import alike
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.producers.lifecycle import check_edit
from portal_app.services.producers.parents import set_holder, set_parent
from portal_app.services.producers.particulars import problems_of_producer
from portal_app.services.producers.rows import held, type_of
from portal_app.services.producers.validation import before_saving, validate_again
from portal_app.services.producers.views import CodeView, ProducerView, codes_shown, producers_shown

MAY = Permission.MANAGE_PRODUCERS
WAS_VALID = (ProducerState.VALIDATED, ProducerState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class DataChanges:
    """`whole` replaces the data; else `set_data` and `remove_data` (names of fields) change it."""

    set_data: Mapping[str, Any] = field(default_factory=dict)
    remove_data: Collection[str] = ()
    whole: Mapping[str, Any] | None = None

    def applied(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The data as it is to be. Raises InvalidData for a field that is both set and removed."""
        if self.whole is not None:
            return dict(self.whole)
        if both := set(self.set_data) & set(self.remove_data):
            raise InvalidData(dict.fromkeys((f"data.{name}" for name in both), "Either set this or remove it."))
        return {name: value for name, value in data.items() if name not in self.remove_data} | dict(self.set_data)


@dataclass(frozen=True, slots=True)
class ProducerChanges:
    """What is None stays. `parent_locator` "" takes the parent away."""

    data: DataChanges = DataChanges()
    name: str | None = None
    kind: ProducerKind | None = None
    npn: str | None = None
    parent_locator: str | None = None


@dataclass(frozen=True, slots=True)
class CodeChanges:
    """What is None stays."""

    data: DataChanges = DataChanges()
    producer_locator: str | None = None
    code: str | None = None


@writes(MAY)
def change_producer(tx: Tx, *, locator: str, changes: ProducerChanges, version: int | None = None) -> ProducerView:
    """Change a producer, or have it stand elsewhere; licenses and appointments follow. An edit of the data of what is
    valid validates it again, and is refused where that fails. Raises NotFound; Conflict at its end, or where `version`
    is not the one that is there; InvalidData with a sentence for each field."""
    if changes.parent_locator is not None:
        # First of all: who holds a row while they wait for the tree may be waited for by who holds the tree.
        tree.hold_tree(tx)
    row = held(tx, Producer, locator, version)
    check_edit(row.state)
    before = _producer_now(tx, row)
    row.name = row.name if changes.name is None else changes.name.strip()
    row.npn = row.npn if changes.npn is None else changes.npn
    row.kind = changes.kind or row.kind
    if problems := problems_of_producer(tx, row, name=row.name, npn=row.npn):
        raise InvalidData(problems)
    if changes.parent_locator is not None:
        parent = tree.parent_for(tx, row, changes.parent_locator)
        set_parent(tx, row.id or 0, parent.id if parent else None)
    _settle(tx, row, changes.data)
    after = _producer_now(tx, row)
    if not alike(after, before):
        row.version += 1
        tx.db.flush()
        if row.npn != before["npn"]:
            following.number_corrected(tx, row, before["npn"])
        if after["parent"] != before["parent"]:
            following.producer_moved(tx, row)
        detail = {"before": _differing(before, after), "after": _differing(after, before)}
        audit.record(tx, "producer.changed", subject_kind="producer", subject=row.locator, detail=detail)
        told.tell(tx, row, "update")
    return producers_shown(tx, [row])[0]


@writes(MAY)
def change_code(tx: Tx, *, locator: str, changes: CodeChanges, version: int | None = None) -> CodeView:
    """Change a code's data, or give it to another producer, which takes it off the licenses of the one before; a code
    that is given once never changes. No policy is rewritten. Raises as `change_producer`, and Conflict for another
    code."""
    moved_from: int | None = None
    if changes.producer_locator is not None:
        moved_from = following.hold_for_move(tx, locator, changes.producer_locator)
    row = held(tx, ProducerCode, locator, version)
    if moved_from not in (None, row.producer_id):
        raise Conflict
    check_edit(row.state)
    before = _code_now(tx, row)
    if changes.producer_locator is not None:
        set_holder(tx, row, owner_for(tx, changes.producer_locator, holder=row.producer_id).id or 0)
    if changes.code is not None and changes.code != row.code:
        _check_unnumbered(row)
        numbering.give(tx, row, changes.code)
    _settle(tx, row, changes.data)
    if moved_from not in (None, row.producer_id):
        tx.db.flush()
        following.code_moved(tx, row)
    return _code_changed(tx, row, before)


@writes(MAY)
def set_number(tx: Tx, *, locator: str, code: str, version: int | None = None) -> CodeView:
    """Give a draft that waits for it its code. Raises NotFound; Conflict where it has one; InvalidData where the code
    is taken or cannot be one."""
    row = held(tx, ProducerCode, locator, version)
    check_edit(row.state)
    before = _code_now(tx, row)
    _check_unnumbered(row)
    numbering.give(tx, row, code)
    return _code_changed(tx, row, before)


@writes(MAY)
def generate_number(tx: Tx, *, locator: str, version: int | None = None) -> CodeView | NumberFailed:
    """Give a draft that waits for it the next code of its type's plan. Raises NotFound; Conflict where it has one, or
    where the type has no plan."""
    row = held(tx, ProducerCode, locator, version)
    check_edit(row.state)
    before = _code_now(tx, row)
    _check_unnumbered(row)
    kind = type_of(tx, row)
    if kind is None or producers_in_force(tx).plan_of(kind) is None:
        raise Conflict(f"{row.type} has no numbering plan: say which code it is.")
    failed = give_by_plan(tx, row, kind, row.locator)
    return failed or _code_changed(tx, row, before)


def _check_unnumbered(row: ProducerCode) -> None:
    if row.code is not None:
        raise Conflict(f"The code is {row.code}, and a code never changes once it is given.")


def _settle(tx: Tx, row: Producer | ProducerCode, changes: DataChanges) -> None:
    """Put the changed data, as the plugin leaves it, into the row. A type that is not configured any more keeps what
    data it has."""
    before = row.data
    data = changes.applied(before)
    kind = type_of(tx, row)
    if kind is None:
        if not alike(data, before):
            raise InvalidData({"type": f"There is no type {row.type} in the configuration any more."})
        return
    row.data = data
    before_saving(tx, row, kind, edited=not alike(data, before))
    if alike(row.data, before):
        return
    if row.state in WAS_VALID:
        validate_again(tx, row)
    else:
        row.validation = None  # what an older draft was told does not hold for this one


def _code_changed(tx: Tx, row: ProducerCode, before: dict[str, Any]) -> CodeView:
    after = _code_now(tx, row)
    if not alike(after, before):
        row.version += 1
        detail = {"before": _differing(before, after), "after": _differing(after, before)}
        audit.record(tx, "producer_code.changed", subject_kind="producer_code", subject=row.locator, detail=detail)
        told.tell(tx, row, "update")
    return codes_shown(tx, [row])[0]


def _producer_now(tx: Tx, row: Producer) -> dict[str, Any]:
    parent = tx.db.get_one(Producer, row.parent_id).locator if row.parent_id else ""
    return {"name": row.name, "kind": row.kind.value, "npn": row.npn, "parent": parent, "data": row.data}


def _code_now(tx: Tx, row: ProducerCode) -> dict[str, Any]:
    return {
        "code": row.code or "",
        "producer": tx.db.get_one(Producer, row.producer_id).locator,
        "data": row.data,
    }


def _differing(mine: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in mine.items() if value != other[name]}
