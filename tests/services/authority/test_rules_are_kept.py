"""Grants and moratoria: written down, changed by version, ended and kept; each change counted and in the trail."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.authority import AuthorityRevision
from portal_app.models.enums import BindAction, Grant, GranteeKind, ProducerState, Role
from portal_app.models.outbox import OutboxMessage
from portal_app.models.producers import ProducerCode
from portal_app.models.webhooks import Webhook
from portal_app.services.authority import grants, moratoria, revision
from portal_app.services.authority.terms import Standing
from portal_app.services.door import Door, Tx
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.producers import lifecycle
from tests.services.authority.conftest import GIVEN, STORM, Allow, Stop
from tests.world import NOW, Agency, Clock, actor

PRODUCER, CODE, ROLE = GranteeKind.PRODUCER, GranteeKind.CODE, GranteeKind.ROLE


def number_of_rules(database: Database) -> int:
    with database.read() as db:
        return db.scalars(select(AuthorityRevision.number)).one()


@pytest.mark.criterion("BIND-10")
def test_a_grant_reads_as_it_was_given_and_in_words(door: Door, agency: Agency, allow: Allow, carrier: str) -> None:
    whole = {
        "grantee_kind": CODE,
        "grantee": " HL-maya ",
        "actions": (BindAction.RENEW, BindAction.NEW),
        "carrier": carrier,
        "line": "personal_auto",
        "states": ("RI", "MA"),
        "max_insured_value": Decimal("350000.50"),
        "min_deductible": Decimal(500),
        "max_deductible": Decimal(2500),
        "allowed_classes": ("A1",),
        "excluded_classes": ("X9", "X8"),
        "backdating_days": 3,
        "binder_days": 30,
        "expires_on": date(2026, 12, 31),
    }
    written = allow(**whole)
    assert written.told == (
        "Code HL-maya · Granite Mutual · Personal auto · MA, RI: new business and renewals up to $10,000 premium and "
        "$350,000.50 insured value; deductible $500 to $2,500; only class A1; not class X9 or X8; backdated by at most "
        "3 days; binders of 30 days"
    )
    found = door.run(grants.one, agency.producer(), locator=written.locator)
    assert found == written
    assert found.terms == replace(
        GIVEN, **whole | {"grantee": "HL-maya", "actions": (BindAction.NEW, BindAction.RENEW), "states": ("MA", "RI")}
    )
    assert (found.version, found.standing, found.grantee_name) == (1, Standing.IN_FORCE, "HL-maya")
    assert (
        allow(states=()).told == "Any producer · Any carrier · Any line · Any state: new business up to $10,000 premium"
    )
    assert allow(grantee_kind=ROLE, grantee="csr").told.startswith("Customer Service Representative (CSR) · ")
    told = allow(grantee_kind=PRODUCER, grantee=agency.branch.locator, backdating_days=0, max_premium=None).told
    assert told == "North Branch and below · Any carrier · Any line · RI: new business; not backdated"


WRONG_GRANTS: list[tuple[dict[str, Any], str]] = [
    ({"actions": ()}, "actions"),
    ({"grantee": "x"}, "grantee"),
    ({"grantee_kind": ROLE, "grantee": "admin"}, "grantee"),
    ({"grantee_kind": ROLE, "grantee": "principal"}, "grantee"),
    ({"grantee_kind": PRODUCER, "grantee": "nobody"}, "grantee"),
    ({"grantee_kind": CODE, "grantee": "HL-9"}, "grantee"),
    ({"grantee_kind": CODE, "grantee": "HL-daniel"}, "grantee"),
    ({"carrier": "nobody"}, "carrier"),
    ({"line": "boats"}, "line"),
    ({"states": ("RI", "XX")}, "states"),
    ({"max_premium": Decimal(-1)}, "max_premium"),
    ({"max_losses": Decimal("0.001")}, "max_losses"),
    ({"max_limit": Decimal("NaN")}, "max_limit"),
    ({"min_deductible": Decimal(2), "max_deductible": Decimal(1)}, "max_deductible"),
    ({"allowed_classes": ("A",), "excluded_classes": ("A",)}, "excluded_classes"),
    ({"backdating_days": -1}, "backdating_days"),
    ({"binder_days": 0}, "binder_days"),
    ({"expires_on": date(2025, 12, 31)}, "expires_on"),
    ({"effective_on": date(1, 1, 1)}, "effective_on"),
]


@pytest.mark.criterion("BIND-10")
def test_a_grant_that_cannot_be_is_refused_at_its_field(agency: Agency, database: Database, allow: Allow) -> None:
    with database.write() as db:
        db.get_one(ProducerCode, agency.codes["daniel"].id).state = ProducerState.RETIRED
    for given, field in WRONG_GRANTS:
        with pytest.raises(Invalid) as refused:
            allow(**given)
        assert list(refused.value.problems) == [field], given
    assert number_of_rules(database) == 0


WRONG_MORATORIA: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"peril": "x" * 121}, "peril"),
    ({"reason": ""}, "reason"),
    ({"actions": ()}, "actions"),
    ({"states": ("Rhode Island",)}, "states"),
    ({"zip_prefixes": ("0290a",)}, "zip_prefixes"),
    ({"zip_prefixes": ("029031",)}, "zip_prefixes"),
    ({"lines": ("boats",)}, "lines"),
    ({"carriers": ("nobody",)}, "carriers"),
    ({"ends_at": STORM.begins_at}, "ends_at"),
    ({"begins_at": datetime(1, 1, 1, tzinfo=UTC)}, "begins_at"),
]


@pytest.mark.criterion("BIND-10")
def test_so_is_a_moratorium(stop: Stop) -> None:
    for given, field in WRONG_MORATORIA:
        with pytest.raises(Invalid) as refused:
            stop(**given)
        assert list(refused.value.problems) == [field], given


@pytest.mark.criterion("BIND-10")
def test_a_moratorium_reads_as_it_was_given_and_those_that_run_come_first(
    door: Door, agency: Agency, stop: Stop, carrier: str
) -> None:
    running = stop(states=("CT",), lines=("homeowners",), carriers=(carrier,))
    assert running.told == "Granite Mutual · Homeowners · CT, ZIP 029…: new business and endorsements"
    assert running.window == "From Nov 20, 2026 7:00 AM EST, until it is ended"
    assert running.terms == replace(STORM, states=("CT",), lines=("homeowners",), carriers=(carrier,))
    over = stop(name="Over", ends_at=STORM.begins_at + timedelta(hours=1))
    coming = stop(name="Coming", begins_at=STORM.begins_at + timedelta(days=1))
    ended = stop(name="Ended", zip_prefixes=())
    assert ended.told == "Any carrier · Any line · Everywhere: new business and endorsements"
    door.run(moratoria.end, agency.admin(), locator=ended.locator, version=1)
    newest = stop(name="Newest")
    found = door.run(moratoria.listed, agency.producer())
    assert [each.terms.name for each in found.rows] == ["Newest", "Storm Ida", "Coming", "Over", "Ended"]
    standing = [each.standing for each in found.rows]
    assert standing == [Standing.IN_FORCE, Standing.IN_FORCE, Standing.COMING, Standing.OVER, Standing.ENDED]
    for which, names in ((Standing.IN_FORCE, ["Newest", "Storm Ida"]), (Standing.OVER, ["Over"])):
        only = door.run(moratoria.listed, agency.csr(), standing=which)
        assert ([each.terms.name for each in only.rows], only.total) == (names, len(names))
    assert {over.locator, coming.locator, newest.locator} < {each.locator for each in found.rows}


@pytest.mark.criterion("BIND-10")
def test_a_rule_is_changed_by_version_ended_and_kept(
    door: Door, agency: Agency, database: Database, allow: Allow, stop: Stop, clock: Clock
) -> None:
    admin, grant, storm = agency.admin(), allow(), stop()
    for service, made, given, other in (
        (grants, grant, {"max_premium": Decimal(12_000)}, {"max_premium": Decimal(1)}),
        (moratoria, storm, {"ends_at": STORM.begins_at + timedelta(days=2)}, {"name": "Other"}),
    ):
        changed = door.run(service.change, admin, locator=made.locator, version=1, given=given)  # type: ignore[attr-defined]
        assert (changed.version, changed.terms) == (2, replace(made.terms, **given))
        for act, more in ((service.change, {"given": other}), (service.end, {})):  # type: ignore[attr-defined]
            with pytest.raises(Conflict):
                door.run(act, admin, locator=made.locator, version=1, **more)
        same = door.run(service.change, admin, locator=made.locator, version=2, given=given)  # type: ignore[attr-defined]
        assert same == changed
        ended = door.run(service.end, admin, locator=made.locator, version=2)  # type: ignore[attr-defined]
        assert (ended.standing, ended.ended_by, ended.version) == (Standing.ENDED, admin.email, 3)
        for act, more in ((service.change, {"given": other}), (service.end, {})):  # type: ignore[attr-defined]
            with pytest.raises(Conflict, match="is kept as it was"):
                door.run(act, admin, locator=made.locator, version=3, **more)
        assert door.run(service.one, admin, locator=made.locator) == ended  # type: ignore[attr-defined]
    assert number_of_rules(database) == 6
    with database.read() as db:
        trail = [(each.action, each.detail) for each in db.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert [action for action, _ in trail] == [
        *("authority_grant.added", "moratorium.added", "authority_grant.changed", "authority_grant.ended"),
        *("moratorium.changed", "moratorium.ended"),
    ]
    assert trail[2][1] == {
        "revision": 3,
        "before": {"max_premium": "10000.00"},
        "after": {"max_premium": "12000.00"},
    }


@pytest.mark.criterion("BIND-10")
def test_who_may_set_rules(door: Door, agency: Agency, allow: Allow, stop: Stop) -> None:
    made, storm = allow(agency.principal()), stop(agency.principal())
    for person in (agency.producer(), agency.csr(Grant.UNDERWRITING), agency.read_only()):
        for refused in (lambda: allow(person), lambda: stop(person)):  # noqa: B023
            with pytest.raises(Forbidden):
                refused()
        for act, locator in ((grants.end, made.locator), (moratoria.end, storm.locator)):
            with pytest.raises(Forbidden):
                door.run(act, person, locator=locator, version=1)


@pytest.mark.criterion("BIND-11")
def test_a_producer_sees_the_grants_that_reach_them(door: Door, agency: Agency, allow: Allow, stop: Stop) -> None:
    every = {
        "agency": allow(),
        "role": allow(grantee_kind=ROLE, grantee="producer"),
        "csr": allow(grantee_kind=ROLE, grantee="csr"),
        "house": allow(grantee_kind=PRODUCER, grantee=agency.house.locator),
        "maya": allow(grantee_kind=PRODUCER, grantee=agency.maya.locator),
        "daniel": allow(grantee_kind=PRODUCER, grantee=agency.daniel.locator),
        "code of maya": allow(grantee_kind=CODE, grantee="HL-maya"),
        "code of daniel": allow(grantee_kind=CODE, grantee="HL-daniel"),
    }
    names = {each.locator: name for name, each in every.items()}
    stop()

    def seen(person: Any) -> set[str]:
        found = door.run(grants.listed, person)
        assert found.total == len(found.rows)
        for locator, name in names.items():
            if name in (mine := {names[each.locator] for each in found.rows}):
                assert door.run(grants.one, person, locator=locator).locator == locator
            else:
                with pytest.raises(NotFound):
                    door.run(grants.one, person, locator=locator)
        assert door.run(moratoria.listed, person).total == 1
        return mine

    for everybody in (agency.admin(), agency.csr(), agency.read_only(), agency.principal()):
        assert seen(everybody) == set(every)
    assert seen(agency.producer()) == {"agency", "role", "house", "maya", "code of maya"}
    assert seen(agency.other_producer()) == {"agency", "role", "house", "daniel", "code of daniel"}
    assert seen(agency.branch_manager()) == {"agency", "role", "house"}
    assert seen(agency.branch_manager(Grant.DOWNLINE)) == set(every) - {"csr"}
    assert seen(actor(Role.PRODUCER)) == {"agency", "role"}


@pytest.mark.criterion("BIND-14")
@pytest.mark.both_databases
def test_two_changes_at_once_count_two(
    door: Door, agency: Agency, database: Database, allow: Allow, stop: Stop
) -> None:
    grant, storm = allow(), stop()
    begun, errors = threading.Barrier(2), list[Exception]()

    def change(service: Any, locator: str, given: dict[str, Any]) -> None:
        begun.wait()
        try:
            door.run(service.change, agency.admin(), locator=locator, version=1, given=given)
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    works = ((grants, grant.locator, {"max_premium": Decimal(1)}), (moratoria, storm.locator, {"name": "Other"}))
    threads = [threading.Thread(target=change, args=work) for work in works]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (errors, number_of_rules(database)) == ([], 4)


@pytest.mark.criterion("BIND-14")
@pytest.mark.both_databases
def test_the_rules_do_not_change_between_their_number_and_the_answer(
    door: Door, agency: Agency, database: Database, allow: Allow
) -> None:
    grant = allow()
    done = threading.Event()

    def end() -> None:
        door.run(grants.end, agency.admin(), locator=grant.locator, version=1)
        done.set()

    other = threading.Thread(target=end)
    with database.write() as db:
        tx = Tx(db, agency.producer(), door.clock(), door.settings, door.ports)
        number = revision.held(tx)
        other.start()
        assert not done.wait(0.5), "who changes the rules waits for who decides by them"
        assert number == 1
    other.join()
    assert number_of_rules(database) == 2


IMPOSSIBLE = (
    "UPDATE authority_grant SET role = 'csr'",
    "UPDATE authority_grant SET grantee = 'code'",
    "UPDATE authority_grant SET allows_new = FALSE",
    "UPDATE authority_grant SET max_losses = -1",
    "UPDATE authority_grant SET min_deductible = 200, max_deductible = 100",
    "UPDATE authority_grant SET binder_days = 0",
    "UPDATE authority_grant SET expires_on = '2025-01-01'",
    "UPDATE authority_grant SET ended_by = 'somebody'",
    "UPDATE moratorium SET stops_new = FALSE, stops_endorse = FALSE",
    "UPDATE moratorium SET ends_at = begins_at",
    "UPDATE moratorium SET reason = ''",
    "INSERT INTO authority_revision (id, number) VALUES (2, 1)",
)


@pytest.mark.criterion("BIND-14")
def test_the_database_holds_what_it_can(database: Database, allow: Allow, stop: Stop) -> None:
    allow()
    stop()
    for statement in IMPOSSIBLE:
        with pytest.raises(IntegrityError), database.write() as db:
            db.execute(text(statement))


@pytest.mark.criterion("BIND-15")
def test_programs_are_told(door: Door, agency: Agency, database: Database, allow: Allow) -> None:
    with database.write() as db:
        url, by = "https://example.test/in", {"created_by": "admin@agency.test", "created_at": NOW}
        db.add(Webhook(url=url, secret="s", patterns=["authority.*"], **by))
    grant = allow()
    door.run(grants.end, agency.admin(), locator=grant.locator, version=1)
    with database.read() as db:
        told = [each.payload["event"] for each in db.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]
    assert told == ["authority.grant.create", "authority.grant.end"]


@pytest.mark.criterion("BIND-26")
def test_a_grant_to_a_code_that_has_been_retired_since_is_shortened_and_ended(
    door: Door, agency: Agency, allow: Allow
) -> None:
    given = allow(grantee_kind=GranteeKind.CODE, grantee="HL-maya")
    door.run(lifecycle.retire_code, agency.admin(), locator=agency.codes["maya"].locator)
    shorter = {"expires_on": date(2026, 12, 31)}
    changed = door.run(grants.change, agency.admin(), locator=given.locator, version=1, given=shorter)
    assert (changed.version, changed.terms.expires_on) == (2, date(2026, 12, 31))
    assert changed.grantee_name == "HL-maya"
    elsewhere = {"grantee": "HL-daniel"}
    moved = door.run(grants.change, agency.admin(), locator=given.locator, version=2, given=elsewhere)
    assert moved.grantee_name == "HL-daniel"
    with pytest.raises(Invalid, match="cannot be used again"):
        door.run(grants.change, agency.admin(), locator=given.locator, version=3, given={"grantee": "HL-maya"})
    assert door.run(grants.end, agency.admin(), locator=given.locator, version=3).ended_by
