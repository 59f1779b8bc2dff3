"""A copy of the record for a dry run: the same tables in a file of their own, thrown away afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Column, LargeBinary, MetaData, Table, create_engine, delete, insert, select
from sqlalchemy.orm import Session

from portal_app import migrations
from portal_app.database import Database
from portal_app.models import metadata
from portal_app.models.columns import Holds
from portal_app.models.types import Encrypted, EncryptedJson
from portal_app.services.door import Door

PAGE = 1000
# What a feed neither reads nor writes, beside all tables that hold secrets.
LEFT_BEHIND = frozenset({"audit_event", "audit_seal", "dry_run", "feed_order", "heartbeat", "lease"})


@contextmanager
def scratch_door(door: Door) -> Iterator[Door]:
    """A door into a copy, from which nothing leaves the house. What is encrypted stays so in the copy, which only this
    user can read, and which is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dry-run-", dir=door.settings.folder))
    try:
        url = f"sqlite:///{folder / 'copy.db'}"
        copy = Database(url)
        try:
            migrations.upgrade(copy)
            _fill(door.database, url)
            yield Door(copy, door.settings, replace(door.ports, mailer=None, texts=None), door.clock)
        finally:
            copy.dispose()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(source: Database, url: str) -> None:
    # An engine without the portal's own settings: rows arrive table by table, whatever they refer to.
    plain = create_engine(url, hide_parameters=True)
    try:
        with source.read() as read, Session(plain) as written, written.begin():
            for table in metadata.sorted_tables:
                if table.name not in LEFT_BEHIND and not _holds_secrets(table):
                    _copy(read, written, _as_stored(table))
    finally:
        plain.dispose()


def _copy(read: Session, written: Session, table: Table) -> None:
    written.execute(delete(table))
    found = read.execute(select(table), execution_options={"yield_per": PAGE})
    for page in found.partitions():
        written.connection().execute(insert(table), [dict(row._mapping) for row in page])


def _as_stored(table: Table) -> Table:
    """The table with its encrypted columns as the bytes that they are."""
    columns: list[Column[object]] = [
        Column(each.name, LargeBinary if isinstance(each.type, (Encrypted, EncryptedJson)) else each.type)
        for each in table.columns
    ]
    return Table(table.name, MetaData(), *columns)


def _holds_secrets(table: Table) -> bool:
    return any(each.info.get("holds") is Holds.SECRET for each in table.columns)
