"""New business as it is entered: on a desk, on a phone, over a server that dies, and by two people at once."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, StorageState, expect

from portal_app.services.intake.forms import Field, FieldType, Form
from portal_app.services.intake.shipped import shipped
from portal_app.services.intake.values import read
from portal_app.state.submissions.drawing import ident_of
from tests.browser.agency import Agency, agency
from tests.browser.looking import DESK, PHONE, complaints, look
from tests.servers import Site
from tests.services.intake.filled import filled
from tests.services.submissions.sent import MB, pdf

pytestmark = pytest.mark.browser

WITHIN = 20_000
TODAY = datetime.now(UTC).date()
Opened = Callable[..., Page]
Sessions = Callable[[str], StorageState]


def begin(page: Page, site: Site, line: str) -> str:
    """A draft in this line, at its first section; answers the place of its sections."""
    page.goto(f"{site.url}/submissions/new")
    page.get_by_role("button", name=re.compile(f"^{line}")).click()
    page.wait_for_url(re.compile("/edit/applicant"))
    expect(page.get_by_role("heading", name="Applicant")).to_be_visible()
    return page.url.rpartition("/")[0]


def complete(form: Form, **own: Any) -> dict[str, list[dict[str, Any]]]:
    day = TODAY
    own |= {
        "applicant__policy__effective": (day + timedelta(10)).isoformat(),
        "applicant__policy__expiration": (day + timedelta(375)).isoformat(),
        "applicant__producer__producer_code": "HL-110",
    }
    return filled(form, day, **own)


def answer(page: Page, form: Form, section: str, answers: dict[str, list[dict[str, Any]]]) -> None:
    """Type a section from its first field to its last, as they come."""
    found = form.section(section)
    for group in found.groups if found else ():
        for number, row in enumerate(answers.get(group.key, ())):
            for field in group.fields:
                if row.get(field.name) not in (None, ""):
                    _type(page, ident_of(group.key, str(number), field.name), field, row[field.name])


def _type(page: Page, ident: str, field: Field, value: Any) -> None:
    place = page.locator(f'[id="{ident}"]')
    expect(place).to_be_visible(timeout=WITHIN)
    if place.evaluate("each => each.tagName") == "FIELDSET":
        for each in value if isinstance(value, list) else [value]:
            chosen = str(each).lower() if isinstance(each, bool) else each
            place.locator(f'input[value="{chosen}"]').check()
    elif place.evaluate("each => each.tagName") == "SELECT":
        place.select_option(value)
    else:
        place.fill(str(read(field, value, TODAY).value) if field.type is FieldType.DATE else str(value))


# What somebody typed in this tab, and it did not send.
LEFT = """([name, by]) => {
    const [of, path] = name.slice("portal.answers.".length).split(" ")
    const rows = [{ key: "0", values: { name: "Somebody Else" } }]
    const kept = { version: 0, rows, changed: [], before: [], fresh: [], redraw: false }
    const left = { of, path, by, ...kept }
    sessionStorage.setItem(name, JSON.stringify(left))
}"""
# Two groups are changed and the section is left in one moment: the second waits for the first to be answered.
AT_ONCE = """() => {
    const typed = document.getElementById("prior_insurance-carriers--0--premium")
    const chosen = document.querySelector('[id="prior_insurance-loss_history--0--any"] [value="false"]')
    typed.value = "2100000"
    chosen.checked = true
    for (const each of [typed, chosen]) each.dispatchEvent(new Event("input", { bubbles: true }))
    for (const each of document.querySelectorAll("a")) if (each.textContent === "Continue") each.click()
}"""


# The connection comes back, and the form is drawn with what is saved by now: by somebody else meanwhile, or before what
# is typed and on its way, which is answered only then.
DRAWN_ANEW = """async ([ident, saved, typed]) => {
    const at = root => root.querySelector(`[id="${ident}"]`), soon = () => new Promise(done => setTimeout(done))
    const field = at(document), shell = document.querySelector("[data-alive]")
    if (typed) field.value = typed
    for (const each of typed ? ["input", "focusout"] : []) field.dispatchEvent(new Event(each, { bubbles: true }))
    const form = document.querySelector("[data-submission]"), anew = form.cloneNode(true), place = form.parentElement
    const { path, number, version } = JSON.parse(document.querySelector("[data-outbox]").value || "{}")
    const answer = { number, outcome: "saved", version: version + 1, told: "", at: "now", fills: {} }
    if (typed) anew.dataset.acked = JSON.stringify({ [path]: answer })
    form.remove()
    shell.dataset.alive = "false"
    await soon()
    for (const each of anew.querySelectorAll("[data-seen]")) delete each.dataset.seen
    at(anew).setAttribute("value", saved)
    at(anew).value = saved
    place.append(anew)
    shell.dataset.alive = "true"
    await soon()
    return at(anew).value
}"""


def attach(page: Page, folder: Path) -> None:
    """Files in the section for documents: chosen, dropped, refused, taken away, and there again on a page anew."""
    file, text = folder / "losses.pdf", folder / "notes.pdf"
    file.write_bytes(pdf(2 * MB))
    text.write_bytes(b"just text")
    runs, prior = (page.get_by_role("region", name=name) for name in ("Loss runs", "Prior declarations page"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/files?*", hold)
    runs.get_by_label(re.compile("^Choose files")).set_input_files([file, text])
    expect(runs.get_by_role("progressbar").first).to_be_visible(timeout=WITHIN)
    for each in held:
        each.continue_()
    page.unroute("**/files?*")
    expect(runs).to_contain_text("Only PDF, JPG and PNG files are taken", timeout=WITHIN)
    expect(runs.get_by_role("link", name="losses.pdf")).to_be_visible(timeout=WITHIN)
    dropped = page.evaluate_handle(
        """bytes => { const found = new DataTransfer();
        found.items.add(new File([new Uint8Array(bytes)], "page.pdf", { type: "application/pdf" })); return found; }""",
        list(pdf()),
    )
    prior.locator("[data-upload-drop]").dispatch_event("drop", {"dataTransfer": dropped})
    expect(prior.get_by_role("link", name="page.pdf")).to_be_visible(timeout=WITHIN)
    page.reload()
    expect(runs.get_by_role("link", name="losses.pdf")).to_be_visible(timeout=WITHIN)
    expect(page.get_by_role("navigation", name="Sections").get_by_text("2 files").last).to_be_visible()
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    prior.get_by_role("button", name="Remove page.pdf").click()
    expect(prior.get_by_role("link", name="page.pdf")).to_have_count(0, timeout=WITHIN)
    page.reload()
    expect(runs.get_by_role("link", name="losses.pdf")).to_be_visible(timeout=WITHIN)
    expect(prior.get_by_role("link", name="page.pdf")).to_have_count(0)


def changed_by(other: Page, page: Page, place: str) -> None:
    """Another tab changes an answer while the box is ticked: nothing is submitted, it is shown, and the box has to be
    ticked anew."""
    page.get_by_label("I certify this.").check()
    other.goto(f"{place}/applicant")
    other.locator('[id="applicant-insured--0--name"]').fill("Nell Quill")
    saved(other)
    page.bring_to_front()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("alert").filter(has_text="changed since you looked")).to_be_visible(timeout=WITHIN)
    expect(page.get_by_label("I certify this.")).not_to_be_checked()
    answers = page.get_by_role("region", name="What you certify")
    expect(answers.locator(".fact").filter(has_text="Changed")).to_have_text(re.compile("Nell Quill.*Changed"))
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def told_too_late(other: Page, place: str) -> None:
    """The other tab says at once that it was handed in, and of what it had not sent that it came too late."""
    expect(other.get_by_role("heading", name="Submitted")).to_be_visible(timeout=WITHIN)
    expect(other.get_by_role("main").get_by_text("producer@demo.agency")).to_be_visible()
    kept = f"portal.answers.{place.split('/')[-2]} applicant.insured"
    other.evaluate(LEFT, [kept, "producer@demo.agency"])
    other.reload()
    late = other.get_by_role("alert").filter(has_text="came after it was submitted")
    expect(late).to_contain_text("Yours: Somebody Else", timeout=WITHIN)
    expect(late).to_contain_text("Submitted: Nell Quill")
    assert look(other) == []
    late.get_by_role("button", name="I have read it").click()
    expect(late).to_have_count(0, timeout=WITHIN)
    assert other.evaluate("name => sessionStorage.getItem(name)", kept) is None
    other.get_by_role("link", name="Look at the submission").click()
    expect(other.get_by_text("Whose turn it is")).to_be_visible(timeout=WITHIN)


def saved(page: Page) -> None:
    page.locator("[data-section]").click()
    expect(page.locator("[data-save-words]")).to_have_text(re.compile("^Saved "), timeout=WITHIN)


@pytest.mark.criterion("WIZARD-01")
@pytest.mark.criterion("WIZARD-02")
@pytest.mark.criterion("WIZARD-07")
@pytest.mark.criterion("WIZARD-09")
@pytest.mark.criterion("WIZARD-12")
@pytest.mark.criterion("WIZARD-13")
@pytest.mark.criterion("WIZARD-15")
@pytest.mark.timeout(300)
def test_personal_auto_is_entered_and_handed_in_on_a_desk(
    sessions: Sessions, opened: Opened, demo_site: Site, tmp_path: Path
) -> None:
    page = opened(sessions("producer"))
    heard = complaints(page)
    form = shipped("personal_auto")
    answers = complete(form)
    page.goto(demo_site.url)
    page.get_by_role("navigation", name="Primary").get_by_role("link", name="Submissions").first.click()
    page.get_by_role("link", name="New submission").click()
    expect(page.get_by_role("heading", name="Drafts to resume")).to_be_visible()
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    place = begin(page, demo_site, "Personal Auto")
    mailing = {each: answers["applicant.mailing"][0].pop(each) for each in ("city", "state")}
    answer(page, form, "applicant", answers)
    expect(page.locator('[id="applicant-mailing--0--city"]')).to_have_value("Newport", timeout=WITHIN)
    expect(page.locator('[id="applicant-mailing--0--state"]')).to_have_value(mailing["state"])
    saved(page)
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", name="Risk")).to_be_focused(timeout=WITHIN)
    expect(page).to_have_title(re.compile("^Risk · "))

    expect(page.locator('[id="risk-vehicles--0--lienholder"]')).to_be_hidden()
    for each in ("year", "make"):
        answers["risk.vehicles"][0].pop(each)
    answer(page, form, "risk", answers)
    expect(page.locator('[id="risk-vehicles--0--year"]')).to_have_value("2015", timeout=WITHIN)
    expect(page.locator('[id="risk-vehicles--0--make"]')).to_have_value("Honda")
    page.get_by_role("button", name="Add a driver").click()
    second = page.get_by_role("group", name="Driver 2")
    expect(second.get_by_label("Name")).to_be_focused(timeout=WITHIN)
    second.get_by_label("Name").fill("Nell Marsh")
    saved(page)
    drives = page.locator('[id="risk-vehicles--0--driver"]')
    expect(drives.locator("option")).to_have_text(["—", "Driver 1: Wexford", "Driver 2: Nell Marsh"])
    drives.select_option("2")
    saved(page)
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    second.get_by_role("button", name="Remove Driver 2").click()
    page.get_by_role("button", name=re.compile("Undo.*Driver 2")).click()
    expect(second.get_by_label("Name")).to_have_value("Nell Marsh")
    second.get_by_role("button", name="Remove Driver 2").click()
    saved(page)
    expect(drives.locator("option:checked")).to_have_text("2")
    expect(page.locator('[id="risk-vehicles--0--driver-problem"]')).to_contain_text("Choose one of the drivers above")
    drives.select_option("1")
    saved(page)

    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Check and submit").first.click()
    summary = page.get_by_role("group", name="What is left to do")
    expect(summary).to_be_visible()
    expect(summary.get_by_role("link", name=re.compile("Driver 2"))).to_have_count(0)
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    summary.get_by_role("link", name=re.compile("Coverage, Bodily injury")).click()
    expect(page.locator('[id="coverage-liability--0--bi"]')).to_be_focused(timeout=WITHIN)
    answer(page, form, "coverage", answers)
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", name="Prior insurance")).to_be_focused(timeout=WITHIN)
    answer(page, form, "prior_insurance", answers)
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", name="Documents", exact=True)).to_be_visible()
    attach(page, tmp_path)
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_text("Everything that is asked is answered.")).to_be_visible(timeout=WITHIN)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Agree to the statement before you submit.")).to_be_visible()
    other = page.context.new_page()
    changed_by(other, page, place)
    page.get_by_label("I certify this.").check()
    page.get_by_role("button", name="Submit").dblclick()
    expect(page.get_by_role("heading", name="Submitted")).to_be_visible(timeout=WITHIN)
    expect(page.get_by_role("status").filter(has_text="is with the agency")).to_contain_text(
        re.compile(r"SUB-\d{4}-\d{6}")
    )
    told_too_late(other, place)
    # The text that is no file of the kind was refused.
    assert [each for each in heard if "422" not in each] == []


@pytest.mark.criterion("WIZARD-02")
@pytest.mark.criterion("WIZARD-07")
@pytest.mark.criterion("WIZARD-11")
@pytest.mark.timeout(300)
def test_general_liability_is_entered_and_handed_in_on_a_phone(
    sessions: Sessions, opened: Opened, demo_site: Site
) -> None:
    page = opened(sessions("producer"), viewport=PHONE, has_touch=True, is_mobile=True)
    form = shipped("general_liability")
    answers = complete(form)
    answers.pop("prior_insurance.loss_history")
    place = begin(page, demo_site, "General Liability")
    others = f"portal.answers.{place.split('/')[-2]} applicant.insured"
    page.evaluate(LEFT, [others, "other@agency.test"])
    page.reload()
    expect(page.locator('[id="applicant-insured--0--name"]')).to_have_value("", timeout=WITHIN)
    assert page.evaluate("name => sessionStorage.getItem(name)", others) is None
    for section in form.sections:
        expect(page.get_by_role("heading", name=section.title, exact=True)).to_be_visible(timeout=WITHIN)
        answer(page, form, section.name, answers)
        if section.name == "risk":
            of = page.locator('[id="risk-hazards--0--location"] option:checked')
            expect(of).to_have_text("Location 1: Wexford Wexford")
        if section is form.sections[-1]:
            page.evaluate(AT_ONCE)
        else:
            page.get_by_role("link", name="Continue").tap()
    expect(page.get_by_text("Take a photo").first).to_be_visible(timeout=WITHIN)
    assert look(page) == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.locator("summary").tap()
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Check and submit").last.tap()
    expect(page.get_by_text("Everything that is asked is answered.")).to_be_visible(timeout=WITHIN)
    page.get_by_label("I certify this.").check()
    page.get_by_role("button", name="Submit").tap()
    expect(page.get_by_role("heading", name="Submitted")).to_be_visible(timeout=WITHIN)


@pytest.fixture(scope="module")
def own(built_front_end: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agency]:
    with agency(tmp_path_factory.mktemp("own")) as one:
        yield one


@pytest.mark.criterion("WIZARD-04")
@pytest.mark.criterion("WIZARD-06")
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
    asked.get_by_role("button", name="Keep mine").click()
    expect(asked).to_have_count(0, timeout=WITHIN)
    saved(page)
    there.fill("Ola Quill")
    other.locator("[data-section]").click()
    chosen = other.get_by_role("button", name="Take what is saved")
    chosen.click(timeout=WITHIN)
    expect(there).to_have_value("Ida Quill", timeout=WITHIN)
    page.context.close()
