"""The form of a producer: what people type, what is made of it, and what they are told."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.models.enums import Role
from portal_app.services.door import Door
from portal_app.services.producers import find, lifecycle
from portal_app.services.producers.views import ProducerView
from portal_app.state.producers.form import ProducerFormState
from tests.services.producers.acting import ADMIN, patch, producer
from tests.world import Agency, actor

Opens = Callable[..., Any]


def new(opens: Opens, query: str = "") -> Any:
    page = opens(ProducerFormState, f"/producers/new{query}", ADMIN)
    asyncio.run(page.load_new())
    return page


def edited(opens: Opens, it: ProducerView) -> Any:
    page = opens(ProducerFormState, f"/producers/{it.locator}/edit", ADMIN)
    asyncio.run(page.load())
    return page


def filled(page: Any, **given: str) -> dict[str, str]:
    """The form as the browser sends it, with some of it filled in; `data_email` is the field data.email."""
    boxes = {one.name: "on" for each in page.fields if each.kind == "checks" for one in each.options if one.checked}
    drawn = {each.name: each.value for each in page.fields if each.kind != "checks"}
    known = {"version": str(page.version), "name": page.typed_name, "kind": page.kind, "npn": page.npn}
    known |= {"parent": page.parent, "type": page.type}
    return known | drawn | boxes | {name.replace("data_", "data."): text for name, text in given.items()}


def now(door: Door, it: ProducerView) -> ProducerView:
    return door.run(find.producer, ADMIN, locator=it.locator)


@pytest.mark.criterion("PRODPAGE-10")
def test_every_kind_of_field_is_drawn_with_its_words(opens: Opens, agency: Agency) -> None:
    page = new(opens)
    assert [each.value for each in page.types] == ["Everything", "Plain", "Producer"], "an abstract one is not offered"
    assert {each.name: each.kind for each in page.fields} == {
        "data.email": "text",
        "data.remarks": "long",
        "data.staff": "number",
        "data.founded": "date",
        "data.union": "choice",
        "data.status": "choice",
        "data.states": "lines",
        "data.lines": "checks",
        "data.years": "lines",
        "data.taxForm": "file",
        "data.letters": "files",
    }
    told = {each.name: (each.label, each.help, each.required) for each in page.fields}
    assert told["data.email"] == ("Email", "At work.", True)
    assert told["data.staff"] == ("Staff", "From 1 to 5000.", False)
    assert told["data.taxForm"] == ("Tax form", "PDF, JPG or PNG, at most 25 MB.", False)


@pytest.mark.criterion("PRODPAGE-10")
def test_what_was_typed_is_kept_as_what_the_field_holds(opens: Opens, agency: Agency, door: Door) -> None:
    page = new(opens, f"?parent={agency.branch.locator}")
    assert page.parent == "North Branch · HL-branch"
    given = filled(
        page, name=" Copley Agency ", npn="4711", kind="organisation", data_email="a@b.test", data_staff="1,250",
        data_founded="1999-05-01", data_union="no", data_status="active", data_states="RI\r\n\r\n MA ",
        data_years="2020\n2021.5",
    )  # fmt: skip
    went = asyncio.run(page.save(given | {"data.lines:0": "on", "data.lines:2": "on"}))
    made = next(each for each in door.run(find.producers, ADMIN, text="copley").rows)
    assert dict(made.data) == {
        "email": "a@b.test",
        "staff": 1250,
        "founded": "1999-05-01",
        "union": False,
        "status": "active",
        "states": ["RI", "MA"],
        "lines": ["auto", "life"],
        "years": [2020, 2021.5],
    }
    assert (made.name, made.npn, made.kind.value) == ("Copley Agency", "4711", "organisation")
    assert made.parent_locator == agency.branch.locator
    assert made.locator in str(went)


@pytest.mark.criterion("PRODPAGE-10")
def test_everything_that_is_wrong_is_told_at_its_field_and_nothing_is_added(
    opens: Opens, agency: Agency, door: Door
) -> None:
    page = new(opens)
    given = filled(
        page, npn="not a number", data_staff="many", data_founded="yesterday", data_union="perhaps",
        data_states="RI\nRhode Island\nMassachusetts", data_taxForm="{", data_letters='["x"]',
    )  # fmt: skip
    asyncio.run(page.save(given))
    assert page.problems["npn"] == "A National Producer Number is at most ten digits."
    asyncio.run(page.save(given | {"npn": ""}))
    assert page.problems["data.staff"] == "Should be a number."
    assert page.problems["data.founded"] == "Should be a date such as 2026-06-01."
    assert page.problems["data.union"] == "Should be true or false."
    assert page.problems["data.states"] == (
        "Entry 2: Should have at most 2 characters. Entry 3: Should have at most 2 characters."
    )
    assert page.problems["data.taxForm"].startswith("Should be a reference to a file")
    assert page.problems["data.letters"].startswith("Entry 1: Should be a reference to a file")
    assert door.run(find.producers, ADMIN).total == 4


@pytest.mark.criterion("PRODPAGE-10")
def test_another_type_brings_its_own_fields(opens: Opens, agency: Agency) -> None:
    page = new(opens)
    asyncio.run(page.choose_type("Plain"))
    assert [each.name for each in page.fields] == ["data.email"]
    asyncio.run(page.choose_type("Base"))
    assert page.type == "Plain"


@pytest.mark.criterion("PRODPAGE-10")
def test_a_second_click_adds_nobody_twice(opens: Opens, agency: Agency, door: Door) -> None:
    page = new(opens)
    for _ in range(2):
        asyncio.run(page.save(filled(page, name="Once")))
    assert door.run(find.producers, ADMIN, text="once").total == 1


@pytest.mark.criterion("PRODPAGE-10")
def test_what_nobody_touched_stays_and_what_is_emptied_goes(opens: Opens, agency: Agency, door: Door) -> None:
    data = {"email": "a@b.test", "remarks": "two\n\nlines ", "lines": ["life", "auto"], "staff": 3, "states": [" R"]}
    it = producer(door, "Everything", name="Copley", data=data)
    page = edited(opens, it)
    asyncio.run(page.save(filled(page, data_staff="", data_email="new@b.test")))
    after = now(door, it)
    assert dict(after.data) == {name: value for name, value in data.items() if name != "staff"} | {
        "email": "new@b.test"
    }
    assert after.version == it.version + 1


@pytest.mark.criterion("PRODPAGE-08")
def test_what_a_validation_found_stands_at_the_fields_of_the_form(opens: Opens, agency: Agency, door: Door) -> None:
    it = producer(door, "Everything", name="Copley")
    door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    assert edited(opens, it).problems == {"data.email": "This is required."}


@pytest.mark.criterion("PRODPAGE-08")
def test_an_edit_that_would_make_the_valid_invalid_is_refused_at_the_field(
    opens: Opens, agency: Agency, door: Door
) -> None:
    it = producer(door, "Everything", name="Copley", data={"email": "a@b.test"})
    it = door.run(lifecycle.validate_producer, ADMIN, locator=it.locator)
    page = edited(opens, it)
    asyncio.run(page.save(filled(page, data_email="")))
    assert page.problems == {"data.email": "This is required."}
    assert now(door, it).version == it.version


@pytest.mark.criterion("PRODPAGE-11")
def test_who_opened_an_old_form_is_told_and_saves_nothing_over_the_others_change(
    opens: Opens, agency: Agency, door: Door
) -> None:
    it = producer(door, "Everything", name="Copley")
    page = edited(opens, it)
    typed = filled(page, name="Copley Square")
    patch(door, it, name="Copley Partners")
    asyncio.run(page.refresh())
    assert page.overtaken
    asyncio.run(page.save(typed))
    assert page.overtaken
    assert page.flash == "Somebody changed this in the meantime. Look at it again."
    assert page.form["name"] == "Copley Square", "what was typed is still there"
    assert now(door, it).name == "Copley Partners"
    asyncio.run(page.show_now())
    assert (page.overtaken, page.typed_name, page.version) == (False, "Copley Partners", it.version + 1)
    for strange in ("", "x", "9" * 30):
        asyncio.run(page.save(filled(page) | {"version": strange, "name": "Over"}))
        assert now(door, it).name == "Copley Partners"


@pytest.mark.criterion("PRODPAGE-12")
@pytest.mark.parametrize("typed", ["North Branch · HL-branch", "north branch", "HL-branch"])
def test_a_move_shows_what_hangs_on_it_and_happens_once_it_is_confirmed(
    opens: Opens, agency: Agency, door: Door, typed: str
) -> None:
    it = producer(door, "Everything", name="Copley", parent_locator=agency.house.locator)
    page = edited(opens, it)
    asyncio.run(page.save(filled(page, parent=typed, name="Copley Square")))
    assert (page.asking, page.below) == (True, "North Branch · HL-branch")
    assert page.impact[-1] == "0 people of the portal"
    assert now(door, it).parent_locator == agency.house.locator
    asyncio.run(page.back())
    asyncio.run(page.go_on())
    assert now(door, it).version == it.version, "nothing is under question any more"
    asyncio.run(page.save(filled(page, parent=typed, name="Copley Square")))
    asyncio.run(page.go_on())
    after = now(door, it)
    assert (after.parent_locator, after.name) == (agency.branch.locator, "Copley Square")


@pytest.mark.criterion("PRODPAGE-12")
def test_a_parent_that_nobody_is_or_that_would_be_a_loop_is_refused_at_the_field(
    opens: Opens, agency: Agency, door: Door
) -> None:
    it = producer(door, "Everything", name="Copley")
    below = producer(door, "Everything", name="Copley", parent_locator=it.locator)
    page = edited(opens, it)
    asyncio.run(page.save(filled(page, parent="Nobody at all")))
    assert page.problems["parent"].startswith("No producer is called Nobody at all.")
    producer(door, "Everything", name="Copley")
    page = edited(opens, it)
    asyncio.run(page.save(filled(page, parent="Copley")))
    assert page.problems["parent"] == "Several producers are called Copley. Choose one from the list."
    label = next(each.label for each in page.parents if each.value == below.locator)
    asyncio.run(page.save(filled(page, parent=label)))
    asyncio.run(page.go_on())
    assert "would be a loop" in page.problems["parent"]
    assert now(door, it).parent_locator is None


@pytest.mark.criterion("PRODPAGE-19")
def test_a_parent_who_is_not_proposed_is_found_by_a_code(
    opens: Opens, agency: Agency, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal_app.services.producers.choices.MOST_CHOICES", 1)
    it = producer(door, "Everything", name="Copley", parent_locator=agency.house.locator)
    page = edited(opens, it)
    assert "Any other can be typed." in page.parents_told
    asyncio.run(page.save(filled(page, parent="hl-BRANCH")))
    assert (page.asking, page.below) == (True, "North Branch · HL-branch")
    asyncio.run(page.go_on())
    assert now(door, it).parent_locator == agency.branch.locator


@pytest.mark.criterion("PRODPAGE-10")
def test_a_producer_who_is_not_there_has_no_form(opens: Opens, agency: Agency) -> None:
    page = opens(ProducerFormState, "/producers/01J00000000000000000000000/edit", actor(Role.ADMIN))
    asyncio.run(page.load())
    assert (page.missing, page.loaded) == (True, False)
