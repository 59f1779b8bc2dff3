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
