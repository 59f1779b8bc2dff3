"""How each person wants to be told, the test that they send themselves, and what is forgotten."""

from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import func, select

from portal_app.jobs import forget_notifications
from portal_app.jobs.job import Work
from portal_app.models import metadata
from portal_app.models.notifications import Notification
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.errors import Invalid, TooMany
from portal_app.services.notifications import inbox, preferences, trial
from portal_app.services.notifications.kinds import KINDS
from portal_app.services.ports import Ports
from portal_app.services.trail.deeds import DEEDS
from tests.gateway import Gateway
from tests.services.notifications.conftest import TEST, People, tell
from tests.services.test_outbox import Post, events
from tests.world import Agency, Clock


@pytest.mark.criterion("NOTIFY-08")
def test_preferences_begin_as_the_agency_was_told_and_are_each_persons_own(open_door: Door, people: People) -> None:
    maya, principal = people.actor(people.maya), people.actor(people.principal)
    shipped = open_door.run(preferences.own, maya)
    by_name = {each.event: (each.in_portal, each.mail, each.sms) for each in shipped.choices}
    assert by_name.pop("quote_ready") == (True, True, True)
    assert set(by_name.values()) == {(True, True, False)}
    assert (shipped.no_mail, shipped.no_sms) == ("", "")
    assert open_door.run(preferences.own, principal).no_sms == preferences.NO_NUMBER

    open_door.run(preferences.choose, maya, event="quote_ready", way="sms", on=False)
    open_door.run(preferences.choose, maya, event="quote_ready", way="sms", on=False)

    [quote] = [each for each in open_door.run(preferences.own, maya).choices if each.event == "quote_ready"]
    assert (quote.label, quote.in_portal, quote.mail, quote.sms) == ("Quote ready", True, True, False)
    assert open_door.run(preferences.own, principal).choices == shipped.choices
    assert events(open_door) == ["notifications.preference"], "what was so before is no change"
    assert "notifications.preference" in DEEDS


@pytest.mark.criterion("NOTIFY-08")
def test_what_cannot_be_is_refused_and_nothing_of_it_is_kept(open_door: Door, people: People) -> None:
    principal = people.actor(people.principal)
    told = open_door.run(preferences.own, principal).choices
    with pytest.raises(Invalid, match="mobile number"):
        open_door.run(preferences.choose, principal, event="policy_bound", way="sms", on=True)
    with pytest.raises(Invalid, match="no such event or way"):
        open_door.run(preferences.choose, principal, event="policy_bound", way="user_id", on=True)
    refused = [replace(told[0], mail=False), replace(told[1], sms=True)]
    for wrong in (refused, [told[0], told[0]], [replace(told[0], event="weather")]):
        with pytest.raises(Invalid):
            open_door.run(preferences.put, principal, choices=wrong)
    silent = replace(open_door, ports=Ports())
    silent.run(preferences.choose, principal, event="policy_bound", way="mail", on=False)
    with pytest.raises(Invalid, match="No mail server"):
        silent.run(preferences.choose, principal, event="policy_bound", way="mail", on=True)
    assert [each.mail for each in open_door.run(preferences.own, principal).choices].count(False) == 1

    whole = [replace(each, mail=False) for each in told]
    assert open_door.run(preferences.put, principal, choices=whole).choices == tuple(whole)
    assert [each.event for each in whole] == list(KINDS)


@pytest.mark.criterion("NOTIFY-09")
def test_a_test_goes_to_oneself_by_every_way_that_is_set_up_and_not_often(
    open_door: Door, people: People, post: Post, texted: Gateway
) -> None:
    maya, principal = people.actor(people.maya), people.actor(people.principal)
    assert open_door.run(trial.send, maya) == trial.Sent(mail=True, sms=True)
    assert open_door.run(trial.send, principal) == trial.Sent(mail=True, sms=False)
    assert deliver_due(open_door, holder="me") == 3
    assert post.recipients() == ["maya@agency.test", "pat@agency.test"]
    assert [form["To"] for _, _, form in texted.asked] == [["+14015550123"]]
    [row] = open_door.run(inbox.page, maya).rows
    assert (row.title, row.href, row.mutable) == (trial.TITLE, "/notifications", False)
    for _ in range(trial.OF_A_PERSON - 1):
        open_door.run(trial.send, maya)
    with pytest.raises(TooMany):
        open_door.run(trial.send, maya)


@pytest.mark.criterion("NOTIFY-10")
def test_what_was_read_more_than_a_year_ago_is_forgotten_and_what_is_unread_stays(
    door: Door, agency: Agency, people: People, clock: Clock
) -> None:
    maya = people.actor(people.maya)
    for key in ("old", "unread", "young"):
        more = {"policy": agency.policies["maya"], "to": [people.maya.id], "key": key}
        door.run(tell, TEST, kind="policy_bound", **more)  # type: ignore[arg-type]
    young, _, old = door.run(inbox.page, maya).rows
    door.run(inbox.read, maya, locator=old.locator)
    clock.forward(days=1)
    door.run(inbox.read, maya, locator=young.locator)
    clock.forward(days=364, seconds=1)

    forget_notifications.run(Work(door, "here", Event()))

    with door.database.read() as db:
        assert db.scalar(select(func.count()).select_from(metadata.tables[Notification.__tablename__])) == 2
    assert old.locator not in [each.locator for each in door.run(inbox.page, maya).rows]
