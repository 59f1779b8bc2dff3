"""The agency's settings, as administrators change them; its mail, tried on a real server."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Locator, Page, expect

from portal_app.demo import SIGN_INS
from tests import servers
from tests.browser.conftest import Person
from tests.browser.looking import PHONE, complaints, look
from tests.servers import Site
from tests.services.test_outbox import Post

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    post = Post()
    server = Controller(post, hostname="127.0.0.1", port=servers.free_port())
    server.start()
    post.port = server.port
    yield post
    server.stop()


@pytest.fixture(scope="module")
def site(built_front_end: object, post: Post, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demo of its own: what is changed here would be seen by others."""
    given = {"smtp_url": f"smtp://127.0.0.1:{post.port}", "mail_from": "portal@demo.agency", "daily_hour": "6"}
    with servers.portal(tmp_path_factory.mktemp("settings"), "serve", "--demo", **given) as site:
        yield site


@pytest.fixture
def settings_of(browser: Browser, browser_context_args: dict[str, object], site: Site) -> Iterator[Visit]:
    """The page of settings, in a browser of its own for somebody from the demo."""
    contexts = []

    def one(name: str, path: str = "/admin/settings") -> Page:
        made = browser.new_context(**browser_context_args)  # type: ignore[arg-type]
        contexts.append(made)
        sign_in = next(each for each in SIGN_INS if each.email.startswith(f"{name}@"))
        person = Person(made.new_page(), site, sign_in)
        person.arrive()
        person.open(path)
        return person.page

    yield one
    for each in contexts:
        each.close()


# As pasted: to type so long a text takes a browser half a minute.
REPLACE = "(it, [before, after]) => { it.value = it.value.replace(before, after); }"


def selected(content: Locator) -> str:
    """What is selected in a text, scrolled into sight."""
    seen = """it => {
        const height = parseFloat(getComputedStyle(it).lineHeight);
        const line = it.value.slice(0, it.selectionStart).split("\\n").length - 1;
        const top = line * height - it.scrollTop;
        return top >= 0 && top < it.clientHeight ? it.value.slice(it.selectionStart, it.selectionEnd) : "out of sight";
    }"""
    found: str = content.evaluate(seen)
    return found


def review(page: Page) -> None:
    page.get_by_role("button", name="Review the change").click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. It holds at once, for everybody.")).to_be_visible()


@pytest.mark.criterion("SET-50")
def test_the_name_is_changed_and_stands_in_the_sidebar(settings_of: Visit) -> None:
    page = settings_of("admin", "/")
    heard = complaints(page)
    page.get_by_role("navigation").get_by_role("link", name="Settings").first.click()
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    expect(page.get_by_text("Nothing was changed here yet.")).to_be_visible()
    expect(page.get_by_label("Daily sync")).to_be_disabled()
    expect(page.get_by_text("PORTAL_DAILY_HOUR")).to_be_visible()
    page.get_by_label("Agency's name").fill("Harbor & Kin")
    page.get_by_label("Umbrella").fill("4")
    review(page)
    expect(page.get_by_text("Harbor Lane Insurance → Harbor & Kin")).to_be_visible()
    save(page)
    expect(page.locator(".sidebar .agency")).to_have_text("Harbor & Kin")
    changes = page.get_by_role("region", name="Changes of the settings")
    expect(changes.get_by_text("2 business days → 4 business days")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Umbrella")).to_have_value("4")
    expect(page.locator(".sidebar .agency")).to_have_text("Harbor & Kin")
    assert heard == []


@pytest.mark.criterion("SET-50")
def test_the_page_is_in_order_with_what_is_wrong_on_it(settings_of: Visit) -> None:
    page = settings_of("admin")
    page.get_by_label("Hourly sync").fill("99")
    page.get_by_label("Homeowners").fill("5")
    review(page)
    expect(page.get_by_text("Enter a whole number from 0 to 59.")).to_be_visible()
    expect(page.get_by_label("Homeowners")).to_have_value("5")
    assert look(page) == []


@pytest.mark.criterion("SET-50")
def test_the_page_is_in_order_with_all_that_it_shows(settings_of: Visit) -> None:
    page = settings_of("principal")
    page.get_by_label("Workers compensation").fill("8")
    review(page)
    expect(page.get_by_text("3 business days → 8 business days")).to_be_visible()
    page.get_by_role("button", name="Show the diagnostics").click()
    expect(page.get_by_text("PORTAL_SMTP_URL: set.")).to_be_visible()
    assert look(page) == []


@pytest.mark.criterion("SET-51")
def test_the_second_of_two_administrators_is_told(settings_of: Visit) -> None:
    first, second = settings_of("admin"), settings_of("principal")
    for page in (first, second):
        expect(page.get_by_label("Agency's name")).to_be_visible()
    first.get_by_label("Personal auto").fill("3")
    first.get_by_label("Homeowners").fill("6")
    review(first)
    save(first)

    second.get_by_label("Personal auto").fill("7")
    review(second)
    expect(second.get_by_text("Somebody saved other settings in the meantime.")).to_be_visible()
    expect(second.get_by_text("3 business days → 7 business days")).to_be_visible()
    save(second)
    expect(second.get_by_label("Homeowners")).to_have_value("6")
    expect(second.get_by_label("Personal auto")).to_have_value("7")


@pytest.mark.criterion("SET-52")
def test_a_test_mail_arrives_or_the_refusal_is_shown(settings_of: Visit, post: Post) -> None:
    page = settings_of("admin")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.get_by_role("button", name="Send me a test mail").click()
    expect(page.get_by_text("The mail server took it. Look into your mail.")).to_be_visible()
    assert "admin@demo.agency" in [each["To"] for each in post.arrived if "A test from" in str(each["Subject"])]
    post.answers["admin@demo.agency"] = "550 5.1.1 admin@demo.agency is not here"
    page.get_by_role("button", name="Send me a test mail").click()
    expect(page.get_by_text("The mail server refused the recipient (550).")).to_be_visible()
    expect(page.locator("#try-text").get_by_text("PORTAL_SMS_ACCOUNT")).to_be_visible()


@pytest.mark.criterion("AMSOUT-09")
def test_the_way_to_the_management_system_is_set_and_tried(settings_of: Visit, post: Post) -> None:
    page = settings_of("admin")
    ams = page.get_by_role("region", name="AMS", exact=True)
    expect(ams.get_by_text("Not set up")).to_be_visible()
    page.get_by_label("Address that files mail into the AMS").fill("nobody")
    review(page)
    expect(page.get_by_text("Enter an email address, such as intake@ams.example.com, or nothing.")).to_be_visible()
    page.get_by_label("Address that files mail into the AMS").fill("intake@ams.example.com")
    page.get_by_label("Attach the application, the binder and the documents").uncheck()
    review(page)
    expect(page.get_by_text("None → intake@ams.example.com")).to_be_visible()
    expect(page.get_by_text("Attached → Not attached")).to_be_visible()
    save(page)
    ams.get_by_role("button", name="Send a test to the address that files mail").click()
    expect(ams.get_by_text("It was taken. Look into the AMS for a test from the portal.")).to_be_visible()
    assert post.recipients()[-1] == "intake@ams.example.com"
    expect(ams.get_by_role("button")).to_have_count(1)


@pytest.mark.criterion("SET-08")
def test_others_are_shown_no_way_and_let_in_by_none(settings_of: Visit) -> None:
    page = settings_of("csr", "/")
    expect(page.get_by_role("link", name="Policies").first).to_be_visible()
    expect(page.get_by_role("link", name="Settings", exact=True)).to_have_count(0)
    page.goto(page.url.rstrip("/") + "/admin/settings")
    expect(page).to_have_url(re.compile("/denied$"))


@pytest.mark.criterion("CONF-11")
def test_a_configuration_is_broken_mended_saved_and_restored(settings_of: Visit) -> None:
    page = settings_of("admin")
    heard = complaints(page)
    page.get_by_role("link", name="Open the configuration").click()
    page.get_by_role("link", name="Producer types").click()
    content, why = page.get_by_label("What holds, as JSON"), page.get_by_label("Why it changes")
    shipped = content.input_value()
    good = shipped.replace('"producers": {', '"producers": {"Wholesaler": {"extend": "Agency"},', 1)
    why.fill("Wholesalers since this week")
    for wrong, told in (
        (good.replace("{", "", 1), "is not JSON"),
        (good.replace('"extend": "Agency"', '"extend": "Nobody"'), "producerManagement.producers.Wholesaler.extend: "),
    ):
        content.fill(wrong)
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.get_by_text(told)).to_be_visible()
        assert (content.input_value(), why.input_value()) == (wrong, "Wholesalers since this week")
        expect(page.get_by_role("button", name="Save this version")).to_have_count(0)

    content.fill(good)
    page.get_by_role("button", name="Check", exact=True).click()
    difference = page.get_by_role("region", name="Difference to the version in force")
    expect(difference.get_by_text('"Wholesaler"')).to_be_visible()
    page.get_by_role("button", name="Save this version").click()
    expect(page.get_by_text("Saved. It holds at once, for everybody.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Version 1 Wholesalers since this week"))).to_be_visible()

    page.get_by_role("button", name="Compare As shipped").click()
    compared = page.get_by_role("region", name="As shipped instead of the version in force")
    expect(compared.get_by_role("button", name="Close")).to_be_focused()
    expect(compared).to_be_in_viewport(ratio=0.5)
    assert look(page) == []
    page.get_by_role("button", name="Restore it as a new version").click()
    expect(page.get_by_text("As shipped is in force again, as a new version.")).to_be_visible()
    expect(content).to_have_value(shipped)
    assert heard == []


@pytest.mark.criterion("CONF-13")
@pytest.mark.criterion("INTAKE-14")
@pytest.mark.criterion("INTAKE-15")
def test_an_intake_form_is_tried_before_it_is_saved(settings_of: Visit) -> None:
    page = settings_of("admin", "/admin/settings/configuration/intake-form?name=personal_auto")
    heard = complaints(page)
    content = page.get_by_label("What holds, as JSON")
    content.evaluate(REPLACE, ['"title": "Applicant"', '"title": "Who asks"'])
    page.get_by_label("Why it changes").fill("In our words")
    page.get_by_role("button", name="Check", exact=True).click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("heading", name="Who asks")).to_be_visible()
    preview.get_by_role("button", name=re.compile("^Risk")).click()
    lienholder = preview.locator('[id="risk-vehicles--0--lienholder"]')
    expect(lienholder).to_be_hidden()
    preview.locator('[id="risk-vehicles--0--vin"]').fill("1HGCM82633A004352")
    expect(preview.locator('[id="risk-vehicles--0--make"]')).to_have_value("Honda")
    preview.locator('[id="risk-vehicles--0--ownership"] input[value="financed"]').check()
    expect(lienholder).to_be_visible()
    preview.get_by_role("button", name="Add a driver").click()
    expect(preview.get_by_role("group", name="Driver 2").get_by_label("Name")).to_be_focused()
    # The way on a keyboard out of a field of the preview sends nothing of the form above.
    preview.get_by_role("group", name="Driver 2").get_by_label("Name").press("Enter")
    expect(page.get_by_role("button", name="Save this version")).to_be_visible()

    # From the preview to the lines in the text, which is opened for typing by that; and from a refusal.
    preview.get_by_role("button", name="Change in the text: Ownership").first.press("Enter")
    expect(content).to_be_focused()
    assert {"name": "ownership", "label": "Ownership"}.items() <= json.loads(selected(content)).items()
    expect(page.get_by_text(re.compile(r"^Lines \d+ to \d+ are selected\.$"))).to_be_in_viewport()
    content.evaluate(REPLACE, ['"name": "lienholder"', '"name": "lienholder", "label": "Lienholder"'])
    content.evaluate(REPLACE, ['"type": "vin"', '"type": "colour"'])
    for told, meant in (("twice", '"label": "Lienholder or lessor"'), ("should be one of", '"type": "colour"')):
        page.get_by_role("button", name="Check", exact=True).click()
        page.get_by_role("listitem").filter(has_text=told).get_by_role("button", name="Show in the text").click()
        expect(content).to_be_focused()
        assert selected(content) == meant
        content.evaluate(REPLACE, ['"name": "lienholder", "label": "Lienholder"', '"name": "lienholder"'])
    content.evaluate(REPLACE, ['"type": "colour"', '"type": "vin"'])
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("button", name="Save this version")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).filter(each => each.startsWith('portal.answers.'))") == []
    assert look(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Save this version").click()
    expect(page.get_by_text("Saved. It holds at once, for everybody.")).to_be_visible()
    expect(preview).to_have_count(0)
    assert heard == []
