"""The panel of messages that could not be sent, as each role has it."""

import asyncio

import pytest
from sqlalchemy import text

from portal_app.models.outbox import OutboxMessage
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.state.dead_letters import DeadLettersState
from tests.state.conftest import Opens
from tests.world import NOW, Agency

PLACE = "/admin/integrations"


@pytest.fixture(autouse=True)
def given_up(door: Door) -> None:
    told = {"payload": {"recipient": "ada@agency.test"}, "created_at": NOW, "due_at": NOW, "dead_at": NOW}
    with door.database.write() as db:
        for number, topic in enumerate(("mail", "text", "reset")):
            db.add(
                OutboxMessage(
                    **told, topic=topic, record_key=f"x:{number}", attempts=number + 1, last_error=f"Refused {number}."
                )
            )


def shown(opens: Opens[DeadLettersState], actor: Actor) -> DeadLettersState:
    page = opens(DeadLettersState, PLACE, actor)
    asyncio.run(page.load())
    return page


@pytest.mark.criterion("OUTBOX-11")
def test_who_manages_users_sees_what_was_given_up_and_why(opens: Opens[DeadLettersState], agency: Agency) -> None:
    for actor in (agency.admin(), agency.principal()):
        page = shown(opens, actor)
        assert [(each.what, each.attempts, each.why) for each in page.letters] == [
            ("Link for a forgotten password", "3 attempts", "Refused 2."),
            ("Text message", "2 attempts", "Refused 1."),
            ("Mail", "1 attempt", "Refused 0."),
        ]
        assert (page.letters_headline, page.more) == ("3 messages", "")
        assert "ada@" not in str(page.letters)


@pytest.mark.criterion("OUTBOX-11")
def test_for_others_there_is_nothing(opens: Opens[DeadLettersState], agency: Agency) -> None:
    for actor in (agency.csr(), agency.read_only()):
        page = shown(opens, actor)
        asyncio.run(page.look_again())
        assert (page.shown, page.letters, page.letters_headline) == (False, [], "")


@pytest.mark.criterion("OUTBOX-11")
def test_a_message_is_tried_again_once(opens: Opens[DeadLettersState], agency: Agency) -> None:
    page = shown(opens, agency.admin())
    locator = page.letters[0].locator
    asyncio.run(page.retry(locator))
    assert (len(page.letters), page.flash_kind) == (2, "good")
    asyncio.run(page.retry(locator))
    assert (page.flash, page.flash_kind) == ("It is not there any more.", "bad")
    assert len(page.letters) == 2


@pytest.mark.criterion("OUTBOX-11")
def test_trouble_with_the_panel_says_so_and_leaves_the_page(
    opens: Opens[DeadLettersState], agency: Agency, door: Door
) -> None:
    page = shown(opens, agency.admin())
    with door.database.write() as db:
        db.execute(text("ALTER TABLE outbox_message RENAME TO elsewhere"))
    asyncio.run(page.look_again())
    assert (page.amiss, page.shown) == (True, True)
