"""Errors-and-omissions cover: kept to the cent, and held against what a producer has to have."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.licensing import cover, runway
from portal_app.services.licensing.cover import CoverTerms, Required
from tests.world import Agency

TERMS = CoverTerms(
    carrier="Lakeside Specialty",
    policy_number="EO-1",
    each_claim=Decimal(1_000_000),
    aggregate=Decimal(2_000_000),
    retention=Decimal("2500.50"),
    effective_on=date(2026, 1, 1),
    expires_on=date(2026, 12, 31),
    retroactive_on=date(2020, 1, 1),
)


@pytest.fixture
def written(door: Door, agency: Agency) -> str:
    return door.run(cover.add, agency.admin(), producer=agency.maya.locator, terms=TERMS)


@pytest.mark.criterion("EO-01")
def test_a_cover_is_read_as_it_was_given_and_kept_in_cents(
    door: Door, agency: Agency, database: Database, written: str
) -> None:
    found = door.run(cover.one, agency.producer(), locator=written)
    assert (found.terms, found.version, found.producer.name) == (TERMS, 1, "Maya Alvarez")
    with database.read() as db:
        assert db.execute(text("SELECT retention FROM producer_cover")).scalar_one() == 250050
    with pytest.raises(NotFound):
        door.run(cover.one, agency.other_producer(), locator=written)
    assert door.run(cover.listed, agency.csr(), producer=agency.maya.locator).total == 1


@pytest.mark.criterion("EO-01")
def test_it_is_changed_by_version_and_taken_away(door: Door, agency: Agency, database: Database, written: str) -> None:
    admin = agency.admin()
    door.run(cover.change, admin, locator=written, version=1, given={"aggregate": Decimal(3_000_000)})
    with pytest.raises(Conflict):
        door.run(cover.change, admin, locator=written, version=1, given={"carrier": "Other"})
    assert door.run(cover.one, admin, locator=written).terms == replace(TERMS, aggregate=Decimal(3_000_000))
    with pytest.raises(Conflict):
        door.run(cover.remove, admin, locator=written, version=1)
    door.run(cover.remove, admin, locator=written, version=2)
    with pytest.raises(NotFound):
        door.run(cover.one, admin, locator=written)
    with database.read() as db:
        trail = [(each.action, each.detail) for each in db.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert [action for action, _ in trail] == ["cover.added", "cover.changed", "cover.removed"]
    assert trail[1][1] == {"before": {"aggregate": "2000000.00"}, "after": {"aggregate": "3000000.00"}}


@pytest.mark.criterion("EO-02")
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"carrier": " "}, "carrier"),
        ({"policy_number": "x" * 65}, "policy_number"),
        ({"each_claim": Decimal(0)}, "each_claim"),
        ({"each_claim": Decimal("0.001")}, "each_claim"),
        ({"aggregate": Decimal(999_999)}, "aggregate"),
        ({"retention": Decimal(-1)}, "retention"),
        ({"retention": Decimal("Infinity")}, "retention"),
        ({"expires_on": date(2025, 12, 31)}, "expires_on"),
        ({"retroactive_on": date(2026, 1, 2)}, "retroactive_on"),
        ({"effective_on": date(1, 1, 1)}, "effective_on"),
    ],
)
def test_what_contradicts_itself_is_refused(given: dict[str, Any], field: str, door: Door, agency: Agency) -> None:
    with pytest.raises(Invalid) as refused:
        door.run(cover.add, agency.admin(), producer=agency.maya.locator, terms=replace(TERMS, **given))
    assert list(refused.value.problems) == [field]
    assert door.run(cover.listed, agency.admin()).total == 0


@pytest.mark.criterion("EO-03")
def test_what_is_required_is_said_of_each_producer(door: Door, agency: Agency, database: Database) -> None:
    about = {"producer": agency.maya.locator}
    limits = {"each_claim": Decimal(500_000), "aggregate": Decimal(1_000_000), "stops_bind": True}
    assert door.run(cover.required, agency.producer(), **about) == Required()
    saved = door.run(cover.require, agency.admin(), **about, version=0, **limits)
    assert saved == Required(Decimal(500_000), Decimal(1_000_000), True, 1, asked=True)
    assert door.run(cover.require, agency.admin(), **about, version=1, **limits) == saved
    with pytest.raises(Conflict):
        door.run(cover.require, agency.admin(), **about, version=0, **(limits | {"stops_bind": False}))
    with pytest.raises(Invalid):
        door.run(cover.require, agency.admin(), **about, version=1, **(limits | {"aggregate": Decimal(1)}))
    relaxed = door.run(cover.require, agency.admin(), **about, version=1, **(limits | {"stops_bind": False}))
    assert (relaxed.version, relaxed.stops_bind) == (2, False)
    assert door.run(cover.required, agency.producer(), **about) == relaxed
    with pytest.raises(NotFound):
        door.run(cover.required, agency.other_producer(), **about)
    with database.read() as db:
        asked = select(AuditEvent.detail).where(AuditEvent.action == "cover.required").order_by(AuditEvent.id)
        assert [each["after"].get("stops_bind") for each in db.scalars(asked)] == [True, False]


@pytest.mark.criterion("EO-05")
def test_what_is_required_is_taken_back_and_asked_for_anew(door: Door, agency: Agency, database: Database) -> None:
    admin, about = agency.admin(), {"producer": agency.maya.locator}
    limits = {"each_claim": Decimal(500_000), "aggregate": Decimal(1_000_000), "stops_bind": True}
    assert door.run(cover.release, admin, **about, version=0) == Required(), (
        "where nothing is asked for, nothing is done"
    )
    door.run(cover.require, admin, **about, version=0, **limits)
    assert runs_out(door, agency) == 1
    with pytest.raises(Forbidden):
        door.run(cover.release, agency.producer(), **about, version=1)
    with pytest.raises(Conflict):
        door.run(cover.release, admin, **about, version=0)
    assert door.run(cover.release, admin, **about, version=1) == Required(version=2)
    assert door.run(cover.required, agency.producer(), **about) == Required(version=2)
    assert door.run(cover.ask, agency.producer(), **about).found == "No errors-and-omissions cover is asked for."
    assert runs_out(door, agency) == 0
    assert door.run(cover.require, admin, **about, version=2, **limits).version == 3
    with pytest.raises(Conflict):
        door.run(cover.require, admin, **about, version=1, **(limits | {"stops_bind": False}))
    with database.read() as db:
        asked = select(AuditEvent).where(AuditEvent.subject_kind == "producer").order_by(AuditEvent.id)
        trail = [(each.action, each.detail["before"].get("stops_bind")) for each in db.scalars(asked)]
    assert trail == [("cover.required", False), ("cover.released", True), ("cover.required", False)]


def runs_out(door: Door, agency: Agency) -> int:
    return door.run(runway.listed, agency.admin()).total


@pytest.mark.criterion("EO-04")
def test_whether_a_producer_is_covered_on_a_day(door: Door, agency: Agency, written: str) -> None:
    about = {"producer": agency.maya.locator}

    def ask(on: date | None = None) -> cover.Standing:
        return door.run(cover.ask, agency.producer(), **about, on=on)

    before, after = date(2025, 12, 31), date(2027, 1, 1)
    assert (ask(before).passes, ask(before).found) == (True, "No errors-and-omissions cover is asked for.")
    limits = {"each_claim": Decimal(1_000_000), "aggregate": Decimal(2_000_000), "stops_bind": True}
    door.run(cover.require, agency.admin(), **about, version=0, **limits)
    days = (before, TERMS.effective_on, None, TERMS.expires_on, after)
    assert [ask(day).passes for day in days] == [False, True, True, True, False]
    gone = ask(after)
    assert (gone.stops_bind, gone.found) == (True, "Errors-and-omissions cover is not there on Jan 1, 2027.")
    told = "A cover of at least $1,000,000.00 for each claim and $2,000,000.00 for all that is in force that day would."
    assert gone.would_pass == told
    more = limits | {"aggregate": Decimal("2000000.01"), "stops_bind": False}
    door.run(cover.require, agency.admin(), **about, version=1, **more)
    small = ask()
    assert (small.passes, small.stops_bind) == (False, False)
    assert small.found == "Errors-and-omissions cover is too small on Nov 20, 2026."
    assert not ask(date.max).passes
    assert not ask(date.min).passes
