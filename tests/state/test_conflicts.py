"""The panel of what disagrees, as whoever decides reads it."""

import asyncio
from datetime import date

import pytest

from portal_app.models.enums import ConflictKind
from portal_app.models.sync import FeedConflict
from portal_app.services.door import Door
from portal_app.state.conflicts import ConflictsState
from tests.state.conftest import Opens
from tests.world import NOW, Agency

SIDES = {
    ConflictKind.SAME_TIME_TWICE: ("2026-06-01", "2026-07-01"),
    ConflictKind.PRODUCER_CODE: ("", "HL-2"),
    ConflictKind.STATUS: ("cancelled", "non_renewed"),
}


@pytest.mark.criterion("FEED-73")
@pytest.mark.criterion("FEED-74")
@pytest.mark.criterion("LEDGER-38")
def test_each_kind_is_asked_in_words(opens: Opens[ConflictsState], door: Door, agency: Agency) -> None:
    policy = agency.policies["maya"].id or 0
    with door.database.write() as db:
        for kind in ConflictKind:
            first, second = SIDES[kind]
            about = {"policy_id": policy, "term_effective": date(2026, 6, 1), "first": first, "second": second}
            db.add(FeedConflict(feed="test", kind=kind, found_at=NOW, **about))
    page = opens(ConflictsState, "/admin/integrations", agency.principal())
    asyncio.run(page.load())
    assert [(each.question, each.first, each.second, each.both) for each in page.conflicts] == [
        ("Two terms for the same time: which holds?", "From Jun 1, 2026", "From Jul 1, 2026", True),
        (
            "Producer code of the term from Jun 1, 2026: which does it bear?",
            "None, the portal's",
            "HL-2, the agency system's",
            False,
        ),
        (
            "Status of the term from Jun 1, 2026: which is it?",
            "Cancelled, the portal's",
            "Non-renewed, the agency system's",
            False,
        ),
    ]


@pytest.mark.criterion("FEED-80")
def test_it_is_asked_first_with_what_the_answer_does(opens: Opens[ConflictsState], door: Door, agency: Agency) -> None:
    about = {"policy_id": agency.policies["maya"].id or 0, "term_effective": date(2026, 6, 1), "found_at": NOW}
    with door.database.write() as db:
        for kind in ConflictKind:
            first, second = SIDES[kind]
            db.add(FeedConflict(feed="test", kind=kind, first=first, second=second, **about))
    page = opens(ConflictsState, "/admin/integrations", agency.principal())
    asyncio.run(page.load())
    twice, code, status = page.conflicts

    asyncio.run(page.ask_first(twice.locator, "first"))
    assert page.asked.startswith(
        "The term from Jul 1, 2026 goes: all that happened to it is reversed and applied again"
    )
    asyncio.run(page.never_mind())
    asyncio.run(page.go_on())
    assert (page.asking, page.waiting) == ("", 3), "nothing is decided that nobody said yes to"
    for each, answer, words in (
        (twice, "both", "Both terms stay as they are"),
        (code, "first", "Nothing changes."),
        (code, "second", "A change of the producer code to HL-2 is issued with effect from today, within the term."),
        (status, "second", "A transaction that makes the term non-renewed is issued behind the portal's"),
        (status, "first", "Nothing changes."),
    ):
        asyncio.run(page.ask_first(each.locator, answer))
        assert page.asked.startswith(words)
    asyncio.run(page.go_on())
    assert (page.asking, page.waiting) == ("", 2)
    asyncio.run(page.go_on())
    assert page.waiting == 2, "a second click decides nothing"
    asyncio.run(page.ask_first(status.locator, "second"))
    assert page.asking == "", "it does not wait any more"
