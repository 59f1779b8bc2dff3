"""Every page as people see it: on a desk and on a phone, light and dark, with data, without, on its way, and in error.

axe finds nothing anywhere, no page is wider than its screen, and the browser complains of nothing.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState, expect

from portal_app.demo import PASSWORD, SIGN_INS
from tests.browser.conftest import Person
from tests.servers import Site

pytestmark = pytest.mark.browser

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = Axe()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Colours that change take a frame to have changed, however short they are told to take.
SETTLED = """async () => {
    const frame = () => new Promise(done => requestAnimationFrame(done))
    do { await frame(); await frame() } while (document.getAnimations().some(each => each.playState === "running"))
}"""
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
}


@pytest.fixture(scope="module")
def sessions(browser: Browser, browser_context_args: dict[str, Any], demo_site: Site) -> Callable[[str], StorageState]:
    """The cookie of somebody who signed in, once for all of this file."""
    kept: dict[str, StorageState] = {}

    def of(name: str) -> StorageState:
        if name not in kept:
            context = browser.new_context(**browser_context_args)
            sign_in = next(each for each in SIGN_INS if each.email.startswith(f"{name}@"))
            Person(context.new_page(), demo_site, sign_in).arrive()
            kept[name] = context.storage_state()
            context.close()
        return kept[name]

    return of


@pytest.fixture
def opened(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    contexts = []

    def one(state: StorageState | None = None, **given: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, "storage_state": state, **given})
        contexts.append(context)
        return context.new_page()

    yield one
    for each in contexts:
        each.close()


def look(page: Page) -> list[str]:
    """What is wrong with a page as it stands, on a desk and on a phone, light and dark."""
    wrong = []
    page.mouse.move(0, 0)
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            # The browser tells a page of the change with its next frame, which a busy machine draws late.
            expect(page.locator("html")).to_have_class(re.compile(scheme), timeout=20_000)
            page.evaluate(SETTLED)
            place = f"{urlsplit(page.url).path} {size['width']} {scheme}"
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append(f"{place}: wider than the screen")
            found = AXE.run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
            wrong += [f"{place}: {told(each)}" for each in found]
    return wrong


def told(finding: Any) -> str:
    """What axe found, where first, and why."""
    node = finding["nodes"][0]
    return f"{finding['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"


def complaints(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


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
    assert _findings(page) == []
    page.get_by_role("button", name="Close filters").click()
    page.get_by_role("button", name="Your account").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert _findings(page) == []


def _findings(page: Page) -> list[str]:
    page.emulate_media(reduced_motion="reduce")
    found = AXE.run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
    return [told(each) for each in found]


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
    assert _findings(page) == []


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
        for path in ("/", "/policies", policy):
            page.goto(demo_site.url + path)
            expect(page.get_by_role("alert")).to_contain_text("Something went wrong on our side")
            assert re.fullmatch("[0-9a-f]{8}", page.locator(".reference code").inner_text())
            assert look(page) == []
        page.goto(f"{demo_site.url}/policies?status=active")
        expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    expect(page.locator(".row-link").first).to_be_visible()
    assert page.url == f"{demo_site.url}/policies?status=active"
    assert heard == []


@pytest.mark.criterion("SEARCH-21")
def test_filters_write_the_address_and_back_takes_them_away(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    page.goto(f"{demo_site.url}/policies")
    status, everything = page.get_by_label("Status"), page.locator(".status .num")
    expect(everything).to_be_visible()
    total = everything.inner_text()
    status.focus()
    status.select_option("cancelled")
    expect(page).to_have_url(f"{demo_site.url}/policies?status=cancelled")
    expect(everything).not_to_have_text(total)
    expect(status).to_be_focused()
    page.get_by_label("Effective from").fill("2026-01-01")
    expect(page).to_have_url(re.compile("effective_from=2026-01-01"))
    page.reload()
    expect(status).to_have_value("cancelled")
    expect(page.get_by_label("Effective from")).to_have_value("2026-01-01")
    page.go_back()
    expect(page.get_by_label("Effective from")).to_have_value("")
    page.go_back()
    expect(status).to_have_value("")
    expect(everything).to_have_text(total)


@pytest.mark.criterion("SEARCH-23")
def test_headers_sort_and_say_so(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    page.goto(f"{demo_site.url}/policies?status=active")
    header = page.get_by_role("columnheader", name="Premium")
    for direction, address in (("ascending", "sort=premium"), ("descending", "sort=premium&order=desc")):
        header.get_by_role("link").click()
        expect(page).to_have_url(f"{demo_site.url}/policies?status=active&{address}")
        expect(header).to_have_attribute("aria-sort", direction)
    shown = [float(re.sub(r"[^\d.-]", "", each)) for each in page.locator("td.numeric .cell-value").all_inner_texts()]
    assert shown == sorted(shown, reverse=True)


@pytest.mark.criterion("SEARCH-24")
def test_pages_are_links_and_a_row_is_one_too(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    page.goto(f"{demo_site.url}/policies")
    expect(page.locator(".pager-span")).to_have_text(re.compile(r"^1–50 of \d+$"))
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".pager-span")).to_have_text(re.compile(r"^51–100 of \d+$"))
    assert page.evaluate("scrollY") == 0
    row = page.locator("tbody tr").first
    name = row.locator(".row-link").inner_text()
    row.locator("td").nth(4).click(force=True)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.criterion("HOME-01")
def test_the_figures_of_home_lead_to_lists_of_as_many(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    page.goto(demo_site.url)
    expect(page.locator(".figure-link").first).to_be_visible()
    figures = [
        (each.locator(".figure-value").inner_text(), each.get_attribute("href") or "")
        for each in page.locator(".figure-link").all()
    ]
    assert len(figures) == 4
    for figure, href in figures:
        page.goto(demo_site.url + href)
        expect(page.locator(".status .num")).to_have_text(re.compile(rf"^{figure} polic"))
        assert dict(parse_qsl(urlsplit(page.url).query))["status"] == "active"


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
    page.keyboard.press("Control+k")
    page.keyboard.type("street")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo_site.url}/policies?q=street")
    link = page.locator(".row-link").first
    expect(link).to_be_visible()
    link.focus()
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
