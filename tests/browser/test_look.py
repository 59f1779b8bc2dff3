"""Every page as people see it: on a desk and on a phone, light and dark, with data, without, on its way, and in error.

axe finds nothing anywhere, no page is wider than its screen, and the browser complains of nothing.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, StorageState, expect

from portal_app.demo import PASSWORD, SIGN_INS
from tests.browser.conftest import Person
from tests.browser.looking import PHONE, complaints, findings, look
from tests.servers import Site, until

pytestmark = pytest.mark.browser

NOTHING = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

# A page of the portal: its address, and what is there once it has been drawn.
SCREENS = {
    "home": ("/", ".figure-link"),
    "list": ("/policies", ".row-link"),
    "search": ("/policies?q=street&status=active&sort=premium&order=desc", ".matched"),
    "no match": ("/policies?q=zzzzqqqq", ".empty"),
    "left out": ("/policies?line=spaceships&colour=red", ".note-warning"),
    "beyond the end": ("/policies?page=99", ".empty"),
    "accounts": ("/accounts", ".row-link"),
    "no account": ("/accounts?q=zzzzqqqq", ".empty"),
    "no such policy": (f"/policies/{NOTHING}", ".empty"),
    "no such account": (f"/accounts/{NOTHING}", ".empty"),
    "no such page": ("/nonsense", ".empty"),
    "not for the role": ("/denied", ".empty"),
    "a fault": ("/error?reference=0a1b2c3d", ".empty"),
    "no link": ("/reset?token=none", ".note-bad"),
}


@pytest.mark.criterion("LOOK-01")
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site, screen: str
) -> None:
    path, ready = SCREENS[screen]
    page = opened(sessions("principal"))
    heard = complaints(page)
    page.goto(demo_site.url + path)
    expect(page.locator(ready).first).to_be_visible()
    assert look(page) == []
    assert [each for each in heard if "404" not in each] == []


@pytest.mark.criterion("LOOK-01")
def test_axe_finds_nothing_on_preferences_with_a_token(visit: Callable[..., Person]) -> None:
    person = visit("readonly")
    person.arrive()
    person.open("/preferences")
    page = person.page
    heard = complaints(page)
    page.get_by_label("Name of a new token").fill("Monthly reports")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_text("Copy the token now")).to_be_visible()
    tokens = page.get_by_role("table", name="Tokens in use")
    expect(tokens.get_by_role("button", name="Revoke Monthly reports")).to_be_visible()
    assert look(page) == []
    assert heard == []


@pytest.mark.criterion("LOOK-01")
def test_axe_finds_nothing_on_records(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    for filtered in ("line=personal_auto", "line=homeowners"):
        page.goto(f"{demo_site.url}/policies?{filtered}")
        page.locator(".row-link").first.click()
        expect(page.locator("#history")).to_be_visible()
        assert look(page) == []
    page.get_by_role("link", name="All of this account").click()
    expect(page.get_by_role("heading", name="Contact")).to_be_visible()
    assert look(page) == []


@pytest.mark.criterion("LOOK-01")
def test_axe_finds_nothing_on_what_opens(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"), viewport=PHONE)
    page.goto(f"{demo_site.url}/policies")
    expect(page.locator(".row-link").first).to_be_visible()
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_label("Carrier")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="Close filters").click()
    page.get_by_role("button", name="Your account").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert findings(page) == []


@pytest.mark.criterion("LOOK-05")
def test_the_administrators_home(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("admin"))
    page.goto(demo_site.url)
    expect(page.get_by_role("heading", name="People who can sign in")).to_be_visible()
    expect(page.get_by_role("heading", name="Feeds from the agency's system")).to_be_visible()
    assert page.get_by_role("link", name="Policies").count() == 0
    assert look(page) == []


@pytest.mark.criterion("LOOK-02")
def test_the_first_day_of_somebody_without_a_book(opened: Callable[..., Page], demo_site: Site) -> None:
    """Set-up, second factor, and pages that say that there is nothing yet."""
    email = "nobook@demo.agency"
    new = ("user", "add", email, "--name", "Ines Cabral", "--role", "producer", "--producer-code", "HL-200")
    link = demo_site.command(*new).stdout.strip()
    page = opened()
    heard = complaints(page)
    page.goto(link)
    expect(page.get_by_text("Ines Cabral")).to_be_visible()
    assert look(page) == []
    page.goto(f"{link}&problems=name,email,password_short,password_words")
    expect(page.locator(".problems li")).to_have_count(4)
    assert look(page) == []
    page.get_by_label("Choose a password").fill(PASSWORD)
    expect(page.locator("[data-met=true]")).to_have_count(5)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()
    assert look(page) == []
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_alt_text(re.compile("QR code"))).to_be_visible()
    page.goto(f"{demo_site.url}/enroll?reason=clock")
    expect(page.get_by_text("the clock of your phone is off")).to_be_visible()
    expect(page.get_by_alt_text(re.compile("QR code"))).to_be_visible()
    assert look(page) == []
    page.get_by_label("6-digit code").fill(pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", "")).now())
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("button", name="Show my recovery codes").click()
    expect(page.locator(".codes li")).to_have_count(10)
    assert look(page) == []
    for path in ("", "/policies", "/accounts"):
        page.goto(demo_site.url + path)
        expect(page.get_by_role("heading", name=re.compile("No (policies|accounts) yet"))).to_be_visible()
        assert look(page) == []
    assert heard == []


@pytest.mark.criterion("LOOK-02")
def test_the_second_step_of_signing_in(opened: Callable[..., Page], demo_site: Site) -> None:
    page = opened()
    Person(page, demo_site, SIGN_INS[0]).enter()
    expect(page.get_by_label("6-digit code")).to_be_focused()
    for name, value in (("autocomplete", "one-time-code"), ("inputmode", "numeric")):
        expect(page.get_by_label("6-digit code")).to_have_attribute(name, value)
    page.goto(f"{demo_site.url}/mfa?reason=code")
    expect(page.get_by_text("That code did not fit")).to_be_visible()
    assert look(page) == []


@pytest.mark.criterion("LOOK-06")
@pytest.mark.parametrize("path", ["/", "/policies", "/accounts", f"/policies/{NOTHING}"])
def test_what_is_on_its_way_shows_its_bones_after_a_moment(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site, path: str
) -> None:
    page = opened(sessions("principal"))
    page.route_web_socket("**/*", lambda _: None)
    page.goto(demo_site.url + path)
    expect(page.locator(".skeleton")).to_be_visible()
    assert page.locator(".skeleton").evaluate("each => getComputedStyle(each).animationDelay").startswith("0.15s")
    assert findings(page) == []


@contextmanager
def without(database: Path, table: str) -> Iterator[None]:
    """The portal's database with a table out of the way."""
    _rename(database, table, f"{table}_away")
    try:
        yield
    finally:
        _rename(database, f"{table}_away", table)


def _rename(database: Path, before: str, after: str) -> None:
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        connection.execute("PRAGMA legacy_alter_table = ON")
        connection.execute(f"ALTER TABLE {before} RENAME TO {after}")
        connection.commit()


@pytest.mark.criterion("LOOK-07")
def test_a_fault_says_so_with_a_reference_and_a_way_to_try_again(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    heard = complaints(page)
    database = next(demo_site.data_dir.rglob("portal.db"))
    page.goto(f"{demo_site.url}/policies")
    policy = page.locator(".row-link").first.get_attribute("href") or ""
    with without(database, "line_of_business"):
        for path in ("/policies", policy):
            page.goto(demo_site.url + path)
            expect(page.get_by_role("alert")).to_contain_text("Something went wrong on our side")
            expect(page.locator(".reference code")).to_have_text(re.compile("^[0-9a-f]{8}$"))
            assert look(page) == []
        page.goto(f"{demo_site.url}/policies?status=active")
        expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    expect(page.locator(".row-link").first).to_be_visible()
    assert page.url == f"{demo_site.url}/policies?status=active"
    assert heard == []


@pytest.mark.criterion("HOME-09")
def test_a_card_of_home_fails_alone_and_is_tried_again(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    heard = complaints(page)
    lost = page.get_by_role("alert")
    with without(next(demo_site.data_dir.rglob("portal.db")), "policy_term"):
        page.goto(demo_site.url)
        expect(lost).to_contain_text("Something went wrong on our side")
        expect(lost.locator("code")).to_have_text(re.compile("^[0-9a-f]{8}$"))
        expect(page.get_by_role("heading", name="Premium in force by line")).to_be_visible()
        assert look(page) == []
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Next to end, not renewed yet")).to_be_visible()
    expect(lost).to_have_count(0)
    assert heard == []


def failures(site: Site, service: str) -> int:
    """How often this service of sessions has failed so far."""
    return sum(line["service"] == f"identity.sessions.{service}" for line in site.lines("service failed"))


@pytest.mark.criterion("GUARD-20")
def test_a_fault_in_an_event_leads_to_a_page_that_says_so_and_back(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    database = next(demo_site.data_dir.rglob("portal.db"))
    page.goto(f"{demo_site.url}/policies")
    expect(page.locator(".row-link").first).to_be_visible()
    with without(database, "user_grant"):
        page.get_by_role("link", name="Accounts").first.click()
        expect(page.get_by_role("heading", name="That did not work")).to_be_visible()
        expect(page.locator(".reference code")).to_have_text(re.compile("^[0-9a-f]{8}$"))
        assert look(page) == []
        rounds, asked = failures(demo_site, "look_over"), failures(demo_site, "standing")
        until(lambda: failures(demo_site, "look_over") >= rounds + 2)
        assert failures(demo_site, "standing") <= asked + 2, "the watch looks once a second, and nobody else"
        page.goto(demo_site.url)
        expect(page.get_by_role("heading", name="The portal cannot answer right now")).to_be_visible()
        assert findings(page) == []
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ruth")


@pytest.mark.criterion("LOOK-04")
def test_the_keyboard_alone_finds_a_policy(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    page.goto(demo_site.url)
    expect(page.locator(".figure-link").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("street")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo_site.url}/policies?q=street")
    # What was found, and not the list from before.
    expect(page.locator(".matched").first).to_be_visible()
    page.locator(".row-link").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#history")).to_be_visible()
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.criterion("LOOK-09")
def test_targets_are_big_enough_for_a_thumb(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"), viewport=PHONE, has_touch=True)
    page.goto(f"{demo_site.url}/policies")
    expect(page.locator(".row-link").first).to_be_visible()
    touched = ".bottom-bar a, .header a, .header button, .search-line button, .pager a"
    boxes = [(each.inner_text(), each.bounding_box()) for each in page.locator(touched).all() if each.is_visible()]
    assert len(boxes) > 6
    small = [(text, box) for text, box in boxes if not box or box["height"] < 44 or box["width"] < 44]
    assert small == []


@pytest.mark.criterion("LOOK-11")
def test_the_theme_is_kept(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"), color_scheme="light")
    page.goto(f"{demo_site.url}/accounts")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
