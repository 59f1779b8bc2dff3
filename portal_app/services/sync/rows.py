"""Rows on their way in: read, hashed, held against what is known, and mapped where they differ. All of it outside of a
transaction that writes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import select

from portal_app.encryption import keyring
from portal_app.models.enums import FeedKind
from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads
from portal_app.services.ports import FeedConnector, FeedRecord, RawRow, RowProblem
from portal_app.services.sync import bulk
from portal_app.services.sync.pace import Pace


@dataclass(frozen=True, slots=True)
class Known:
    """A source record as it is stored."""

    id: int
    version: int
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be taken in. `final` says that no other record can make it fit."""

    line: int
    source_id: str
    content_hash: bytes
    cells: Mapping[str, str]
    reasons: tuple[str, ...]
    final: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A row that says something new. `payload` is its record as encrypted JSON, `known` the version before."""

    line: int
    source_id: str
    content_hash: bytes
    cells: Mapping[str, str]
    record: Any
    payload: bytes
    known: Known | None

    def names(self, value: str, what: str) -> str:
        """The reason that the row names `what`, with the column that does. The value is not repeated: reasons are read
        by who may not see the business, and a column may hold other than it should."""
        heading = next((heading for heading, text in self.cells.items() if text.strip() == value), "")
        return f'Column "{heading}" names {what}.' if heading else f"It names {what}."

    def refused(self, *reasons: str) -> Refused:
        """The same row, set aside."""
        return Refused(self.line, self.source_id, self.content_hash, self.cells, reasons)


@dataclass(slots=True)
class Chunk:
    """Rows of one file that are taken in together. `confirmed` are source ids whose stored version was sent again."""

    read: int = 0
    unchanged: int = 0
    incoming: list[Incoming] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to write but the cursor."""
        return bool(self.incoming or self.refused or self.confirmed)

    def after(self, silent: "Chunk") -> "Chunk":
        """This chunk with the unchanged rows of the one before."""
        return replace(self, read=silent.read + self.read, unchanged=silent.unchanged + self.unchanged)


@reads(Gate.SYSTEM)
def known_records(tx: Tx, *, feed: str, kind: FeedKind, source_ids: Sequence[str]) -> dict[str, Known]:
    """The stored versions of these records by source id."""
    record = bulk.SOURCE_RECORD.c
    statement = select(record.source_id, record.id, record.version, record.content_hash).where(
        record.feed == feed, record.kind == kind, record.source_id.in_(source_ids)
    )
    return {
        source_id: Known(number, version, bytes(content))
        for source_id, number, version, content in tx.db.execute(statement)
    }


def hashed(rows: Sequence[RawRow]) -> list[bytes]:
    digest = keyring().digest
    return [digest(row.fingerprint) for row in rows]


def prepare(
    connector: FeedConnector,
    kind: FeedKind,
    rows: Sequence[RawRow],
    hashes: Sequence[bytes],
    known: dict[str, Known],
    pace: Pace,
) -> Iterator[Chunk]:
    """Sort the rows into what is unchanged, what is new, and what cannot be taken in. Only what differs is mapped, and
    a chunk holds no more rows that differ than `pace` allows, for these are what a transaction has to write. The next
    chunk is prepared when it is asked for."""
    chunk, pending = Chunk(), set[str]()
    for row, content_hash in zip(rows, hashes, strict=True):
        chunk.read += 1
        stored = known.get(row.source_id)
        if row.problem is None and stored is not None and stored.content_hash == content_hash:
            chunk.unchanged += 1
            chunk.confirmed.append(row.source_id)
            continue
        outcome = _mapped(connector, kind, row, content_hash, stored, pending)
        if isinstance(outcome, Incoming):
            pending.add(outcome.source_id)
            chunk.incoming.append(outcome)
        else:
            chunk.refused.append(outcome)
        if len(chunk.incoming) + len(chunk.refused) >= pace.rows:
            yield chunk
            chunk = Chunk()
    if chunk.read:
        yield chunk


def _mapped(
    connector: FeedConnector, kind: FeedKind, row: RawRow, content_hash: bytes, stored: Known | None, pending: set[str]
) -> Incoming | Refused:
    problem = row.problem
    if problem is None and row.source_id in pending:
        problem = "Another row of the same file names the same record."
    if problem is not None:
        return Refused(row.line, row.source_id, content_hash, row.cells, (problem,), final=True)
    try:
        record = connector.record(kind, row)
    except RowProblem as refusal:
        return Refused(row.line, row.source_id, content_hash, row.cells, refusal.reasons)
    return Incoming(row.line, row.source_id, content_hash, row.cells, record, sealed(record), stored)


def sealed(record: FeedRecord) -> bytes:
    """The record as encrypted JSON, ready for a column that stores it as it is."""
    return keyring().encrypt(orjson.dumps(record, default=str).decode())
