"""User administration, as an administrator does it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.looking import look
from tests.servers import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def page(sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site) -> Page:
    page = opened(sessions("admin"))
    page.goto(f"{demo_site.url}/admin/users")
    expect(page.get_by_role("heading", name="Users", exact=True)).to_be_visible()
    expect(page.locator(".row-link").first).to_be_visible()
    return page


def open_person(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


@pytest.mark.criterion("USERS-10")
def test_people_are_found_and_the_pages_are_in_order(page: Page) -> None:
    assert look(page) == []
    page.get_by_label("Search users").fill("maya")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".row-link")).to_have_count(1)
    page.goto(re.sub(r"\?.*", "", page.url) + "?role=admin")
    expect(page.locator(".row-link")).to_have_count(1)
    expect(page.get_by_label("Role")).to_have_value("admin")
    open_person(page, "Tom Becker")
    assert look(page) == []
    page.goto(page.url.rpartition("/admin/")[0] + "/admin/roles")
    expect(page.get_by_role("heading", name="What roles may do")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Bind policies"))).to_contain_text("Within authority")
    assert look(page) == []


@pytest.mark.criterion("USERS-11")
def test_somebody_is_added_reviewed_and_handed_a_link(page: Page, opened: Callable[..., Page]) -> None:
    page.get_by_role("link", name="Add a user").click()
    page.get_by_label("Name", exact=True).fill("Olga Tereshkova")
    page.get_by_label("Email").fill("producer@demo.agency")
    page.get_by_label("Role").select_option("producer")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text("Somebody with this email address is there already")).to_be_visible()
    expect(page.get_by_text("A producer needs a producer code")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Olga Tereshkova")
    assert look(page) == []

    page.get_by_label("Email").fill("olga@demo.agency")
    page.get_by_label("Producer code").fill("HL-110")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text(re.compile(r"they would see \d+ accounts and \d+ policies"))).to_be_visible()
    review = page.get_by_role("status").filter(has_text="You are adding")
    expect(review).to_contain_text("You are adding Olga Tereshkova, olga@demo.agency:")
    expect(review).to_contain_text("Role: Sub-Agent / Producer")
    expect(review).to_contain_text("Producer code: HL-110")
    expect(page.get_by_text("their sessions and API tokens end")).to_have_count(0)
    assert look(page) == []
    page.get_by_role("button", name="Change something").click()
    page.get_by_label("Also sees the book of the producers below them").check()
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Olga Tereshkova is added.")).to_be_visible()

    newcomer = opened()
    newcomer.goto(page.locator(".note code").inner_text())
    expect(newcomer.get_by_text("olga@demo.agency")).to_be_visible()
    page.get_by_role("link", name="Back to the users").click()
    open_person(page, "Olga Tereshkova")
    expect(page.get_by_label("Also sees the book of the producers below them")).to_be_checked()
    page.get_by_role("link", name="Add another like this").click()
    expect(page.get_by_label("Role")).to_have_value("producer")
    expect(page.get_by_label("Producer code")).to_have_value("HL-110")
    expect(page.get_by_label("Name", exact=True)).to_have_value("")


@pytest.mark.criterion("USERS-12")
def test_somebody_is_changed_shut_out_and_let_in_again(
    page: Page, sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    theirs = opened(sessions("csr"))
    theirs.goto(demo_site.url)
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Imani")
    open_person(page, "Imani Brooks")
    page.get_by_label("Sees commission reports").check()
    page.get_by_role("button", name="Review the change").click()
    expect(page.get_by_text("View commission reports")).to_be_visible()
    expect(page.get_by_text("their sessions and API tokens end")).to_be_visible()
    expect(page.get_by_text("And would lose:")).to_have_count(0)
    page.get_by_role("button", name="Change something").click()
    page.get_by_label("Role").select_option("admin")
    page.get_by_label("Sees commission reports").uncheck()
    page.get_by_role("button", name="Review the change").click()
    review = page.get_by_role("status").filter(has_text="This would change")
    expect(review.locator("ul", has_text="Users (new)")).to_contain_text("Home")
    expect(review.locator("p:text('And would lose:') + ul")).to_have_text(
        "PoliciesAccountsSubmissionsQuotesMessagesCan I bind?"
    )
    assert look(page) == []
    page.get_by_role("button", name="Change something").click()
    page.get_by_label("Role").select_option("csr")
    page.get_by_label("Sees commission reports").check()
    page.get_by_role("button", name="Review the change").click()
    expect(page.get_by_text("View commission reports")).to_be_visible()
    expect(page.get_by_text("You are adding")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(theirs).to_have_url(re.compile("reason=role_changed"), timeout=5000)

    page.get_by_role("button", name="Shut out").click()
    expect(page.get_by_role("alertdialog", name="Shut them out?")).to_be_visible()
    assert look(page) == []
    page.get_by_role("button", name="No").click()
    expect(page.get_by_text("Shut them out?")).to_have_count(0)
    page.get_by_role("button", name="Shut out").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("They are shut out.")).to_be_visible()
    expect(page.locator(".status").get_by_text("Disabled")).to_be_visible()
    page.get_by_role("button", name="Let them in again").click()
    expect(page.get_by_text("They can sign in again.")).to_be_visible()
    page.get_by_role("button", name="Make a link for a new password").click()
    expect(page.locator(".note code")).to_contain_text("/reset?token=")


@pytest.mark.criterion("PAGE-07")
def test_on_their_own_page_nobody_is_offered_what_always_refuses(page: Page) -> None:
    open_person(page, "Tom Becker")
    expect(page.get_by_text("somebody else has to shut you out")).to_be_visible()
    for name in ("Shut out", "Reset second factor", "Make a link for a new password"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    for label in ("Role", "Producer code", "Sees commission reports"):
        expect(page.get_by_label(label)).to_be_disabled()
    page.get_by_label("Name", exact=True).fill("Thomas Becker")
    page.get_by_role("button", name="Review the change").click()
    expect(page.get_by_text("Name: Tom Becker → Thomas Becker")).to_be_visible()
    assert look(page) == []
    page.get_by_role("button", name="Change something").click()


@pytest.mark.criterion("USERS-10")
def test_who_does_not_manage_users_does_not_come_here(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("producer"))
    page.goto(f"{demo_site.url}/admin/users")
    expect(page).to_have_url(re.compile("/denied"))
    page.goto(demo_site.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maya")
    expect(page.get_by_role("link", name="Users")).to_have_count(0)
