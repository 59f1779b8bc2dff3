"""The keys of every page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.looking import complaints, look
from tests.browser.test_palette import at
from tests.servers import Site

pytestmark = pytest.mark.browser


@pytest.mark.criterion("KEYS-06")
def test_rows_and_pages_of_a_list_by_single_keys(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("principal")), f"{demo_site.url}/policies")
    heard = complaints(page)
    rows = page.locator(".row-link")
    expect(rows.first).to_be_visible()
    for key, row in (("k", 0), ("k", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows.nth(row)).to_be_focused()
    name = rows.nth(1).inner_text()
    page.keyboard.press("]")
    expect(page.locator(".pager-span")).to_have_text(re.compile("^51–100 of "))
    page.keyboard.press("[")
    expect(page.locator(".pager-span")).to_have_text(re.compile("^1–50 of "))
    page.keyboard.press("[")
    rows.nth(0).focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert heard == []


@pytest.mark.criterion("KEYS-06")
def test_the_last_row_is_the_last(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("principal")), f"{demo_site.url}/admin/users")
    rows = page.locator(".row-link")
    expect(rows.first).to_be_visible()
    rows.last.focus()
    page.keyboard.press("j")
    expect(rows.last).to_be_focused()


@pytest.mark.criterion("KEYS-06")
def test_a_slash_goes_to_the_search_of_the_page_or_to_the_palette(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("csr")), f"{demo_site.url}/accounts")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search accounts")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.get_by_role("searchbox", name="Search accounts")).to_have_value("a/b")
    at(page, f"{demo_site.url}/preferences")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search policies")).to_be_focused()
    page = at(opened(sessions("admin")), f"{demo_site.url}/preferences")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Go to")).to_be_focused()


@pytest.mark.criterion("KEYS-06")
def test_nothing_happens_while_typing_with_another_key_or_under_a_sheet(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("principal")), f"{demo_site.url}/policies")
    first = page.locator(".row-link").first
    expect(first).to_be_visible()
    field = page.get_by_role("searchbox", name="Search policies")
    field.focus()
    page.keyboard.type("jk[]?/")
    expect(field).to_have_value("jk[]?/")
    expect(field).to_be_focused()
    page.get_by_label("Status").focus()
    page.keyboard.press("]")
    page.locator("#main").focus()
    for keys in ("Control+j", "Alt+j", "Meta+j", "Alt+]", "Control+]"):
        page.keyboard.press(keys)
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    for key in ("j", "]", "/"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog", name="Keys").get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Your account").click()
    page.keyboard.press("j")
    expect(first).not_to_be_focused()
    assert page.url == f"{demo_site.url}/policies"


@pytest.mark.criterion("KEYS-08")
def test_the_sheet_of_keys_names_them_all_and_opens_by_a_button_too(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("csr")), demo_site.url)
    sheet, button = page.get_by_role("dialog", name="Keys"), page.get_by_role("button", name="Keys", exact=True)
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    for key in ("K", "/", "j", "k", "Enter", "[", "]", "?"):
        expect(sheet.locator("kbd").get_by_text(key, exact=True)).to_be_visible()
    assert look(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    page.mouse.click(5, 450)
    expect(sheet).to_be_hidden()


@pytest.mark.criterion("KEYS-07")
def test_single_keys_are_turned_off_for_the_person_and_not_for_one_browser(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = at(opened(sessions("readonly")), f"{demo_site.url}/preferences")
    page.get_by_role("button", name="Turn single keys off").click()
    expect(page.get_by_text("Single keys are off.")).to_be_visible()
    assert look(page) == []
    elsewhere = opened(sessions("readonly"))
    for each in (page, elsewhere):
        each.goto(f"{demo_site.url}/policies")
        first = each.locator(".row-link").first
        expect(first).to_be_visible()
        expect(each.locator("[data-single-keys=false]")).to_be_attached()
        for key in ("j", "]", "?", "/"):
            each.keyboard.press(key)
        expect(first).not_to_be_focused()
        expect(each.locator("dialog[open]")).to_have_count(0)
        expect(each.get_by_role("searchbox", name="Search policies")).not_to_be_focused()
        assert each.url == f"{demo_site.url}/policies"
    elsewhere.keyboard.press("Control+k")
    expect(elsewhere.get_by_role("combobox", name="Go to")).to_be_focused()
    elsewhere.keyboard.press("Escape")
    elsewhere.get_by_role("button", name="Keys", exact=True).click()
    expect(elsewhere.get_by_text("Single keys are turned off in your")).to_be_visible()
    elsewhere.get_by_role("dialog", name="Keys").get_by_role("link", name="preferences").click()
    elsewhere.get_by_role("button", name="Turn single keys on").click()
    expect(elsewhere.get_by_text("Single keys are on.")).to_be_visible()
    elsewhere.keyboard.press("?")
    expect(elsewhere.get_by_role("dialog", name="Keys")).to_be_visible()
