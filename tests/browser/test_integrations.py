"""The agency's systems, as an administrator looks after them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.looking import look
from tests.servers import Site

pytestmark = pytest.mark.browser


@pytest.mark.criterion("FEED-62")
def test_what_waits_is_shown_with_its_reasons_and_a_feed_is_run_now(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("admin"))
    page.goto(demo_site.url)
    page.get_by_role("link", name=re.compile("rows? in quarantine")).first.click()
    expect(page.get_by_role("heading", name="Integrations")).to_be_visible()
    quarantine = page.get_by_role("region", name="Rows in quarantine")
    expect(quarantine.get_by_text(re.compile(r"policies.*\.csv, line \d+")).first).to_be_visible()
    expect(quarantine.get_by_text("is not among the clients taken in").first).to_be_visible()
    assert look(page) == []

    before = page.get_by_role("region", name="Runs of the feeds").get_by_role("row").count()
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_text("The worker takes it in within seconds.")).to_be_visible()
    expect(page.get_by_role("button", name="Run now")).to_be_visible(timeout=60_000)
    assert page.get_by_role("region", name="Runs of the feeds").get_by_role("row").count() > before


@pytest.mark.criterion("FEED-62")
def test_who_only_looks_runs_nothing(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("csr"), viewport={"width": 390, "height": 844})
    page.goto(f"{demo_site.url}/admin/integrations")
    expect(page.get_by_role("heading", name="Integrations")).to_be_visible()
    expect(page.get_by_role("button", name="Run now")).to_have_count(0)
    well = page.get_by_role("region", name=re.compile("^What .* brings$")).get_by_text(re.compile("^Last went well "))
    expect(well.first).to_be_visible()
    assert look(page) == []


@pytest.mark.criterion("FEED-65")
def test_a_row_is_mended_by_its_marked_column_and_taken_in(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("csr"))
    page.goto(f"{demo_site.url}/admin/integrations")
    quarantine = page.get_by_role("region", name="Rows in quarantine")
    quarantine.get_by_role("link", name=re.compile("clients")).click()
    expect(page.get_by_role("heading", name="Row in quarantine")).to_be_visible()
    born = page.get_by_label("Date of Birth")
    expect(born).to_have_attribute("aria-invalid", "true")
    assert look(page) == []

    page.get_by_label("Client Name").fill("Thaddeus Winslow the Third")
    born.fill("02/28/1984")
    page.get_by_label("Zip").fill("12")
    page.get_by_role("button", name="Mend and take in").click()
    expect(page.get_by_label("Zip")).to_have_attribute("aria-invalid", "true")
    expect(born).to_have_attribute("aria-invalid", "false")
    expect(page.get_by_label("Client Name")).to_have_value("Thaddeus Winslow the Third")
    page.get_by_label("Zip").fill("02360")
    page.get_by_role("button", name="Mend and take in").click()

    expect(page.get_by_text("Mended. The worker takes it in within seconds.")).to_be_visible()
    row = quarantine.get_by_role("row").filter(has_text="clients.csv")
    expect(row).to_have_count(0, timeout=60_000)
    page.goto(f"{demo_site.url}/accounts?q=Thaddeus")
    expect(page.get_by_role("link", name="Thaddeus Winslow the Third")).to_be_visible()


@pytest.mark.criterion("FEED-65")
def test_a_row_is_left_out_only_when_asked_twice_and_who_sees_no_business_opens_none(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("csr"))
    page.goto(f"{demo_site.url}/admin/integrations")
    quarantine = page.get_by_role("region", name="Rows in quarantine")
    link = quarantine.get_by_role("link").filter(has_text="policies").last
    place, address = link.inner_text(), link.get_attribute("href")
    link.click()
    page.get_by_role("button", name="Leave it out").click()
    page.get_by_role("button", name="No").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.get_by_role("button", name="Leave it out").click()
    page.get_by_role("button", name="Yes, leave it out").click()
    expect(page.get_by_role("heading", name="Integrations")).to_be_visible()
    expect(quarantine.get_by_role("link").first).to_be_visible()
    expect(quarantine.get_by_text(place, exact=True)).to_have_count(0)

    admin = opened(sessions("admin"))
    admin.goto(f"{demo_site.url}/admin/integrations")
    expect(admin.get_by_role("region", name="Rows in quarantine").get_by_role("row").nth(1)).to_be_visible()
    expect(admin.get_by_role("region", name="Rows in quarantine").get_by_role("link")).to_have_count(0)
    admin.goto(f"{demo_site.url}{address}")
    admin.wait_for_url(re.compile("/denied"))
