"""Producers, as an administrator looks after them and as a producer sees them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests import servers
from tests.browser.conftest import Person
from tests.browser.looking import complaints, look
from tests.servers import Site
from tests.state.producers.conftest import KINDS

pytestmark = pytest.mark.browser
Opened = Callable[..., Page]
Sessions = Callable[[str], StorageState]


@pytest.fixture
def page(sessions: Sessions, opened: Opened, demo_site: Site) -> Page:
    page = opened(sessions("admin"))
    page.goto(f"{demo_site.url}/producers")
    expect(page.locator(".row-link").first).to_be_visible()
    return page


def open_producer(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def ask(page: Page, line: str, state: str) -> None:
    page.get_by_label("Line of business").select_option(line)
    page.get_by_label("State", exact=True).select_option(state)
    page.get_by_role("button", name="Ask").click()


@pytest.mark.criterion("PRODPAGE-01")
@pytest.mark.criterion("PRODPAGE-03")
def test_producers_are_found_from_the_navigation(page: Page) -> None:
    page.get_by_role("navigation", name="Primary").first.get_by_role("link", name="Producers").click()
    page.get_by_label("Search producers").fill("hl-11")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".row-link")).to_have_text(["Maya Alvarez", "Samuel Okafor"])
    page.get_by_role("combobox", name="State").select_option("draft")
    expect(page.get_by_text("No producer matches")).to_be_visible()
    page.get_by_role("link", name="Show all producers").click()
    expect(page.get_by_role("row", name=re.compile("^Maya Alvarez"))).to_contain_text("Harbor Lane Boston")
    assert look(page) == []


@pytest.mark.criterion("PRODPAGE-02")
def test_the_tree_is_walked_by_keyboard(page: Page) -> None:
    page.get_by_role("link", name="Tree").click()
    rows = page.locator(".tree > li:visible")
    expect(rows).to_have_count(11)
    assert look(page) == []
    page.get_by_role("button", name="Below Harbor Lane Insurance: 3").focus()
    page.keyboard.press("ArrowDown")
    boston = page.get_by_role("button", name="Below Harbor Lane Boston: 3")
    expect(boston).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(boston).to_have_attribute("aria-expanded", "false")
    expect(rows).to_have_count(7)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Below Harbor Lane Providence: 3")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(11)
    page.keyboard.press("ArrowRight")
    maya = page.get_by_role("button", name="Below Maya Alvarez: 1")
    expect(maya).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Samuel Okafor")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(maya).to_be_focused()
    page.get_by_role("button", name="Close all").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Open all").click()
    page.get_by_role("link", name="Samuel Okafor").press("Enter")
    expect(page.get_by_role("heading", name="Samuel Okafor", level=1)).to_be_visible()


@pytest.mark.criterion("PRODPAGE-08")
@pytest.mark.criterion("PRODPAGE-10")
@pytest.mark.criterion("PRODPAGE-13")
def test_a_producer_is_added_found_wanting_mended_validated_and_given_a_code(page: Page) -> None:
    heard = complaints(page)
    page.get_by_role("link", name="Add a producer").click()
    page.get_by_label("Name", exact=True).fill("Copley Square Agency")
    page.get_by_label("Type", exact=True).select_option("SubAgency")
    expect(page.get_by_label("Contact")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Copley Square Agency")
    page.get_by_label("Kind").select_option("organisation")
    page.get_by_label("Founded").fill("2020-01-02")
    page.get_by_label("Parent").fill("Boston")
    page.get_by_label("National Producer Number").fill("none")
    page.get_by_role("button", name="Add the producer").click()
    expect(page.get_by_text("No producer is called Boston.")).to_be_visible()
    expect(page.get_by_label("Founded")).to_have_value("2020-01-02")
    expect(page.get_by_label("Parent")).to_be_focused()
    assert look(page) == []
    page.get_by_label("Parent").fill("HL-100")
    page.get_by_role("button", name="Add the producer").click()
    expect(page.get_by_text("A National Producer Number is at most ten digits.")).to_be_visible()
    page.get_by_label("National Producer Number").fill("")
    page.get_by_role("button", name="Add the producer").click()
    expect(page.get_by_role("heading", name="Copley Square Agency", level=1)).to_be_visible()
    expect(page.locator(".above li")).to_have_text(["Harbor Lane Insurance", "Harbor Lane Boston"])

    page.get_by_role("button", name="Validate").click()
    expect(page.get_by_text("It stays a draft")).to_be_visible()
    expect(page.locator(".fact", has_text="Contact")).to_contain_text("This is required.")
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Contact")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Contact").fill("Ann Lee")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("button", name="Validate").click()
    expect(page.get_by_text("Validated.")).to_be_visible()

    page.get_by_role("link", name="Add a code").click()
    page.get_by_label("Type", exact=True).select_option("SubAgencyCode")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="SUB-A0001", level=1)).to_be_visible()
    page.get_by_role("button", name="Validate").click()
    expect(page.locator(".page-header").get_by_text("Validated")).to_be_visible()
    assert heard == []


@pytest.mark.criterion("PRODPAGE-05")
@pytest.mark.criterion("PRODPAGE-07")
@pytest.mark.criterion("PRODPAGE-09")
@pytest.mark.criterion("PRODPAGE-14")
@pytest.mark.criterion("KEYS-09")
def test_a_license_turns_the_answer_and_a_suspension_shows_what_hangs_on_it(page: Page) -> None:
    open_producer(page, "Tobias Lindqvist")
    ask(page, "homeowners", "MA")
    expect(page.get_by_text("What would pass:")).to_be_visible()
    page.get_by_role("link", name="Add a license").click()
    page.get_by_label("License number").fill("MA-77120")
    page.get_by_label("States", exact=True).fill("ma")
    page.get_by_role("checkbox", name="Personal Lines").check()
    page.get_by_label("Effective date").fill("2025-01-01")
    assert look(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="License MA-77120", level=1)).to_be_visible()
    page.get_by_role("button", name="Validate").click()
    expect(page.get_by_text("it counts from now on")).to_be_visible()
    page.get_by_role("link", name="The producer").click()
    ask(page, "homeowners", "MA")
    expect(page.get_by_text("License MA-77120 for Massachusetts covers homeowners")).to_be_visible()

    page.get_by_role("button", name="Suspend").click()
    asked = page.get_by_role("alertdialog", name="Suspend this producer?")
    expect(asked).to_contain_text(re.compile(r"\d+ policies carry one of the codes"))
    expect(asked).to_contain_text("1 producer code")
    assert look(page) == []
    leave, act = (asked.get_by_role("button", name=name) for name in ("Leave it as it is", "Suspend"))
    expect(leave).to_be_focused()
    for key, focused in (("Tab", act), ("Tab", leave), ("Shift+Tab", act), ("Shift+Tab", leave)):
        page.keyboard.press(key)
        expect(focused).to_be_focused()
    page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    expect(page.get_by_role("button", name="Suspend")).to_be_focused()
    page.get_by_role("button", name="Suspend").click()
    asked.get_by_role("button", name="Suspend").click()
    expect(page.locator(".page-header").get_by_text("Suspended")).to_be_visible()
    page.get_by_role("button", name="Take into use again").click()
    expect(page.get_by_text("In use again.")).to_be_visible()


@pytest.mark.criterion("PRODPAGE-11")
def test_who_writes_in_an_old_form_is_told_and_keeps_what_was_typed(
    page: Page, sessions: Sessions, opened: Opened
) -> None:
    open_producer(page, "Owen Gallagher")
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Telephone").fill("(401) 555-0177")
    theirs = opened(sessions("principal"))
    theirs.goto(page.url)
    theirs.get_by_label("Note").fill("Moved to Warwick")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("Somebody else changed this producer")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody changed this in the meantime")).to_be_visible()
    expect(page.get_by_label("Telephone")).to_have_value("(401) 555-0177")
    page.get_by_role("button", name="Show it as it is now").click()
    expect(page.get_by_label("Note")).to_have_value("Moved to Warwick")


@pytest.mark.criterion("PRODPAGE-01")
@pytest.mark.criterion("PRODPAGE-04")
def test_a_producer_sees_only_their_own(sessions: Sessions, opened: Opened, demo_site: Site, page: Page) -> None:
    open_producer(page, "Daniel Kim")
    foreign = page.url
    theirs = opened(sessions("producer"))
    theirs.goto(f"{demo_site.url}/producers")
    expect(theirs.locator(".row-link")).to_have_text(["Maya Alvarez"])
    open_producer(theirs, "Maya Alvarez")
    for name in ("Edit", "Suspend", "Add a license", "Samuel Okafor", "Harbor Lane Boston"):
        expect(theirs.get_by_role("link", name=name)).to_have_count(0)
        expect(theirs.get_by_role("button", name=name)).to_have_count(0)
    theirs.goto(foreign)
    expect(theirs.get_by_text("This producer is not here")).to_be_visible()
    theirs.goto(f"{demo_site.url}/producers/new")
    expect(theirs).to_have_url(re.compile("/denied"))


@pytest.mark.criterion("PRODPAGE-15")
@pytest.mark.criterion("PRODPAGE-17")
@pytest.mark.criterion("PRODPAGE-18")
@pytest.mark.criterion("HOOK-22")
def test_a_file_goes_up_with_the_form_and_is_a_link_with_its_versions(
    built_front_end: object, opened: Opened, tmp_path: Path
) -> None:
    (tmp_path / "types.json").write_text(json.dumps(KINDS), encoding="utf-8")
    types = {"producers_file": str(tmp_path / "types.json")}
    with servers.portal(tmp_path / "agency", "serve", "--demo", **types) as site:
        page = opened()
        Person.of("admin", page, site).arrive()
        page.goto(f"{site.url}/producers/new")
        files_go_up(page, tmp_path)
        licenses_come_from_a_file(page, site.url, tmp_path)
        others_are_told_of_events(page, site.url)


def files_go_up(page: Page, tmp_path: Path) -> None:
    page.get_by_label("Name", exact=True).fill("Filed")
    (tmp_path / "w9.pdf").write_bytes(b"%PDF-1.7 one")
    (tmp_path / "w9 newer.pdf").write_bytes(b"%PDF-1.7 two")
    (tmp_path / "notes.txt").write_text("no")
    page.get_by_label("Tax form").set_input_files(tmp_path / "notes.txt")
    expect(page.get_by_text("Only PDF, JPG and PNG files are taken")).to_be_visible()
    page.get_by_label("Tax form").set_input_files(tmp_path / "w9.pdf")
    expect(page.get_by_text("w9.pdf is there, and is kept when you save.")).to_be_visible()
    page.get_by_role("checkbox", name="home").check()
    page.get_by_role("button", name="Add the producer").click()
    expect(page.get_by_role("link", name="w9.pdf")).to_be_visible()
    expect(page.locator(".fact", has_text="Lines")).to_contain_text("home")
    page.get_by_role("link", name="Edit").click()
    # The form is drawn anew with what is there, which lets go of a file that was chosen before.
    expect(page.get_by_label("Name", exact=True)).to_have_value("Filed")
    expect(page.get_by_role("link", name="w9.pdf")).to_be_visible()
    page.get_by_label("Tax form").set_input_files(tmp_path / "w9 newer.pdf")
    expect(page.get_by_text("w9 newer.pdf is there")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="w9 newer.pdf")).to_be_visible()
    expect(page.get_by_text("another version")).to_be_visible()
    with page.expect_download() as came:
        page.get_by_role("link", name="w9.pdf", exact=True).click()
    assert Path(came.value.path()).read_bytes() == b"%PDF-1.7 one"


def licenses_come_from_a_file(page: Page, url: str, tmp_path: Path) -> None:
    head = "NPN,State,License Number,Status,Line of Authority,Effective Date\n"
    rows = "9900110,RI,77001,Active,Property,01/01/2026\n99,RI,1,Active,Property,01/01/2026\n"
    (tmp_path / "nipr.csv").write_text(head + rows, encoding="utf-8")
    page.goto(f"{url}/producers")
    page.get_by_role("link", name="Licenses from a file").click()
    page.get_by_label("File of licenses").set_input_files(tmp_path / "nipr.csv")
    expect(page.get_by_text("nipr.csv is there. Look at what it would change.")).to_be_visible()
    page.get_by_role("button", name="Look at what it would change").click()
    expect(page.locator("#refused")).to_contain_text("belongs to no producer here")
    expect(page.locator("#entries")).to_contain_text("Effective date: Jan 1, 2026")
    assert look(page) == []
    page.get_by_role("button", name="Apply exactly this").click()
    expect(page.locator("#looked")).to_contain_text("1 license new")
    page.goto(f"{url}/producers")
    page.get_by_role("link", name="What states require").click()
    page.get_by_role("link", name="Rhode Island").click()
    expect(page.get_by_label("Hours in all")).to_have_value("24")
    assert look(page) == []


def others_are_told_of_events(page: Page, url: str) -> None:
    page.goto(f"{url}/admin/settings")
    page.get_by_role("link", name="Webhooks").click()
    expect(page.get_by_role("heading", name="Webhooks", level=1)).to_be_visible()
    page.get_by_label("Address", exact=True).fill("http://hooks.example.com/")
    page.get_by_label("quote.*", exact=True).check()
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.get_by_text("The address must begin with https://")).to_be_visible()
    expect(page.get_by_label("quote.*", exact=True)).to_be_checked()
    assert look(page) == []
    page.get_by_label("Address", exact=True).fill("https://hooks.example.com/")
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.get_by_text("whsec_")).to_be_visible()
    page.get_by_role("link", name="Open the webhook").click()
    expect(page.locator("#standing")).to_contain_text("https://hooks.example.com/")
    assert page.get_by_text("whsec_").count() == 0
    page.get_by_role("button", name="Delete").click()
    assert look(page) == []
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_text("Nobody is told anything yet")).to_be_visible()
