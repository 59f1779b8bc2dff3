"""The list and the tree of producers, as a tab holds them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.models.enums import Grant, ProducerKind, ProducerState
from portal_app.models.producers import Producer
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.producers import overview
from portal_app.state.portal import PortalState
from portal_app.state.producers.listing import ProducersState
from tests.services.producers.acting import producer
from tests.world import NOW, Agency

Opens = Callable[..., Any]
PLACE = "/producers"


def shown(opens: Opens, actor: Actor, query: str = "") -> Any:
    page = opens(ProducersState, f"{PLACE}{query}", actor)
    asyncio.run(page.load())
    return page


@pytest.mark.criterion("PRODPAGE-01")
def test_a_row_tells_who_somebody_is_with_codes_and_parent(opens: Opens, agency: Agency) -> None:
    page = shown(opens, agency.csr())
    assert [each.name for each in page.rows] == ["Daniel Kim", "Harbor Lane Insurance", "Maya Alvarez", "North Branch"]
    maya = page.rows[2]
    assert (maya.kind, maya.codes, maya.parent, maya.state) == ("Individual", "HL-maya", "North Branch", "Validated")
    assert (page.headline, page.span, page.manages) == ("4 producers", "1–4 of 4", False)


@pytest.mark.criterion("PRODPAGE-01")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=alva", ["Maya Alvarez"]),
        ("?q=hl-dan", ["Daniel Kim"]),
        ("?state=draft", ["Producer without a name"]),
        ("?state=nonsense&q=branch", ["North Branch"]),
        ("?q=nobody", []),
        ("?page=2", []),
    ],
)
def test_the_address_says_what_is_looked_for(
    opens: Opens, door: Door, agency: Agency, query: str, names: list[str]
) -> None:
    producer(door, "Producer")
    page = shown(opens, agency.admin(), query)
    assert [each.name for each in page.rows] == names
    assert page.searching == ("q=" in query or "draft" in query)


@pytest.mark.criterion("PRODPAGE-01")
@pytest.mark.criterion("PRODPAGE-02")
def test_nobody_finds_whom_they_may_not_see(opens: Opens, agency: Agency) -> None:
    for actor, names in (
        (agency.producer(), ["Maya Alvarez"]),
        (agency.branch_manager(Grant.DOWNLINE), ["Daniel Kim", "Maya Alvarez", "North Branch"]),
    ):
        page = shown(opens, actor)
        assert [each.name for each in page.rows] == names
        assert all(each.parent in ("", "North Branch") for each in page.rows), "the house is not theirs to see"
        tree = shown(opens, actor, "?view=tree")
        assert sorted(each.name for each in tree.branches) == names
        assert tree.branches[0].depth == 0


@pytest.mark.criterion("PRODPAGE-02")
def test_the_tree_has_everybody_below_whom_they_stand(opens: Opens, agency: Agency) -> None:
    page = shown(opens, agency.admin(), "?view=tree")
    assert [(each.depth, each.name, each.below, each.hidden) for each in page.branches] == [
        (0, "Harbor Lane Insurance", "1", False),
        (1, "North Branch", "2", False),
        (2, "Daniel Kim", "", False),
        (2, "Maya Alvarez", "", False),
    ]
    assert page.left_out == ""


@pytest.mark.criterion("PRODPAGE-02")
def test_a_large_tree_is_closed_below_its_first_level_and_says_what_does_not_fit(
    opens: Opens, door: Door, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    with door.database.write() as db:
        state, kind = ProducerState.VALIDATED, ProducerKind.INDIVIDUAL
        db.add_all(
            Producer(name=f"Agent {n:03}", kind=kind, state=state, parent_id=agency.branch.id, created_at=NOW)
            for n in range(300)
        )
    page = shown(opens, agency.admin(), "?view=tree")
    assert len(page.branches) == 304
    assert [each.name for each in page.branches if not each.hidden] == ["Harbor Lane Insurance", "North Branch"]
    assert [each.opened for each in page.branches[:2]] == [True, False]
    monkeypatch.setattr(overview, "MOST_IN_TREE", 300)
    page = shown(opens, agency.admin(), "?view=tree")
    assert page.left_out == "4 more producers would not fit: look for them in the list."


@pytest.mark.criterion("PRODPAGE-03")
def test_who_sees_producers_finds_them_in_the_navigation_and_who_manages_them_adds_one(
    opens: Opens, agency: Agency
) -> None:
    for actor, adds in ((agency.admin(), True), (agency.principal(), True), (agency.producer(), False)):
        page = opens(PortalState, "/", actor)
        asyncio.run(page.arrive())
        assert "producers" in page.places
        assert ("add-producer" in page.actions) == adds
