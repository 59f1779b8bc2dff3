"""Records for the API's tests, beyond those of the world."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from portal_app.models.enums import FeedKind, Origin, PolicyStatus, RunState, TransactionKind
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Carrier, Coverage, LineOfBusiness, Policy, PolicyAddress, PolicyTerm, Vehicle
from portal_app.models.sync import SyncRun
from portal_app.services.door import Door
from tests.world import NOW, Agency, add_policy


@pytest.fixture
def book(door: Door, agency: Agency) -> Agency:
    """Maya's book with policies that the filters tell apart."""
    with door.database.write() as db:
        lines = {each.code: each for each in db.scalars(select(LineOfBusiness))}
        basin = Carrier(name="Basin Casualty", naic="99002")
        db.add(basin)
        for number, (line, status, begun) in enumerate(
            [
                ("personal_auto", PolicyStatus.ACTIVE, date(2026, 1, 15)),
                ("personal_auto", PolicyStatus.CANCELLED, date(2026, 2, 15)),
                ("umbrella", PolicyStatus.ACTIVE, date(2026, 3, 15)),
            ]
        ):
            add_policy(
                db, number=f"PA-20{number}", insured=f"Orchard Keeper {number}", line=lines[line], carrier=basin,
                code=agency.codes["maya"], effective=begun, status=status, vins=f"1HGCM82633A00435{number}",
            )  # fmt: skip
    return agency


@pytest.fixture
def whole(door: Door, agency: Agency) -> Policy:
    """Maya's policy with something in each of its parts."""
    policy = agency.policies["maya"]
    of: dict[str, Any] = {"policy_id": policy.id, "position": 0}
    with door.database.write() as db:
        db.add(Coverage(**of, name="Dwelling", limit="350,000", deductible="1,000", premium=Decimal(900)))
        db.add(Vehicle(**of, vin="1HGCM82633A004352", year=2024, make="Honda", model="Accord"))
        db.add(PolicyAddress(**of, street="12 Harbor Lane", city="Mystic", state="CT", postal_code="06355"))
        db.add(
            PolicyTerm(
                policy_id=policy.id or 0,
                number=policy.number,
                effective=policy.effective,
                expiration=policy.expiration,
                status=policy.status,
                premium=policy.premium,
            )
        )
        db.add(
            LedgerTransaction(
                policy_id=policy.id or 0,
                kind=TransactionKind.ISSUANCE,
                origin=Origin.PORTAL,
                term_effective=policy.effective,
                effective_at=datetime(2026, 6, 1, 4, tzinfo=UTC),
                known_at=NOW,
                issued_at=NOW,
                changes={"number": policy.number},
            )
        )
    return policy


@pytest.fixture
def runs(door: Door) -> list[str]:
    """Three runs of two feeds, the oldest first; their locators."""
    with door.database.write() as db:
        made = [
            SyncRun(
                feed="agency-system", kind=FeedKind.POLICIES, state=RunState.SUCCEEDED, started_at=NOW, files=1,
                ended_at=NOW + timedelta(seconds=3, milliseconds=250), data_as_of=NOW - timedelta(hours=1),
                rows_read=12, rows_added=4, rows_changed=3, rows_unchanged=4, rows_quarantined=1,
            ),
            SyncRun(
                feed="agency-system", kind=FeedKind.CLIENTS, state=RunState.FAILED, started_at=NOW, ended_at=NOW,
                message="The file could not be read.",
            ),
            SyncRun(feed="other", kind=FeedKind.POLICIES, started_at=NOW),
        ]  # fmt: skip
        for run in made:
            db.add(run)
            db.flush()
        return [run.locator for run in made]
