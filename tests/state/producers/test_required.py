"""What is required of producers, in its forms: cover of one, education by state."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.licensing import cover, requirements
from portal_app.state.producers.required import RequiredCoverState, RequiredEducationState
from tests.services.producers.acting import ADMIN
from tests.world import Agency

Opens = Callable[..., Any]


def shown(opens: Opens, page: Any, address: str, actor: Actor) -> Any:
    found = opens(page, address, actor)
    asyncio.run(found.load())
    return found


@pytest.mark.criterion("PRODPAGE-17")
def test_what_cover_a_producer_must_have_is_said_in_a_form(opens: Opens, agency: Agency, door: Door) -> None:
    maya = agency.maya.locator
    place = f"/producers/{maya}/required-cover"
    page = shown(opens, RequiredCoverState, place, agency.admin())
    assert (page.owner_name, [each.value for each in page.fields]) == ("Maya Alvarez", ["", "", ""])
    late = shown(opens, RequiredCoverState, place, agency.principal())
    asyncio.run(page.save({"version": "0", "each_claim": "lots", "aggregate": ""}))
    assert page.problems == {
        "each_claim": "Enter an amount such as 1,000,000 or 2500.50.",
        "aggregate": "Fill this in.",
    }
    asyncio.run(page.save({"version": "0", "each_claim": "1,000,000", "aggregate": "500,000"}))
    assert page.problems == {"aggregate": "The limit for all claims is lower than that for one."}
    asyncio.run(page.save({"version": "0", "each_claim": "1,000,000", "aggregate": "2000000", "stops_bind": "on"}))
    said = cover.Required(Decimal(1_000_000), Decimal(2_000_000), stops_bind=True, version=1, asked=True)
    assert door.run(cover.required, ADMIN, producer=maya) == said
    asyncio.run(late.save({"version": "0", "each_claim": "1", "aggregate": "1"}))
    assert (late.overtaken, door.run(cover.required, ADMIN, producer=maya)) == (True, said)
    asyncio.run(late.show_now())
    assert [each.value for each in late.fields] == ["1,000,000.00", "2,000,000.00", "on"]
    asyncio.run(late.release())
    assert door.run(cover.required, ADMIN, producer=maya) == said, "nothing is taken back unasked"
    for ask in (True, False, True):
        asyncio.run(late.ask_first(ask))
    asyncio.run(late.release())
    assert (late.flash, late.asking) == ("Taken back: no cover is asked for any more.", False)
    assert door.run(cover.required, ADMIN, producer=maya) == cover.Required(version=2)
    asyncio.run(page.refresh())
    assert page.overtaken
    asyncio.run(page.show_now())
    assert (page.asked, [each.value for each in page.fields]) == (False, ["", "", ""])


@pytest.mark.criterion("PRODPAGE-17")
def test_hours_of_education_are_said_by_state(opens: Opens, agency: Agency, door: Door) -> None:
    page = shown(opens, RequiredEducationState, "/producers/education?state=RI", agency.admin())
    assert (page.chosen_name, [each.value for each in page.fields]) == ("Rhode Island", ["24", "3", "24"])
    late = shown(opens, RequiredEducationState, "/producers/education?state=RI", agency.principal())
    asyncio.run(page.save({"version": "0", "hours": "two", "ethics_hours": "3", "months": "1.5"}))
    assert page.problems == {"hours": "Enter hours such as 24 or 1.5.", "months": "Enter a whole number such as 24."}
    asyncio.run(page.save({"version": "0", "hours": "20", "ethics_hours": "24", "months": "36"}))
    assert page.problems == {"ethics_hours": "There are more hours of ethics than hours in all."}
    asyncio.run(page.save({"version": "0", "hours": "20", "ethics_hours": "4.5", "months": "36"}))
    own = next(each for each in door.run(requirements.listed, ADMIN) if each.jurisdiction == "RI")
    assert (own.hours, own.ethics_hours, own.months, own.version) == (Decimal(20), Decimal("4.5"), 36, 1)
    asyncio.run(late.save({"version": "0", "hours": "1", "ethics_hours": "1", "months": "1"}))
    assert (late.overtaken, late.problems) == (True, {})
    others = shown(opens, RequiredEducationState, "/producers/education?state=RI", agency.producer())
    assert (others.manages, others.chosen, others.headline) == (False, "", "1 state with hours of its own")
    row = next(each for each in others.rows if each.name == "Rhode Island")
    assert (row.hours, row.ethics, row.months, row.usual) == ("20", "4.5", "36", False)
