"""What each role takes along: the list as it shows it, and nothing that it does not."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Grant, Role
from portal_app.models.identity import ApiToken, UserGrant
from portal_app.models.policies import Policy
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden, TooMany
from portal_app.services.exports import accounts, kinds, policies, stream, users
from portal_app.services.exports.kinds import Kind
from portal_app.services.identity.roster import Standing
from portal_app.services.policies.views import Query
from portal_app.services.submissions.find import Filter
from portal_app.services.trail.details import MASK
from portal_app.services.trail.events import Asked
from tests.services.exports.taking import opened, rows_of, take
from tests.services.trail.test_events import did
from tests.world import NOW, Agency, Clock, add_user

pytestmark = pytest.mark.both_databases

EVERYTHING: dict[Kind, Any] = {
    Kind.POLICIES: Query(),
    Kind.ACCOUNTS: "",
    Kind.SUBMISSIONS: Filter(),
    Kind.USERS: users.Asked(),
    Kind.ACCESS_REVIEW: None,
    Kind.AUDIT: Asked(),
}
MAY = {
    Role.PRINCIPAL: set(Kind),
    Role.PRODUCER: set(),
    Role.CSR: {Kind.POLICIES, Kind.ACCOUNTS, Kind.SUBMISSIONS},
    Role.ADMIN: {Kind.USERS, Kind.ACCESS_REVIEW, Kind.AUDIT},
    Role.READ_ONLY: {Kind.POLICIES, Kind.ACCOUNTS, Kind.SUBMISSIONS, Kind.ACCESS_REVIEW, Kind.AUDIT},
}


def everybody(agency: Agency) -> list[Actor]:
    people = [agency.principal(), agency.producer(Grant.DOWNLINE), agency.csr(Grant.COMMISSIONS), agency.admin()]
    return [*people, agency.read_only()]


@pytest.mark.criterion("EXPORT-04")
@pytest.mark.parametrize("kind", Kind)
def test_each_role_takes_along_what_it_may(door: Door, agency: Agency, database: Database, kind: Kind) -> None:
    for person in everybody(agency):
        assert person.role is not None
        if kind in MAY[person.role]:
            assert take(door, person, kind, EVERYTHING[kind])
            continue
        with pytest.raises(Forbidden):
            take(door, person, kind, EVERYTHING[kind])
    with database.read() as db:
        made = db.scalars(select(AuditEvent.actor).where(AuditEvent.action == "export.made")).all()
    assert len(made) == sum(kind in may for may in MAY.values()), "what was refused left no export in the trail"


@pytest.mark.criterion("EXPORT-04")
def test_the_trail_of_an_export_asks_for_the_right_itself(door: Door, agency: Agency) -> None:
    with pytest.raises(Forbidden):
        door.run(stream.note, agency.csr(), kind=Kind.USERS, asked=users.Asked(), rows=1)


@pytest.mark.criterion("EXPORT-05")
def test_policies_in_full_and_in_the_columns_of_the_list(door: Door, agency: Agency, database: Database) -> None:
    with database.write() as db:
        policy = db.get(Policy, agency.policies["maya"].id)
        assert policy is not None
        policy.vins, policy.streets = "1HGCM82633A004352\nJH4TB2H26CC000000", "12 Elm St\n9 Oak Rd"
        policy.premium = -policy.premium
    (row,) = rows_of(door, agency.principal(), Kind.POLICIES, Query(text="HO-101"))
    assert row == {
        "Insured name": "Maya's Client",
        "Policy #": "HO-101",
        "LOB": "Homeowners",
        "Carrier": "Granite Mutual",
        "Effective date": "2026-06-01",
        "Expiration date": "2027-06-01",
        "Premium": "-1234.50",
        "Status": "Active",
        "Producer code": "HL-maya",
        "Producer": "Maya Alvarez",
        "Producer code of record": "HL-maya",
        "VINs": "1HGCM82633A004352, JH4TB2H26CC000000",
        "Property addresses": "12 Elm St; 9 Oak Rd",
        "As of (UTC)": "2026-11-20 15:00:00",
        "Locator": agency.policies["maya"].locator,
    }
    (limited,) = rows_of(door, agency.csr(), Kind.POLICIES, Query(text="HO-101"))
    assert tuple(limited) == policies.OF_THE_LIST
    assert limited == {name: row[name] for name in policies.OF_THE_LIST}


@pytest.mark.criterion("EXPORT-05")
def test_accounts_hold_personal_values_masked_and_for_a_csr_not_at_all(
    door: Door, agency: Agency, database: Database
) -> None:
    with database.write() as db:
        account = db.scalars(select(Account).where(Account.name == "Maya's Client")).one()
        account.tax_id, account.birth_date, account.driver_license = "123-45-6789", "1970-01-31", "D1234567"
        account.email, account.street = "client@example.test", "1 Main St"
    for person in (agency.principal(), agency.read_only()):
        (row,) = rows_of(door, person, Kind.ACCOUNTS, "maya")
        assert (row["Email"], row["Tax ID"], row["Year of birth"]) == ("client@example.test", "•••-••-6789", "1970")
        assert row["Policies"] == "1"
    file = take(door, agency.csr(), Kind.ACCOUNTS, "maya")
    assert tuple(opened(file)[0]) == accounts.OF_THE_LIST
    for hidden in (b"6789", b"1970", b"client@", b"Main St"):
        assert hidden not in file
    assert b"123-45" not in take(door, agency.principal(), Kind.ACCOUNTS, "")
    assert b"D1234567" not in take(door, agency.principal(), Kind.ACCOUNTS, "")


@pytest.mark.criterion("EXPORT-06")
def test_a_limited_role_takes_so_many_rows_and_is_told_of_the_others(
    door: Door, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kinds.MOST_OF_A_LIMITED_ROLE == 1000
    monkeypatch.setattr(stream, "MOST_OF_A_LIMITED_ROLE", 3)
    monkeypatch.setattr(stream, "PART", 2)

    def taken(person: Actor, **asked: str) -> tuple[str, int]:
        begun = asyncio.run(stream.begin(door, person, kind=Kind.POLICIES, asked=Query(**asked)))
        return begun.file_name, len(rows_of(door, person, Kind.POLICIES, Query(**asked)))

    assert taken(agency.csr()) == ("policies-2026-11-20-first-3-of-4.csv", 3)
    assert taken(agency.read_only()) == ("policies-2026-11-20.csv", 4)
    assert taken(agency.csr(), text="HO-101") == ("policies-2026-11-20.csv", 1)
    assert taken(agency.csr(), text="zzzz") == ("policies-2026-11-20.csv", 0)


@pytest.mark.criterion("EXPORT-07")
def test_people_are_exported_as_filtered(door: Door, agency: Agency, database: Database) -> None:
    with database.write() as db:
        add_user(db, Role.CSR)
        add_user(db, Role.PRODUCER, "maya@agency.test", agency.maya, disabled_at=NOW)
    asked = users.Asked(text="MAYA", role=Role.PRODUCER, standing=Standing.DISABLED)
    (row,) = rows_of(door, agency.admin(), Kind.USERS, asked)
    assert (row["Email"], row["Producer"], row["Standing"]) == ("maya@agency.test", "Maya Alvarez", "Disabled")
    assert len(rows_of(door, agency.admin(), Kind.USERS, users.Asked())) == 2


@pytest.mark.criterion("EXPORT-08")
def test_the_access_review_says_of_everybody_what_they_may(door: Door, agency: Agency, database: Database) -> None:
    with database.write() as db:
        maya = add_user(db, Role.PRODUCER, "maya@agency.test", agency.maya, totp_secret="A" * 32, totp_enrolled_at=NOW)
        db.add(UserGrant(user_id=maya.id or 0, granted=Grant.DOWNLINE, granted_by="x", granted_at=NOW))
        for name, revoked, days in (("Nightly", None, 9), ("Old", NOW, 9), ("Over", None, -1)):
            db.add(
                ApiToken(
                    token_hash=name.encode(), user_id=maya.id or 0, name=name, created_at=NOW, revoked_at=revoked,
                    expires_at=NOW + timedelta(days=days), may_write=True,
                )
            )  # fmt: skip
        add_user(db, Role.ADMIN, disabled_at=NOW)
    for person in (agency.admin(), agency.read_only()):
        first, second = rows_of(door, person, Kind.ACCESS_REVIEW, None)
        assert (first["Grants"], first["Producer codes"], first["Second factor"]) == (
            "Downline", "HL-maya", "Authenticator app",
        )  # fmt: skip
        assert first["API tokens"] == "Nightly (reads and writes, until 2026-11-29, never used)"
        assert f"{Permission.BIND_POLICIES}: Within authority" in first["Permissions"].split("; ")
        assert (second["Standing"], second["API tokens"], second["Second factor"]) == ("Disabled", "", "Not set up")
        assert f"{Permission.MANAGE_USERS}: ✓" in second["Permissions"].split("; ")


@pytest.mark.criterion("EXPORT-09")
def test_the_trail_is_exported_as_filtered_and_masked(door: Door, agency: Agency) -> None:
    did(door, "user.enabled")
    did(door, "policy.changed", detail={"before": {"premium": "1"}, "after": {"premium": "2"}})
    did(door, "user.changed", detail={"before": {"role": "csr"}, "after": {"role": "admin"}, "by": "hand"})
    told = rows_of(door, agency.admin(), Kind.AUDIT, Asked())
    assert [row["Action"] for row in told] == ["user.changed", "policy.changed", "user.enabled"]
    assert [row["Before and after"] for row in told] == [
        f"Role: {Role.CSR.label} → {Role.ADMIN.label}; By: hand",
        f"Premium: {MASK} → {MASK}",
        "",
    ]
    (seen,) = rows_of(door, agency.read_only(), Kind.AUDIT, Asked(action="policy.changed"))
    assert seen["Before and after"] == "Premium: 1 → 2"


@pytest.mark.criterion("EXPORT-10")
def test_it_is_in_the_trail_before_the_first_byte(door: Door, agency: Agency, database: Database) -> None:
    asked = Query(text="client", line="homeowners", count=7)
    asyncio.run(stream.begin(door, agency.csr(), kind=Kind.POLICIES, asked=asked))
    with database.read() as db:
        event = db.scalars(select(AuditEvent).where(AuditEvent.action == "export.made")).one()
        assert (event.actor, event.subject_kind, event.subject) == ("csr@agency.test", "export", "policies")
        assert event.detail == {"rows_at_most": 4, "filters": {"text": "client", "line": "homeowners"}}


@pytest.mark.criterion("EXPORT-10")
def test_a_persons_number_that_was_looked_for_is_not_in_the_trail(
    door: Door, agency: Agency, database: Database
) -> None:
    asyncio.run(stream.begin(door, agency.csr(), kind=Kind.ACCOUNTS, asked="Ada 923-02-4054"))
    with database.read() as db:
        event = db.scalars(select(AuditEvent).where(AuditEvent.action == "export.made")).one()
        assert event.detail["filters"] == {"text": "Ada •••"}


@pytest.mark.criterion("EXPORT-11")
def test_exports_are_limited_by_person_and_time(door: Door, agency: Agency, clock: Clock, database: Database) -> None:
    person = replace(agency.read_only(), user_id=7)
    for _ in range(stream.MOST_IN_A_WINDOW):
        take(door, person, Kind.ACCOUNTS, "")
    with pytest.raises(TooMany, match="10 exports in a quarter of an hour"):
        take(door, person, Kind.POLICIES, Query())
    take(door, replace(person, user_id=8), Kind.ACCOUNTS, "")
    clock.forward(minutes=15)
    take(door, person, Kind.ACCOUNTS, "")
    with database.read() as db:
        made = db.scalars(select(AuditEvent.id).where(AuditEvent.action == "export.made")).all()
    assert len(made) == stream.MOST_IN_A_WINDOW + 2


@pytest.mark.criterion("EXPORT-12")
def test_who_may_only_read_by_a_token_may_still_export(door: Door, agency: Agency) -> None:
    assert rows_of(door, replace(agency.principal(), may_write=False), Kind.ACCOUNTS, "")


@pytest.mark.criterion("EXPORT-13")
def test_a_row_that_comes_meanwhile_is_not_in_it_and_no_row_twice(
    door: Door, agency: Agency, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PART", 1)

    async def with_a_newcomer() -> bytes:
        export = await stream.begin(door, agency.principal(), kind=Kind.ACCOUNTS, asked="")
        chunks = []
        async for chunk in export.chunks():
            chunks.append(chunk)
            if len(chunks) == 2:
                with database.write() as db:
                    db.add(Account(feed="t", source_id="new", kind="person", name="Newcomer", as_of=NOW))
                    gone = db.scalars(select(Account).order_by(Account.id)).first()
                    assert gone is not None
                    gone.name = "Renamed"
        return b"".join(chunks)

    rows = opened(asyncio.run(with_a_newcomer()))
    assert (len({row["Locator"] for row in rows}), len(rows)) == (4, 4)
    assert "Newcomer" not in {row["Name"] for row in rows}
