"""Producers and their codes. The feed adds and corrects; it never suspends, removes, or moves a code.

A row goes on describing the producer that it described before, also where its code was given to another one here. What
is retired or discarded stays as it is: a row that would change it is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from portal_app.models.enums import ProducerState
from portal_app.models.producers import Producer
from portal_app.models.types import new_locator
from portal_app.services import audit
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads
from portal_app.services.licensing import following
from portal_app.services.ports import ProducerRecord
from portal_app.services.producers.configuration import EntityType
from portal_app.services.producers.data import problems_of
from portal_app.services.producers.in_force import producers_in_force
from portal_app.services.producers.parents import set_parent
from portal_app.services.producers.particulars import plain_npn
from portal_app.services.producers.plugins import ValidationItem
from portal_app.services.producers.spelling import likeness
from portal_app.services.producers.tree import FINAL, hold_tree
from portal_app.services.producers.views import ValidationResult, kept
from portal_app.services.sync import bulk, told
from portal_app.services.sync.bulk import Row
from portal_app.services.sync.kinds import Refusals, Taken
from portal_app.services.sync.rows import Incoming
from portal_app.services.webhooks import events
from portal_app.services.webhooks.events import Told


@dataclass
class Tree:
    """Who holds which code, whom the feed means by it, and who stands above whom. Producers that are still to be
    written have negative numbers."""

    codes: dict[str, int] = field(default_factory=dict)
    meant: dict[str, int] = field(default_factory=dict)
    parents: dict[int, int | None] = field(default_factory=dict)
    # Without the zeros before them.
    npns: dict[str, int] = field(default_factory=dict)
    stored: dict[int, Any] = field(default_factory=dict)
    ended: dict[str, ProducerState] = field(default_factory=dict)

    def means(self, code: str) -> int | None:
        """Whom the feed means by the code: who was meant so far, else who holds it."""
        return self.meant.get(code, self.codes.get(code))

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
        self.feed = feed
        self.there: frozenset[str] = frozenset()
        self.meant_before: dict[str, int] = {}
        self.written: dict[int, int] = {}
        self.told: list[Told] = []
        configured = producers_in_force(tx)
        self.of_producers = configured.stored_producers[configured.feeds.producer]
        self.of_codes = configured.stored_codes[configured.feeds.producer_code]

    def refusals(self, rows: Sequence[Incoming]) -> Refusals:
        hold_tree(self.tx)
        self.tree = self._stored_tree()
        self.there = frozenset(self.tree.codes)
        self.meant_before = dict(self.tree.meant)
        reasons = {row.source_id: self._place(row) for row in rows}
        return {source_id: (reason,) for source_id, reason in reasons.items() if reason}

    def take(self, rows: Sequence[Taken]) -> None:
        codes = {row.record.code: self._write(row.record) for row in rows}
        new = [self._code_row(code, number) for code, number in codes.items() if code not in self.there]
        self._tell_alike(new)
        bulk.insert_rows(self.tx.db, bulk.PRODUCER_CODE, new)
        self._keep_meant(codes)
        created = [told.created_code(row) for row in new]
        events.tell_many(self.tx, [*self.told, *created])

    def _stored_tree(self) -> Tree:
        code, producer, meant = bulk.PRODUCER_CODE.c, bulk.PRODUCER.c, bulk.FEED_PRODUCER.c
        tree = Tree()
        numbered = select(code.code, code.producer_id, code.state).where(code.code.is_not(None))
        for word, holder, state in self.tx.db.execute(numbered):
            tree.codes[word] = holder
            if state in FINAL:
                tree.ended[word] = state
        of_feed = select(meant.code, meant.producer_id).where(meant.feed == self.feed)
        tree.meant = dict(self.tx.db.execute(of_feed).all())
        columns = (producer.id, producer.parent_id, producer.npn, producer.state, producer.name, producer.kind)
        for row in self.tx.db.execute(select(*columns)):
            tree.stored[row.id] = row
            tree.parents[row.id] = row.parent_id
            # A producer that was discarded was a mistake: whoever bears the number now is meant.
            if row.npn and row.state != ProducerState.DISCARDED:
                tree.npns.setdefault(plain_npn(row.npn), row.id)
        return tree

    def _place(self, row: Incoming) -> str:
        """Find the producer's place in the tree, or say why there is none."""
        record: ProducerRecord = row.record
        tree = self.tree
        parent = tree.means(record.parent_code) if record.parent_code else None
        if record.parent_code and parent is None:
            return row.names(record.parent_code, "a parent code that is not known")
        number = self._described(record)
        if number is None:
            return "The code belongs to another producer than the one with this National Producer Number."
        if parent is not None and number in tree.parents and tree.is_above(number, parent):
            return row.names(record.parent_code, "a parent code of the producer itself or of one below")
        if reason := self._against_an_end(row, number, parent):
            return reason
        tree.codes.setdefault(record.code, number)
        tree.meant[record.code] = number
        tree.parents[number] = parent or tree.parents.get(number)
        if record.npn:
            tree.npns[plain_npn(record.npn)] = number
        return ""

    def _described(self, record: ProducerRecord) -> int | None:
        """The number of the producer that the record describes: who was meant by the code so far, or its holder here
        where the feed has come to say the same. None where it would have to be one with another National Producer
        Number."""
        tree = self.tree
        holder, meant = tree.codes.get(record.code), tree.means(record.code)
        bearer = tree.npns.get(plain_npn(record.npn)) if record.npn else None
        if meant is None:
            return bearer or -len(tree.parents) - 1
        if bearer is not None:
            return bearer if bearer in (holder, meant) else None
        if meant == holder:
            return meant
        if holder in tree.stored and tree.stored[holder].name == record.name and not record.npn:
            return holder
        before = tree.stored[meant].npn if meant in tree.stored else ""
        another = record.npn and before and plain_npn(before) != plain_npn(record.npn)
        return None if another else meant

    def _against_an_end(self, row: Incoming, number: int, parent: int | None) -> str:
        """Why the row cannot be: it would add to or change what is retired or discarded. Empty where it would not."""
        record, tree = row.record, self.tree
        moves = parent is not None and tree.parents.get(number) != parent
        above = tree.stored.get(parent) if parent is not None else None
        if moves and above is not None and above.state in FINAL:
            return row.names(record.parent_code, f"a parent code of a producer who is {above.state.value} here")
        stored = tree.stored.get(number)
        if stored is None:
            return ""
        if stored.state in FINAL and record.code not in tree.codes:
            return f"The producer with this National Producer Number is {stored.state.value} here and gets no new code."
        says = (record.name, record.kind, plain_npn(record.npn or stored.npn))
        if not moves and says == (stored.name, stored.kind, plain_npn(stored.npn)):
            return ""
        if stored.state in FINAL:
            return f"The producer is {stored.state.value} here and is not changed any more."
        if record.code in tree.ended:
            return f"The code is {tree.ended[record.code].value} here and changes nothing any more."
        return ""

    def _write(self, record: ProducerRecord) -> int:
        """Write the producer; returns its id."""
        number = self.tree.meant[record.code]
        parent = self.tree.means(record.parent_code) if record.parent_code else None
        says: Row = {"name": record.name, "kind": record.kind}
        says |= {"npn": record.npn} if record.npn else {}
        says |= {"parent_id": self.written.get(parent, parent)} if parent else {}
        if number < 0 and number not in self.written:
            self.written[number] = self._add(says)
        else:
            self._correct(self.written.get(number, number), says)
        return self.written.get(number, number)

    def _add(self, says: Row) -> int:
        row: Row = {"npn": "", "parent_id": None, **self._begun(self.of_producers), **says}
        number = self.tx.db.execute(insert(bulk.PRODUCER).values(row).returning(bulk.PRODUCER.c.id)).scalar_one()
        after = _plain(says | {"type": row["type"], "state": row["state"].value})
        audit.record(
            self.tx, "producer.added", subject_kind="producer", subject=row["locator"], detail={"after": after}
        )
        self.told.append(told.producer("create", row["locator"], row["type"], row["state"], 1))
        return int(number)

    def _begun(self, kind: EntityType) -> Row:
        """How something new begins: validated, or as a draft where its type requires what no feed brings, with what is
        missing."""
        name = new_locator()
        missing = [f"{path}: {why}" for path, why in problems_of(kind, {}, whole=True).items()]
        item = ValidationItem(tuple(missing), kind.name, name)
        return {
            "locator": name,
            "type": kind.name,
            "state": ProducerState.DRAFT if missing else ProducerState.VALIDATED,
            "data": {},
            "validation": kept(ValidationResult(False, (item,))) if missing else None,
            "created_at": self.tx.now,
            "created_by": self.tx.actor.name,
        }

    def _correct(self, number: int, says: Row) -> None:
        columns = bulk.PRODUCER.c
        stored = self.tx.db.execute(select(bulk.PRODUCER).where(columns.id == number)).mappings().one()
        differs = {name: value for name, value in says.items() if stored[name] != value}
        if "npn" in differs and plain_npn(differs["npn"]) == plain_npn(stored["npn"]) != "":
            del differs["npn"]
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
        about = (stored["locator"], stored["type"], stored["state"], stored["version"] + 1)
        self.told.append(told.producer("update", *about))

    def _have_followed(self, number: int, npn: str, differs: Row) -> None:
        """Have licenses and appointments follow what they would otherwise contradict."""
        if differs.keys() & {"npn", "parent_id"}:
            producer = self.tx.db.get_one(Producer, number, populate_existing=True)
            if "npn" in differs:
                following.number_corrected(self.tx, producer, npn)
            if "parent_id" in differs:
                following.producer_moved(self.tx, producer)

    def _keep_meant(self, numbers: Mapping[str, int]) -> None:
        """Remember whom the feed means by these codes."""
        before, meant = self.meant_before, bulk.FEED_PRODUCER
        new = [(code, number) for code, number in numbers.items() if code not in before]
        rows: list[Row] = [{"feed": self.feed, "code": code, "producer_id": number} for code, number in new]
        bulk.insert_rows(self.tx.db, meant, rows)
        for code, number in numbers.items():
            if before.get(code, number) != number:
                same = (meant.c.feed == self.feed, meant.c.code == code)
                self.tx.db.execute(update(meant).where(*same).values(producer_id=number))

    def _tell_alike(self, rows: Sequence[Row]) -> None:
        """A code that looks like another one is taken as the agency's system has it, for it may have both, and noted in
        the trail. Only the first bears the likeness."""
        code = bulk.PRODUCER_CODE.c
        wanted = [row["likeness"] for row in rows if row["likeness"]]
        there = dict(self.tx.db.execute(select(code.likeness, code.code).where(code.likeness.in_(wanted))).all())
        for row in rows:
            first = there.setdefault(row["likeness"], row["code"]) if row["likeness"] else row["code"]
            if first != row["code"]:
                row["likeness"] = None
                audit.record(
                    self.tx,
                    "producer_code.looks_alike",
                    subject_kind="producer_code",
                    subject=row["locator"],
                    detail={"code": row["code"], "like": first},
                )

    def _code_row(self, code: str, producer_id: int) -> Row:
        return {
            "code": code,
            "likeness": likeness(code),
            "producer_id": producer_id,
            **self._begun(self.of_codes),
        }


@reads(Gate.SYSTEM)
def drafts_left(tx: Tx) -> str:
    """What there is to say of producers and codes that the acting feed began as drafts and that still are, where their
    type requires what no feed brings; empty where there are none."""
    configured, counts = producers_in_force(tx), []
    of_producers = configured.stored_producers[configured.feeds.producer]
    of_codes = configured.stored_codes[configured.feeds.producer_code]
    for kind, table, noun in ((of_producers, bulk.PRODUCER, "producer"), (of_codes, bulk.PRODUCER_CODE, "code")):
        if not problems_of(kind, {}, whole=True):
            continue
        drafts = select(func.count()).where(table.c.state == ProducerState.DRAFT, table.c.created_by == tx.actor.name)
        if number := tx.db.scalar(drafts):
            counts.append(f"{number} {noun}{'' if number == 1 else 's'}")
    if not counts:
        return ""
    return f"Drafts of this feed: {' and '.join(counts)}. Their types require what it does not bring."


def _plain(row: Row) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else str(value or "") for name, value in row.items()}
