"""Billing, claims and the index of documents find their policy, and say what the newest file says."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Table, select, text

from portal_app.database import Database
from portal_app.models.enums import BillMode, ClaimStatus, DocumentCategory, FeedKind
from portal_app.services.door import Door
from portal_app.services.ports import PolicyName
from portal_app.services.sync import bulk
from tests.services.sync.feed import (
    MemoryFeed,
    billing,
    changed,
    claim,
    client,
    document,
    policy,
    producer,
)
from tests.services.sync.test_policies import Stored, Sync

KINDS: dict[FeedKind, tuple[Table, Callable[..., Any]]] = {
    FeedKind.BILLING: (bulk.BILLING, billing),
    FeedKind.CLAIMS: (bulk.CLAIM, claim),
    FeedKind.DOCUMENTS: (bulk.DOCUMENT, document),
}
# What a later file says otherwise, by the column that shows it.
CHANGES: dict[FeedKind, tuple[str, Any]] = {
    FeedKind.BILLING: ("balance", Decimal("0.00")),
    FeedKind.CLAIMS: ("status", ClaimStatus.CLOSED),
    FeedKind.DOCUMENTS: ("title", "Declarations 2026, corrected"),
}
EACH = pytest.mark.parametrize("kind", list(KINDS), ids=str)


def hour(number: int) -> datetime:
    return datetime(2026, 11, 20, number, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _book(feed: MemoryFeed) -> None:
    feed.export(FeedKind.PRODUCERS, producer())
    feed.export(FeedKind.CLIENTS, client())
    feed.export(FeedKind.POLICIES, policy())


def waiting(stored: Stored, kind: FeedKind) -> list[str]:
    """The reasons of the rows of that kind that wait."""
    rows = stored(bulk.QUARANTINED)
    return [row["reasons"] for row in rows if row["kind"] is kind and row["resolved_at"] is None]


@pytest.mark.criterion("KIND-01")
def test_a_new_record_is_there_with_all_that_it_says(feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(FeedKind.BILLING, billing(paid=Decimal("900.00"), last_paid_on=date(2026, 9, 1)))
    feed.export(FeedKind.CLAIMS, claim(description="A neighbour saw it.", adjuster="Ida Moss", closed_on=None))
    feed.export(FeedKind.DOCUMENTS, document(file_name="dec.pdf", effective=date(2026, 6, 1)))
    sync()

    [held] = stored(bulk.POLICY)
    [owed], [lost], [filed] = stored(bulk.BILLING), stored(bulk.CLAIM), stored(bulk.DOCUMENT)
    assert {row["policy_id"] for row in (owed, lost, filed)} == {held["id"]}
    assert {row["as_of"] for row in (owed, lost, filed)} == {hour(14)}
    assert (owed["mode"], owed["payment_plan"], owed["term_effective"]) == (
        BillMode.DIRECT,
        "Quarterly",
        date(2026, 6, 1),
    )
    assert (owed["balance"], owed["paid"], owed["past_due"]) == (Decimal("300.00"), Decimal("900.00"), None)
    assert (owed["next_due_on"], owed["last_paid_on"]) == (date(2026, 12, 1), date(2026, 9, 1))
    assert (lost["number"], lost["status"], lost["lost_on"]) == ("CL-1", ClaimStatus.OPEN, date(2026, 9, 3))
    assert (lost["description"], lost["adjuster"], lost["closed_on"]) == ("A neighbour saw it.", "Ida Moss", None)
    assert (filed["category"], filed["title"], filed["file_name"]) == (
        DocumentCategory.DECLARATIONS,
        "Declarations 2026",
        "dec.pdf",
    )


@pytest.mark.criterion("KIND-02")
@EACH
def test_a_changed_record_replaces_and_an_equal_one_is_nothing(
    feed: MemoryFeed, sync: Sync, stored: Stored, kind: FeedKind
) -> None:
    table, made = KINDS[kind]
    field, new = CHANGES[kind]
    feed.export(kind, made("1"), made("2"), at=hour(11))
    sync()
    before = stored(table)
    feed.export(kind, changed(made("1"), **{field: new}), made("2"), at=hour(12))

    run = sync()[kind.value]

    assert (run.rows_added, run.rows_changed, run.rows_unchanged) == (0, 1, 1)
    after = stored(table)
    assert [row["locator"] for row in after] == [row["locator"] for row in before]
    assert [(row[field], row["as_of"]) for row in after] == [(new, hour(12)), (before[1][field], hour(11))]
    again = sync()[kind.value]
    assert (again.rows_added, again.rows_changed, again.rows_quarantined) == (0, 0, 0)
    assert stored(table) == after


@pytest.mark.criterion("KIND-03")
@EACH
def test_an_unknown_policy_waits_until_it_has_come(
    feed: MemoryFeed, sync: Sync, stored: Stored, kind: FeedKind
) -> None:
    table, made = KINDS[kind]
    feed.export(kind, made("1", policy=PolicyName("P9")), made("2"), at=hour(11))
    sync()
    assert waiting(stored, kind) == ["It names a policy that is not among the policies taken in."]
    assert [row["source_id"] for row in stored(table)] == ["2"]
    feed.export(FeedKind.POLICIES, policy(), policy("P9"), at=hour(15))

    sync()

    assert waiting(stored, kind) == []
    names = {row["id"]: row["source_id"] for row in stored(bulk.POLICY)}
    assert {row["source_id"]: names[row["policy_id"]] for row in stored(table)} == {"1": "P9", "2": "P1"}


@pytest.mark.criterion("KIND-03")
def test_a_document_of_an_account_waits_for_the_client(feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(
        FeedKind.DOCUMENTS,
        document("1", policy=None, client_id="C1"),
        document("2", policy=None, client_id="C7"),
        at=hour(11),
    )
    sync()
    assert waiting(stored, FeedKind.DOCUMENTS) == ["It names a client who is not among the clients taken in."]
    feed.export(FeedKind.CLIENTS, client(), client("C7", "Bo Reed"), at=hour(15))

    sync()

    assert waiting(stored, FeedKind.DOCUMENTS) == []
    accounts = {row["id"]: row["source_id"] for row in stored(bulk.ACCOUNT)}
    assert [(accounts[row["account_id"]], row["policy_id"]) for row in stored(bulk.DOCUMENT)] == [
        ("C1", None),
        ("C7", None),
    ]


@pytest.mark.criterion("KIND-04")
@pytest.mark.parametrize("number", ["PA-P1", "pa p1", "PAP1"])
@EACH
def test_a_policy_is_named_by_carrier_and_number_too(
    feed: MemoryFeed, sync: Sync, stored: Stored, kind: FeedKind, number: str
) -> None:
    table, made = KINDS[kind]
    feed.export(
        kind,
        made("1", policy=PolicyName("", number, "GRANITE mutual")),
        made("2", policy=PolicyName("", number)),
        made("3", policy=PolicyName("", number, "Basin Casualty")),
    )
    sync()
    assert [row["source_id"] for row in stored(table)] == ["1", "2"]
    assert waiting(stored, kind) == ["It names a policy that is not among the policies taken in."]


@pytest.mark.criterion("KIND-04")
def test_a_number_that_two_carriers_gave_needs_the_carrier(feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(FeedKind.POLICIES, policy(), policy("P2", number="PA-P1", carrier="Basin Casualty"), at=hour(15))
    feed.export(
        FeedKind.CLAIMS,
        claim("1", policy=PolicyName("", "PA-P1")),
        claim("2", policy=PolicyName("", "PA-P1", "Basin Casualty")),
    )
    sync()
    assert waiting(stored, FeedKind.CLAIMS) == [
        "It names more than one policy: the carrier is needed to tell them apart."
    ]
    [row] = stored(bulk.CLAIM)
    assert {each["id"]: each["source_id"] for each in stored(bulk.POLICY)}[row["policy_id"]] == "P2"


@pytest.mark.criterion("KIND-05")
@pytest.mark.parametrize("complete", [False, True])
@EACH
def test_what_is_absent_is_not_deleted(
    feed: MemoryFeed, sync: Sync, stored: Stored, kind: FeedKind, complete: bool
) -> None:
    table, made = KINDS[kind]
    feed.complete = complete
    feed.export(kind, made("1"), made("2"), at=hour(11))
    sync()
    feed.export(kind, made("2"), at=hour(12))
    sync()
    assert [row["source_id"] for row in stored(table)] == ["1", "2"]


@pytest.mark.criterion("KIND-02")
def test_a_claim_that_was_entered_on_the_wrong_policy_moves(feed: MemoryFeed, sync: Sync, stored: Stored) -> None:
    feed.export(FeedKind.POLICIES, policy(), policy("P2"), at=hour(15))
    feed.export(FeedKind.CLAIMS, claim(), at=hour(11))
    sync()
    feed.export(FeedKind.CLAIMS, claim(policy=PolicyName("P2")), at=hour(12))
    sync()
    [row] = stored(bulk.CLAIM)
    assert {each["id"]: each["source_id"] for each in stored(bulk.POLICY)}[row["policy_id"]] == "P2"


@pytest.mark.criterion("KIND-06")
def test_what_a_claim_tells_is_nowhere_in_the_open(feed: MemoryFeed, sync: Sync, database: Database) -> None:
    feed.export(FeedKind.CLAIMS, claim("1", description="Torn ligament"))
    feed.export(FeedKind.CLAIMS, claim("2", description="Torn ligament", policy=PolicyName("P9")))
    sync()
    with database.read() as db:
        assert db.scalar(select(bulk.CLAIM.c.description)) == "Torn ligament"
        for table in ("claim", "source_record", "quarantined_row", "sync_run"):
            for row in db.execute(text(f"SELECT * FROM {table}")).mappings():
                for value in row.values():
                    held = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    assert b"ligament" not in held


@pytest.mark.criterion("KIND-07")
def test_every_kind_runs_in_its_order_and_policies_come_before_what_names_them(feed: MemoryFeed, sync: Sync) -> None:
    runs = list(sync())
    assert runs == ["producers", "clients", "policies", "billing", "claims", "documents"]


@pytest.mark.criterion("KIND-03")
def test_no_more_than_one_feed_names_a_policy(feed: MemoryFeed, sync: Sync, stored: Stored, door: Door) -> None:
    """A policy of another feed is none of this one's."""
    sync()
    with door.database.write() as db:
        db.execute(text("UPDATE policy SET feed = 'another'"))
    feed.export(FeedKind.CLAIMS, claim("1"), claim("2", policy=PolicyName("", "PA-P1")))
    sync()
    assert len(waiting(stored, FeedKind.CLAIMS)) == 2
    assert stored(bulk.CLAIM) == []
