"""Producers and their codes. The feed adds and corrects; it never suspends, removes, or moves a code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from portal_app.models.enums import ProducerState
from portal_app.models.producers import Producer
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.door import Tx
from portal_app.services.licensing import following
from portal_app.services.ports import ProducerRecord
from portal_app.services.producers.parents import set_parent
from portal_app.services.producers.tree import hold_tree
from portal_app.services.sync import bulk
from portal_app.services.sync.bulk import Row
from portal_app.services.sync.kinds import Refusals, Taken
from portal_app.services.sync.rows import Incoming


@dataclass
class Tree:
    """Who holds which code, and who stands above whom. Producers that are still to be written have negative numbers."""

    codes: dict[str, int] = field(default_factory=dict)
    parents: dict[int, int | None] = field(default_factory=dict)
    npns: dict[str, int] = field(default_factory=dict)

    def is_above(self, upper: int, lower: int) -> bool:
        """Whether `upper` is `lower` or stands over it."""
        step: int | None = lower
        while step is not None and step != upper:
            step = self.parents[step]
        return step == upper


class TakingProducers:
    """Implements Taking. Codes with the same National Producer Number belong to one producer; a name alone joins
    nobody: two people of one name would then see each other's book. Blank cells leave what is known."""

    def __init__(self, tx: Tx, feed: str, exported_at: datetime) -> None:
        self.tx = tx
        self.tree = Tree()
        self.there: frozenset[str] = frozenset()
        self.written: dict[int, int] = {}

    def refusals(self, rows: Sequence[Incoming]) -> Refusals:
        hold_tree(self.tx)
        self.tree = self._stored_tree()
        self.there = frozenset(self.tree.codes)
        reasons = {row.source_id: self._place(row) for row in rows}
        return {source_id: (reason,) for source_id, reason in reasons.items() if reason}

    def take(self, rows: Sequence[Taken]) -> None:
        codes = {row.record.code: self._write(row.record) for row in rows}
        new = [self._code_row(code, number) for code, number in codes.items() if code not in self.there]
        bulk.insert_rows(self.tx.db, bulk.PRODUCER_CODE, new)

    def _stored_tree(self) -> Tree:
        code, producer = bulk.PRODUCER_CODE.c, bulk.PRODUCER.c
        numbered = select(code.code, code.producer_id).where(code.code.is_not(None))
        tree = Tree(dict(self.tx.db.execute(numbered).all()))
        columns = (producer.id, producer.parent_id, producer.npn, producer.state)
        for number, parent, npn, state in self.tx.db.execute(select(*columns)):
            tree.parents[number] = parent
            # A producer that was discarded was a mistake: whoever bears the number now is meant.
            if npn and state != ProducerState.DISCARDED:
                tree.npns.setdefault(npn, number)
        return tree

    def _place(self, row: Incoming) -> str:
        """Find the producer's place in the tree, or say why there is none."""
        record: ProducerRecord = row.record
        tree = self.tree
        parent = tree.codes.get(record.parent_code) if record.parent_code else None
        if record.parent_code and parent is None:
            return row.names(record.parent_code, "a parent code that is not known")
        holder, bearer = tree.codes.get(record.code), tree.npns.get(record.npn) if record.npn else None
        if holder is not None and bearer is not None and holder != bearer:
            return "The code belongs to another producer than the one with this National Producer Number."
        number = holder or bearer or -len(tree.parents) - 1
        if parent is not None and number in tree.parents and tree.is_above(number, parent):
            return row.names(record.parent_code, "a parent code of the producer itself or of one below")
        tree.codes[record.code] = number
        tree.parents[number] = parent or tree.parents.get(number)
        if record.npn:
            tree.npns[record.npn] = number
        return ""

    def _write(self, record: ProducerRecord) -> int:
        """Write the producer; returns its id."""
        number = self.tree.codes[record.code]
        parent = self.tree.codes[record.parent_code] if record.parent_code else None
        says: Row = {"name": record.name, "kind": record.kind}
        says |= {"npn": record.npn} if record.npn else {}
        says |= {"parent_id": self.written.get(parent, parent)} if parent else {}
        if number < 0 and number not in self.written:
            self.written[number] = self._add(says)
        else:
            self._correct(self.written.get(number, number), says)
        return self.written.get(number, number)

    def _add(self, says: Row) -> int:
        name = new_locator()
        row: Row = {
            "locator": name,
            "type": "Producer",
            "npn": "",
            "parent_id": None,
            "state": ProducerState.VALIDATED,
            "data": {},
            "created_at": self.tx.now,
            "created_by": self.tx.actor.name,
        } | says
        number = self.tx.db.execute(insert(bulk.PRODUCER).values(row).returning(bulk.PRODUCER.c.id)).scalar_one()
        audit.record(self.tx, "producer.added", subject_kind="producer", subject=name, detail={"after": _plain(says)})
        return int(number)

    def _correct(self, number: int, says: Row) -> None:
        columns = bulk.PRODUCER.c
        stored = self.tx.db.execute(select(bulk.PRODUCER).where(columns.id == number)).mappings().one()
        differs = {name: value for name, value in says.items() if stored[name] != value}
        if not differs:
            return
        if "parent_id" in differs:
            set_parent(self.tx, number, differs["parent_id"])
        newer = differs | {"version": columns.version + 1}
        self.tx.db.execute(update(bulk.PRODUCER).where(columns.id == number).values(newer))
        self._have_followed(number, stored["npn"], differs)
        before = {name: stored[name] for name in differs}
        detail = {"before": _plain(before), "after": _plain(differs)}
        audit.record(self.tx, "producer.corrected", subject_kind="producer", subject=stored["locator"], detail=detail)

    def _have_followed(self, number: int, npn: str, differs: Row) -> None:
        """Have licenses and appointments follow what they would otherwise contradict."""
        if differs.keys() & {"npn", "parent_id"}:
            producer = self.tx.db.get_one(Producer, number, populate_existing=True)
            if "npn" in differs:
                following.number_corrected(self.tx, producer, npn)
            if "parent_id" in differs:
                following.producer_moved(self.tx, producer)

    def _code_row(self, code: str, producer_id: int) -> Row:
        return {
            "locator": new_locator(),
            "type": "ProducerCode",
            "code": code,
            "producer_id": producer_id,
            "state": ProducerState.VALIDATED,
            "data": {},
            "created_at": self.tx.now,
            "created_by": self.tx.actor.name,
        }


def _plain(row: Row) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else str(value or "") for name, value in row.items()}
