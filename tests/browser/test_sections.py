"""Billing, documents and claims on a policy's page, as each role sees them."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from tests.browser.looking import complaints, look
from tests.servers import Site

pytestmark = pytest.mark.browser

# One of Maya's policies of which everything is on file, and one on which nothing hangs.
FULL = """SELECT p.locator FROM policy p JOIN producer_code c ON c.id = p.producer_code_id WHERE c.code = 'HL-110'
 AND EXISTS (SELECT 1 FROM policy_billing b WHERE b.policy_id = p.id AND b.term_effective = p.effective)
 AND EXISTS (SELECT 1 FROM claim WHERE policy_id = p.id)
 AND EXISTS (SELECT 1 FROM policy_document d WHERE d.policy_id = p.id AND d.category = 'billing_statement')
 AND EXISTS (SELECT 1 FROM policy_document d WHERE d.policy_id = p.id AND d.category = 'certificate')"""
BARE = """SELECT p.locator FROM policy p WHERE NOT EXISTS (SELECT 1 FROM claim WHERE policy_id = p.id)
 AND NOT EXISTS (SELECT 1 FROM policy_billing WHERE policy_id = p.id)
 AND NOT EXISTS (SELECT 1 FROM policy_document d WHERE d.policy_id = p.id OR d.account_id = p.account_id)"""


def one(site: Site, query: str) -> str:
    """The address of the first policy that the query finds."""
    with closing(sqlite3.connect(site.data_dir / "demo" / "portal.db", timeout=10)) as connection:
        return f"{site.url}/policies/{connection.execute(f'{query} ORDER BY p.id LIMIT 1').fetchone()[0]}"


def part(page: Page, name: str) -> Locator:
    found = page.get_by_role("region", name=name, exact=True)
    expect(found).to_be_visible()
    return found


@pytest.mark.criterion("KIND-41")
@pytest.mark.parametrize(
    ("person", "statements", "certificates"),
    [
        ("principal", True, True),
        ("csr", True, True),
        ("readonly", False, True),
        ("producer", False, False),
    ],
)
def test_each_role_sees_what_it_includes(
    sessions: Callable[[str], StorageState],
    opened: Callable[..., Page],
    demo_site: Site,
    person: str,
    statements: bool,
    certificates: bool,
) -> None:
    page = opened(sessions(person))
    page.goto(one(demo_site, FULL))
    billing, documents, claims = (part(page, name) for name in ("Billing", "Documents", "Claims"))
    for each in (billing, documents, claims):
        expect(each.get_by_text(re.compile("harbor, as of"))).to_be_visible()
    for label in ("Premium", "Payment plan", "Next due date", "Balance"):
        expect(billing.locator("dt", has_text=re.compile(f"^{label}$"))).to_be_visible()
    expect(documents.get_by_text("None of these files is at the portal")).to_be_visible()
    expect(documents.get_by_role("cell", name=re.compile("Declarations page")).first).to_be_visible()
    shown = documents.get_by_role("table").inner_text()
    assert ("Billing statement" in shown) is statements
    assert ("Certificate of insurance" in shown) is certificates
    expect(claims.get_by_role("rowheader", name=re.compile(r"CL-\d+")).first).to_be_visible()


@pytest.mark.criterion("KIND-41")
def test_another_producers_policy_has_no_sections(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("producer2"))
    page.goto(one(demo_site, FULL))
    expect(page.locator(".empty")).to_be_visible()
    assert page.get_by_role("region", name="Claims", exact=True).count() == 0


@pytest.mark.criterion("KIND-41")
def test_with_everything_and_with_nothing_axe_finds_nothing(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    page = opened(sessions("csr"))
    heard = complaints(page)
    page.goto(one(demo_site, FULL))
    part(page, "Claims")
    assert look(page) == []
    page.goto(one(demo_site, BARE))
    expect(part(page, "Claims").get_by_text("No claims reported.")).to_be_visible()
    expect(part(page, "Billing").get_by_text("sent no billing for this policy")).to_be_visible()
    expect(part(page, "Documents").get_by_text("lists no document of this policy")).to_be_visible()
    assert look(page) == []
    assert heard == []
