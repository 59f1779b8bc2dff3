"""One chunk of rows, taken in whole: source records, domain, quarantine, counts and cursor in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import LargeBinary, bindparam, insert, update

from portal_app.models.enums import FeedKind
from portal_app.services import leases
from portal_app.services.access import Gate
from portal_app.services.door import Tx, writes
from portal_app.services.sync import bulk, quarantine
from portal_app.services.sync.billing import TakingBilling
from portal_app.services.sync.claims import TakingClaims
from portal_app.services.sync.clients import TakingClients
from portal_app.services.sync.commissions import TakingCommissions
from portal_app.services.sync.documents import TakingDocuments
from portal_app.services.sync.kinds import Refusals, Taken, Taking
from portal_app.services.sync.policies import TakingPolicies
from portal_app.services.sync.producers import TakingProducers
from portal_app.services.sync.rows import Chunk, Incoming, Known, Refused
from portal_app.services.topics import Topic

LEASE_SECONDS = 60

TAKING: Mapping[FeedKind, type[Taking]] = {
    FeedKind.PRODUCERS: TakingProducers,
    FeedKind.CLIENTS: TakingClients,
    FeedKind.POLICIES: TakingPolicies,
    FeedKind.BILLING: TakingBilling,
    FeedKind.CLAIMS: TakingClaims,
    FeedKind.DOCUMENTS: TakingDocuments,
    FeedKind.COMMISSIONS: TakingCommissions,
}

# The payload was encrypted before the transaction began, which is shorter for it.
SEALED = bindparam("payload", type_=LargeBinary)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows come from: the feed, the run that reads them, and the file. `exported_at` is how old they are."""

    feed: str
    kind: FeedKind
    run_id: int
    file_id: int
    file_name: str
    exported_at: datetime


@writes(Gate.SYSTEM)
def take_in(tx: Tx, *, lease: leases.Held, source: Source, chunk: Chunk, rows_done: int | None) -> int:
    """Take in a chunk; `rows_done` is the file's cursor after it, None for rows out of quarantine. Returns how many
    were new or changed. Raises leases.Lost where another process took the feed over."""
    leases.renew(tx, lease=lease, seconds=LEASE_SECONDS)
    taking = TAKING[source.kind](tx, source.feed, source.exported_at)
    refusals = taking.refusals(chunk.incoming) if chunk.incoming else {}
    accepted = [row for row in chunk.incoming if row.source_id not in refusals]
    if accepted:
        taking.take(_write_records(tx, source, accepted))
        quarantine.resolve(tx, feed=source.feed, kind=source.kind, source_ids=[row.source_id for row in accepted])
        tx.changes(Topic.POLICIES)
    tx.changes(Topic.FEEDS)
    quarantine.resolve(tx, feed=source.feed, kind=source.kind, source_ids=chunk.confirmed)
    if rows_done is None:
        quarantine.tell_again(
            tx, feed=source.feed, kind=source.kind, refused=[*chunk.refused, *_refused(chunk.incoming, refusals)]
        )
        _count(tx, source, chunk, accepted, 0)
        return len(accepted)
    refused = [*chunk.refused, *_refused(chunk.incoming, refusals)]
    waiting = quarantine.keep(
        tx, feed=source.feed, kind=source.kind, run_id=source.run_id, file_name=source.file_name, refused=refused
    )
    _count(tx, source, chunk, accepted, waiting)
    tx.db.execute(update(bulk.FEED_FILE).where(bulk.FEED_FILE.c.id == source.file_id).values(rows_done=rows_done))
    return len(accepted)


def _refused(rows: Sequence[Incoming], refusals: Refusals) -> list[Refused]:
    return [row.refused(*refusals[row.source_id]) for row in rows if row.source_id in refusals]


def _write_records(tx: Tx, source: Source, rows: Sequence[Incoming]) -> list[Taken]:
    ids = _insert_records(tx, source, [row for row in rows if row.known is None])
    _update_records(tx, source, [(row, row.known) for row in rows if row.known is not None])
    return [
        Taken(row.record, row.known.id, row.known.version + 1)
        if row.known
        else Taken(row.record, ids[row.source_id], 1)
        for row in rows
    ]


def _insert_records(tx: Tx, source: Source, rows: Sequence[Incoming]) -> dict[str, int]:
    new = [
        {
            "feed": source.feed,
            "kind": source.kind,
            "source_id": row.source_id,
            "version": 1,
            **_content(tx, source, row),
        }
        for row in rows
    ]
    if not new:
        return {}
    record = bulk.SOURCE_RECORD
    statement = insert(record).values({**{name: bindparam(name) for name in new[0]}, "payload": SEALED})
    return dict(tx.db.connection().execute(statement.returning(record.c.source_id, record.c.id), new).all())


def _update_records(tx: Tx, source: Source, rows: Sequence[tuple[Incoming, Known]]) -> None:
    changed = [{"row_id": known.id, "version": known.version + 1, **_content(tx, source, row)} for row, known in rows]
    if changed:
        record = bulk.SOURCE_RECORD
        values = {**{name: bindparam(name) for name in changed[0] if name != "row_id"}, "payload": SEALED}
        statement = update(record).where(record.c.id == bindparam("row_id")).values(values)
        tx.db.connection().execute(statement, changed)


def _content(tx: Tx, source: Source, row: Incoming) -> bulk.Row:
    return {
        "content_hash": row.content_hash,
        "payload": row.payload,
        "batch_id": source.file_id,
        "fetched_at": tx.now,
    }


def _count(tx: Tx, source: Source, chunk: Chunk, accepted: Sequence[Incoming], quarantined: int) -> None:
    run = bulk.SYNC_RUN.c
    added = sum(row.known is None for row in accepted)
    tx.db.execute(
        update(bulk.SYNC_RUN)
        .where(run.id == source.run_id)
        .values(
            rows_read=run.rows_read + chunk.read,
            rows_added=run.rows_added + added,
            rows_changed=run.rows_changed + len(accepted) - added,
            rows_unchanged=run.rows_unchanged + chunk.unchanged,
            rows_quarantined=run.rows_quarantined + quarantined,
        )
    )
