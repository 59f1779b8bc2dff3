"""Lists as people use them: filters, order, pages, and the figures that lead to them."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.looking import DESK, complaints, look
from tests.servers import Site

pytestmark = pytest.mark.browser


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


@pytest.mark.criterion("SEARCH-29")
def test_what_is_typed_while_the_page_comes_to_life_stays(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    page.goto(f"{demo_site.url}/policies", wait_until="commit")
    page.locator("#find-policies input[type=search], form[data-address] input[type=search]").first.fill("half typed")
    expect(page.locator(".row-link").first).to_be_visible()
    expect(page.get_by_label("Carrier").locator("option")).not_to_have_count(1)
    expect(page.locator("form[data-address] input[type=search]").first).to_have_value("half typed")


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


@pytest.mark.criterion("TRACKPAGE-06")
@pytest.mark.criterion("TRACKPAGE-07")
def test_what_the_dashboard_shows_is_kept_begun_with_and_deleted(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("principal"))
    heard = complaints(page)
    to_list = page.get_by_role("navigation", name="Primary").get_by_role("link", name="Submissions").first
    page.goto(f"{demo_site.url}/submissions?status=declined")
    page.locator("summary").filter(has_text="Columns").click()
    page.get_by_role("group", name="Columns").get_by_label("LOB").click()
    expect(page).to_have_url(re.compile("columns="))
    page.get_by_role("button", name="Save view").click()
    name = page.get_by_label("Name of the view")
    expect(name).to_be_focused()
    page.get_by_role("button", name="Save as a new view").click()
    expect(page.get_by_text("Give the view a name.")).to_be_visible()
    name.fill("Declined of late")
    page.get_by_label("Begin with it whenever I open this list").check()
    page.get_by_label("Share it").check()
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    name.press("Enter")
    views = page.get_by_role("navigation", name="Views")
    mine = views.get_by_role("link", name=re.compile("Declined of late"))
    expect(mine).to_have_attribute("aria-current", "page")

    page.goto(demo_site.url)
    to_list.click()
    expect(page).to_have_url(re.compile("status=declined.*view="))
    expect(page.get_by_label("Status").first).to_have_value("declined")
    expect(page.get_by_role("columnheader", name="LOB")).to_have_count(0)
    page.get_by_label("Status").first.select_option("withdrawn")
    expect(mine).to_contain_text("changed")
    page.get_by_role("button", name="Save view").click()
    page.get_by_role("button", name=re.compile("^Replace")).click()
    expect(page.locator(".flash")).to_contain_text("shows this now")
    expect(mine).not_to_contain_text("changed")
    views.get_by_role("link", name="All", exact=True).click()
    expect(page).to_have_url(re.compile("view=all"))
    expect(page.get_by_label("Status").first).to_have_value("")

    page.get_by_role("link", name="Manage views").click()
    kept = page.get_by_role("region", name="Your views and those shared with you")
    expect(kept).to_contain_text("Withdrawn")
    kept.get_by_role("button", name="Rename Declined of late").click()
    page.get_by_label("New name of Declined of late").fill("Withdrawn of late")
    page.get_by_role("button", name="Rename", exact=True).click()
    kept.get_by_role("button", name="Delete Withdrawn of late").click()
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.get_by_role("alertdialog").get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_text("No views yet")).to_be_visible()
    to_list.click()
    expect(page).to_have_url(f"{demo_site.url}/submissions")
    assert heard == []
