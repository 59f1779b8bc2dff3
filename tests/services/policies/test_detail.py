"""The policy page's answer."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.enums import FeedKind, Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Coverage, Policy, PolicyAddress, PolicyTerm, Vehicle
from portal_app.models.sync import SourceRecord
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden, NotFound
from portal_app.services.policies.detail import policy
from portal_app.services.policies.history import told
from portal_app.services.policies.views import CoverageLine, PolicyDetail, TermLine, VehicleLine
from tests.services.policies.scan import everybody
from tests.world import NOW, Agency

FIRST, SECOND = date(2025, 6, 1), date(2026, 6, 1)
ISSUED: dict[str, Any] = {
    "number": "HO-101", "line": "homeowners", "carrier": "Granite Mutual",
    "effective": "2025-06-01", "expiration": "2026-06-01", "premium": "1200.00", "status": "active",
    "insured_name": "Maya's Client", "account": "C-HO-101",
    "coverages": [{"name": "Dwelling", "limit": "$300,000", "deductible": "$1,000", "premium": "900.00"}],
    "locations": [{"street": "12 Elm St", "city": "Providence", "state": "RI", "postal_code": "02903"}],
}  # fmt: skip


class Steps:
    """Writes transactions onto one policy, an hour apart."""

    def __init__(self, db: Session, policy: Policy) -> None:
        self.db, self.policy, self.hours = db, policy, 0
        self.source = SourceRecord(
            feed="test", kind=FeedKind.POLICIES, source_id="P", content_hash=b"", payload={}, fetched_at=NOW
        )
        db.add(self.source)
        db.flush()

    def add(
        self,
        kind: TransactionKind,
        term: date,
        changes: dict[str, Any],
        state: TransactionState = TransactionState.ISSUED,
    ) -> None:
        self.hours += 1
        at = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(hours=self.hours)
        self.db.add(
            LedgerTransaction(
                policy_id=self.policy.id or 0, kind=kind, state=state, origin=Origin.FEED, term_effective=term,
                effective_at=at, known_at=at, issued_at=at, source_record_id=self.source.id, changes=changes,
            )
        )  # fmt: skip
        self.db.flush()


def add_parts(db: Session, found: Policy) -> None:
    """What the policy covers, its two terms, and whose it is."""
    for position, name in enumerate(("Flood", "Dwelling")):
        db.add(
            Coverage(
                policy_id=found.id or 0,
                position=1 - position,
                name=name,
                limit="$1",
                deductible="",
                premium=Decimal("1.50"),
            )
        )
    db.add(
        Vehicle(policy_id=found.id or 0, position=0, vin="1HGCM82633A004352", year=2019, make="Honda", model="Civic")
    )
    db.add(Vehicle(policy_id=found.id or 0, position=1, vin="5YJSA1DN5DFP14705"))
    db.add(
        PolicyAddress(
            policy_id=found.id or 0,
            position=0,
            street="12 Elm St",
            city="Providence",
            state="RI",
            postal_code="02903",
        )
    )
    for begins, premium in ((FIRST, "1250.00"), (SECOND, "1300.00")):
        db.add(
            PolicyTerm(
                policy_id=found.id or 0, number="HO-101", effective=begins,
                expiration=begins.replace(year=begins.year + 1),
                status=PolicyStatus.ACTIVE, premium=Decimal(premium),
            )
        )  # fmt: skip
    account = db.get_one(Account, found.account_id)
    account.name, account.street, account.city, account.state, account.postal_code = (
        "Client Family",
        "1 Main St",
        "Salem",
        "MA",
        "01970",
    )
    account.email, account.phone = "client@example.com", "(401) 555-0100"


@pytest.fixture
def told_policy(database: Database, agency: Agency, door: Door) -> Agency:
    """Maya's policy: issued, changed, renewed, cancelled and reinstated."""
    found = agency.policies["maya"]
    with database.write() as db:
        steps = Steps(db, found)
        steps.add(TransactionKind.ISSUANCE, FIRST, ISSUED)
        cover = {"name": "Dwelling", "limit": "$350,000", "deductible": "$1,000", "premium": "950.00"}
        steps.add(
            TransactionKind.CHANGE,
            FIRST,
            {"premium": "1250.00", "coverages": [cover, {"name": "Flood", "limit": "$50,000"}]},
        )
        steps.add(TransactionKind.CHANGE, FIRST, {"premium": "9.00"}, TransactionState.REVERSED)
        renewal = ISSUED | {
            "effective": "2026-06-01",
            "expiration": "2027-06-01",
            "premium": "1300.00",
            "coverages": [cover],
        }
        steps.add(TransactionKind.RENEWAL, SECOND, renewal)
        steps.add(TransactionKind.CANCELLATION, SECOND, {"status": "cancelled"})
        steps.add(TransactionKind.REINSTATEMENT, SECOND, {"status": "active", "producer_code": "HL-maya"})
        steps.add(TransactionKind.CHANGE, SECOND, {"description": "drafted"}, TransactionState.DRAFT)
        add_parts(db, found)
    return agency


def page(door: Door, agency: Agency, of: str = "maya") -> PolicyDetail:
    return door.run(policy, agency.producer(), locator=agency.policies[of].locator)


@pytest.mark.criterion("POLICY-01")
def test_the_page_has_header_insured_and_coverage(told_policy: Agency, door: Door) -> None:
    found = page(door, told_policy)
    assert (found.row.number, found.row.line, found.row.carrier) == ("HO-101", "Homeowners", "Granite Mutual")
    assert (found.row.effective, found.row.expiration, found.row.status) == (
        date(2026, 6, 1),
        date(2027, 6, 1),
        PolicyStatus.ACTIVE,
    )
    assert found.row.premium == Decimal("1234.50")
    assert (found.producer_code, found.producer, found.code_of_record) == ("HL-maya", "Maya Alvarez", "HL-maya")
    assert found.insured_names == ("Maya's Client", "Client Family")
    assert found.mailing_address == ("1 Main St", "Salem, MA 01970")
    assert (found.email, found.phone) == ("client@example.com", "(401) 555-0100")
    assert [cover.name for cover in found.coverages] == ["Dwelling", "Flood"]
    assert found.coverages[0] == CoverageLine("Dwelling", "$1", "", Decimal("1.50"))
    assert found.vehicles == (
        VehicleLine("1HGCM82633A004352", "2019 Honda Civic"),
        VehicleLine("5YJSA1DN5DFP14705", ""),
    )
    assert found.locations == ("12 Elm St, Providence RI 02903",)
    assert (found.feed, found.as_of) == ("test", NOW)


@pytest.mark.criterion("POLICY-02")
def test_the_history_tells_what_changed_from_what_to_what(told_policy: Agency, door: Door) -> None:
    found = page(door, told_policy)
    assert found.terms == (
        TermLine("HO-101", SECOND, date(2027, 6, 1), PolicyStatus.ACTIVE, Decimal("1300.00")),
        TermLine("HO-101", FIRST, SECOND, PolicyStatus.ACTIVE, Decimal("1250.00")),
    )
    assert [(entry.kind, entry.changes) for entry in found.history] == [
        (TransactionKind.REINSTATEMENT, ("Status Cancelled → Active", "Producer code set to HL-maya")),
        (TransactionKind.CANCELLATION, ("Status Active → Cancelled",)),
        (
            TransactionKind.RENEWAL,
            (
                "Term Jun 1, 2026 to Jun 1, 2027",
                "Premium $1,250.00 → $1,300.00",
                "Coverage removed: Flood, limit $50,000",
            ),
        ),
        (
            TransactionKind.CHANGE,
            (
                "Premium $1,200.00 → $1,250.00",
                "Coverage Dwelling: limit $300,000 → $350,000, premium $900.00 → $950.00",
                "Coverage added: Flood, limit $50,000",
            ),
        ),
        (
            TransactionKind.ISSUANCE,
            ("Policy number HO-101", "Term Jun 1, 2025 to Jun 1, 2026", "Premium $1,200.00"),
        ),
    ]
    assert {entry.term_effective for entry in found.history} == {FIRST, SECOND}


@pytest.mark.criterion("POLICY-02")
def test_every_field_has_its_sentence() -> None:
    car = {"vin": "1HGCM82633A004352", "year": 2019, "make": "Honda", "model": "Civic"}
    later: dict[str, Any] = {
        "number": "HO-102", "line": "bop", "carrier": "Bay State", "effective": "2025-07-01",
        "expiration": "2026-07-01", "producer_code": "A", "insured_name": "", "account": "C-2", "vehicles": [car],
        "locations": [], "description": None,
    }  # fmt: skip
    entries = [
        LedgerTransaction(
            policy_id=1,
            kind=kind,
            origin=Origin.PORTAL,
            term_effective=FIRST,
            effective_at=NOW,
            known_at=NOW,
            changes=changes,
        )
        for kind, changes in (
            (TransactionKind.ISSUANCE, ISSUED),
            (TransactionKind.CHANGE, later),
            (TransactionKind.CHANGE, {}),
        )
    ]
    _, changed, nothing = told(entries, {"homeowners": "Homeowners", "bop": "Business owners (BOP)"})
    assert changed.changes == (
        "Policy number HO-101 → HO-102",
        "Line of business Homeowners → Business owners (BOP)",
        "Carrier Granite Mutual → Bay State",
        "Effective date Jun 1, 2025 → Jul 1, 2025",
        "Expiration date Jun 1, 2026 → Jul 1, 2026",
        "Producer code set to A",
        "Insured name Maya's Client removed",
        "Moved to another account",
        "Vehicle added: 2019 Honda Civic, VIN 1HGCM82633A004352",
        "Location removed: 12 Elm St, Providence RI 02903",
    )
    assert nothing.changes == ()


@pytest.mark.criterion("POLICY-02")
def test_a_long_history_is_told_from_its_end(database: Database, agency: Agency, door: Door) -> None:
    with database.write() as db:
        steps = Steps(db, agency.policies["maya"])
        steps.add(TransactionKind.ISSUANCE, FIRST, ISSUED)
        for amount in range(250):
            steps.add(TransactionKind.CHANGE, FIRST, {"premium": f"{amount}.00"})
    history = page(door, agency).history
    assert len(history) == 200
    assert history[0].changes == ("Premium $248.00 → $249.00",)


@pytest.mark.criterion("POLICY-03")
def test_anothers_policy_does_not_exist(agency: Agency, door: Door) -> None:
    own = {"maya": {"maya"}, "daniel": {"daniel"}, "branch": {"branch"}}
    for person in everybody(agency):
        for owner, found in agency.policies.items():
            sees = person.role.value != "producer" if person.role else False
            if person.role and person.role.value == "producer":
                name = (person.email or "").split("@")[0]
                sees = owner in own.get(name, set()) or (bool(person.grants) and owner != "nobody")
            if sees:
                assert door.run(policy, person, locator=found.locator).row.locator == found.locator
            else:
                with pytest.raises(NotFound):
                    door.run(policy, person, locator=found.locator)
    with pytest.raises(NotFound):
        door.run(policy, agency.csr(), locator="no such policy")
    with pytest.raises(Forbidden):
        door.run(policy, agency.admin(), locator=agency.policies["maya"].locator)
