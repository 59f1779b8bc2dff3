"""What the inbox, the thread on a record's page and the count in the header are given to draw, and what buttons do."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.services.door import Door
from portal_app.services.messaging import sending, threads
from portal_app.services.messaging.records import RecordKind
from portal_app.state.home import HomeState
from portal_app.state.messages import MessagesState, MessageThreadState
from portal_app.state.portal import PortalState
from portal_app.state.submission_list import SubmissionsState
from tests.services.submissions.acting import Cast
from tests.world import Agency

Opens = Callable[..., Any]


def done(step: Any) -> None:
    asyncio.run(step)


@pytest.mark.criterion("HOME-12")
@pytest.mark.criterion("MSG-08")
def test_a_thread_is_written_kept_read_and_counted(opens: Opens, door: Door, agency: Agency) -> None:
    cast = Cast(door, agency)
    locator = cast.submitted()
    page = opens(MessageThreadState, f"/submissions/{locator}", cast.maya)
    done(page.load_thread())
    assert (page.messages, page.may_write, page.trouble) == ([], True, "")

    done(page.send({"body": "  ", "token": page.draft}))
    assert (page.problem_of_message, page.messages) == ("Write a message first.", [])
    token = page.draft
    for _ in range(2):
        done(page.send({"body": "Is the roof all right?", "token": token}))
    assert [(each.author, each.body, each.mine) for each in page.messages] == [("You", "Is the roof all right?", True)]
    assert (page.problem_of_message, page.draft != token) == ("", True)

    theirs = opens(MessagesState, "/messages", cast.underwriter)
    done(theirs.load())
    assert (theirs.headline, theirs.unread_messages, theirs.threads[0].unread) == ("1 unread", 1, "1 new")
    assert theirs.threads[0].href == f"/submissions/{locator}#messages"
    home = opens(HomeState, "/", cast.underwriter)
    done(home.load())
    [group] = home.messages
    assert (group.count, group.href, group.things[0].mark) == ("1", "/messages?state=unread", "1 new")
    there = opens(MessageThreadState, f"/submissions/{locator}", cast.underwriter)
    done(there.load_thread())
    assert (there.unread_here, there.messages[0].side, there.messages[0].unread) == (1, "Producer", True)
    done(there.read_thread())
    assert (there.unread_here, there.unread_messages, there.messages[0].unread) == (0, 0, False)

    for number in range(31):
        door.run(sending.send, cast.underwriter, kind=RecordKind.SUBMISSION, locator=locator, body=f"Line {number}")
    bell = opens(PortalState, "/", cast.maya)
    done(bell.ring())
    assert bell.unread_messages == 31
    mine = opens(MessageThreadState, f"/submissions/{locator}", cast.maya)
    done(mine.load_thread())
    assert (len(mine.messages), mine.earlier, mine.messages[-1].body) == (30, "2 earlier messages", "Line 30")
    done(mine.show_earlier())
    assert (len(mine.messages), mine.earlier) == (32, "")
    done(mine.send({"body": "Thank you", "token": mine.draft}))
    assert (mine.unread_here, mine.unread_messages) == (0, 0), "who answers has read what is shown"

    for path, who, may in ((f"/submissions/{locator}", agency.read_only(), False), ("/policies/none", cast.maya, True)):
        other = opens(MessageThreadState, path, who)
        done(other.load_thread())
        assert (other.may_write, bool(other.trouble)) == (may, may)


@pytest.mark.criterion("MSG-08")
def test_a_long_thread_is_had_in_parts_and_whole(
    opens: Opens, door: Door, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = Cast(door, agency)
    locator = cast.submitted()
    monkeypatch.setattr(threads, "MOST_ROWS", 2)
    monkeypatch.setattr("portal_app.state.messages.AT_ONCE", 3)
    said = [f"Number {n}" for n in range(5)]
    for body in said:
        door.run(sending.send, cast.maya, kind=RecordKind.SUBMISSION, locator=locator, body=body)
    page = opens(MessageThreadState, f"/submissions/{locator}", cast.underwriter)
    done(page.load_thread())
    assert ([each.body for each in page.messages], page.earlier) == (said[2:], "2 earlier messages")
    done(page.show_earlier())
    assert ([each.body for each in page.messages], page.earlier) == (said, "")


@pytest.mark.criterion("MSG-10")
def test_the_dashboard_leads_to_messages_where_one_may_write_or_there_are_some_to_read(
    opens: Opens, door: Door, agency: Agency
) -> None:
    cast = Cast(door, agency)
    written, other, draft = cast.submitted(), cast.submitted(), cast.filled()
    door.run(sending.send, cast.maya, kind=RecordKind.SUBMISSION, locator=written, body="Is the roof all right?")
    for who, writes, led in (
        (cast.maya, True, {written, other}),
        (cast.underwriter, True, {written, other}),
        (agency.read_only(), False, {written}),
    ):
        for query in ("", "?status=draft"):
            page = opens(SubmissionsState, f"/submissions{query}", who)
            done(page.load())
            expected = {f"/submissions/{each}#messages" for each in led} if not query else set()
            assert {each.messages for each in page.rows} - {""} == expected
            assert (page.writes, draft in {each.locator for each in page.rows}) == (writes, query != "")
