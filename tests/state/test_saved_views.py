"""Views beside their lists, and the page on which they are looked after."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from portal_app.models.saved_views import Listing
from portal_app.services.door import Door, current_actor
from portal_app.services.saved_views import keeping
from portal_app.services.saved_views.listings import Asks
from portal_app.state.policies import PoliciesState
from portal_app.state.saved_views import OF_POLICIES, OF_SUBMISSIONS, KeptViewsState, ListViewsState, Place
from portal_app.state.submission_list import SubmissionsState
from tests.services.submissions.acting import Cast
from tests.state.conftest import go
from tests.world import Agency

Opens = Callable[..., Any]
ASKED = "/submissions?q=quill&status=pending%2Cquoted&sort=insured_name&order=desc&at_risk=1&columns=line%2Cstatus"


@pytest.fixture
def cast(door: Door, agency: Agency) -> Cast:
    return Cast(door, agency)


def drawn(page: Any) -> Any:
    asyncio.run(page.load())
    return page


def led_to(event: Any) -> str:
    """Where an event leads, as its arguments say."""
    return str(next(value for name, value in event.args if str(name) == "path")).strip('"')


@pytest.mark.criterion("TRACKPAGE-06")
@pytest.mark.parametrize(
    ("place", "address"),
    [
        (OF_SUBMISSIONS, "q=a+b&line=bop&status=pending%2Cquoted&sort=number&order=desc&mine=1&columns=line%2Cstatus"),
        (OF_SUBMISSIONS, "order=asc"),
        (OF_SUBMISSIONS, ""),
        (OF_POLICIES, "q=quill&line=bop&status=active&effective_from=2026-01-01&sort=premium&order=desc"),
        (OF_POLICIES, ""),
    ],
)
def test_an_address_becomes_a_view_and_the_view_the_same_address(cast: Cast, place: Place, address: str) -> None:
    asks = place.asks(dict(parse_qsl(address)))
    made = cast.door.run(keeping.save, cast.maya, listing=place.listing, name="A", asks=asks)
    path, _, written = place.href(made).partition("?")
    expected = dict(parse_qsl(address)) | {"view": made.locator}
    assert (path, dict(parse_qsl(written))) == (place.path, expected)
    assert place.words(made.asks)


@pytest.mark.criterion("TRACKPAGE-06")
def test_what_is_shown_is_saved_under_a_name_and_told_when_it_changed(opens: Opens, cast: Cast) -> None:
    page = drawn(opens(ListViewsState, ASKED, cast.maya))
    assert (page.views, page.here, page.may_share, page.leads_on) == ([], "", False, False)
    asyncio.run(page.compose())
    asyncio.run(page.save({"name": " "}))
    assert (page.composing, page.problem_of_name) == (True, "Give the view a name.")
    to = led_to(asyncio.run(page.save({"name": "Quills", "shared": "on"})))
    assert to.startswith(ASKED)
    assert (page.flash, page.flash_kind) == ("Your role does not include this.", "bad"), "saved, and not shared"
    go(page, to)
    drawn(page)
    assert (page.here_name, page.here_mine, page.changed, page.composing) == ("Quills", True, False, False)
    assert [(each.name, each.shared, each.by) for each in page.views] == [("Quills", False, "")]

    go(page, to.replace("quill", "reed"))
    drawn(page)
    assert page.changed
    asyncio.run(page.replace())
    assert (page.changed, page.flash) == (False, "The view “Quills” shows this now.")
    go(page, to)
    assert drawn(page).changed
    others = drawn(opens(ListViewsState, to, cast.daniel))
    assert (others.views, others.here) == ([], "")


@pytest.mark.criterion("TRACKPAGE-06")
def test_a_list_begins_with_the_view_that_was_chosen(opens: Opens, cast: Cast) -> None:
    cast.submitted(name="Ada Quill")
    page = drawn(opens(ListViewsState, "/submissions?q=quill", cast.underwriter))
    to = led_to(asyncio.run(page.save({"name": "Quills", "shared": "on", "start": "on"})))
    assert page.flash == "The view “Quills” is saved."
    page = opens(ListViewsState, "/submissions", cast.underwriter)
    assert led_to(asyncio.run(page.load())) == to
    assert page.leads_on
    for address in ("/submissions?view=all", "/submissions?status=bound", to):
        go(page, address)
        assert asyncio.run(page.load()) is None
        assert not page.leads_on
    theirs = drawn(opens(ListViewsState, to, cast.maya))
    assert [(each.name, each.by, each.is_start) for each in theirs.views] == [
        ("Quills", "Customer Service Representative (CSR)", False)
    ]
    assert asyncio.run(opens(ListViewsState, "/submissions", cast.maya).load()) is None
    assert asyncio.run(opens(ListViewsState, "/policies", cast.underwriter).load()) is None

    listed = drawn(opens(SubmissionsState, to, cast.underwriter))
    assert [each.label for each in listed.views if each.here] == []
    assert drawn(opens(SubmissionsState, "/submissions?view=all", cast.underwriter)).views[0].here
    assert not drawn(opens(SubmissionsState, "/submissions?view=all", cast.underwriter)).narrowed
    policies = drawn(opens(PoliciesState, "/policies?view=all", cast.underwriter))
    assert (policies.plain, policies.ignored, policies.columns[1].href) == (True, "", "/policies?sort=number&view=all")


@pytest.mark.criterion("TRACKPAGE-06")
def test_columns_are_chosen_and_one_stays(opens: Opens, cast: Cast) -> None:
    page = drawn(opens(SubmissionsState, "/submissions?columns=line%2Cstatus%2Codd", cast.maya))
    assert page.shown == ["line", "status"]
    assert [each.label for each in page.columns] == ["Submission ID", "LOB", "Status"]
    assert led_to(asyncio.run(page.switch_column("line"))) == "/submissions?columns=status"
    go(page, "/submissions?columns=status")
    assert asyncio.run(page.switch_column("status")) is None
    go(page, "/submissions?columns=insured_name%2Cline%2Cstatus%2Cassigned_to%2Ctarget_on")
    assert led_to(asyncio.run(page.switch_column("submitted_at"))) == "/submissions"


@pytest.mark.criterion("TRACKPAGE-07")
def test_views_are_looked_after_on_their_page(opens: Opens, cast: Cast) -> None:
    own = cast.door.run(
        keeping.save, cast.maya, listing=Listing.SUBMISSIONS, name="Own", asks=Asks({"mine": True}, "number")
    )
    page = drawn(opens(KeptViewsState, "/submissions/views", cast.maya))
    assert [(each.name, each.says, each.owner) for each in page.rows] == [("Own", "Mine, by Submission ID", "You")]
    assert (page.everything, page.chosen, page.may_share) == (True, False, False)
    asyncio.run(page.start_with(own.locator))
    assert (page.everything, page.first, page.chosen) == (False, "Own", True)
    asyncio.run(page.ask_name(own.locator))
    asyncio.run(page.rename({"name": ""}))
    assert (page.renaming, page.problem_of_name) == (own.locator, "Give the view a name.")
    asyncio.run(page.rename({"name": "Mine first"}))
    assert (page.renaming, page.rows[0].name, page.first) == ("", "Mine first", "Mine first")
    asyncio.run(page.share(own.locator, True))
    assert (page.flash, page.rows[0].shared) == ("Your role does not include this.", False)

    theirs = drawn(opens(ListViewsState, "/submissions?unrouted=1", cast.underwriter))
    asyncio.run(theirs.save({"name": "Lost"}))
    keeper = drawn(opens(KeptViewsState, "/submissions/views", cast.underwriter))
    lost = keeper.rows[0].locator
    asyncio.run(keeper.make_agencys(lost))
    assert keeper.flash == "Share the view first: everybody is to see it."
    asyncio.run(keeper.share(lost, True))
    asyncio.run(keeper.make_agencys(lost))
    assert (keeper.agencys, keeper.first, keeper.rows[0].agencys) == ("Lost", "Lost", True)
    current_actor.set(cast.maya)
    asyncio.run(page.start_as_agency())
    assert (page.first, page.chosen, page.agencys) == ("Lost", False, "Lost")

    asyncio.run(page.delete())
    assert len(page.rows) == 2, "nobody asked"
    asyncio.run(page.ask_delete(own.locator))
    asyncio.run(page.delete())
    assert ([each.name for each in page.rows], page.flash) == (["Lost"], "The view is deleted.")
    elsewhere = drawn(opens(KeptViewsState, "/policies/views", cast.maya))
    assert (elsewhere.rows, elsewhere.loaded) == ([], True)
