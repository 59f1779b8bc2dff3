"""The pages of quotes, for who underwrites and for who does not."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.looking import look

pytestmark = pytest.mark.browser


@pytest.mark.criterion("QUOTE-10")
@pytest.mark.criterion("QUOTE-11")
def test_a_quote_is_found_underwritten_let_through_and_brought_back(visit: Callable[..., Person]) -> None:
    person = visit("principal")
    person.arrive()
    page = person.page
    page.get_by_role("navigation", name="Primary").get_by_role("link", name="Quotes").first.click()
    expect(page.get_by_role("heading", name="Quotes", level=1)).to_be_visible()
    page.get_by_label("Search quotes").fill("HL-220")
    page.get_by_role("button", name="Search").click()
    row = page.get_by_role("table", name="Quotes").get_by_role("row").filter(has_text="HL-220")
    expect(row).to_contain_text("Draft")
    row.get_by_role("link").click()

    expect(page.get_by_text("Not validated: HL-220 is suspended.")).to_be_visible()
    page.get_by_role("button", name="Underwrite").click()
    expect(page.locator(".flash")).to_contain_text("Underwriting failed. Not validated: HL-220 is suspended.")
    flags = page.get_by_role("region", name="Underwriting flags")
    expect(flags.get_by_role("listitem")).to_have_count(1)
    _set_flag(page)
    assert look(page) == []

    flags.get_by_role("button", name="Remove the flag Invalid Producer Qualification").click()
    asked = page.get_by_role("alertdialog", name="Remove this flag?")
    expect(asked).to_contain_text("lets the producer code HL-220 through")
    asked.get_by_role("button", name="Yes, remove it").click()
    expect(flags.get_by_text("Removed by principal@demo.agency")).to_be_visible()
    page.get_by_role("button", name="Underwrite").click()
    expect(page.get_by_role("main")).to_contain_text("The quote is underwritten.")
    expect(flags.get_by_role("button")).to_have_count(0)
    page.get_by_role("button", name="Back to draft").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Yes, back to draft").click()
    expect(page.get_by_role("button", name="Underwrite")).to_be_visible()


def _set_flag(page: Page) -> None:
    """First with nothing in it that could be read: what was typed stays, and the field says why."""
    page.get_by_role("button", name="Set a flag").click()
    page.get_by_label("What it is about").fill("   ")
    page.get_by_label("Note (optional)").fill("Seen on the photographs")
    page.get_by_role("button", name="Set the flag").click()
    expect(page.get_by_text("Say in a few words what it is about")).to_be_visible()
    expect(page.get_by_label("Note (optional)")).to_have_value("Seen on the photographs")
    page.get_by_label("What it is about").fill("Old roof")
    page.get_by_role("button", name="Set the flag").click()
    expect(page.get_by_text("Seen on the photographs")).to_be_visible()
    expect(page.get_by_role("button", name="Set a flag")).to_be_visible()


@pytest.mark.criterion("QUOTE-11")
def test_an_agent_sees_their_quotes_and_no_button(visit: Callable[..., Person]) -> None:
    person = visit("producer2")
    person.arrive()
    page = person.page
    person.open("/quotes")
    rows = page.get_by_role("table", name="Quotes").get_by_role("row")
    # Others may have drawn up more for them by now.
    own = rows.filter(has_text="$2,950.00")
    expect(own).to_have_count(1)
    expect(rows.filter(has_text="$1,875.00")).to_have_count(0)
    assert look(page) == []
    own.get_by_role("link").click()
    expect(page).to_have_url(re.compile("/quotes/"))
    expect(page.get_by_text("Loss runs missing")).to_be_visible()
    for name in ("Underwrite", "Discard", "Back to draft", "Set a flag", re.compile("Remove")):
        expect(page.get_by_role("main").get_by_role("button", name=name)).to_have_count(0)
    person.open("/quotes?q=nothing+like+this")
    expect(page.get_by_text("No quote matches")).to_be_visible()
