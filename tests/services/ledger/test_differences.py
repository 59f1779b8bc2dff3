"""What differs between two terms, and between two moments."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from portal_app.models.enums import FeedKind
from portal_app.services.door import Door
from portal_app.services.errors import Invalid, NotFound
from portal_app.services.ledger import differences
from portal_app.services.ledger.differences import CoverageDifference, LocationDifference, Mark, VehicleDifference
from portal_app.services.policies.views import CoverageLine, VehicleLine
from portal_app.services.ports import AddressRecord, CoverageRecord, VehicleRecord
from portal_app.services.sync.projection import BLANK, Term
from tests.services.ledger.conftest import CHANGE, PRINCIPAL, RENEWAL, Desk, asked, at
from tests.services.sync.feed import MemoryFeed, policy
from tests.services.sync.test_policies import Sync
from tests.world import Clock

SAME, CHANGED, ADDED, REMOVED = Mark.SAME, Mark.CHANGED, Mark.ADDED, Mark.REMOVED
NEXT = date(2027, 6, 1)


def term(**fields: Any) -> Term:
    given = {"effective": "2026-06-01", "expiration": "2027-06-01", "number": "PA-1"} | fields
    return Term(date.fromisoformat(given["effective"]), {**BLANK, **given}, given.get("producer_code", ""))


def cover(name: str, limit: str = "", deductible: str = "", premium: str | None = None) -> dict[str, Any]:
    return {"name": name, "limit": limit, "deductible": deductible, "premium": premium}


def car(vin: str, model: str) -> dict[str, Any]:
    return {"vin": vin, "year": 2019, "make": "Honda", "model": model}


def place(street: str) -> dict[str, str]:
    return {"street": street, "city": "Providence", "state": "RI", "postal_code": "02903"}


@pytest.mark.criterion("LEDPAGE-20")
def test_every_field_says_how_it_stands() -> None:
    found = differences.compared(
        term(premium="1200.00", carrier="Granite Mutual", description="Second car", producer_code="HL-1"),
        term(premium="1250.00", carrier="Granite Mutual", insured_name="Ada Grove", status="pending"),
    )
    marks = {each.name: (each.mark, each.before, each.after) for each in found.fields}
    assert marks["number"] == (SAME, "PA-1", "PA-1")
    assert marks["premium"] == (CHANGED, "1200.00", "1250.00")
    assert marks["status"] == (CHANGED, "active", "pending")
    assert marks["insured_name"] == (ADDED, "", "Ada Grove")
    assert marks["description"] == (REMOVED, "Second car", "")
    assert marks["producer_code"] == marks["producer_code_of_record"] == (REMOVED, "HL-1", "")
    assert (found.premium_change, found.premium_percent) == (Decimal("50.00"), Decimal("4.2"))
    assert found.differs


@pytest.mark.criterion("LEDPAGE-20")
@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [("0.00", "10.00", None), ("200.00", "150.00", Decimal("-25.0")), ("300.00", "300.00", Decimal("0.0"))],
)
def test_the_premiums_change_in_percent(before: str, after: str, percent: Decimal | None) -> None:
    assert differences.compared(term(premium=before), term(premium=after)).premium_percent == percent


@pytest.mark.criterion("LEDPAGE-21")
def test_coverages_vehicles_and_locations_are_added_removed_and_changed() -> None:
    before = term(
        coverages=[cover("Liability", "100/300", premium="400.00"), cover("Collision", "", "500"), cover("Towing")],
        vehicles=[car("A" * 17, "Accord"), car("B" * 17, "Civic"), car("", "Fit"), car("", "Fit")],
        locations=[place("12 Elm St"), place("12 Elm St"), place("1 Oak St")],
    )
    after = term(
        coverages=[cover("Rental", "30/900"), cover("Liability", "250/500", premium="410.00"), cover("Towing")],
        vehicles=[car("B" * 17, "Civic EX"), car("C" * 17, "Pilot"), car("", "Fit")],
        locations=[place("12 Elm St"), place("9 Pine St")],
    )
    found = differences.compared(before, after)
    assert found.coverages == (
        CoverageDifference("Rental", ADDED, None, CoverageLine("Rental", "30/900", "", None)),
        CoverageDifference(
            "Liability",
            CHANGED,
            CoverageLine("Liability", "100/300", "", Decimal("400.00")),
            CoverageLine("Liability", "250/500", "", Decimal("410.00")),
        ),
        CoverageDifference("Towing", SAME, CoverageLine("Towing", "", "", None), CoverageLine("Towing", "", "", None)),
        CoverageDifference("Collision", REMOVED, CoverageLine("Collision", "", "500", None), None),
    )
    assert [(each.mark, (each.after or each.before).description) for each in found.vehicles if each] == [  # type: ignore[union-attr]
        (CHANGED, "2019 Honda Civic EX"),
        (ADDED, "2019 Honda Pilot"),
        (SAME, "2019 Honda Fit"),
        (REMOVED, "2019 Honda Accord"),
        (REMOVED, "2019 Honda Fit"),
    ]
    where = ", Providence RI 02903"
    assert found.locations == (
        LocationDifference(SAME, f"12 Elm St{where}"),
        LocationDifference(ADDED, f"9 Pine St{where}"),
        LocationDifference(REMOVED, f"12 Elm St{where}"),
        LocationDifference(REMOVED, f"1 Oak St{where}"),
    )
    assert not differences.compared(after, after).differs
    backwards = {SAME: SAME, CHANGED: CHANGED, ADDED: REMOVED, REMOVED: ADDED}
    other = differences.compared(after, before)
    for name in ("coverages", "vehicles", "locations", "fields"):
        there, back = ([each.mark for each in getattr(one, name)] for one in (found, other))
        assert sorted(there) == sorted(backwards[mark] for mark in back), "the way back tells the same"


@pytest.mark.criterion("LEDPAGE-22")
def test_two_terms_of_a_policy(desk: Desk, door: Door, feed: MemoryFeed, sync: Sync, clock: Clock) -> None:
    with pytest.raises(NotFound, match="no earlier term of this policy"):
        door.run(differences.of_terms, PRINCIPAL, locator=desk.locator)
    desk.issued(CHANGE, at(2026, 12, 1), asked(setProducerCode="HL-2"))
    desk.issued(RENEWAL)
    clock.forward(minutes=1)
    elsewhere = AddressRecord("9 Pine St", "Providence", "RI", "02906")
    renewed = policy(
        number="PA-P1/2",
        effective=NEXT,
        expiration=date(2028, 6, 1),
        premium=Decimal(1260),
        producer_code="HL-2",
        coverages=(CoverageRecord("Liability", "250/500", "", Decimal(450)),),
        vehicles=(VehicleRecord("1HGCM82633A004352", 2019, "Honda", "Accord"),),
        locations=(elsewhere,),
    )
    feed.replace(FeedKind.POLICIES, policy(), renewed, at=clock.now)
    sync()

    found = door.run(differences.of_terms, PRINCIPAL, locator=desk.locator)
    assert (found.before, found.after) == (date(2026, 6, 1), NEXT)
    told = {each.name: (each.before, each.after) for each in found.compared.fields if each.mark is not SAME}
    assert told == {
        "number": ("PA-P1", "PA-P1/2"),
        "effective": ("2026-06-01", "2027-06-01"),
        "expiration": ("2027-06-01", "2028-06-01"),
        "premium": ("1200.00", "1260.00"),
        "producer_code_of_record": ("HL-1", "HL-2"),
    }
    assert found.compared.premium_percent == Decimal("5.0")
    assert [(each.name, each.mark) for each in found.compared.coverages] == [
        ("Liability", CHANGED),
        ("Collision", REMOVED),
    ]
    accord = VehicleLine("1HGCM82633A004352", "2019 Honda Accord")
    assert found.compared.vehicles == (VehicleDifference(SAME, accord, accord),)
    assert [each.mark for each in found.compared.locations] == [ADDED, REMOVED]
    turned = door.run(differences.of_terms, PRINCIPAL, locator=desk.locator, before=NEXT, after=date(2026, 6, 1))
    assert turned.compared.premium_change == Decimal("-60.00")
    with pytest.raises(NotFound, match="No term of this policy begins on 2026-06-02"):
        door.run(differences.of_terms, PRINCIPAL, locator=desk.locator, before=date(2026, 6, 2))
    with pytest.raises(Invalid, match="the same term"):
        door.run(differences.of_terms, PRINCIPAL, locator=desk.locator, before=NEXT, after=NEXT)


@pytest.mark.criterion("LEDPAGE-23")
def test_two_moments_and_the_two_clocks(desk: Desk, door: Door, clock: Clock) -> None:
    first = clock.now
    desk.issued(CHANGE, at(2026, 8, 1), asked(setProducerCode="HL-2"))

    def changed(found: differences.Compared) -> dict[str, tuple[str, str]]:
        return {each.name: (each.before, each.after) for each in found.fields if each.mark is not SAME}

    moments = {"before": at(2026, 7, 1), "after": at(2026, 9, 1)}
    found = door.run(differences.of_moments, PRINCIPAL, locator=desk.locator, **moments)
    assert changed(found) == {"producer_code": ("HL-1", "HL-2")}
    issued = {"before": first, "after": clock.now, "by_issued_time": True}
    assert changed(door.run(differences.of_moments, PRINCIPAL, locator=desk.locator, **issued)) == changed(found)

    # What the record said before the change was issued, and what was in force then as it turned out.
    assert changed(door.run(differences.of_clocks, PRINCIPAL, locator=desk.locator, at=first)) == changed(found)
    assert not door.run(differences.of_clocks, PRINCIPAL, locator=desk.locator, at=clock.now).differs
    with pytest.raises(NotFound):
        door.run(differences.of_clocks, PRINCIPAL, locator=desk.locator, at=datetime(2026, 6, 10, tzinfo=UTC))
