"""The main job: a producer signs in and finds their own policies, and nobody else's."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person

pytestmark = pytest.mark.browser


def total(page: Page) -> int:
    text = page.get_by_text(re.compile(r"^[\d,]+ polic(y|ies)\b")).first.inner_text()
    return int(re.sub(r"\D", "", text.split("polic")[0]))


def first_row(page: Page) -> tuple[str, str]:
    """The insured and the address of the first policy of the list."""
    link = page.locator("tbody a[href^='/policies/']").first
    expect(link).to_be_visible()
    return link.inner_text().strip(), link.get_attribute("href") or ""


@pytest.mark.criterion("MAIN-01")
def test_a_producer_finds_their_own_book_and_nobody_elses(visit: Callable[..., Person]) -> None:
    maya, daniel, principal = visit("producer"), visit("producer2"), visit("principal")
    books = []
    for person in (maya, daniel, principal):
        person.arrive()
        person.open("/policies")
        books.append((*first_row(person.page), total(person.page)))
    (name, own, mine), (_, others, his), (_, _, everybodys) = books
    assert mine > 0
    assert his > 0
    assert mine + his < everybodys
    maya.open(own)
    expect(maya.page.get_by_role("heading", level=1)).to_be_visible()
    expect(maya.page.get_by_text(name).first).to_be_visible()
    maya.open(others)
    expect(maya.page.get_by_text(re.compile("not.*yours|nothing here|not found", re.IGNORECASE)).first).to_be_visible()


@pytest.mark.criterion("SEARCH-20")
def test_search_by_name_number_and_typing_error_and_the_address_keeps_it(visit: Callable[..., Person]) -> None:
    csr = visit("csr")
    csr.arrive()
    csr.open("/policies")
    name, _ = first_row(csr.page)
    family, everything = name.split()[-1], total(csr.page)
    box = csr.page.get_by_role("searchbox").or_(csr.page.locator("main input[name=q]")).first
    box.fill(family)
    box.press("Enter")
    expect(csr.page).to_have_url(re.compile(f"q={family}"))
    # The first row may hold the name already: only the total tells that the answer has come.
    expect(csr.page.get_by_text(re.compile(rf"^{everything:,} polic"))).to_have_count(0)
    expect(csr.page.locator("tbody tr").first).to_contain_text(family)
    found = total(csr.page)
    csr.page.reload()
    expect(csr.page.get_by_text(re.compile(rf"^{found:,} polic")).first).to_be_visible()
    csr.open("/policies?q=zzzzqqqq")
    expect(csr.page.get_by_text(re.compile("nothing matches|no polic", re.IGNORECASE)).first).to_be_visible()


@pytest.mark.criterion("POLICY-20")
def test_each_section_of_the_policy_page_names_its_feed_and_its_age(visit: Callable[..., Person]) -> None:
    person = visit("producer")
    person.arrive()
    person.open("/policies")
    _, own = first_row(person.page)
    person.open(own)
    for section in ("Insured", "Coverage summary", "Billing", "Documents", "Claims", "History"):
        part = person.page.get_by_role("region", name=section, exact=True)
        expect(part.get_by_role("heading", name=section)).to_be_visible()
        expect(part.get_by_text(re.compile("harbor, as of"))).to_be_visible()


@pytest.mark.criterion("ACCESS-05")
def test_the_administrator_sees_no_business(visit: Callable[..., Person]) -> None:
    admin = visit("admin")
    admin.arrive()
    assert admin.page.get_by_role("link", name="Policies").count() == 0
    admin.open("/policies")
    expect(admin.page.get_by_text("Your role does not include this")).to_be_visible()
