"""Routing rules and holidays in the browser, in the hands of an administrator."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, StorageState, expect
from sqlalchemy import delete
from sqlmodel import col

from portal_app.database import Database
from portal_app.models.configuration import ConfigurationVersion
from portal_app.services.routing.in_force import HOLIDAYS, ROUTING
from tests.browser.looking import complaints, look
from tests.servers import Site

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def as_it_was(demo_site: Site) -> Iterator[None]:
    """What is saved here would take the submissions of others, and move the days on which they are due."""
    yield
    database = Database(f"sqlite:///{demo_site.data_dir / 'demo/portal.db'}")
    ours = col(ConfigurationVersion.kind).in_((ROUTING.word, HOLIDAYS.word))
    with database.write() as db:
        db.execute(delete(ConfigurationVersion).where(ours))
    database.dispose()


@pytest.mark.criterion("ROUTE-11")
@pytest.mark.timeout(240)
def test_an_administrator_sets_tries_and_saves_the_rules(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("admin"))
    heard = complaints(page)
    page.goto(f"{demo_site.url}/admin/settings")
    page.get_by_role("link", name="Routing", exact=True).click()
    expect(page.get_by_text("There are no rules yet")).to_be_visible()

    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("Name", exact=True).fill("Large risks")
    page.get_by_role("checkbox", name="General liability").check()
    page.get_by_label("Premium from").fill("25,000")
    page.get_by_label("To", exact=True).select_option("carrierContact")
    page.get_by_label("Name of the contact").fill("Ann Field")
    page.get_by_label("Mail address of the contact").fill("ann at the carrier")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Should be a mail address such as name@example.com.")).to_be_visible()
    expect(page.get_by_label("Premium from")).to_have_value("25,000")
    page.get_by_label("Mail address of the contact").fill("ann@carrier.example")
    page.get_by_role("button", name="Apply").click()
    rules = page.get_by_role("region", name="Rules", exact=True).get_by_role("listitem")
    expect(page.get_by_text("1. Large risks")).to_be_visible()
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("Name", exact=True).fill("Everything else")
    page.get_by_label("Name of the queue").fill("Underwriting")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="Move Everything else up").click()
    expect(page.get_by_text("Large risks is never reached")).to_be_visible()
    page.get_by_role("button", name="Move Everything else down").click()

    page.get_by_label("Line of business").select_option("general_liability")
    page.get_by_label("Premium", exact=True).fill("9,000")
    page.get_by_role("button", name="Which rule would take this?").click()
    expect(page.get_by_text("Everything else takes it.")).to_be_visible()
    expect(page.get_by_text("The premium is below $25,000.")).to_be_visible()
    page.get_by_role("button", name="Delete Large risks").click()
    assert look(page) == []
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("Why").fill("As agreed in the meeting")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_text("Saved. It holds at once")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Version 1")).to_be_visible()
    expect(rules.filter(has_text="Large risks")).to_contain_text("Premium: from $25,000")
    assert heard == []


@pytest.mark.criterion("CLOCK-09")
@pytest.mark.timeout(240)
def test_an_administrator_sets_the_holidays(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("admin"))
    page.goto(f"{demo_site.url}/admin/settings")
    page.get_by_role("link", name="Holidays", exact=True).click()
    closed = page.get_by_role("region", name="Closed in the next twelve months").get_by_role("listitem")
    expect(closed).to_have_count(11)
    page.get_by_label("Day", exact=True).fill("2027-03-03")
    page.get_by_role("button", name="Add the day").click()
    expect(page.get_by_text("Say what the day is called.")).to_be_visible()
    expect(page.get_by_label("Day", exact=True)).to_have_value("2027-03-03")
    page.get_by_label("What it is called").fill("Founders' Day")
    page.get_by_role("button", name="Add the day").click()
    expect(closed).to_have_count(12)
    assert look(page) == []
    page.get_by_label("Close of business").fill("16:30")
    page.get_by_label("Why it changes").fill("Our own day")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_text("Saved. It holds at once")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Close of business")).to_have_value("16:30")
    page.get_by_role("checkbox").uncheck()
    expect(closed).to_have_count(1)
