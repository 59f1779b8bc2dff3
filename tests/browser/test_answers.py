"""What a page says of what was done on it: where it is said, that it is seen, and that it is done once."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, WebSocketRoute, expect

from tests.browser.agency import Agency, agency
from tests.browser.looking import PHONE, look
from tests.servers import Site

pytestmark = pytest.mark.browser

WITHIN = 20_000
EVENT = re.compile(r'^42[^\[]*\["event",')
Opened = Callable[..., Page]
Sessions = Callable[[str], StorageState]


@pytest.fixture
def page(sessions: Sessions, opened: Opened) -> Page:
    return opened(sessions("principal"))


@pytest.fixture
def on_the_phone(sessions: Sessions, opened: Opened) -> Page:
    return opened(sessions("principal"), viewport=PHONE)


class Line:
    """The wire between a page and its server. `held` keeps what the server says until it is let go."""

    def __init__(self, page: Page) -> None:
        self.sent: list[str] = []
        self.is_held = False
        self.waiting: list[str | bytes] = []
        page.route_web_socket(re.compile("_event"), self._join)

    def _join(self, near: WebSocketRoute) -> None:
        far = near.connect_to_server()
        self.near = near

        def send(message: str | bytes) -> None:
            if isinstance(message, str) and EVENT.match(message):
                self.sent.append(message)
            far.send(message)

        def answer(message: str | bytes) -> None:
            self.waiting.append(message) if self.is_held else near.send(message)

        near.on_message(send)
        far.on_message(answer)

    def hold(self) -> None:
        self.is_held, self.sent = True, []

    def let_go(self) -> None:
        self.is_held = False
        for message in self.waiting:
            self.near.send(message)
        self.waiting = []

    def asked(self, handler: str) -> int:
        return sum(handler in each for each in self.sent)


@pytest.mark.criterion("PAGE-01")
def test_a_message_does_not_outlive_its_page(page: Page, demo_site: Site) -> None:
    page.goto(f"{demo_site.url}/admin/users")
    page.get_by_role("link", name="Imani Brooks").click()
    for leave in (page.reload, page.get_by_role("link", name="Policies").first.click):
        page.get_by_role("button", name="Review the change").click()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        leave()
        expect(page.get_by_text("Saved.")).to_have_count(0)
        expect(page.locator("[data-alive=true]")).to_have_count(1)
        expect(page.locator(".flash")).to_be_empty()


@pytest.mark.criterion("PAGE-02")
def test_a_refusal_comes_into_view_with_the_focus(on_the_phone: Page, demo_site: Site) -> None:
    page = on_the_phone
    line = Line(page)
    page.goto(f"{demo_site.url}/admin/users/new")
    page.get_by_label("Name", exact=True).fill("Olga Tereshkova")
    page.get_by_label("Email").fill("producer@demo.agency")
    for _ in range(2):
        page.get_by_role("button", name="Review").click()
        expect(page.get_by_text("Somebody with this email address is there already")).to_be_visible()
        expect(page.get_by_label("Email")).to_be_focused()
        expect(page.get_by_label("Email")).to_be_in_viewport(ratio=1)
        page.get_by_label("Producer code").focus()
    line.hold()
    page.get_by_role("button", name="Review").click()
    page.get_by_label("Name", exact=True).press_sequentially("-Marsh")
    line.let_go()
    expect(page.get_by_role("button", name="Review")).to_be_enabled()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    assert look(page) == []


@pytest.mark.criterion("PAGE-02")
def test_the_first_cell_that_is_wrong_has_the_focus(on_the_phone: Page, demo_site: Site) -> None:
    page = on_the_phone
    page.goto(f"{demo_site.url}/admin/integrations")
    page.get_by_role("link", name="clients.csv, line 327").click()
    page.get_by_role("button", name="Mend and take in").click()
    wrong = page.get_by_label("Date of Birth")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_be_focused()
    expect(wrong).to_be_in_viewport(ratio=1)


@pytest.mark.criterion("PAGE-03")
def test_a_button_is_heard_once_until_it_is_answered(page: Page, demo_site: Site) -> None:
    line = Line(page)
    page.goto(f"{demo_site.url}/admin/users/new")
    page.get_by_label("Name", exact=True).fill("Oleg Tereshkov")
    page.get_by_label("Email").fill("oleg@demo.agency")
    page.get_by_role("button", name="Review").click()
    save = page.get_by_role("button", name="Save")
    expect(save).to_be_visible()
    line.hold()
    save.dblclick()
    expect(save).to_have_attribute("aria-disabled", "true")
    save.press("Enter")
    save.evaluate("button => button.click()")
    assert line.asked("user_state.save") == 1
    line.let_go()
    expect(page.get_by_text("Oleg Tereshkov is added.")).to_be_visible()
    expect(page.get_by_text("is there already")).to_have_count(0)


@pytest.mark.criterion("PAGE-03")
def test_a_form_is_sent_once_and_can_be_sent_again_when_it_is_answered(page: Page, demo_site: Site) -> None:
    line = Line(page)
    page.goto(f"{demo_site.url}/admin/settings")
    review = page.get_by_role("button", name="Review the change")
    expect(review).to_be_visible()
    line.hold()
    review.click()
    page.get_by_label("Agency's name").press("Enter")
    page.get_by_label("Agency's name").press("Enter")
    assert line.asked("settings_state.review") == 1
    line.let_go()
    expect(page.get_by_text("Nothing is different from what is saved.")).to_be_visible()
    expect(review).not_to_have_attribute("aria-disabled", "true")
    line.sent = []
    review.click()
    expect(review).not_to_have_attribute("aria-disabled", "true")
    assert line.asked("settings_state.review") == 1


@pytest.fixture(scope="module")
def own(built_front_end: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agency]:
    with agency(tmp_path_factory.mktemp("own")) as one:
        yield one


@pytest.mark.criterion("PAGE-05")
@pytest.mark.timeout(400)
def test_what_was_chosen_for_columns_outlasts_a_server_that_dies(
    browser: Browser, browser_context_args: dict[str, object], own: Agency
) -> None:
    page = browser.new_context(**browser_context_args).new_page()  # type: ignore[arg-type]
    own.sign_in(page.context, "principal")
    page.goto(f"{own.near.site.url}/admin/integrations/columns/harbor/clients")
    field = page.get_by_label("Field of Client Name")
    field.select_option("")
    save = page.get_by_role("button", name="Save this map")
    expect(page.get_by_text("A needed field has no column: Name.")).to_be_visible()
    own.near.kill()
    expect(page.get_by_text("The portal cannot be reached right now.")).to_be_visible(timeout=WITHIN)
    own.near.start()
    expect(page.get_by_text("The portal cannot be reached right now.")).to_have_count(0, timeout=WITHIN)
    expect(page.get_by_text("A needed field has no column: Name.")).to_be_visible(timeout=WITHIN)
    expect(field).to_have_value("")
    expect(save).to_be_disabled()
    page.get_by_role("button", name="Start over").click()
    expect(field).to_have_value("name")
    page.context.close()


@pytest.mark.criterion("PAGE-06")
def test_who_cannot_save_a_map_reads_it(sessions: Sessions, opened: Opened, demo_site: Site) -> None:
    page = opened(sessions("csr"))
    page.goto(f"{demo_site.url}/admin/integrations/columns/harbor/clients")
    expect(page.get_by_text("Who may run feeds changes this.")).to_be_visible()
    expect(page.locator("main select")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="Client Name")).to_contain_text("Name")
    assert look(page) == []
