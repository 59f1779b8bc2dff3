"""The page of settings, as a tab holds it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.models.enums import Role
from portal_app.services.door import Door
from portal_app.services.settings import agency
from portal_app.state.settings import SettingsState
from tests.world import actor

Opens = Callable[..., Any]
FORM = {
    "agency_name": "Harbor Lane Insurance", "time_zone": "America/New_York", "hourly_minute": "5", "daily_hour": "5",
    "response_days.umbrella": "2", "ams_attach": True,
}  # fmt: skip


@pytest.fixture
def page(opens: Opens) -> Any:
    page = opens(SettingsState, "/admin/settings", actor(Role.ADMIN, email="ada@agency.test"))
    asyncio.run(page.load())
    return page


def by_ruth(door: Door, version: int, **given: str) -> None:
    door.run(agency.save, actor(Role.PRINCIPAL, email="ruth@agency.test"), version=version, given=given)


def told(page: Any) -> list[tuple[str, str, str]]:
    return [(each.label, each.before, each.after) for each in page.changes]


@pytest.mark.criterion("SET-40")
def test_a_change_is_reviewed_and_then_saved(page: Any) -> None:
    asyncio.run(page.review(FORM | {"agency_name": "Harbor & Kin", "concurrent_sessions": True}))
    assert page.reviewing
    assert told(page) == [
        ("Agency's name", "Harbor Lane Insurance", "Harbor & Kin"),
        ("Signed in at several places at once", "Not allowed", "Allowed"),
    ]
    asyncio.run(page.save())
    assert (page.flash, page.version, page.agency_name) == (
        "Saved. It holds at once, for everybody.", 1, "Harbor & Kin",
    )  # fmt: skip
    assert [each.by for each in page.history] == ["ada@agency.test"]


@pytest.mark.criterion("SET-40")
def test_what_is_wrong_is_marked_and_what_is_typed_stays(page: Any) -> None:
    asyncio.run(page.review(FORM | {"daily_hour": "late", "agency_name": ""}))
    assert (set(page.problems), page.reviewing) == ({"daily_hour", "agency_name"}, False)
    assert page.form["daily_hour"] == "late"
    drawn = page.drawn
    asyncio.run(page.review(FORM))
    assert (page.problems, page.said, page.drawn) == ({}, "Nothing is different from what is saved.", drawn)


@pytest.mark.criterion("SET-41")
def test_who_reviews_after_somebody_saved_is_told_and_keeps_both(page: Any, door: Door) -> None:
    by_ruth(door, 0, daily_hour="9", agency_name="Quay")
    asyncio.run(page.review(FORM | {"agency_name": "Harbor & Kin"}))
    assert "in the meantime" in page.meanwhile
    assert told(page) == [("Agency's name", "Quay", "Harbor & Kin")]
    asyncio.run(page.save())
    assert (page.typed["daily_hour"], page.typed["agency_name"]) == ("9", "Harbor & Kin")


@pytest.mark.criterion("SET-41")
def test_who_saves_after_somebody_saved_is_told_and_looks_again(page: Any, door: Door) -> None:
    asyncio.run(page.review(FORM | {"agency_name": "Harbor & Kin"}))
    by_ruth(door, 0, agency_name="Quay")
    asyncio.run(page.save())
    assert page.meanwhile.startswith("ruth@agency.test saved other settings in the meantime.")
    asyncio.run(page.save())
    asyncio.run(page.save())
    names = [each.typed for each in door.run(agency.current, actor(Role.ADMIN)).settings if each.name == "agency_name"]
    assert (page.reviewing, names) == (False, ["Quay"])

    asyncio.run(page.review(FORM | {"agency_name": "Harbor & Kin"}))
    assert (page.reviewing, told(page)) == (True, [("Agency's name", "Quay", "Harbor & Kin")])
    assert [(each.by, each.changes[0].after) for each in page.theirs] == [("ruth@agency.test", "Quay")]
    asyncio.run(page.save())
    assert page.typed["agency_name"] == "Harbor & Kin"


@pytest.mark.criterion("PAGE-04")
def test_a_second_click_saves_nothing_and_neither_does_one_without_a_review(page: Any, door: Door) -> None:
    asyncio.run(page.review(FORM | {"concurrent_sessions": True}))
    for _ in range(2):
        asyncio.run(page.save())
    assert (page.typed["concurrent_sessions"], page.version) == ("true", 1)
    page.flash = ""
    asyncio.run(page.save())
    assert (page.flash_kind, page.version) == ("bad", 1)
    assert "Review it once more" in page.flash


@pytest.mark.criterion("SET-42")
def test_a_trial_says_what_came_of_it(page: Any) -> None:
    chained = asyncio.run(page.ask_for_mail())
    assert (page.trying, chained is not None) == ("mail", True)
    asyncio.run(page.try_mail())
    assert (page.trying, page.tried, page.tried_kind) == ("", "mail", "bad")
    assert "PORTAL_SMTP_URL" in page.tried_told
    asyncio.run(page.ask_for_text({"number": "911"}))
    asyncio.run(page.try_text())
    assert (page.tried, page.tried_kind) == ("text", "bad")


@pytest.mark.criterion("SET-42")
def test_diagnostics_are_shown_when_asked_for(page: Any) -> None:
    assert page.report == ""
    asyncio.run(page.look_into_it())
    assert "FAIL worker" in page.report
    assert not page.well


@pytest.mark.criterion("SET-01")
def test_times_are_told_by_the_zone_that_was_set(opens: Opens, door: Door, page: Any) -> None:
    from portal_app.state.portal import PortalState

    by_ruth(door, 0, time_zone="Pacific/Honolulu")
    portal = opens(PortalState, "/", actor(Role.ADMIN, email="ada@agency.test"))
    asyncio.run(portal.arrive())
    assert portal._moment(door.clock()) == "5:00 AM"
