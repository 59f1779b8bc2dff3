"""The audit trail and exports, as people use them."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.looking import DESK, PHONE, findings, look
from tests.servers import Site

pytestmark = pytest.mark.browser
Sessions = Callable[[str], StorageState]
Opened = Callable[..., Page]


def saved(page: Page) -> tuple[str, list[list[str]]]:
    """The name of the exported file, and its lines."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return download.value.suggested_filename, list(csv.reader(io.StringIO(text)))


@pytest.mark.criterion("AUDIT-16")
def test_the_trail_is_filtered_opened_and_taken_along(sessions: Sessions, opened: Opened, demo_site: Site) -> None:
    page = opened(sessions("admin"))
    page.goto(f"{demo_site.url}/admin/audit")
    expect(page.locator(".row-link").first).to_be_visible()
    page.get_by_role("combobox", name="What", exact=True).select_option(label="User added")
    expect(page).to_have_url(re.compile("action=user.created"))
    page.get_by_label("Record", exact=True).fill("csr@demo.agency")
    page.get_by_label("Record", exact=True).press("Enter")
    expect(page.locator(".row-link")).to_have_count(1)
    name, lines = saved(page)
    assert re.fullmatch(r"audit-\d{4}-\d\d-\d\d\.csv", name)
    assert len(lines) == 2
    page.locator(".row-link").click()
    expect(page.get_by_role("heading", name="User added")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Role"))).to_contain_text("(CSR)")
    assert look(page) == []


@pytest.mark.criterion("AUDIT-16")
@pytest.mark.criterion("PAGE-09")
def test_the_chain_is_checked_by_the_worker(sessions: Sessions, opened: Opened, demo_site: Site) -> None:
    page = opened(sessions("admin"))
    page.goto(f"{demo_site.url}/admin/audit")
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.get_by_text("The worker checks the chain now.")).to_be_visible()
    expect(page.get_by_text("The chain holds")).to_be_visible(timeout=60_000)
    assert look(page) == []


@pytest.mark.criterion("AUDIT-16")
def test_on_a_phone_the_filters_are_a_sheet(sessions: Sessions, opened: Opened, demo_site: Site) -> None:
    page = opened(sessions("admin"), viewport=PHONE)
    page.goto(f"{demo_site.url}/admin/audit")
    expect(page.locator(".row-link").first).to_be_visible()
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_label("Kind of record")).to_be_visible()
    assert findings(page) == []
    page.get_by_label("Address", exact=True).fill("127.0.0.1")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("address=127"))


@pytest.mark.criterion("EXPORT-24")
def test_a_filtered_list_is_exported_and_the_page_stays_in_use(
    sessions: Sessions, opened: Opened, demo_site: Site
) -> None:
    page = opened(sessions("csr"))
    page.goto(f"{demo_site.url}/policies?q=street&status=active")
    expect(page.locator(".row-link").first).to_be_visible()
    expect(page.get_by_text("without personal data and commissions")).to_be_visible()
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    shown = page.locator(".row-link").count()
    name, (heads, *rows) = saved(page)
    assert name.startswith("policies-")
    assert heads[0] == "Insured name"
    assert {row[7] for row in rows} == {"Active"}
    assert len(rows) == shown or shown == 50
    page.get_by_label("Status").select_option("cancelled")
    expect(page.locator(".pill").filter(has_text="Cancelled")).to_be_visible()


@pytest.mark.criterion("EXPORT-24")
def test_who_may_not_export_sees_no_button_and_a_refusal_is_told(
    sessions: Sessions, opened: Opened, demo_site: Site
) -> None:
    page = opened(sessions("producer"))
    page.goto(f"{demo_site.url}/policies?export=too_many")
    expect(page.locator(".row-link").first).to_be_visible()
    expect(page.get_by_role("button", name="Export")).to_have_count(0)
    expect(page.get_by_text("too many exports in a quarter of an hour")).to_be_visible()
    page.goto(f"{demo_site.url}/admin/audit")
    expect(page).to_have_url(re.compile("/denied"))
