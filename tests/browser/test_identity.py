"""Who people are, across browsers, telephones and tabs: with a mail server and a text gateway that are not always
well."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal_app.demo import PASSWORD, SIGN_INS
from tests import gateway as gateways
from tests import servers
from tests.browser.conftest import Person, fresh_code
from tests.browser.looking import look
from tests.browser.post import Newcomer, Post, backdate, post_office
from tests.gateway import Gateway
from tests.servers import Site, until

pytestmark = pytest.mark.browser

WITHIN = 20_000


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with post_office() as post:
        yield post


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with gateways.gateway() as told:
        yield told


@pytest.fixture(scope="module")
def site(
    built_front_end: object, post: Post, gateway: Gateway, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    outside = {
        "smtp_url": f"smtp://127.0.0.1:{post.port}",
        "mail_from": "portal@demo.agency",
        "sms_url": gateway.url,
        "sms_account": "AC1",
        "sms_token": "secret",
        "sms_from": "+14015550100",
    }
    with servers.portal(tmp_path_factory.mktemp("identity"), "serve", "--demo", **outside) as site:
        yield site


def arrived(page: Page, site: Site, name: str) -> Page:
    """Somebody of the demo, signed in."""
    Person(page, site, next(each for each in SIGN_INS if each.email.startswith(f"{name}@"))).arrive()
    return page


@pytest.mark.criterion("AUTH-54")
def test_an_invitation_leads_from_the_users_page_to_a_first_sign_in(
    opened: Callable[..., Page], site: Site, post: Post
) -> None:
    admin = arrived(opened(), site, "admin")
    admin.goto(f"{site.url}/admin/users/new")
    admin.get_by_label("Name", exact=True).fill("Ulla Berg")
    admin.get_by_label("Email").fill("ulla@demo.agency")
    admin.get_by_label("Role").select_option("csr")
    admin.get_by_role("button", name="Review").click()
    admin.get_by_role("button", name="Save").click()
    link = admin.locator(".note code").inner_text()
    newcomer = opened()
    post.holds(link)

    newcomer.goto(link)
    newcomer.get_by_label("Choose a password").fill(PASSWORD)
    newcomer.get_by_role("button", name="Set password").click()
    newcomer.get_by_label("Email").fill("ulla@demo.agency")
    newcomer.get_by_label("Password", exact=True).fill(PASSWORD)
    newcomer.get_by_role("button", name="Continue").click()
    secret = newcomer.locator(".secret").inner_text().replace(" ", "")
    newcomer.get_by_label("6-digit code").fill(fresh_code(site, secret))
    newcomer.get_by_role("button", name="Finish").click()
    newcomer.get_by_role("link", name="Later").click()
    expect(newcomer.get_by_role("heading", level=1)).to_contain_text("Ulla")

    stranger = opened()
    stranger.goto(link)
    expect(stranger.get_by_text("This link is not valid any more")).to_be_visible()
    expect(stranger.get_by_label("Choose a password")).to_have_count(0)
    admin.goto(f"{site.url}/admin/users?q=ulla")
    line = admin.get_by_role("row", name=re.compile("Ulla Berg"))
    expect(line).to_contain_text("Active")
    expect(line).to_contain_text("Set up")


@pytest.mark.criterion("AUTH-53")
def test_who_guesses_at_links_is_told_to_wait(opened: Callable[..., Page], site: Site) -> None:
    page = opened()
    made = site.command("user", "add", "vera@demo.agency", "--name", "Vera", "--role", "csr").stdout.strip()
    _forget_guesses(site)
    try:
        for number in range(30):
            form = {"token": f"guess-{number}", "password": PASSWORD, "email": "", "name": ""}
            sent = page.request.post(
                f"{site.url}/auth/set-up", form=form, headers={"Origin": site.url}, max_redirects=0
            )
            assert sent.headers["location"] == "/set-up?problems=link"
        page.goto(made)
        expect(page.get_by_text("Too many attempts. Please wait a few minutes.")).to_be_visible()
        expect(page.get_by_label("Choose a password")).to_have_count(0)
        sent = page.request.post(f"{site.url}/auth/set-up", form=form, headers={"Origin": site.url}, max_redirects=0)
        assert sent.headers["location"] == "/set-up?problems=throttled"
        page.goto(f"{site.url}/set-up?problems=throttled")
        expect(page.get_by_text("Too many failed attempts came from your network.")).to_be_visible()
        assert look(page) == []
    finally:
        _forget_guesses(site)
    page.goto(made)
    expect(page.get_by_label("Choose a password")).to_be_visible()


def _forget_guesses(site: Site) -> None:
    """As a quarter of an hour does."""
    backdate(site, "UPDATE attempt_count SET window_started_at = ?", timedelta(minutes=15))


def code_sent(gateway: Gateway, after: int) -> str:
    """The code of the newest message, once more than `after` were handed over."""
    until(lambda: len(gateway.asked) > after)
    found = re.match(r"\d{6}", gateway.asked[-1][2]["Body"][0])
    assert found is not None
    return found.group()


def send_now_what_failed(site: Site) -> None:
    """Once the failure is written down, rather than when the pause is over."""
    failed = "topic = 'text' AND delivered_at IS NULL AND last_error <> ''"

    def hurried() -> int:
        with closing(sqlite3.connect(site.data_dir / "demo" / "portal.db", timeout=10)) as connection, connection:
            return connection.execute(f"UPDATE outbox_message SET due_at = created_at WHERE {failed}").rowcount

    until(hurried)


@pytest.mark.criterion("AUTH-55")
def test_codes_by_text_message_come_through_a_gateway_that_is_unwell(
    opened: Callable[..., Page], site: Site, gateway: Gateway
) -> None:
    page = opened()
    made = site.command("user", "add", "wilma@demo.agency", "--name", "Wilma", "--role", "csr").stdout.strip()
    page.goto(made)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    page.get_by_label("Email").fill("wilma@demo.agency")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Get codes by text message instead").click()
    page.get_by_label("Mobile number").fill("12")
    page.get_by_role("button", name="Text me a code").click()
    expect(page.get_by_text("Enter a mobile number such as")).to_be_visible()

    gateway.status, gateway.body = 500, {"code": 20500}
    page.get_by_text("Get codes by text message instead").click()
    page.get_by_label("Mobile number").fill("(401) 555-0123")
    page.get_by_role("button", name="Text me a code").click()
    expect(page.get_by_text("A code is on its way by text message.")).to_be_visible()
    first = code_sent(gateway, 0)
    gateway.status, gateway.body = 201, {"sid": "SM1"}
    send_now_what_failed(site)
    assert code_sent(gateway, 1) == first
    page.get_by_label("6-digit code").fill(first)
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("link", name="Later").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wilma")

    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    backdate(site, "UPDATE text_code SET sent_at = ?", timedelta(minutes=1))
    page.get_by_label("Email").fill("wilma@demo.agency")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    gateway.slow = True
    page.get_by_role("button", name=re.compile("Text a code to ••• 0123")).click()
    expect(page.get_by_text("A code is on its way by text message.")).to_be_visible()
    second = code_sent(gateway, 2)
    gateway.hold.set()
    page.get_by_label("6-digit code").fill(first)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("That code did not fit")).to_be_visible()
    page.get_by_label("6-digit code").fill(second)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wilma")


@pytest.mark.criterion("AUTH-56")
def test_two_tabs_of_one_session_both_work_until_one_signs_out(opened: Callable[..., Page], site: Site) -> None:
    first = arrived(opened(), site, "producer")
    second = first.context.new_page()
    second.goto(f"{site.url}/policies")
    first.goto(f"{site.url}/policies")
    for page in (first, second):
        expect(page.locator(".row-link").first).to_be_visible()
    first.get_by_label("Search policies").first.fill("zzzzzz")
    first.keyboard.press("Enter")
    expect(first.locator(".row-link")).to_have_count(0)
    expect(second.locator(".row-link").first).to_be_visible()
    second.locator(".row-link").first.click()
    expect(second).to_have_url(re.compile(r"/policies/\w{26}"))

    first.get_by_role("button", name="Your account").click()
    first.get_by_role("button", name="Sign out").click()
    expect(first.get_by_text("You are signed out.")).to_be_visible()
    expect(second).to_have_url(re.compile("/sign-in"), timeout=10_000)
    second.goto(f"{site.url}/policies")
    expect(second).to_have_url(re.compile("/sign-in"))


def _outbox(site: Site, which: str) -> int:
    """How many messages there are of these."""
    with closing(sqlite3.connect(site.data_dir / "demo" / "portal.db", timeout=10)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM outbox_message WHERE {which}").fetchone()[0])


@pytest.mark.criterion("OUTBOX-11")
def test_messages_that_could_not_be_sent_are_shown_and_sent_once_more(
    opened: Callable[..., Page], site: Site, post: Post
) -> None:
    person = Newcomer(opened(), site, "xaver")
    post.refused = {person.email}
    person.sign_out()
    person.page.goto(f"{site.url}/reset")
    person.page.get_by_label("Email").fill(person.email)
    person.page.get_by_role("button", name="Send me a link").click()
    expect(person.page.get_by_text("a link is on its way")).to_be_visible()

    admin = arrived(opened(), site, "admin")
    admin.goto(f"{site.url}/admin/integrations")
    panel = admin.locator("#dead-letters")
    expect(panel.get_by_role("heading", name="Messages that could not be sent")).to_be_visible()
    expect(panel.get_by_text("The mail server refused the recipient (550).").first).to_be_visible(timeout=WITHIN)
    assert person.email not in panel.inner_text()
    assert look(admin) == []

    until(lambda: not _outbox(site, "dead_at IS NULL AND delivered_at IS NULL"))
    again = panel.get_by_role("button", name=re.compile("Try again: Mail"))
    expect(again).to_have_count(_outbox(site, "dead_at IS NOT NULL"))
    post.refused = set()
    while left := again.count():
        again.first.click()
        expect(again).to_have_count(left - 1)
    expect(admin.get_by_text("It is tried again within seconds.")).to_be_visible()
    assert "/reset?token=" in post.link(r"/reset\?")
    expect(panel.get_by_text("There are none.")).to_be_visible()

    csr = arrived(opened(), site, "csr")
    csr.goto(f"{site.url}/admin/integrations")
    expect(csr.get_by_role("heading", name="Integrations")).to_be_visible()
    expect(csr.locator("#dead-letters")).to_have_count(0)
