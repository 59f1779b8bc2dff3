"""The pages of routing and of the holidays, as a tab holds them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.models.enums import Role
from portal_app.services.configuration import versions
from portal_app.services.door import Door
from portal_app.services.routing import desk
from portal_app.state.holidays import PLACE as HOLIDAYS
from portal_app.state.holidays import HolidaysState
from portal_app.state.routing import NONE, PLACE, RoutingState
from tests.world import Agency, add_user

Opens = Callable[..., Any]
LARGE = {"name": "Large", "premium_from": "$25,000", "line_bop": "on", "states": "ri ma", "queue": "Large risks"}
REST = {"name": "Everything else", "queue": "Underwriting"}


def at_rules(opens: Opens, agency: Agency) -> Any:
    page = opens(RoutingState, PLACE, agency.admin())
    asyncio.run(page.load())
    return page


def put(page: Any, form: dict[str, str], place: int | None = None, target: str = "queue") -> None:
    asyncio.run(page.add() if place is None else page.edit(place))
    asyncio.run(page.pick(target))
    asyncio.run(page.put(form))


@pytest.mark.criterion("ROUTE-09")
def test_rules_are_added_ordered_tried_and_saved_once(door: Door, opens: Opens, agency: Agency) -> None:
    page = at_rules(opens, agency)
    assert (page.loaded, page.rules, page.changed) == (True, [], False)
    put(page, REST)
    put(page, LARGE)
    assert page.wrong == ["Rule 2: Large is never reached: Everything else before it takes all that it takes."]
    asyncio.run(page.save({"note": "As agreed"}))
    assert page.changed, "refused"
    asyncio.run(page.move(1, -1))
    assert ([each.name for each in page.rules], page.wrong) == (["Large", "Everything else"], [])
    assert page.rules[0].takes[1:] == ["States: MA, RI", "Premium: from $25,000"]

    asyncio.run(page.ask_rules({"line": "bop", "state": "ri", "premium": "30000"}))
    assert (page.taken_by, [each.told for each in page.answers]) == (
        "Large",
        [["to the queue Large risks"], ["A rule before it takes it."]],
    )
    asyncio.run(page.ask_rules({"state": "XX", "premium": "much"}))
    assert (set(page.trial_problems), page.tried) == ({"premium"}, False)
    asyncio.run(page.ask_rules({"state": "XX", "producer_code": "NO-1"}))
    assert set(page.trial_problems) == {"state", "producer_code"}

    assert door.run(desk.look, agency.admin()).version == 0
    asyncio.run(page.save({"note": ""}))
    assert page.note_problem
    for _ in range(2):
        asyncio.run(page.save({"note": "As agreed"}))
    assert (page.version, page.changed) == (1, False)
    assert door.run(versions.history, agency.admin(), kind="routing").total == 1

    asyncio.run(page.edit(0))
    assert page.typed["premium_from"] == "25000"
    asyncio.run(page.close())
    asyncio.run(page.ask_first(0))
    asyncio.run(page.delete())
    assert [each.name for each in page.rules] == ["Everything else"]
    asyncio.run(page.let_go())
    assert (len(page.rules), page.changed, page.asking) == (2, False, NONE)


@pytest.mark.criterion("ROUTE-09")
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_lost(door: Door, opens: Opens, agency: Agency) -> None:
    with door.database.write() as db:
        add_user(db, Role.CSR, "cara@agency.test")
        add_user(db, Role.PRINCIPAL, "ruth@agency.test")
    page = at_rules(opens, agency)
    assert [each.value for each in page.underwriters] == ["ruth@agency.test"]
    wrong = {"states": "XX", "premium_below": "0", "producer_codes": "NO-1", "underwriter": "cara@agency.test"}
    put(page, wrong, target="underwriter")
    assert set(page.problems) == {"name"}
    put(page, {**wrong, "name": "Cara"}, target="underwriter")
    assert set(page.problems) == {"states", "premium_below"}
    put(page, {"name": "Cara", "producer_codes": "NO-1", "underwriter": "cara@agency.test"}, target="underwriter")
    assert page.problems == {
        "producer_codes": "There is no producer code NO-1.",
        "underwriter": "cara@agency.test may not underwrite.",
    }
    put(page, {"name": "Ann", "contact_name": "Ann", "contact_email": "ann"}, target="carrierContact")
    assert page.problems == {"contact_email": "Should be a mail address such as name@example.com."}
    assert (page.rules, page.changed, page.editing) == ([], False, 0)
    for target, fields in {
        "underwriter": {"underwriter": "ruth@agency.test", "carriers": "Atlas, Inc.\n Granite  Mutual "},
        "carrierContact": {"contact_name": "Ann", "contact_email": "ann@carrier.test", "kind_person": "on"},
        "ams": {"ams_way": "task", f"under_{agency.maya.locator}": "on", "producer_codes": "HL-maya, HL-daniel"},
    }.items():
        before = {"name": target, **fields}
        put(page, before, target=target)
        assert page.problems == {}
        asyncio.run(page.edit(len(page.rules) - 1))
        typed = {name: value for name, value in page.typed.items() if value}
        again = before | {name: typed[name] for name in ("carriers", "producer_codes") if name in before}
        assert (page.target, typed) == (target, again)
    assert page.rules[0].leads == "to the underwriter ruth@agency.test"
    assert page.rules[0].takes == ["Carriers: Atlas, Inc., Granite Mutual"]


@pytest.mark.criterion("ROUTE-09")
def test_who_saved_in_the_meantime_is_named_and_nothing_is_lost(door: Door, opens: Opens, agency: Agency) -> None:
    page = at_rules(opens, agency)
    put(page, REST)
    content = '{"rules": []}'
    door.run(versions.save, agency.principal(), kind="routing", content=content, note="Theirs", expected=0)
    asyncio.run(page.save({"note": "Mine"}))
    assert "saved version 1" in page.overtaken
    assert (page.changed, [each.name for each in page.rules]) == (True, ["Everything else"])


@pytest.mark.criterion("CLOCK-08")
def test_holidays_are_added_removed_looked_at_and_saved(door: Door, opens: Opens, agency: Agency) -> None:
    page = opens(HolidaysState, HOLIDAYS, agency.admin())
    asyncio.run(page.load())
    assert (page.loaded, page.closes_at, len(page.closed)) == (True, "17:00", 11)
    asyncio.run(page.switch_federal(False))
    assert page.closed == []
    asyncio.run(page.add_day({"day": "", "name": ""}))
    assert set(page.problems) == {"day", "name"}
    asyncio.run(page.add_day({"day": "1800-12-24", "name": "Long ago"}))
    assert set(page.problems) == {"day"}
    for day, name in (("2026-12-24", "Christmas Eve"), ("2027-03-01", "Our day")):
        asyncio.run(page.add_day({"day": day, "name": name}))
    asyncio.run(page.add_day({"day": "2026-12-24", "name": "Again"}))
    assert page.problems == {"day": "This day is in the list already."}
    assert [each.day for each in page.closed] == ["Thursday, Dec 24, 2026", "Monday, Mar 1, 2027"]
    asyncio.run(page.ask_first("2027-03-01"))
    asyncio.run(page.remove_day())
    assert [each.name for each in page.days] == ["Christmas Eve"]

    asyncio.run(page.save({"closes_at": "", "note": ""}))
    assert page.problems.keys() == {"closes_at", "note"}
    for _ in range(2):
        asyncio.run(page.save({"closes_at": "16:30", "note": "Ours"}))
    assert (page.version, page.changed, page.closes_at, page.problems) == (1, False, "16:30", {})
    other = opens(HolidaysState, HOLIDAYS, agency.principal())
    asyncio.run(other.load())
    door.run(versions.restore, agency.admin(), kind="holidays", number=0, expected=1)
    asyncio.run(other.save({"closes_at": "18:00", "note": "Late"}))
    assert "saved version 2" in other.overtaken
