"""The steps by which personal auto is entered on a desk, from Home to its Submission ID. Each says one thing."""

import re

from playwright.sync_api import Page, expect

from portal_app.services.intake.forms import Answers, Form
from tests.browser.entering import LEFT, WITHIN, answer, saved
from tests.browser.looking import DESK, look
from tests.servers import Site

# As when a group is drawn with what was chosen, before what there is to choose from has come.
CHOSEN_BEFORE_IT_CAME = """([ident, value]) => {
    const field = document.getElementById(ident)
    field.add(Object.assign(new Option(value, value, false, true), { className: "intake-bare" }))
}"""


def comes_to_new_business(page: Page, site: Site) -> None:
    """From Home to the lines to choose from, with the drafts that may be resumed."""
    page.goto(site.url)
    page.get_by_role("navigation", name="Primary").get_by_role("link", name="Submissions").first.click()
    page.get_by_role("link", name="New submission").click()
    expect(page.get_by_role("heading", name="Drafts to resume")).to_be_visible()
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def goes_on(page: Page, section: str) -> None:
    """To the next section, whose heading gets the focus and whose title the window bears."""
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", name=section)).to_be_focused(timeout=WITHIN)
    expect(page).to_have_title(re.compile(f"^{section} · "))


def fills_city_and_state_by_the_zip(page: Page, form: Form, answers: Answers) -> None:
    """The applicant is answered but for what the ZIP code says."""
    mailing = {each: answers["applicant.mailing"][0].pop(each) for each in ("city", "state")}
    answer(page, form, "applicant", answers)
    expect(page.locator('[id="applicant-mailing--0--city"]')).to_have_value("Newport", timeout=WITHIN)
    expect(page.locator('[id="applicant-mailing--0--state"]')).to_have_value(mailing["state"])
    saved(page)


def decodes_the_vin(page: Page, form: Form, answers: Answers) -> None:
    """The risk is answered but for what the VIN says; what nobody owes is not asked about."""
    expect(page.locator('[id="risk-vehicles--0--lienholder"]')).to_be_hidden()
    for each in ("year", "make"):
        answers["risk.vehicles"][0].pop(each)
    answer(page, form, "risk", answers)
    expect(page.locator('[id="risk-vehicles--0--year"]')).to_have_value("2015", timeout=WITHIN)
    expect(page.locator('[id="risk-vehicles--0--make"]')).to_have_value("Honda")


def adds_and_removes_a_driver(page: Page) -> None:
    """Who is there to drive the vehicle can be chosen, is had back once, and is nobody's choice when gone."""
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
    sections = page.get_by_role("navigation", name="Sections")
    sections.get_by_role("link", name="Coverage").first.click()
    sections.get_by_role("link", name="Risk").first.click()
    expect(page.get_by_role("heading", name="Risk")).to_be_focused(timeout=WITHIN)
    expect(page.get_by_role("group", name="Driver 2")).to_have_count(0)
    expect(drives).to_have_value("")
    drives.select_option("1")
    saved(page)
    page.evaluate(CHOSEN_BEFORE_IT_CAME, ["risk-vehicles--0--driver", "1"])
    expect(drives.locator("option:checked")).to_have_text("Driver 1: Wexford")
    expect(drives.locator("option")).to_have_text(["—", "Driver 1: Wexford"])
    page.evaluate(CHOSEN_BEFORE_IT_CAME, ["risk-vehicles--0--driver", "2"])
    expect(drives.locator("option")).to_have_text(["—", "Driver 1: Wexford", "2"])
    drives.select_option("1")
    saved(page)
    expect(drives.locator("option")).to_have_text(["—", "Driver 1: Wexford"])


def is_led_to_what_is_missing(page: Page) -> None:
    """From the list on the last page to its field, with the focus."""
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Check and submit").first.click()
    summary = page.get_by_role("group", name="What is left to do")
    expect(summary).to_be_visible()
    expect(summary.get_by_role("link", name=re.compile("Driver 2"))).to_have_count(0)
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    summary.get_by_role("link", name=re.compile("Coverage, Bodily injury")).click()
    expect(page.locator('[id="coverage-liability--0--bi"]')).to_be_focused(timeout=WITHIN)


def is_asked_to_certify(page: Page) -> None:
    """Nothing is submitted without the statement."""
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_text("Everything that is asked is answered.")).to_be_visible(timeout=WITHIN)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Agree to the statement before you submit.")).to_be_visible()


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


def submits_once(page: Page) -> str:
    """However often it is pressed; answers the Submission ID."""
    page.get_by_label("I certify this.").check()
    page.get_by_role("button", name="Submit").dblclick()
    expect(page.get_by_role("heading", name="Submitted")).to_be_visible(timeout=WITHIN)
    said = page.get_by_role("status").filter(has_text="is with the agency").inner_text()
    found: str = re.findall(r"SUB-\d{4}-\d{6}", said)[0]
    return found


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
