"""What people do about their own access: a forgotten password, a lost phone, another phone, a page left alone."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from portal_app.demo import PASSWORD
from tests import servers
from tests.browser.conftest import fresh_code
from tests.browser.looking import look
from tests.browser.post import Newcomer, Post, backdate, post_office
from tests.servers import Site, until

pytestmark = pytest.mark.browser

NEW_PASSWORD = "Quiet-Orchard-Ledger-77"


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with post_office() as post:
        yield post


@pytest.fixture(scope="module")
def site(built_front_end: object, post: Post, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    mail = {"smtp_url": f"smtp://127.0.0.1:{post.port}", "mail_from": "portal@demo.agency"}
    with servers.portal(tmp_path_factory.mktemp("own"), "serve", "--demo", **mail) as site:
        yield site


@pytest.fixture
def page(browser: Browser, browser_context_args: dict[str, object]) -> Iterator[Page]:
    context = browser.new_context(**browser_context_args)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.mark.criterion("AUTH-50")
def test_a_forgotten_password(page: Page, site: Site, post: Post) -> None:
    person = Newcomer(page, site, "paula")
    person.sign_out()
    page.get_by_role("link", name="Forgot your password?").click()
    # The page before has a field of that name too.
    expect(page.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    page.get_by_label("Email").fill(person.email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_text("a link is on its way")).to_be_visible()
    expect(page.locator(".note-bad")).to_have_count(0)

    page.goto(post.link(r"/reset\?"))
    expect(page.get_by_text("Paula", exact=True)).to_be_visible()
    page.get_by_label("New password").fill("short")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("The password needs at least 12 characters.")).to_be_visible()
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set password").click()
    person.enter(PASSWORD)
    expect(page).to_have_url(re.compile("reason=wrong"))
    person.enter(NEW_PASSWORD)
    page.get_by_label("6-digit code").fill(fresh_code(site, person.secret))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paula")


@pytest.mark.criterion("AUTH-44")
def test_a_lost_phone(page: Page, site: Site) -> None:
    person = Newcomer(page, site, "quinn")
    codes = person.make_codes()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quinn")
    page.goto(f"{site.url}/recovery-codes")
    anew = page.get_by_role("button", name="Make new codes and void those that I have")
    expect(anew).to_be_visible()
    assert codes[0] not in page.content(), "shown once"
    anew.click()
    expect(page.get_by_text("Those that you have kept do not work any more then.")).to_be_visible()
    assert look(page) == []
    page.get_by_role("button", name="No").click()
    expect(anew).to_be_visible()
    person.sign_out()
    person.enter(PASSWORD)
    page.get_by_role("link", name=re.compile("recovery code")).click()
    page.get_by_label("Recovery code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quinn")
    page.goto(f"{site.url}/preferences")
    expect(page.get_by_text("9 of 10 left")).to_be_visible()


@pytest.mark.criterion("AUTH-46")
def test_another_phone(page: Page, site: Site) -> None:
    person = Newcomer(page, site, "rosa")
    _forget_confirmation(site)
    page.goto(f"{site.url}/preferences")
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    expect(page.get_by_role("button", name="Set up another app")).to_have_count(0)
    page.locator("#password").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("did not both fit")).to_be_visible()
    page.locator("#password").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(fresh_code(site, person.secret))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("For ten minutes you can change how you sign in.")).to_be_visible()

    page.get_by_role("button", name="Set up another app").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    assert secret != person.secret
    page.get_by_label("6-digit code of the new app").fill("000000")
    use = page.get_by_role("button", name="Use this app from now on")
    use.click()
    expect(page.get_by_text("That code did not fit.")).to_be_visible()
    # The page is not done with the answer before it hears the button again: nobody is as fast as this.
    expect(use).to_be_enabled()
    page.get_by_label("6-digit code of the new app").fill(fresh_code(site, secret))
    use.click()
    expect(page.get_by_text("The new authenticator app is in use.")).to_be_visible()
    person.sign_out()
    person.enter(PASSWORD)
    page.get_by_label("6-digit code").fill(fresh_code(site, secret))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rosa")


@pytest.mark.criterion("AUTH-48")
@pytest.mark.criterion("LOOK-01")
def test_a_token_of_ones_own(page: Page, site: Site) -> None:
    Newcomer(page, site, "sten")
    page.goto(f"{site.url}/preferences")
    page.get_by_label("Name of a new token").fill("Monthly reports")
    page.get_by_role("button", name="Create token").click()
    token = page.locator("#tokens .note code").inner_text()
    asked = page.request.get(f"{site.url}/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert asked.json()["email"] == "sten@demo.agency"
    assert look(page) == []
    page.get_by_role("button", name="Revoke Monthly reports").click()
    expect(page.get_by_text("The token is void.")).to_be_visible()
    expect(page.get_by_text("You have none.")).to_be_visible()
    assert page.request.get(f"{site.url}/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status == 401


@pytest.mark.criterion("AUTH-52")
def test_a_page_left_alone_warns_and_stays_when_asked_to(page: Page, site: Site) -> None:
    Newcomer(page, site, "tove")
    page.goto(f"{site.url}/policies")
    expect(page.get_by_role("heading", name="Policies")).to_be_visible()
    page.get_by_label("Search policies").first.fill("half typed")
    _left_alone(site, timedelta(minutes=28, seconds=1))
    expect(page.get_by_text("you will be signed out soon")).to_be_visible()
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_text("you will be signed out soon")).to_have_count(0)
    expect(page.get_by_label("Search policies").first).to_have_value("half typed")

    _used_again(site)
    _left_alone(site, timedelta(minutes=30))
    expect(page).to_have_url(re.compile("reason=idle"), timeout=10_000)


def _left_alone(site: Site, since: timedelta) -> None:
    backdate(site, "UPDATE user_session SET last_seen_at = ? WHERE ended_at IS NULL", since)


def _used_again(site: Site) -> None:
    """That somebody stays is written down by the next round, within a second or two."""

    def written() -> bool:
        with closing(sqlite3.connect(site.data_dir / "demo" / "portal.db", timeout=10)) as connection:
            (newest,) = connection.execute("SELECT last_seen_at FROM user_session ORDER BY id DESC LIMIT 1").fetchone()
        return datetime.fromisoformat(newest).replace(tzinfo=UTC) > datetime.now(UTC) - timedelta(minutes=1)

    until(written)


def _forget_confirmation(site: Site) -> None:
    backdate(site, "UPDATE user_session SET confirmed_at = ? WHERE ended_at IS NULL", timedelta(hours=1))


@pytest.mark.criterion("AUTH-51")
def test_without_a_mail_server_the_page_says_whom_to_ask(page: Page, portal_site: Site) -> None:
    page.goto(f"{portal_site.url}/reset")
    expect(page.get_by_text("Ask your agency's administrator")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_count(0)
