"""Clients become accounts."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from portal_app.database import Database
from portal_app.encryption import keyring
from portal_app.models.enums import AccountKind, FeedKind
from portal_app.services.sync import bulk
from tests.services.sync.feed import MemoryFeed, client, policy, producer
from tests.services.sync.test_policies import Stored, Sync

LATER = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.mark.criterion("FEED-34")
def test_a_client_becomes_an_account(feed: MemoryFeed, sync: Sync, stored: Stored, database: Database) -> None:
    feed.export(FeedKind.CLIENTS, client(email="ada@example.test", driver_license="G123-456"))

    sync()

    [row] = stored(bulk.ACCOUNT)
    assert (row["name"], row["kind"], row["email"]) == ("Ada Grove", AccountKind.PERSON, "ada@example.test")
    assert (row["birth_date"], row["tax_id"], row["driver_license"]) == ("1970-05-04", "123-45-6789", "G123-456")
    assert bytes(row["tax_id_lookup"]) == keyring().lookup("123456789")


@pytest.mark.criterion("FEED-34")
def test_personal_values_are_nowhere_in_the_open(feed: MemoryFeed, sync: Sync, database: Database) -> None:
    feed.export(FeedKind.CLIENTS, client("C1", driver_license="G123-456"), client("C2", "?", driver_license="G777-888"))
    sync()

    with database.read() as db:
        for table in ("account", "source_record", "quarantined_row", "sync_run"):
            for row in db.execute(text(f"SELECT * FROM {table}")).mappings():
                held = b" ".join(
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in row.values()
                )
                assert not any(secret in held for secret in (b"6789", b"1970-05", b"G123", b"G777"))


@pytest.mark.criterion("FEED-35")
def test_a_renamed_client_is_renamed_on_the_policies(feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, policy("P1"), policy("P2", insured_name="Ada Grove Trust"))
    sync()
    feed.export(FeedKind.CLIENTS, client(name="Ada Grove-Hill", birth_date=date(1971, 1, 1)), at=LATER)

    sync()

    assert [row["insured_name"] for row in stored(bulk.POLICY)] == ["Ada Grove-Hill", "Ada Grove Trust"]
    assert [row["birth_date"] for row in stored(bulk.ACCOUNT)] == ["1971-01-01"]
    assert len(stored(bulk.LEDGER)) == 2
    assert "hill" in {row["word"] for row in stored(bulk.metadata.tables["name_word"])}
