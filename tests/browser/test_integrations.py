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
    for _ in range(20):
        page.get_by_role("button", name="Look again").click()
        if page.get_by_role("button", name="Run now").count():
            break
        page.wait_for_timeout(500)
    expect(page.get_by_role("button", name="Run now")).to_be_visible()
    assert page.get_by_role("region", name="Runs of the feeds").get_by_role("row").count() > before


@pytest.mark.criterion("FEED-62")
def test_who_only_looks_runs_nothing(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("csr"))
    page.goto(f"{demo_site.url}/admin/integrations")
    expect(page.get_by_role("heading", name="Integrations")).to_be_visible()
    expect(page.get_by_role("button", name="Run now")).to_have_count(0)
