"""What the bell, the list of notifications and the preferences are given to draw, and what their buttons do."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from portal_app.services.door import Door
from portal_app.services.notifications import inbox
from portal_app.state.notice_preferences import NoticePreferencesState
from portal_app.state.notifications import NotificationsState
from portal_app.state.portal import PortalState
from tests.services.notifications.conftest import TEST, People, add_people, tell
from tests.world import Agency, Clock

Opens = Callable[..., Any]


@pytest.fixture
def people(door: Door, agency: Agency) -> People:
    return add_people(door.database, agency)


def done(step: Any) -> None:
    asyncio.run(step)


@pytest.mark.criterion("NOTIFY-11")
def test_the_list_goes_by_day_and_what_is_read_and_muted_shows(
    opens: Opens, door: Door, agency: Agency, people: People, clock: Clock
) -> None:
    maya, policy, to = people.actor(people.maya), agency.policies["maya"], [people.maya.id]
    # Half past eleven in the evening of the agency, which is the next day elsewhere.
    clock.now = datetime(2026, 11, 19, 4, 30, tzinfo=UTC)
    door.run(tell, TEST, kind="submission_received", policy=policy, to=to, insured="Rossi Bakery")
    clock.now = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
    door.run(tell, TEST, kind="information_requested", policy=policy, to=to, items=["Loss runs", "A photo"])
    clock.now = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    page = opens(NotificationsState, "/notifications", maya)
    done(page.load())

    assert [day.label for day in page.days] == ["Today", "Nov 18, 2026"]
    [first], [second] = (day.rows for day in page.days)
    assert (first.title, first.at, first.unread) == ("Information requested: SUB-2026-000001", "9:05 AM", True)
    assert (first.body, first.href) == ("• Loss runs\n• A photo", f"/policies/{policy.locator}")
    assert (second.insured, second.at) == ("Rossi Bakery", "11:30 PM")
    assert (page.headline, page.unread, page.span, page.following) == ("2 unread", 2, "1–2 of 2", "")

    done(page.read(second.locator))
    assert (page.headline, page.days[1].rows[0].unread) == ("1 unread", False)
    done(page.mute(first.locator))
    assert (page.days[0].rows[0].muted, page.days[1].rows[0].muted) == (True, True)
    assert page.flash.startswith("You are not told of SUB-2026-000001 any more")
    done(page.unmute(second.locator))
    assert not page.days[0].rows[0].muted
    done(page.read_all())
    assert (page.headline, page.flash, page.unread) == ("Nothing unread", "1 notification marked as read.", 0)
    unread = opens(NotificationsState, "/notifications?state=unread", maya)
    done(unread.load())
    assert (unread.only_unread, unread.days, unread.total) == (True, [], 0)
    done(unread.read("01HZZZZZZZZZZZZZZZZZZZZZZZ"))
    assert (unread.flash, unread.flash_kind) == ("It is not there any more.", "bad")


@pytest.mark.criterion("NOTIFY-12")
def test_the_bell_counts_on_arrival_and_whenever_it_rings(
    opens: Opens, door: Door, agency: Agency, people: People
) -> None:
    to, policy = [people.maya.id], agency.policies["maya"]
    door.run(tell, TEST, kind="policy_bound", policy=policy, to=to)
    page = opens(PortalState, "/", people.actor(people.maya))
    done(page.arrive())
    assert page.unread == 1
    page.problem, page.missing = "kept", True
    door.run(tell, TEST, kind="policy_bound", policy=policy, to=to, key="2")
    done(page.ring())
    assert (page.unread, page.problem, page.missing) == (2, "kept", True), "what the page says stays"
    door.run(inbox.read_all, people.actor(people.maya))
    done(page.ring())
    assert page.unread == 0
    other = opens(PortalState, "/", people.actor(people.principal))
    done(other.arrive())
    assert other.unread == 0


@pytest.mark.criterion("NOTIFY-08")
def test_preferences_show_what_is_not_set_up_and_what_is_muted(
    opens: Opens, door: Door, agency: Agency, people: People
) -> None:
    maya = people.actor(people.maya)
    door.run(tell, TEST, kind="policy_bound", policy=agency.policies["maya"], to=[people.maya.id])
    [row] = door.run(inbox.page, maya).rows
    door.run(inbox.mute, maya, locator=row.locator)
    page = opens(NoticePreferencesState, "/preferences", maya)
    done(page.load())
    assert page.no_mail.startswith("No mail server")
    assert page.no_sms.startswith("No text gateway")
    assert [each.named for each in page.muted] == ["SUB-2026-000001"]
    quote = next(each for each in page.choices if each.event == "quote_ready")
    assert (quote.in_portal, quote.mail, quote.sms) == (True, True, True)

    done(page.choose("quote_ready", "in_portal", False))
    assert not next(each for each in page.choices if each.event == "quote_ready").in_portal
    assert page.flash == ""
    done(page.choose("policy_bound", "sms", True))
    assert (page.flash_kind, page.flash) == ("bad", "No text gateway is set up here: ask whoever runs the portal.")
    done(page.unmute(page.muted[0].subject))
    assert (page.muted, page.flash) == ([], "You are told of SUB-2026-000001 again.")
    done(page.test())
    assert page.flash == "A test is in your notifications."
    assert door.run(inbox.page, maya).rows[0].title == "A test from the portal"
