"""New business from the first field to the policy on a desk; over a server that dies, and by two people at once."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from portal_app.services.intake.shipped import shipped
from tests.browser.agency import Agency, agency
from tests.browser.desk import answers as answers_what_is_asked
from tests.browser.desk import arrives, asks, binds, enters, offers, offers_anew
from tests.browser.entering import WITHIN, answer, attaches, begin, complete, saved
from tests.browser.leaving import closed_at_once, rows_that_were_removed
from tests.browser.looking import DESK, complaints, look
from tests.browser.personal_auto import (
    adds_and_removes_a_driver,
    changed_by,
    comes_to_new_business,
    decodes_the_vin,
    fills_city_and_state_by_the_zip,
    goes_on,
    is_asked_to_certify,
    is_led_to_what_is_missing,
    submits_once,
    told_too_late,
)
from tests.servers import Site
from tests.services.submissions.sent import pdf

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
Sessions = Callable[[str], StorageState]

# What is said of saving where another draft is open, in which there is nothing to choose.
SAID_ELSEWHERE = """() => {
    const form = document.querySelector("[data-submission]"), { submission } = form.dataset
    const again = document.querySelector("[data-save-again]"), words = document.querySelector("[data-save-words]")
    const said = () => (again.click(), words.textContent)
    form.dataset.submission = "another"
    const there = said()
    form.dataset.submission = submission
    return [there, said()]
}"""
# A ZIP code is on its way, and another draft is opened before it is answered.
ELSEWHERE = """ident => {
    const field = document.getElementById(ident)
    field.value = "02840"
    for (const each of ["input", "focusout"]) field.dispatchEvent(new Event(each, { bubbles: true }))
    document.querySelector("[data-submission]").dataset.submission = "another"
}"""
# The connection comes back, and the form is drawn with what is saved by now: by somebody else meanwhile, or before what
# is typed and on its way, which is answered only then; or for somebody else, who signed in meanwhile.
DRAWN_ANEW = """async ([ident, saved, typed, by]) => {
    const at = root => root.querySelector(`[id="${ident}"]`), soon = () => new Promise(done => setTimeout(done))
    const field = at(document), shell = document.querySelector("[data-alive]")
    if (typed) field.value = typed
    for (const each of typed ? ["input", "focusout"] : []) field.dispatchEvent(new Event(each, { bubbles: true }))
    const form = document.querySelector("[data-submission]"), anew = form.cloneNode(true), place = form.parentElement
    const { path, number, version } = JSON.parse(document.querySelector("[data-outbox]").value || "{}")
    const answer = { number, outcome: "saved", version: version + 1, told: "", at: "now", fills: {} }
    if (typed && !by) anew.dataset.acked = JSON.stringify({ [path]: answer })
    if (by) anew.dataset.by = by
    form.remove()
    shell.dataset.alive = "false"
    await soon()
    for (const each of anew.querySelectorAll("[data-seen]")) delete each.dataset.seen
    at(anew).setAttribute("value", saved)
    at(anew).value = saved
    place.append(anew)
    await soon()
    shell.dataset.alive = "true"
    await soon()
    return at(anew).value
}"""


def given_out(desk: Page, number: str) -> None:
    """From the dashboard, where it is nobody's yet, to its page: many are given to one, and it is theirs."""
    row = desk.get_by_role("table", name="Submissions").get_by_role("row").filter(has_text=number)
    # The demo has no rules, so that none took it.
    expect(row).to_contain_text("Unrouted")
    expect(row).to_contain_text("Nell Quill")
    row.get_by_role("checkbox").click()
    expect(row.get_by_role("checkbox")).to_be_checked()
    assert look(desk) == []
    desk.set_viewport_size(DESK)  # type: ignore[arg-type]
    desk.get_by_label("Assign to").select_option(label="Ruth Calloway")
    desk.get_by_role("button", name="Assign").click()
    expect(desk.locator(".flash")).to_contain_text("1 submission assigned.")
    row.get_by_role("link", name=f"View {number}").click()
    expect(desk.get_by_role("region", name="Next action")).to_contain_text("Yours")


def shown_what_is_personal(desk: Page) -> None:
    desk.get_by_role("button", name="Show them").click()
    expect(desk.get_by_role("region", name="Answers", exact=True)).to_contain_text("RI1234567")
    assert look(desk) == []
    desk.set_viewport_size(DESK)  # type: ignore[arg-type]


def bound_on_a_desk(page: Page, desk: Page, folder: Path) -> None:
    """Asked about, answered, quoted, offered and bound."""
    asks(desk)
    answers_what_is_asked(page, folder)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    enters(desk, folder / "granite.pdf", carrier="Saltmarsh Mutual", Premium="1,450", Insured_value="30,000")
    offers(desk)
    offered = page.get_by_role("region", name="Quotes", exact=True)
    expect(offered).to_contain_text("Yes, within your authority.", timeout=WITHIN)
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    with page.expect_download() as got:
        offered.get_by_role("link", name="Download quote").click()
    assert (got.value.suggested_filename, got.value.path().read_bytes()) == ("granite.pdf", pdf(holding=b"granite.pdf"))
    offers_anew(page, desk, offered)
    binds(page, offered)


def told_of_the_ams(page: Page, desk: Page) -> None:
    """The agency is, and the producer has nothing to do with it."""
    there = desk.get_by_role("region", name="To the AMS", exact=True)
    expect(there).to_contain_text("No mail server is set up, and the AMS is told by mail.", timeout=WITHIN)
    expect(page.get_by_role("region", name="To the AMS", exact=True)).to_have_count(0)


def takes_its_papers(page: Page, number: str) -> None:
    """The evidence file, and the answers for whoever keys them in elsewhere."""
    with page.expect_download() as got:
        page.get_by_role("link", name="Download evidence file").click()
    assert (got.value.suggested_filename, got.value.path().read_bytes()[:5]) == (f"Evidence {number}.pdf", b"%PDF-")
    with page.expect_download() as got:
        page.get_by_role("link", name="Download answers by ACORD name").click()
    assert got.value.suggested_filename == f"Application {number} by ACORD name.csv"


@pytest.mark.criterion("AMSOUT-11")
@pytest.mark.criterion("BOUND-19")
@pytest.mark.criterion("BOUND-26")
@pytest.mark.criterion("DOCS-18")
@pytest.mark.criterion("INFO-04")
@pytest.mark.criterion("QUOTE-13")
@pytest.mark.criterion("TRACKPAGE-02")
@pytest.mark.criterion("TRACKPAGE-04")
@pytest.mark.criterion("TRACKPAGE-05")
@pytest.mark.criterion("TRACKPAGE-08")
@pytest.mark.criterion("WIZARD-01")
@pytest.mark.criterion("WIZARD-02")
@pytest.mark.criterion("WIZARD-07")
@pytest.mark.criterion("WIZARD-09")
@pytest.mark.criterion("WIZARD-12")
@pytest.mark.criterion("WIZARD-13")
@pytest.mark.criterion("WIZARD-15")
@pytest.mark.timeout(300)
def test_personal_auto_goes_from_its_first_field_to_a_policy_on_a_desk(
    sessions: Sessions, opened: Opened, demo_site: Site, tmp_path: Path
) -> None:
    page, desk = opened(sessions("producer")), opened(sessions("principal"))
    heard = complaints(page)
    form = shipped("personal_auto")
    answers = complete(form, applicant__mailing__line1="14 Bowline Court")
    comes_to_new_business(page, demo_site)
    place = begin(page, demo_site, "Personal auto")
    fills_city_and_state_by_the_zip(page, form, answers)
    goes_on(page, "Risk")
    decodes_the_vin(page, form, answers)
    adds_and_removes_a_driver(page)
    is_led_to_what_is_missing(page)
    answer(page, form, "coverage", answers)
    goes_on(page, "Prior insurance")
    answer(page, form, "prior_insurance", answers)
    page.get_by_role("link", name="Continue").click()
    attaches(page, tmp_path)
    is_asked_to_certify(page)
    other = page.context.new_page()
    changed_by(other, page, place)
    number = submits_once(page)
    told_too_late(other, place)
    # The text that is no file of the kind was refused.
    assert [each for each in heard if "422" not in each] == []
    desk.goto(f"{demo_site.url}/submissions")
    given_out(desk, number)
    shown_what_is_personal(desk)
    bound_on_a_desk(other, desk, tmp_path)
    told_of_the_ams(other, desk)
    takes_its_papers(other, number)
    where = ("14 Bowline Court", "Newport, RI 02840")
    arrives(other, insured="Nell Quill", address=where, premium="$1,450.00")


@pytest.mark.criterion("WIZARD-04")
@pytest.mark.criterion("WIZARD-15")
def test_what_was_filled_in_follows_its_zip_code_and_what_names_a_row_its_row(
    sessions: Sessions, opened: Opened, demo_site: Site
) -> None:
    page = opened(sessions("producer"))
    begin(page, demo_site, "Personal auto")
    postal_code, city = (page.locator(f'[id="applicant-mailing--0--{each}"]') for each in ("postal_code", "city"))
    for typed, told in (("02840", "Newport"), ("02903", "Providence")):
        postal_code.fill(typed)
        postal_code.press("Tab")
        expect(city).to_have_value(told, timeout=WITHIN)
    city.fill("East Providence")
    postal_code.fill("02906")
    saved(page)
    expect(city).to_have_value("East Providence")
    page.get_by_role("link", name="Continue").click()
    for number, name in ((1, "Ann"), (2, "Bob"), (3, "Cal")):
        if number > 1:
            page.get_by_role("button", name="Add a driver").click()
        page.get_by_role("group", name=f"Driver {number}").get_by_label("Name").fill(name)
        saved(page)
    drives = page.locator('[id="risk-vehicles--0--driver"]')
    drives.select_option(label="Driver 3: Cal")
    saved(page)
    page.get_by_role("button", name="Remove Driver 1").click()
    # Whoever adds one more has made up their mind about the other.
    page.get_by_role("button", name="Add a driver").click()
    expect(drives.locator("option")).to_have_text(["—", "Driver 1: Bob", "Driver 2: Cal", "Driver 3"], timeout=WITHIN)
    expect(drives.locator("option:checked")).to_have_text("Driver 2: Cal")
    saved(page)
    page.reload()
    expect(drives.locator("option:checked")).to_have_text("Driver 2: Cal", timeout=WITHIN)


@pytest.fixture(scope="module")
def own(built_front_end: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agency]:
    with agency(tmp_path_factory.mktemp("own")) as one:
        yield one


@pytest.mark.criterion("WIZARD-04")
@pytest.mark.criterion("WIZARD-05")
@pytest.mark.criterion("WIZARD-06")
@pytest.mark.criterion("WIZARD-16")
@pytest.mark.timeout(400)
def test_nothing_typed_is_lost_with_its_server_and_two_pages_do_not_overwrite_each_other(
    browser: Browser, browser_context_args: dict[str, object], own: Agency
) -> None:
    page = browser.new_context(**browser_context_args).new_page()  # type: ignore[arg-type]
    own.sign_in(page.context, "producer")
    place = begin(page, own.near.site, "Homeowners")
    name, street = (page.locator(f'[id="applicant-{each}"]') for each in ("insured--0--name", "mailing--0--line1"))
    name.fill("Ada Quill")
    saved(page)
    own.near.kill()
    name.press("End")
    name.press_sequentially("-Marsh")
    street.fill("3 Wharf Street")
    page.locator("[data-section]").click()
    expect(page.locator("[data-save-words]")).to_have_text(
        re.compile("^Not saved: the connection is lost"), timeout=WITHIN
    )
    own.near.start()
    expect(page.locator("[data-save-words]")).to_have_text(re.compile("^Saved "), timeout=60_000)
    expect(name).to_have_value("Ada Quill-Marsh")
    page.reload()
    expect(name).to_have_value("Ada Quill-Marsh", timeout=WITHIN)
    expect(street).to_have_value("3 Wharf Street")
    # Loaded anew before it could be sent.
    street.fill("4 Wharf Street")
    page.reload()
    expect(street).to_have_value("4 Wharf Street", timeout=WITHIN)
    saved(page)
    page.reload()
    expect(street).to_have_value("4 Wharf Street", timeout=WITHIN)
    line = "applicant-mailing--0--line1"
    street.fill("5 Wharf Street")
    saved(page)
    assert page.evaluate(DRAWN_ANEW, [line, "9 Elsewhere", ""]) == "9 Elsewhere", "what was saved is not typed again"
    page.reload()
    expect(street).to_have_value("5 Wharf Street", timeout=WITHIN)
    assert page.evaluate(DRAWN_ANEW, [line, "5 Wharf Street", "6 Wharf Street"]) == "6 Wharf Street"
    page.reload()
    expect(street).to_have_value("6 Wharf Street", timeout=WITHIN)
    other_person = [line, "6 Wharf Street", "7 Wharf Street", "other@agency.test"]
    assert page.evaluate(DRAWN_ANEW, other_person) == "6 Wharf Street", "nobody else sees or sends what was typed"
    page.reload()
    expect(street).to_have_value(re.compile("Wharf Street"), timeout=WITHIN)
    page.evaluate(ELSEWHERE, "applicant-mailing--0--postal_code")
    expect(page.locator("[data-acked]")).to_have_attribute("data-acked", re.compile("Newport"), timeout=WITHIN)
    expect(page.locator('[id="applicant-mailing--0--city"]')).to_have_value("")
    page.reload()
    expect(street).to_have_value(re.compile("Wharf Street"), timeout=WITHIN)

    other = page.context.new_page()
    other.goto(f"{place}/applicant")
    there = other.locator('[id="applicant-insured--0--name"]')
    there.fill("Nell Quill")
    saved(other)
    name.fill("Ida Quill")
    page.locator("[data-section]").click()
    asked = page.get_by_role("alert").filter(has_text="saved other answers here")
    expect(asked).to_contain_text("Yours: Ida Quill", timeout=WITHIN)
    expect(asked).to_contain_text("Saved: Nell Quill")
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    elsewhere, here = page.evaluate(SAID_ELSEWHERE)
    assert elsewhere == ""
    assert here.startswith("Not saved: somebody else")
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", name="Risk")).to_be_focused(timeout=WITHIN)
    page.get_by_role("link", name="Back").click()
    expect(asked).to_contain_text("Yours: Ida Quill", timeout=WITHIN)
    asked.get_by_role("button", name="Keep mine").click()
    expect(asked).to_have_count(0, timeout=WITHIN)
    saved(page)
    there.fill("Ola Quill")
    other.locator("[data-section]").click()
    chosen = other.get_by_role("button", name="Take what is saved")
    chosen.click(timeout=WITHIN)
    expect(there).to_have_value("Ida Quill", timeout=WITHIN)
    closed_at_once(other, own.near.site)
    rows_that_were_removed(page, own.near.site)
    page.context.close()
