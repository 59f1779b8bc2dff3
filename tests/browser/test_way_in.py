"""Coming in, as people do: first time, every day, too often, and twice."""

import re
import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from portal_app.demo import PASSWORD
from tests.browser.conftest import Person
from tests.servers import Site

pytestmark = pytest.mark.browser


@pytest.mark.criterion("AUTH-30")
def test_a_new_person_sets_a_password_enrols_and_arrives(browser: Browser, demo_site: Site) -> None:
    added = demo_site.command("user", "add", "nora@demo.agency", "--name", "Nora Lindqvist", "--role", "csr")
    page = browser.new_page()
    page.goto(added.stdout.strip())
    expect(page.get_by_text("Nora Lindqvist")).to_be_visible()
    page.get_by_label("Choose a password").fill("too short")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("The password needs at least 12 characters.")).to_be_visible()
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()
    page.get_by_label("Email").fill("nora@demo.agency")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    page.goto(f"{demo_site.url}/policies")
    expect(page).to_have_url(re.compile("/enroll"))
    secret = page.locator(".secret").inner_text().replace(" ", "")
    expect(page.get_by_alt_text(re.compile("QR code"))).to_be_visible()
    page.get_by_label("6-digit code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="Later").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nora")
    page.context.close()


@pytest.mark.criterion("AUTH-30")
def test_a_wrong_password_says_so_and_keeps_the_email(visit: Callable[..., Person]) -> None:
    person = visit("csr")
    person.enter("Wrong-Guess-77!?")
    expect(person.page).to_have_url(re.compile("reason=wrong"))
    expect(person.page.get_by_label("Email")).to_have_value("csr@demo.agency")
    expect(person.page.get_by_label("Password", exact=True)).to_have_value("")


@pytest.mark.criterion("AUTH-06")
def test_five_wrong_passwords_lock_and_the_right_one_reads_the_same(
    visit: Callable[..., Person], demo_site: Site
) -> None:
    person = visit("readonly")
    for _ in range(5):
        person.enter("Wrong-Guess-77!?")
        expect(person.page).to_have_url(re.compile("reason=wrong"))
    told = person.page.get_by_text(re.compile("email and password do not match", re.IGNORECASE)).first.inner_text()
    person.enter()
    expect(person.page).to_have_url(re.compile("reason=wrong"))
    expect(person.page.get_by_text(told)).to_be_visible()
    demo_site.command("user", "unlock", "readonly@demo.agency")
    person.walk_in()


@pytest.mark.criterion("AUTH-25")
def test_a_second_sign_in_ends_the_first_within_five_seconds_and_tells_it(visit: Callable[..., Person]) -> None:
    first, second = visit("producer2"), visit("producer2")
    first.walk_in()
    first.open("/policies")
    expect(first.page.get_by_role("heading", name="Policies")).to_be_visible()
    second.walk_in()
    signed_in_at = time.monotonic()
    expect(first.page).to_have_url(re.compile("reason=replaced"), timeout=5000)
    assert time.monotonic() - signed_in_at < 5
    expect(first.page.get_by_text(re.compile("used to sign in elsewhere"))).to_be_visible()
    second.open("/policies")
    expect(second.page.get_by_role("heading", name="Policies")).to_be_visible()


@pytest.mark.criterion("GUARD-18")
def test_signing_out_closes_every_tab(visit: Callable[..., Person]) -> None:
    person = visit("csr")
    person.walk_in()
    other: Page = person.page.context.new_page()
    other.goto(f"{person.site.url}/policies")
    expect(other.get_by_role("heading", name="Policies")).to_be_visible()
    person.page.get_by_role("button", name=re.compile("account|menu|Imani", re.IGNORECASE)).first.click()
    person.page.get_by_role("button", name="Sign out").or_(person.page.get_by_role("menuitem", name="Sign out")).click()
    expect(person.page).to_have_url(re.compile("reason=signed_out"))
    expect(other).to_have_url(re.compile("/sign-in"), timeout=5000)


@pytest.mark.criterion("GUARD-15")
def test_the_pages_run_under_the_strict_policy_without_a_complaint(visit: Callable[..., Person]) -> None:
    person = visit("principal")
    complaints: list[str] = []
    person.page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    person.page.on("pageerror", lambda error: complaints.append(str(error)))
    person.walk_in()
    for path in ("/policies", "/accounts", "/policies?q=zzzzzz", "/nonsense"):
        person.open(path)
        expect(person.page.get_by_role("heading", level=1)).to_have_count(1)
    assert [each for each in complaints if "404" not in each] == []
