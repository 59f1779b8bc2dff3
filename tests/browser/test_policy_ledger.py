"""The ledger of a policy in the browser: drafted, issued, applied again; on any date; term against term."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.looking import complaints, look
from tests.servers import Site

pytestmark = pytest.mark.browser

# A policy that was renewed and is active.
RENEWED = """SELECT p.locator, p.effective FROM policy p WHERE p.status = 'active'
 AND (SELECT count(*) FROM policy_term t WHERE t.policy_id = p.id) > 1
 AND p.effective = (SELECT max(t.effective) FROM policy_term t WHERE t.policy_id = p.id) ORDER BY p.id LIMIT 1"""


@dataclass(frozen=True)
class Renewed:
    address: str
    effective: date

    def day(self, number: int) -> str:
        """So many days after its last term began."""
        return (self.effective + timedelta(days=number)).isoformat()


@pytest.fixture
def renewed(demo_site: Site) -> Renewed:
    with closing(sqlite3.connect(demo_site.data_dir / "demo" / "portal.db", timeout=10)) as connection:
        locator, effective = connection.execute(RENEWED).fetchone()
    return Renewed(f"{demo_site.url}/policies/{locator}", date.fromisoformat(effective))


def fill_in(page: Page, *, day: str, of_record: str) -> None:
    page.get_by_label("Effective date").fill(day)
    page.get_by_label("Code of record").fill(of_record)
    page.get_by_role("button", name="Draft it").click()


def issue(page: Page) -> None:
    page.get_by_role("button", name="Issue Change of producer code").click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("Issue it?")
    asked.get_by_role("button", name="Yes, issue it").click()
    expect(page.get_by_text("Issued. The policy is as it says.")).to_be_visible()


@pytest.mark.criterion("LEDPAGE-10")
@pytest.mark.criterion("LEDPAGE-11")
@pytest.mark.criterion("LEDPAGE-13")
@pytest.mark.criterion("LEDPAGE-16")
@pytest.mark.criterion("LEDPAGE-17")
@pytest.mark.criterion("BIND-29")
@pytest.mark.timeout(240)
def test_a_change_is_drafted_looked_at_and_issued_out_of_sequence(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], renewed: Renewed
) -> None:
    page = opened(sessions("principal"))
    heard = complaints(page)
    page.goto(renewed.address)
    page.get_by_role("link", name="Ledger", exact=True).click()
    expect(page.get_by_role("heading", name="Ledger of the policy")).to_be_visible()
    fill_in(page, day="", of_record="HL-120")
    box = page.get_by_label("Effective date")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Choose the day on which it takes effect.")).to_be_visible()
    expect(page.get_by_label("Code of record")).to_have_value("HL-120")

    fill_in(page, day=renewed.day(200), of_record="HL-120")
    expect(page.get_by_text("Nothing that takes effect later has to be applied again.")).to_be_visible()
    issue(page)
    fill_in(page, day=renewed.day(100), of_record="HL-110")
    drafted = page.get_by_role("region", name="Draft: Change of producer code")
    expect(drafted).to_contain_text("1 transaction that takes effect later is reversed and applied again behind it.")
    expect(drafted.get_by_role("row")).to_have_count(3)
    drafted.get_by_role("button", name="Edit Change of producer code").click()
    expect(page.get_by_label("Code of record")).to_have_value("HL-110")
    expect(page.get_by_label("Effective date")).to_be_focused()
    page.get_by_label("Effective date").fill(renewed.day(101))
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("The draft is changed.")).to_be_visible()
    drafted.get_by_role("button", name="Why can't I bind?").click()
    expect(drafted.get_by_role("list", name="Rules").get_by_role("listitem")).to_have_count(8)
    drafted.get_by_role("button", name="Set a flag on").click()
    page.get_by_label("What it is about").fill("Look at the roof")
    drafted.get_by_role("button", name="Set the flag").click()
    expect(drafted.get_by_role("list", name="Flags")).to_contain_text("Look at the roof")
    drafted.get_by_role("button", name="Set a flag on").click()
    assert look(page) == []
    drafted.get_by_role("button", name="Cancel").click()
    issue(page)
    told = page.get_by_role("region", name="Transactions")
    expect(told.get_by_text(re.compile("^Reversed on .* by the change effective "))).to_be_visible()
    expect(told.get_by_text(re.compile("^Applied again as the change effective "))).to_be_visible()
    assert heard == []


@pytest.mark.criterion("LEDPAGE-03")
@pytest.mark.criterion("LEDPAGE-13")
@pytest.mark.criterion("LEDPAGE-15")
@pytest.mark.timeout(240)
def test_a_policy_is_looked_at_on_any_date_and_term_against_term(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], renewed: Renewed
) -> None:
    page = opened(sessions("readonly"))
    heard = complaints(page)
    page.goto(renewed.address)
    page.get_by_role("link", name="On a date", exact=True).click()
    expect(page.get_by_role("heading", name="In force now")).to_be_visible()
    page.get_by_label("Date", exact=True).fill(renewed.day(-30))
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(f"date={renewed.day(-30)}"))
    expect(page.get_by_role("heading", name=re.compile("^In force at the end of "))).to_be_visible()
    page.get_by_label("By which clock").select_option(label="What the record said on this date")
    expect(page.get_by_text("Nothing of this policy had been issued by then")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name=re.compile("^In force at the end of "))).to_be_visible()
    steps = page.get_by_role("region", name="What takes effect when")
    steps.get_by_role("link", name=re.compile("^Renewal")).first.click()
    expect(page.get_by_label("Date", exact=True)).to_have_value(renewed.day(0))
    expect(steps.get_by_text("Shown", exact=True)).to_have_count(1)
    assert look(page) == []
    page.goto(f"{renewed.address}/snapshot?date=2026-13-45")
    expect(page.get_by_role("alert")).to_contain_text("“2026-13-45” is no date.")

    page.get_by_role("link", name="What differs between terms").click()
    expect(page.get_by_role("region", name="The term", exact=True)).to_contain_text("Changed")
    expect(page.get_by_text("Same", exact=True)).to_have_count(0)
    page.get_by_label("Show").select_option(label="Everything")
    expect(page.get_by_text("Same", exact=True).first).to_be_visible()
    assert look(page) == []
    page.get_by_role("link", name="Ledger", exact=True).click()
    expect(page.get_by_role("region", name="Transactions")).to_be_visible()
    expect(page.get_by_role("button", name="Draft it")).to_have_count(0)

    page.goto(f"{renewed.address}/snapshot?date={renewed.day(-30)}")
    stems = page.get_by_role("region", name="Policy", exact=True).locator("a[href*='#t-']")
    row = page.locator(f"[id='{(stems.get_attribute('href') or '').partition('#')[2]}']")
    stems.click()
    # Once drawn by a step inside the portal, once by a page that is loaded.
    for _ in range(2):
        expect(row).to_be_focused()
        expect(row).to_be_in_viewport()
        page.reload()
    expect(row).to_be_focused()
    assert heard == []
