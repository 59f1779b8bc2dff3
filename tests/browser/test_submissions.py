"""New business from the first field to the policy on a desk; over a server that dies, and by two people at once."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, StorageState, expect

from portal_app.services.intake.shipped import shipped
from tests.browser.agency import Agency, agency
from tests.browser.desk import answers as answers_what_is_asked
from tests.browser.desk import arrives, asks, binds, enters, offers, offers_anew
from tests.browser.entering import LEFT, WITHIN, answer, begin, complete, saved
from tests.browser.looking import DESK, complaints, look
from tests.servers import Site
from tests.services.submissions.sent import MB, pdf

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
Sessions = Callable[[str], StorageState]

# As when a group is drawn with what was chosen, before what there is to choose from has come.
CHOSEN_BEFORE_IT_CAME = """ident => {
    const field = document.getElementById(ident)
    field.add(Object.assign(new Option("1", "1", false, true), { className: "intake-bare" }))
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
    """Files in the section for documents: the largest that is taken, one that is larger, dropped, refused, taken away,
    and there again on a page anew."""
    contents = {"losses.pdf": pdf(25 * MB), "larger.pdf": pdf(26 * MB), "notes.pdf": b"just text"}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    runs, prior = (page.get_by_role("region", name=name) for name in ("Loss runs", "Prior declarations page"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/files?*", hold)
    runs.get_by_label(re.compile("^Choose files")).set_input_files([folder / name for name in contents])
    expect(runs.get_by_role("progressbar").first).to_be_visible(timeout=WITHIN)
    for each in held:
        each.continue_()
    page.unroute("**/files?*")
    for name, sentence in {"larger": "A file has at most 25 MB.", "notes": "Only PDF, JPG and PNG files"}.items():
        refused = runs.get_by_role("listitem").filter(has_text=f"{name}.pdf")
        expect(refused).to_contain_text(sentence, timeout=WITHIN)
        expect(refused.get_by_role("link")).to_have_count(0)
    there = runs.get_by_role("link", name="losses.pdf")
    expect(there).to_be_visible(timeout=WITHIN)
    with page.expect_download() as got:
        there.click()
    assert got.value.path().stat().st_size == 25 * MB
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
    expect(other.get_by_role("region", name="Next action")).to_be_visible(timeout=WITHIN)


def bound_on_a_desk(page: Page, desk: Page, number: str, folder: Path) -> None:
    """From the dashboard, where it is nobody's yet, to the policy: asked about, answered, quoted, offered and bound."""
    row = desk.get_by_role("table", name="Submissions").get_by_role("row").filter(has_text=number)
    # The queue into which the agency's rules put it, of which the demo begins with none.
    expect(row).to_contain_text(re.compile("Unrouted|Underwriting"))
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
    desk.get_by_role("button", name="Show them").click()
    expect(desk.get_by_role("region", name="Answers", exact=True)).to_contain_text("RI1234567")
    assert look(desk) == []
    desk.set_viewport_size(DESK)  # type: ignore[arg-type]
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
    assert (got.value.suggested_filename, got.value.path().read_bytes()) == ("granite.pdf", pdf())
    offers_anew(page, desk, offered)
    binds(page, offered)
    there = desk.get_by_role("region", name="To the AMS", exact=True)
    expect(there).to_contain_text("No mail server is set up, and the AMS is told by mail.", timeout=WITHIN)
    expect(page.get_by_role("region", name="To the AMS", exact=True)).to_have_count(0)
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
    page.evaluate(CHOSEN_BEFORE_IT_CAME, "risk-vehicles--0--driver")
    expect(drives.locator("option:checked")).to_have_text("Driver 1: Wexford")
    expect(drives.locator("option")).to_have_text(["—", "Driver 1: Wexford"])

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
    said = page.get_by_role("status").filter(has_text="is with the agency").inner_text()
    number = re.findall(r"SUB-\d{4}-\d{6}", said)[0]
    told_too_late(other, place)
    # The text that is no file of the kind was refused.
    assert [each for each in heard if "422" not in each] == []
    desk.goto(f"{demo_site.url}/submissions")
    bound_on_a_desk(other, desk, number, tmp_path)
    where = ("14 Bowline Court", "Newport, RI 02840")
    arrives(other, insured="Nell Quill", address=where, premium="$1,450.00")


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
