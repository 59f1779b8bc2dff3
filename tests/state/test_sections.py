"""What the policy's page is given to draw of billing, documents and claims."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from portal_app.models.billing import PolicyBilling
from portal_app.models.enums import BillMode, FeedKind
from portal_app.models.policies import Policy
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.state.policy import PolicyState
from tests.attached import attach, has_come
from tests.world import NOW, Agency

Opens = Callable[..., Any]


@pytest.fixture
def page(opens: Opens, door: Door, agency: Agency) -> Callable[[Actor], Any]:
    """The page of Maya's policy, as somebody sees it."""

    def load(person: Actor) -> Any:
        state = opens(PolicyState, f"/policies/{agency.policies['maya'].locator}", person)
        asyncio.run(state.load())
        assert state.shown
        return state

    return load


@pytest.mark.criterion("KIND-40")
def test_every_section_says_where_it_comes_from(door: Door, agency: Agency, page: Callable[[Actor], Any]) -> None:
    with door.database.write() as db:
        attach(db, agency.policies["maya"])
        has_come(db, FeedKind.BILLING, FeedKind.CLAIMS, FeedKind.DOCUMENTS)
    seen = page(agency.principal())
    for origin in (seen.billing_from, seen.claims_from, seen.documents_from):
        assert (origin.feed, origin.as_of, origin.stale, origin.left) == ("test", "9:30 AM", False, "")
    owed = seen.billing
    assert (owed.term, owed.mode, owed.payment_plan) == ("Jun 1, 2026", "Direct bill by the carrier", "Quarterly")
    assert (owed.balance, owed.past_due, owed.next_due) == ("$308.62", "$100.00", "Dec 1, 2026 · $308.62")
    assert (owed.paid, owed.last_paid) == ("", "")
    [other] = seen.other_billing
    assert (other.term, other.balance, other.past_due) == ("Jun 1, 2025", "$0.00", "")
    assert [(each.number, each.status, each.lost_on) for each in seen.claims] == [
        ("CL-2", "Reopened", "Jul 4, 2026"), ("CL-0", "Open", "Jun 20, 2026"), ("CL-1", "Closed", "Sep 9, 2026"),
    ]  # fmt: skip
    assert (len(seen.documents), seen.documents[-1].title, seen.documents[-1].term) == (
        12,
        "Annual review",
        "Whole account",
    )
    assert {each.term for each in seen.documents[:-1]} == {"Current term"}


@pytest.mark.criterion("KIND-22")
def test_the_page_lists_what_the_role_includes(door: Door, agency: Agency, page: Callable[[Actor], Any]) -> None:
    with door.database.write() as db:
        attach(db, agency.policies["maya"])
    titles = {name: {each.category for each in page(getattr(agency, name)()).documents} for name in ("csr", "producer")}
    assert titles["csr"] - titles["producer"] == {"Billing statement", "Certificate of insurance"}


@pytest.mark.criterion("KIND-40")
def test_without_a_feed_there_is_neither_name_nor_age(agency: Agency, page: Callable[[Actor], Any]) -> None:
    seen = page(agency.read_only())
    for origin in (seen.billing_from, seen.claims_from, seen.documents_from):
        assert (origin.feed, origin.as_of) == ("", "")
    assert (seen.billing.key, seen.other_billing, seen.claims, seen.documents) == ("", [], [], [])


@pytest.mark.criterion("KIND-40")
@pytest.mark.parametrize(("term", "apart"), [(None, True), (date(2026, 6, 1), True), (date(2024, 6, 1), False)])
def test_billing_of_another_term_is_not_shown_as_that_of_this_one(
    door: Door, agency: Agency, page: Callable[[Actor], Any], term: date | None, apart: bool
) -> None:
    policy: Policy = agency.policies["maya"]
    with door.database.write() as db:
        db.add(
            PolicyBilling(
                feed="test", source_id="1", policy_id=policy.id or 0, term_effective=term, mode=BillMode.AGENCY,
                as_of=NOW,
            )
        )  # fmt: skip
    seen = page(agency.csr())
    assert (bool(seen.billing.key), len(seen.other_billing)) == (apart, 0 if apart else 1)
    assert not apart or seen.billing.term == ("Jun 1, 2026" if term else "The whole policy")
