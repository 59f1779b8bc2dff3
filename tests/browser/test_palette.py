"""The palette, by keyboard alone: opened anywhere, narrowed by letters, left again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, StorageState, WebSocketRoute, expect

from tests.browser.conftest import Person
from tests.browser.looking import PHONE, complaints, findings, look
from tests.servers import Site

pytestmark = pytest.mark.browser

IDLE = "Type a name, a number, a VIN or an address."


def at(page: Page, address: str) -> Page:
    """The page, once it knows who is before it."""
    page.goto(address)
    expect(page.locator("[data-single-keys=true]")).to_be_attached()
    return page


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Go to")


def told(page: Page) -> Locator:
    return palette(page).get_by_role("status")


def options(page: Page) -> list[str]:
    return [each.locator(".palette-title").inner_text() for each in palette(page).get_by_role("option").all()]


def chosen(page: Page) -> Locator:
    """The option that a screen reader is told of, which is the one that is marked."""
    marked = palette(page).locator("[role=option][aria-selected=true]")
    expect(marked).to_have_count(1)
    expect(page.get_by_role("combobox", name="Go to")).to_have_attribute(
        "aria-activedescendant", marked.get_attribute("id") or "none"
    )
    return marked


def numbers(page: Page, site: Site) -> list[str]:
    """Policy numbers of the first page of the list."""
    page.goto(f"{site.url}/policies")
    expect(page.locator(".row-link").first).to_be_visible()
    return page.locator("td.number .cell-value").all_inner_texts()


@pytest.mark.criterion("KEYS-01")
@pytest.mark.parametrize("path", ["/", "/policies", "/accounts", "/preferences", "/admin/users", "/admin/integrations"])
def test_it_opens_on_every_page_and_escape_gives_the_focus_back(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site, path: str
) -> None:
    page = at(opened(sessions("principal")), demo_site.url + path)
    heard = complaints(page)
    title = page.get_by_role("heading", level=1)
    expect(page.locator(".skeleton")).to_have_count(0)
    expect(title).to_be_visible()
    where = title.bounding_box()
    held = page.get_by_role("button", name="Your account")
    for keys in ("Control+k", "Meta+k"):
        held.focus()
        page.keyboard.press(keys)
        expect(page.get_by_role("combobox", name="Go to")).to_be_focused()
        assert title.bounding_box() == where
        page.keyboard.press("Escape")
        expect(palette(page)).to_be_hidden()
        expect(held).to_be_focused()
    assert heard == []


@pytest.mark.criterion("KEYS-01")
def test_it_does_not_exist_before_somebody_is_signed_in(opened: Callable[..., Page], demo_site: Site) -> None:
    page = opened()
    page.goto(f"{demo_site.url}/sign-in")
    page.get_by_label("Email").focus()
    page.keyboard.press("Control+k")
    expect(page.locator("dialog")).to_have_count(0)


@pytest.mark.criterion("KEYS-03")
def test_a_part_of_a_number_leads_to_the_policy_by_keyboard_alone(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("producer"))
    number = numbers(page, demo_site)[0]
    page.keyboard.press("Control+k")
    page.keyboard.type(number[:-2])
    expect(palette(page).get_by_role("option", name=re.compile(number))).to_be_visible()
    for _ in range(palette(page).get_by_role("option").count()):
        if number in chosen(page).inner_text():
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect(page.locator("#main")).to_contain_text(number)
    expect(page.locator("#main")).to_be_focused()
    expect(palette(page)).to_be_hidden()


@pytest.mark.criterion("KEYS-03")
def test_whoever_types_and_presses_enter_at_once_arrives_too(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("producer"))
    number = numbers(page, demo_site)[1]
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect(page.locator("#main")).to_contain_text(number)


@pytest.mark.criterion("KEYS-03")
def test_anothers_policy_is_not_proposed(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    others = numbers(opened(sessions("producer2")), demo_site)[0]
    maya, csr = (at(opened(sessions(name)), demo_site.url) for name in ("producer", "csr"))
    for page, said in ((maya, f"Nothing matches “{others}”."), (csr, "1 result.")):
        page.keyboard.press("Control+k")
        page.keyboard.insert_text(others)
        expect(told(page)).to_have_text(said)


@pytest.mark.criterion("KEYS-03")
def test_the_administrator_finds_a_user_and_no_policy(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    number = numbers(opened(sessions("csr")), demo_site)[0]
    page = at(opened(sessions("admin")), demo_site.url)
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(number)
    expect(told(page)).to_have_text(f"Nothing matches “{number}”.")
    page.get_by_role("combobox", name="Go to").fill("producer2@")
    option = palette(page).get_by_role("option", name=re.compile("producer2@demo.agency"))
    expect(option).to_be_visible()
    assert look(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/admin/users/[0-9A-Z]{26}$"))
    expect(page.locator("#main")).to_contain_text("producer2@demo.agency")


@pytest.mark.criterion("KEYS-02")
def test_pages_and_actions_are_offered_by_right(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    everybodys = [
        "Notifications",
        "Preferences",
        "New recovery codes",
        "Switch between light and dark",
        "Show all keys",
        "Sign out",
    ]
    for name, there, absent in (
        ("producer", ["Policies", "Accounts"], ["Users", "Add a user", "Run a feed now", "What roles may do"]),
        ("admin", ["Users", "Add a user", "Run a feed now", "What roles may do"], ["Policies", "Accounts"]),
        ("csr", ["Policies", "Integrations"], ["Users", "Add a user", "Run a feed now"]),
    ):
        page = at(opened(sessions(name)), demo_site.url)
        page.keyboard.press("Control+k")
        expect(palette(page).get_by_role("option", name="Home")).to_be_visible()
        found = options(page)
        assert [each for each in [*there, *everybodys] if each not in found] == []
        assert [each for each in absent if each in found] == []


@pytest.mark.criterion("KEYS-02")
def test_actions_act(sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site) -> None:
    page = at(opened(sessions("admin"), color_scheme="light"), demo_site.url)

    def do(typed: str) -> None:
        page.keyboard.press("Control+k")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")

    do("light and dark")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    do("all keys")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    do("add user")
    expect(page).to_have_url(f"{demo_site.url}/admin/users/new")
    # The address changes before the page does, which takes what is open over the old one away.
    expect(page.get_by_role("heading", name="Add a user", level=1)).to_be_visible()
    do("feed")
    expect(page.get_by_role("heading", name="Integrations", level=1)).to_be_visible()
    do("look quarantine")
    expect(page).to_have_url(f"{demo_site.url}/admin/integrations#quarantine")
    do("recovery codes")
    expect(page).to_have_url(f"{demo_site.url}/preferences#recovery")
    expect(page.get_by_role("heading", name="Preferences", level=1)).to_be_visible()
    do("export users")
    expect(page).to_have_url(f"{demo_site.url}/admin/users")
    expect(page.get_by_role("button", name="Export", exact=True)).to_be_visible()


@pytest.mark.criterion("KEYS-02")
def test_signing_out(visit: Callable[..., Person]) -> None:
    person = visit("readonly")
    person.arrive()
    page = at(person.page, person.site.url)
    page.keyboard.press("Control+k")
    page.keyboard.type("sign out")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sign-in"))


@pytest.mark.criterion("KEYS-02")
def test_recent_pages_come_first_and_nothing_else_is_kept(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("principal")), f"{demo_site.url}/accounts")
    page.get_by_role("link", name="Policies").first.click()
    expect(page.get_by_role("heading", name="Policies", level=1)).to_be_visible()
    page.locator(".row-link").first.click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    insured = page.get_by_role("heading", level=1).inner_text()
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(insured)
    expect(palette(page).get_by_role("option", name=re.compile(insured)).first).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Home").first.click()
    expect(page.locator(".figure-link").first).to_be_visible()
    page.keyboard.press("Control+k")
    expect(palette(page).get_by_role("group", name="Recent").get_by_role("option")).to_have_text(["Policies"])
    assert chosen(page).inner_text() == "Policies"
    assert options(page).count("Policies") == 1
    kept = page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])")
    assert insured not in kept
    assert page.evaluate("JSON.parse(localStorage['portal.recent'])") == ["/", "/policies"]
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{demo_site.url}/policies")


class Held:
    """The socket of a page, whose answers can be held back."""

    def __init__(self, page: Page) -> None:
        self.holding, self.waiting = False, list[str | bytes]()
        page.route_web_socket("**/_event/**", self._through)

    def _through(self, browser: WebSocketRoute) -> None:
        self.browser = browser
        server = browser.connect_to_server()
        server.on_message(lambda said: self.waiting.append(said) if self.holding else browser.send(said))

    def let_go(self) -> None:
        self.holding = False
        for said in self.waiting:
            self.browser.send(said)
        self.waiting.clear()


@pytest.mark.criterion("KEYS-04")
def test_it_opens_without_the_server_and_never_shows_an_answer_to_something_else(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    first, second = numbers(opened(sessions("csr")), demo_site)[:2]
    page = opened(sessions("csr"))
    held = Held(page)
    at(page, demo_site.url)
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(first)
    expect(told(page)).to_have_text("1 result.")
    page.keyboard.press("Escape")

    held.holding = True
    page.keyboard.press("Control+k")
    expect(told(page)).to_have_text(IDLE)
    expect(palette(page).get_by_role("option", name="Home")).to_be_visible()
    page.keyboard.type("h")
    page.keyboard.type("zz")
    expect(told(page)).to_have_text("Searching…")
    page.get_by_role("combobox", name="Go to").fill(second)
    expect(told(page)).to_have_text("Searching…")
    expect(palette(page).get_by_role("option")).to_have_count(0)
    expect(told(page)).to_have_text(
        "The portal takes long to answer. Pages and actions are found meanwhile.", timeout=10_000
    )
    held.let_go()
    expect(told(page)).to_have_text("1 result.")
    expect(chosen(page)).to_contain_text(second)


@pytest.mark.criterion("KEYS-04")
def test_each_reason_for_an_empty_list_is_told_apart(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("csr")), demo_site.url)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Go to")
    expect(told(page)).to_have_text(IDLE)
    field.fill("9")
    expect(told(page)).to_have_text("One more letter, and records are searched too.")
    field.fill("zzzzqqqq")
    expect(told(page)).to_have_text("Nothing matches “zzzzqqqq”.")
    expect(field).to_have_attribute("aria-expanded", "false")
    assert look(page) == []
    field.fill("preferences")
    expect(told(page)).to_have_text("1 result.")


@pytest.mark.criterion("KEYS-04")
def test_a_lost_connection_is_told_and_made_up_for(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    number = numbers(opened(sessions("csr")), demo_site)[0]
    page = at(opened(sessions("csr")), demo_site.url)
    page.context.set_offline(True)
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(number)
    lost = "The portal cannot be reached right now. Only pages and actions are searched: 0 results."
    expect(told(page)).to_have_text(lost, timeout=20_000)
    assert findings(page) == []
    page.get_by_role("combobox", name="Go to").fill("home")
    expect(told(page)).to_contain_text("1 result.")
    page.get_by_role("combobox", name="Go to").fill(number)
    page.context.set_offline(False)
    expect(told(page)).to_have_text("1 result.", timeout=30_000)
    expect(chosen(page)).to_contain_text(number)


@pytest.mark.criterion("KEYS-05")
def test_axe_finds_nothing_in_it(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("principal")), demo_site.url)
    page.keyboard.press("Control+k")
    expect(palette(page).get_by_role("option").first).to_be_visible()
    assert look(page) == []
    page.keyboard.type("street")
    expect(palette(page).get_by_role("group", name="Policies")).to_be_visible()
    assert look(page) == []


@pytest.mark.criterion("KEYS-05")
def test_arrows_go_round_and_the_choice_and_the_number_are_announced(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("csr")), demo_site.url)
    page.keyboard.press("Control+k")
    everything = options(page)
    field = page.get_by_role("combobox", name="Go to")
    expect(field).to_have_attribute("aria-controls", "palette-list")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowUp")
    assert chosen(page).inner_text() == everything[-1]
    page.keyboard.press("ArrowDown")
    assert chosen(page).inner_text() == everything[0]
    page.keyboard.type("st")
    expect(told(page)).to_have_text(re.compile(r"^\d+ results?\.$"))
    assert told(page).inner_text() == f"{len(options(page))} results."
    expect(field).to_be_focused()


@pytest.mark.criterion("KEYS-05")
def test_on_a_phone_it_is_a_sheet_behind_a_button(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("producer"), viewport=PHONE, has_touch=True), demo_site.url)
    button = page.get_by_role("button", name="Go to")
    button.tap()
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
    assert palette(page).bounding_box() == {"x": 0, "y": 0, **PHONE}
    small = [
        each.inner_text()
        for each in palette(page).locator("[role=option], button:visible").all()
        if each.is_visible() and (each.bounding_box() or {"height": 0})["height"] < 44
    ]
    assert small == []
    palette(page).get_by_role("button", name="Close").tap()
    expect(palette(page)).to_be_hidden()
    expect(button).to_be_focused()
    button.tap()
    palette(page).get_by_role("option", name="Accounts").tap()
    expect(page).to_have_url(f"{demo_site.url}/accounts")
    expect(palette(page)).to_be_hidden()
