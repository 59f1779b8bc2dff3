"""Billing, claims and documents of a policy: what is told, to whom, and by which feed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from portal_app.database import Database
from portal_app.models.enums import BillMode, Cadence, ClaimStatus, DocumentCategory, FeedKind, Grant
from portal_app.services import billing, claims, documents
from portal_app.services.access import KEPT_FOR, Actor, system
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden, NotFound
from portal_app.services.ports import Ports
from tests.attached import LAST, THIS, attach, has_come
from tests.services.sync.feed import MemoryFeed
from tests.world import NOW, Agency

pytestmark = pytest.mark.both_databases

Of = Callable[..., Any]
SECTIONS: dict[FeedKind, Of] = {
    FeedKind.BILLING: billing.of_policy,
    FeedKind.CLAIMS: claims.of_policy,
    FeedKind.DOCUMENTS: documents.of_policy,
}
EACH = pytest.mark.parametrize("kind", list(SECTIONS), ids=str)
STATEMENT, CERTIFICATE = DocumentCategory.BILLING_STATEMENT, DocumentCategory.CERTIFICATE


@pytest.fixture
def full(door: Door, database: Database, agency: Agency) -> Agency:
    """Something hangs on every policy."""
    with database.write() as db:
        for policy in agency.policies.values():
            attach(db, policy)
    return agency


def asked(door: Door, kind: FeedKind, person: Actor, agency: Agency, owner: str = "maya", **given: int) -> Any:
    return door.run(SECTIONS[kind], person, locator=agency.policies[owner].locator, **given)


@pytest.mark.criterion("KIND-20")
def test_billing_tells_the_shown_term_first(full: Agency, door: Door) -> None:
    found = asked(door, FeedKind.BILLING, full.producer(), full)
    assert [line.term_effective for line in found.lines] == [THIS, LAST]
    line = found.lines[0]
    assert (line.mode, line.payment_plan) == (BillMode.DIRECT, "Quarterly")
    assert (line.balance, line.past_due) == (Decimal("308.62"), Decimal("100.00"))
    assert (line.next_due_on, line.next_due) == (date(2026, 12, 1), Decimal("308.62"))
    assert (line.paid, line.last_paid_on, line.last_paid) == (None, None, None), "what the feed does not say"


@pytest.mark.criterion("KIND-20")
def test_open_claims_come_first(full: Agency, door: Door) -> None:
    found = asked(door, FeedKind.CLAIMS, full.producer(), full)
    assert [(line.number, line.status) for line in found.lines] == [
        ("CL-2", ClaimStatus.REOPENED),
        ("CL-0", ClaimStatus.OPEN),
        ("CL-1", ClaimStatus.CLOSED),
    ]
    line = found.lines[0]
    assert (line.description, line.adjuster, line.paid) == ("What befell Maya's Client.", "Ida Moss", None)


@pytest.mark.criterion("KIND-20")
def test_documents_come_newest_first_with_those_of_the_account_last(full: Agency, door: Door) -> None:
    found = asked(door, FeedKind.DOCUMENTS, full.principal(), full)
    assert found.total == len(found.lines) == len(DocumentCategory) + 1
    assert [line.dated for line in found.lines] == sorted((line.dated for line in found.lines), reverse=True)
    assert [line.whole_account for line in found.lines] == [False] * len(DocumentCategory) + [True]
    line = next(each for each in found.lines if each.category is STATEMENT)
    assert (line.title, line.reference) == ("The Billing statement", "HO-101/billing_statement")
    assert (line.file_name, line.term_effective) == ("billing_statement.pdf", THIS)


@pytest.mark.criterion("KIND-21")
@EACH
def test_they_go_with_the_policy(full: Agency, door: Door, kind: FeedKind) -> None:
    everything = {"maya", "daniel", "branch", "nobody"}
    sees: list[tuple[Actor, set[str]]] = [
        (full.principal(), everything),
        (full.csr(), everything),
        (full.read_only(), everything),
        (full.producer(), {"maya"}),
        (full.other_producer(), {"daniel"}),
        (full.branch_manager(), {"branch"}),
        (full.branch_manager(Grant.DOWNLINE), {"branch", "maya", "daniel"}),
    ]
    for person, owners in sees:
        for owner in full.policies:
            if owner in owners:
                found = asked(door, kind, person, full, owner)
                assert found.total > 0
                assert owner == "maya" or kind is not FeedKind.CLAIMS or "Maya" not in found.lines[0].description
            else:
                with pytest.raises(NotFound):
                    asked(door, kind, person, full, owner)
    with pytest.raises(Forbidden):
        asked(door, kind, full.admin(), full)
    with pytest.raises(NotFound):
        door.run(SECTIONS[kind], full.principal(), locator="no such policy")


@pytest.mark.criterion("KIND-22")
def test_certificates_and_billing_statements_are_for_some_roles(full: Agency, door: Door) -> None:
    hidden = {
        full.principal(): set(),
        full.csr(): set(),
        full.read_only(): {STATEMENT},
        full.producer(): {STATEMENT, CERTIFICATE},
        system("test"): set(),
    }
    assert set(KEPT_FOR) == {STATEMENT, CERTIFICATE}
    for person, kept in hidden.items():
        found = asked(door, FeedKind.DOCUMENTS, person, full)
        assert {line.category for line in found.lines} == set(DocumentCategory) - kept, person.name
        assert found.total == len(found.lines), "what one may not see is not counted"


@pytest.mark.criterion("KIND-23")
@EACH
def test_none_reported_differs_from_no_feed(agency: Agency, door: Door, database: Database, kind: FeedKind) -> None:
    none = asked(door, kind, agency.producer(), agency)
    assert (none.lines, none.total, none.feed, none.as_of) == ((), 0, "", None)
    feed = MemoryFeed("test")
    assert kind in feed.kinds(Cadence.HOURLY)
    door.ports = replace(Ports(), feeds={"test": feed})
    awaited = asked(door, kind, agency.producer(), agency)
    assert (awaited.feed, awaited.as_of) == ("test", None)
    with database.write() as db:
        has_come(db, kind)
    come = asked(door, kind, agency.producer(), agency)
    assert (come.total, come.feed, come.as_of) == (0, "test", NOW - timedelta(minutes=30))
    door.ports = Ports()
    assert asked(door, kind, agency.producer(), agency).feed == "test", "a feed that is gone still says what it said"


@pytest.mark.criterion("KIND-24")
@EACH
def test_they_come_page_by_page(full: Agency, door: Door, kind: FeedKind) -> None:
    whole = asked(door, kind, full.principal(), full)
    parts = [asked(door, kind, full.principal(), full, offset=offset, count=1) for offset in range(whole.total)]
    assert tuple(line for part in parts for line in part.lines) == whole.lines
    assert {part.total for part in parts} == {whole.total}
