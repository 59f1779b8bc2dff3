"""Accounts: the list and the page."""

from datetime import date
from decimal import Decimal

import pytest

from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.enums import PolicyStatus
from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.services.accounts import account, find_accounts, masked
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden, NotFound
from tests.world import Agency, add_policy

pytestmark = pytest.mark.both_databases


@pytest.fixture
def shared(database: Database, agency: Agency, door: Door) -> Agency:
    """Maya's client has a second policy of Daniel's, and one that is over."""
    with database.write() as db:
        line, carrier = db.query(LineOfBusiness).first(), db.query(Carrier).first()
        assert line
        assert carrier
        client = agency.policies["maya"].account_id
        for number, code, begins, status in (
            ("HO-201", "daniel", date(2026, 6, 1), PolicyStatus.ACTIVE),
            ("HO-202", "maya", date(2024, 6, 1), PolicyStatus.ACTIVE),
            ("HO-203", "maya", date(2026, 6, 1), PolicyStatus.CANCELLED),
        ):
            added = add_policy(
                db, number=number, insured="Maya's Client", line=line, carrier=carrier, code=agency.codes[code],
                effective=begins, status=status,
            )  # fmt: skip
            added.account_id = client
        found = db.get_one(Account, client)
        found.tax_id, found.birth_date, found.driver_license = "123-45-6789", "1980-02-03", "D1234567"
    return agency


def locator(database: Database, policy: Policy) -> str:
    with database.read() as db:
        return db.get_one(Account, policy.account_id).locator


@pytest.mark.criterion("ACCOUNT-01")
def test_an_account_has_its_policies_and_masked_numbers(shared: Agency, door: Door, database: Database) -> None:
    found = door.run(account, shared.csr(), locator=locator(database, shared.policies["maya"]))
    assert [row.number for row in found.policies] == ["HO-203", "HO-201", "HO-101", "HO-202"]
    assert (found.total_policies, found.premium_in_force) == (4, Decimal("2469.00"))
    assert (found.tax_id_masked, found.birth_year, found.kind) == ("•••-••-6789", "1980", "Person")
    shown = repr(found)
    assert not any(secret in shown for secret in ("123-45", "1980-02", "D1234567"))


@pytest.mark.criterion("ACCOUNT-01")
def test_a_tax_id_that_is_too_short_to_mask_is_not_shown() -> None:
    assert [masked(given) for given in ("", "1234", "12-3456789", "123456789")] == [
        "",
        "•••",
        "•••-••-6789",
        "•••-••-6789",
    ]


@pytest.mark.criterion("ACCOUNT-02")
def test_a_producer_sees_their_own_part_of_an_account(shared: Agency, door: Door, database: Database) -> None:
    of_maya = locator(database, shared.policies["maya"])
    mine, theirs = (door.run(account, who, locator=of_maya) for who in (shared.producer(), shared.other_producer()))
    assert ([row.number for row in theirs.policies], theirs.premium_in_force) == (["HO-201"], Decimal("1234.50"))
    assert mine.total_policies == 3
    for who, whose in ((shared.producer(), "daniel"), (shared.other_producer(), "nobody"), (shared.csr(), None)):
        with pytest.raises(NotFound):
            door.run(account, who, locator=locator(database, shared.policies[whose]) if whose else "none")
    with pytest.raises(Forbidden):
        door.run(account, shared.admin(), locator=of_maya)


@pytest.mark.criterion("ACCOUNT-03")
def test_accounts_are_found_by_a_part_of_the_name(shared: Agency, door: Door) -> None:
    def names(**asked: object) -> list[tuple[str, int]]:
        return [(row.name, row.policies) for row in door.run(find_accounts, shared.csr(), **asked).rows]  # type: ignore[arg-type]

    assert ("Maya's Client", 4) in names(text="YA'S CLI")
    assert {name for name, _ in names(text="YA'S CLI")} == {"Maya's Client"}
    assert len(names(text="client")) == 7, "each test policy brings an account"
    assert [name for name, _ in names()] == sorted(name for name, _ in names())
    assert names(text="%") == names(text="_aya") == names(text="\\") == []
    assert names(offset=6, count=5) == names()[6:]
    mine = door.run(find_accounts, shared.producer(), text="client", count=1)
    assert (mine.total, [(row.name, row.policies) for row in mine.rows]) == (1, [("Maya's Client", 3)])
    assert door.run(find_accounts, shared.csr(), text="\0 client \ud800").total == 7


@pytest.mark.criterion("POLICY-21")
def test_the_total_counts_every_account_that_one_may_see(door: Door, agency: Agency) -> None:
    for person, expected in (
        (agency.principal(), 4),
        (agency.csr(), 4),
        (agency.read_only(), 4),
        (agency.producer(), 1),
        (agency.other_producer(), 1),
    ):
        found = door.run(find_accounts, person, count=1)
        assert (found.total, len(found.rows)) == (expected, 1)
