"""What the pages of producers read, on both databases."""

import pytest

from portal_app.models.enums import Grant
from portal_app.services.door import Door, Tx
from portal_app.services.errors import Forbidden, NotFound
from portal_app.services.licensing import licenses
from portal_app.services.licensing.terms import LicenseTerms
from portal_app.services.media import library
from portal_app.services.media.files import Content, place_of
from portal_app.services.producers import choices, detail, lifecycle, overview
from portal_app.services.trail import of_producer
from tests.services.producers.acting import ADMIN, code, patch, producer
from tests.world import Agency, build_agency


@pytest.fixture
def agency(door: Door) -> Agency:
    with door.database.write() as db:
        return build_agency(db)


@pytest.mark.criterion("PRODPAGE-01")
@pytest.mark.criterion("PRODPAGE-02")
def test_lists_and_trees_hold_what_the_actor_sees(door: Door, agency: Agency) -> None:
    found = door.run(overview.listed, agency.csr(), text="a", count=2)
    assert ([each.name for each in found.rows], found.total) == (["Daniel Kim", "Harbor Lane Insurance"], 4)
    manager = agency.branch_manager(Grant.DOWNLINE)
    told = {
        each.name: (each.parent_name, [one.code for one in each.codes])
        for each in door.run(overview.listed, manager).rows
    }
    assert told == {
        "North Branch": ("", ["HL-branch"]),
        "Daniel Kim": ("North Branch", ["HL-daniel"]),
        "Maya Alvarez": ("North Branch", ["HL-maya"]),
    }
    forest = door.run(overview.forest, manager)
    assert [(each.depth, each.line.name) for each in forest.rows] == [
        (0, "North Branch"),
        (1, "Daniel Kim"),
        (1, "Maya Alvarez"),
    ]
    assert [each.name for each in door.run(overview.listed, manager, parent=agency.branch.locator).rows] == [
        "Daniel Kim",
        "Maya Alvarez",
    ]


@pytest.mark.criterion("PRODPAGE-02")
def test_of_more_than_a_tree_can_show_those_nearest_to_the_top_are_shown(
    door: Door, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = producer(door, name="Zed House")
    for number in range(4):
        producer(door, name=f"Agent {number}", parent_locator=house.locator)
    monkeypatch.setattr(overview, "MOST_IN_TREE", 4)
    forest = door.run(overview.forest, ADMIN)
    shown = [(each.depth, each.line.name) for each in forest.rows]
    assert (0, "Zed House") in shown
    assert all(depth > 0 for depth, name in shown if name.startswith("Agent"))
    assert (len(shown), forest.total) == (4, 9)


@pytest.mark.criterion("PRODPAGE-12")
def test_parents_that_are_offered_are_in_use_and_told_apart(door: Door, agency: Agency) -> None:
    first, second = (producer(door, name="Twin") for _ in range(2))
    gone = producer(door, name="Gone")
    door.run(lifecycle.discard_producer, ADMIN, locator=gone.locator)
    offered = {each.value: each.label for each in door.run(choices.producers, ADMIN).rows}
    assert gone.locator not in offered
    assert offered[agency.maya.locator] == "Maya Alvarez · HL-maya"
    assert offered[first.locator] != offered[second.locator]
    assert [each.label for each in door.run(choices.producers, agency.producer()).rows] == ["Maya Alvarez · HL-maya"]


@pytest.mark.criterion("PRODPAGE-19")
def test_who_is_not_among_the_first_is_found_by_name_number_or_code(
    door: Door, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = door.run(choices.producers, ADMIN)
    assert whole.total == len(whole.rows)
    monkeypatch.setattr(choices, "MOST_CHOICES", 1)
    few = door.run(choices.producers, ADMIN)
    assert (len(few.rows), few.total) == (1, whole.total)

    def meant(text: str) -> list[str]:
        return [each.value for each in door.run(choices.meant, ADMIN, text=text)]

    label = next(each.label for each in whole.rows if each.value == agency.maya.locator)
    for text in (label, "maya  alvarez", "hl-MAYA", agency.maya.locator):
        assert meant(text) == [agency.maya.locator], text
    assert (meant("Maya"), meant("Maya Alvarez · HL-daniel"), meant(" ")) == ([], [], [])
    for _ in range(3):
        producer(door, name="Twin")
    assert len(meant("Twin")) == 2
    assert door.run(choices.meant, agency.producer(), text="HL-daniel") == ()


@pytest.mark.criterion("PRODPAGE-14")
def test_a_form_offers_the_codes_of_those_below_and_licenses_that_count(door: Door, agency: Agency) -> None:
    door.run(licenses.create, ADMIN, producer=agency.branch.locator, terms=LicenseTerms(license_number="L-1"))
    offered = door.run(choices.of_credentials, ADMIN, locator=agency.branch.locator)
    assert [each.value for each in offered.codes] == ["HL-branch"]
    assert [each.value for each in offered.codes_below] == ["HL-branch", "HL-daniel", "HL-maya"]
    assert [each.label for each in offered.carriers] == ["Granite Mutual"]
    assert offered.licenses == (), "a draft does not count"
    with pytest.raises(NotFound):
        door.run(choices.of_credentials, agency.producer(), locator=agency.branch.locator)


@pytest.mark.criterion("PRODPAGE-04")
@pytest.mark.criterion("PRODPAGE-06")
def test_one_page_is_all_of_a_producer_as_far_as_the_actor_sees(door: Door, agency: Agency) -> None:
    it = producer(door, "Free", name="Copley", parent_locator=agency.branch.locator)
    code(door, it, code="C-1")
    found = door.run(detail.page, ADMIN, locator=it.locator)
    assert [each.name for each in found.above] == ["Harbor Lane Insurance", "North Branch"]
    assert ([each.code for each in found.codes.rows], found.people) == (["C-1"], ())
    mine = door.run(detail.page, agency.producer(), locator=agency.maya.locator)
    assert (mine.above, mine.below.total, mine.people) == ((), 0, None)
    with pytest.raises(NotFound):
        door.run(detail.page, agency.producer(), locator=it.locator)


@pytest.mark.criterion("PRODPAGE-04")
def test_files_that_the_data_refers_to_come_with_their_versions(door: Door) -> None:
    for digest in ("a" * 64, "b" * 64):
        place = place_of(door.settings.folder, digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"%PD")
    first = door.run(library.add, ADMIN, content=Content("a" * 64, 3, "application/pdf"), filename="a.pdf")
    door.run(library.add, ADMIN, content=Content("b" * 64, 3, "application/pdf"), filename="b.pdf", of=first.locator)
    reference = {"locator": first.locator, "versionLocator": first.versions[0].locator}
    with door.database.read() as db:
        tx = Tx(db, ADMIN, door.clock(), door.settings, door.ports)
        found = detail.media_of(
            tx, {"form": reference, "letters": [reference, {"locator": "gone", "versionLocator": ""}]}
        )
    assert [each.filename for each in found[first.locator].versions] == ["b.pdf", "a.pdf"]
    assert list(found) == [first.locator]


@pytest.mark.criterion("PRODPAGE-06")
def test_the_trail_of_a_producer_has_what_belongs_to_it_and_nothing_else(door: Door, agency: Agency) -> None:
    it, other = (producer(door, name=name) for name in ("Copley", "Other"))
    mine = code(door, it, code="C-1")
    patch(door, other, name="Another")
    patch(door, it, name="Copley Square")
    trail = door.run(of_producer.listed, ADMIN, locator=it.locator, count=2)
    assert [(each.action, each.record) for each in trail.rows] == [
        ("producer.changed", it.locator),
        ("producer_code.added", mine.locator),
    ]
    assert trail.total == 3
    for who in (agency.csr(), agency.producer()):
        with pytest.raises(Forbidden):
            door.run(of_producer.listed, who, locator=it.locator)
