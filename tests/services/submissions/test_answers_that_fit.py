"""What is answered to a request for information is held against everything else that was submitted."""

import pytest

from portal_app.models.enums import RequestedItemKind
from portal_app.services.door import Door
from portal_app.services.errors import Invalid
from portal_app.services.quotes import entering
from portal_app.services.submissions import information, requests
from portal_app.services.submissions.information import Wanted
from tests.services.submissions.acting import NAMED, Cast, form

AFTER = {"check": "after", "field": "expiration", "than": "effective", "message": "It is after the effective date."}


def asked_for(door: Door, cast: Cast, *names: str) -> tuple[str, dict[str, str]]:
    """A submission whose fields of these names are asked for, and the items by name."""
    document = form()
    document["sections"][0]["groups"][0]["checks"] = [AFTER]
    cast.put_form(document, 2)
    locator = cast.submitted()
    items = [Wanted(RequestedItemKind.FIELD, path=f"{NAMED}.{name}") for name in names]
    made = door.run(information.ask, cast.underwriter, locator=locator, items=items)
    return locator, dict(zip(names, (each.locator for each in made.items), strict=True))


@pytest.mark.criterion("INFO-06")
def test_answers_that_do_not_fit_each_other_are_not_sent(door: Door, cast: Cast) -> None:
    locator, items = asked_for(door, cast, "effective", "expiration")
    for name, value in (("effective", "02/01/2029"), ("expiration", "01/15/2029")):
        door.run(information.answer, cast.maya, locator=locator, item=items[name], value=value)
    with pytest.raises(Invalid) as refused:
        door.run(information.complete, cast.maya, locator=locator)
    assert refused.value.problems == {items["expiration"]: "Expiration date: It is after the effective date."}
    assert door.run(requests.requests, cast.maya, locator=locator)[0].is_open
    door.run(information.answer, cast.maya, locator=locator, item=items["expiration"], value="02/01/2030")
    assert not door.run(information.complete, cast.maya, locator=locator).is_open
    begins = door.run(entering.begin, cast.underwriter, submission=locator)
    assert [str(begins.terms[name]) for name in ("effective", "expiration")] == ["2029-02-01", "2030-02-01"]


@pytest.mark.criterion("INFO-06")
def test_what_was_not_asked_for_and_does_not_fit_any_more_is_told(door: Door, cast: Cast) -> None:
    locator, items = asked_for(door, cast, "effective")
    door.run(information.answer, cast.maya, locator=locator, item=items["effective"], value="02/01/2029")
    with pytest.raises(Invalid) as refused:
        door.run(information.complete, cast.maya, locator=locator)
    (told,) = refused.value.problems.values()
    assert told.startswith("With this, something else that was submitted does not fit any more. Expiration date: It is")


@pytest.mark.criterion("INFO-06")
def test_a_producer_code_that_is_answered_is_one_of_ones_own(door: Door, cast: Cast) -> None:
    locator, items = asked_for(door, cast, "producer_code")
    with pytest.raises(Invalid, match="one of your producer codes"):
        door.run(information.answer, cast.maya, locator=locator, item=items["producer_code"], value="HL-daniel")
    door.run(information.answer, cast.maya, locator=locator, item=items["producer_code"], value="HL-maya")
    assert not door.run(information.complete, cast.maya, locator=locator).is_open
