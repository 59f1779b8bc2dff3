"""The page of a producer code, as a tab holds it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.services.access import Actor
from portal_app.services.door import Door, current_actor
from portal_app.services.producers import find, lifecycle
from portal_app.services.producers.views import CodeView
from portal_app.state.producers.code import CodeState
from tests.services.producers.acting import ADMIN, patch_code
from tests.world import Agency

Opens = Callable[..., Any]

IMPACT = [
    "1 policy carries this code, now, in time to come or as code of record.",
    "0 open submissions name this code.",
    "0 open quotes carry this code.",
    "0 licenses and 0 appointments that list it",
]


def page_of(opens: Opens, owner: str, locator: str, actor: Actor = ADMIN) -> Any:
    page = opens(CodeState, f"/producers/{owner}/codes/{locator}", actor)
    asyncio.run(page.load())
    return page


def of(door: Door, owner: str) -> list[CodeView]:
    return list(door.run(find.codes_of, ADMIN, locator=owner).rows)


@pytest.mark.criterion("PRODPAGE-13")
def test_a_code_is_typed_or_comes_from_the_plan(opens: Opens, agency: Agency, door: Door) -> None:
    owner = agency.maya.locator
    page = page_of(opens, owner, "new")
    assert [each.value for each in page.types] == ["Numbered", "Unplanned", "ProducerCode", "Full"]
    asyncio.run(page.save({"type": "Numbered", "code": "HL-daniel", "data.note": "x"}))
    assert page.problems == {"code": "There is a code like this already."}
    asyncio.run(page.save({"type": "Numbered", "code": "", "data.note": "x"}))
    asyncio.run(page.save({"type": "Numbered", "code": "", "data.note": "x"}))
    assert [each.code for each in of(door, owner)] == ["HL-maya", "N-007"], "a second click adds none"
    asyncio.run(page_of(opens, owner, "new").save({"type": "Unplanned", "code": " BY-HAND "}))
    assert "BY-HAND" in [each.code for each in of(door, owner)]


@pytest.mark.criterion("PRODPAGE-13")
def test_a_plan_that_is_used_up_is_told(opens: Opens, agency: Agency, door: Door) -> None:
    asyncio.run(page_of(opens, agency.maya.locator, "new").save({"type": "Full", "code": ""}))
    page = page_of(opens, agency.maya.locator, "new")
    asyncio.run(page.save({"type": "Full", "code": ""}))
    assert page.wrong == ["The numbering plan Short has no number left: \\S# is used up."]


@pytest.mark.criterion("PRODPAGE-13")
def test_a_draft_that_waits_is_given_its_code(opens: Opens, agency: Agency, door: Door) -> None:
    asyncio.run(page_of(opens, agency.maya.locator, "new").save({"type": "Unplanned", "code": ""}))
    (waiting,) = (each for each in of(door, agency.maya.locator) if each.code is None)
    page = page_of(opens, agency.maya.locator, waiting.locator)
    asyncio.run(page.generate())
    assert page.flash == "Unplanned has no numbering plan: say which code it is."
    asyncio.run(page.go("validate"))
    assert (page.flash_kind, page.problems) == ("bad", {"code": "A code has to have its number first."})
    asyncio.run(page.save({"version": str(page.version), "code": "U-1", "producer": page.owner}))
    assert (page.code, page.flash) == ("U-1", "Saved.")
    asyncio.run(page.go("validate"))
    assert (page.state_label, page.flash) == ("Validated", "Validated.")


@pytest.mark.criterion("PRODPAGE-13")
def test_a_code_moves_to_another_producer_once_what_hangs_on_it_was_shown(
    opens: Opens, agency: Agency, door: Door
) -> None:
    code = agency.codes["maya"]
    page = page_of(opens, agency.maya.locator, code.locator)
    given = {"version": str(page.version), "producer": "Daniel Kim"}
    asyncio.run(page.save(given))
    assert (page.asking, page.impact) == ("move", IMPACT)
    assert door.run(find.code, ADMIN, locator=code.locator).producer_name == "Maya Alvarez"
    went = asyncio.run(page.go("move"))
    assert door.run(find.code, ADMIN, locator=code.locator).producer_name == "Daniel Kim"
    assert agency.daniel.locator in str(went)
    page = page_of(opens, agency.daniel.locator, code.locator)
    for typed in ("Nobody", ""):
        asyncio.run(page.save({"version": str(page.version), "producer": typed}))
        assert "producer" in page.problems


@pytest.mark.criterion("PRODPAGE-07")
@pytest.mark.criterion("PRODPAGE-11")
def test_steps_of_a_code_ask_first_and_an_old_form_is_told(opens: Opens, agency: Agency, door: Door) -> None:
    code = agency.codes["maya"]
    page = page_of(opens, agency.maya.locator, code.locator)
    asyncio.run(page.go("retire"))
    assert page.state_label == "Validated"
    asyncio.run(page.ask_first("suspend"))
    assert page.impact == IMPACT
    asyncio.run(page.go("suspend"))
    assert page.state_label == "Suspended"
    patch_code(door, door.run(find.code, ADMIN, locator=code.locator), producer_locator=agency.daniel.locator)
    asyncio.run(page.refresh())
    assert page.overtaken
    asyncio.run(page.save({"version": str(page.version), "producer": page.owner}))
    assert (page.flash_kind, page.overtaken) == ("bad", True)


@pytest.mark.criterion("PRODPAGE-13")
def test_others_see_a_code_and_change_nothing(opens: Opens, agency: Agency, door: Door) -> None:
    code = agency.codes["maya"]
    page = page_of(opens, agency.maya.locator, code.locator, agency.producer())
    assert (page.code, page.editable, page.possible) == ("HL-maya", False, [])
    door.run(lifecycle.suspend_code, ADMIN, locator=code.locator)
    current_actor.set(agency.producer())
    asyncio.run(page.refresh())
    assert (page.state_label, page.overtaken) == ("Suspended", False), "who writes nothing is shown what is new"
    assert page_of(opens, agency.daniel.locator, agency.codes["daniel"].locator, agency.producer()).missing
    assert page_of(opens, agency.maya.locator, "new", agency.producer()).missing
