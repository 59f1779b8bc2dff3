"""Many rows at once: tables and statements of the Core, since an object a row costs a multiple."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal_app.models import metadata

Row = dict[str, Any]
Item = TypeVar("Item")

ACCOUNT = metadata.tables["account"]
BILLING = metadata.tables["policy_billing"]
CARRIER = metadata.tables["carrier"]
CLAIM = metadata.tables["claim"]
CONFLICT = metadata.tables["feed_conflict"]
COVERAGE = metadata.tables["coverage"]
DOCUMENT = metadata.tables["policy_document"]
FEED_FILE = metadata.tables["feed_file"]
FEED_PRODUCER = metadata.tables["feed_producer"]
LEDGER = metadata.tables["ledger_transaction"]
LINE = metadata.tables["line_of_business"]
POLICY = metadata.tables["policy"]
POLICY_ADDRESS = metadata.tables["policy_address"]
POLICY_TERM = metadata.tables["policy_term"]
PRODUCER = metadata.tables["producer"]
PRODUCER_CODE = metadata.tables["producer_code"]
QUARANTINED = metadata.tables["quarantined_row"]
SOURCE_RECORD = metadata.tables["source_record"]
SYNC_RUN = metadata.tables["sync_run"]
VEHICLE = metadata.tables["vehicle"]


def insert_rows(db: Session, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        db.connection().execute(insert(table), rows)


def insert_with_ids(db: Session, table: Table, rows: Sequence[Row], known_by: str) -> dict[Any, int]:
    """Insert the rows; returns the id of each by its value in the column `known_by`."""
    if not rows:
        return {}
    found = db.connection().execute(insert(table).returning(table.c[known_by], table.c.id), rows)
    return dict(found.all())


def insert_missing(db: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that break no unique constraint, for what another process may insert at the same moment."""
    if not rows:
        return
    connection = db.connection()
    if connection.dialect.name == "sqlite":
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), rows)
    else:
        connection.execute(postgresql.insert(table).on_conflict_do_nothing(), rows)


def update_rows(db: Session, table: Table, rows: Sequence[Row]) -> None:
    """Update by id; all rows name the same columns."""
    if rows:
        values: Row = {name: bindparam(name) for name in rows[0] if name != "id"}
        statement = update(table).where(table.c.id == bindparam("row_id")).values(values)
        given = [{"row_id" if name == "id" else name: value for name, value in row.items()} for row in rows]
        db.connection().execute(statement, given)


def pages(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while page := list(islice(iterator, size)):
        yield page
