"""An agency's files that change: what a dry run tells of them, and a header that drifted."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import servers
from tests.browser.conftest import Person
from tests.browser.looking import look
from tests.servers import ROOT, Site

pytestmark = pytest.mark.browser
SOON = 60_000  # the worker has other work too


@dataclass
class Agency:
    """The demo on files of its own."""

    site: Site
    folder: Path

    def change(self, name: str, *pairs: tuple[str, str]) -> None:
        """Export a file anew with these texts exchanged, each once."""
        path = self.folder / name
        content = path.read_bytes()
        for old, new in pairs:
            assert old.encode() in content
            content = content.replace(old.encode(), new.encode(), 1)
        path.write_bytes(content)


@pytest.fixture(scope="module")
def agency(built_front_end: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agency]:
    folder = tmp_path_factory.mktemp("files") / "demo"
    shutil.copytree(ROOT / "demo", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    feeds = folder / "feeds.toml"
    told, policies, rest = feeds.read_text(encoding="utf-8").partition("[feed.policies]")
    feeds.write_text(told + policies + rest.replace("complete = true", "complete = false", 1), encoding="utf-8")
    data = tmp_path_factory.mktemp("agency")
    with servers.portal(data, "serve", "--demo", feeds_file=str(folder / "feeds.toml")) as site:
        yield Agency(site, folder)


@pytest.fixture
def page(browser: Browser, browser_context_args: dict[str, object], agency: Agency) -> Iterator[Page]:
    context = browser.new_context(**browser_context_args)  # type: ignore[arg-type]
    person = Person.of("principal", context.new_page(), agency.site)
    person.arrive()
    yield person.page
    context.close()


def integrations(page: Page, agency: Agency) -> None:
    page.goto(f"{agency.site.url}/admin/integrations")
    expect(page.get_by_role("heading", name="Integrations")).to_be_visible()


@pytest.mark.criterion("FEED-68")
def test_a_dry_run_shows_what_would_change_field_by_field(page: Page, agency: Agency) -> None:
    agency.change("policies.csv", ("$1,769.60", "$1,999.99"))
    integrations(page, agency)
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("heading", name="Dry run of harbor")).to_be_visible()
    found = page.get_by_role("region", name="What would happen to each kind")
    expect(found.get_by_role("row").filter(has_text="Policies")).to_contain_text("1 changed", timeout=SOON)
    examples = page.get_by_role("region", name="Examples of what would change")
    expect(examples).to_contain_text("Premium: 1769.60 becomes  → 1999.99")
    assert look(page) == []


@pytest.mark.criterion("FEED-72")
def test_a_drifted_header_is_shown_old_to_new_and_taken_in_once_it_is_saved(page: Page, agency: Agency) -> None:
    agency.change("clients.csv", ("Client Name", "Name of Client"), ("Samira Pham", "Samira Pham-Ortiz"))
    integrations(page, agency)
    page.get_by_role("button", name="Run now").click()
    clients = page.get_by_role("region", name="What harbor brings").get_by_role("row").filter(has_text="Clients")
    expect(clients).to_contain_text('The header lacks the column "Client Name".', timeout=SOON)

    clients.get_by_role("link", name="Clients").click()
    expect(page.get_by_text("The header of the newest file has changed.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Client Name became")).to_contain_text("Name of Client")
    field = page.get_by_label("Field of Name of Client")
    expect(field).to_have_value("name")
    assert look(page) == []
    save = page.get_by_role("button", name="Save this map and take the file in")
    field.select_option("")
    expect(save).to_be_disabled()
    expect(page.get_by_text("A needed field has no column: Name.")).to_be_visible()
    field.select_option("name")
    expect(save).to_be_enabled()
    save.click()

    expect(page.get_by_text("Saved. The worker takes the newest file in")).to_be_visible()
    expect(clients.get_by_text("Succeeded")).to_be_visible(timeout=SOON)
    page.goto(f"{agency.site.url}/accounts?q=Pham-Ortiz")
    expect(page.get_by_role("link", name="Samira Pham-Ortiz")).to_be_visible()


@pytest.mark.criterion("FEED-75")
def test_two_terms_for_the_same_time_are_decided_by_a_person(page: Page, agency: Agency) -> None:
    agency.change("policies.csv", ("06/18/2026;06/18/2027", "06/25/2026;06/18/2027"))
    integrations(page, agency)
    page.get_by_role("button", name="Run now").click()
    conflict = page.get_by_role("region", name="Conflicts").get_by_role("row").nth(1)
    expect(conflict).to_contain_text("Two terms for the same time: which holds?", timeout=SOON)
    number = conflict.get_by_role("link").inner_text()
    later = page.get_by_role("button", name="From Jun 25, 2026: ")
    later.click()
    asked = page.get_by_role("alertdialog")
    expect(asked).to_contain_text("The term from Jun 18, 2026 goes")
    assert look(page) == []
    asked.get_by_role("button", name="No").click()
    later.click()
    asked.get_by_role("button", name="Yes, decide it").click()
    expect(page.get_by_text("Decided.").or_(page.get_by_text("being taken in"))).to_be_visible()
    if page.get_by_text("being taken in").count():
        expect(page.get_by_role("button", name="Run now")).to_be_visible(timeout=SOON)
        later.click()
        asked.get_by_role("button", name="Yes, decide it").click()
    expect(page.get_by_text("Nothing waits for a decision.")).to_be_visible()
    page.goto(f"{agency.site.url}/policies?q={number}")
    expect(page.get_by_role("row").filter(has_text=number)).to_contain_text("Jun 25, 2026")
