"""New business on a phone, from the first field to the policy; on the way the underwriters say no, and offer less."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, StorageState, expect

from portal_app.services.intake.shipped import shipped
from tests.browser.desk import arrives, binds, enters, offers
from tests.browser.entering import EFFECTIVE, EXPIRATION, LEFT, TODAY, WITHIN, answer, begin, complete
from tests.browser.looking import DESK, PHONE, look
from tests.servers import Site

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
Sessions = Callable[[str], StorageState]

# Two groups are changed and the section is left in one moment: the second waits for the first to be answered.
AT_ONCE = """() => {
    const typed = document.getElementById("prior_insurance-carriers--0--premium")
    const chosen = document.querySelector('[id="prior_insurance-loss_history--0--any"] [value="false"]')
    typed.value = "2100000"
    chosen.checked = true
    for (const each of [typed, chosen]) each.dispatchEvent(new Event("input", { bubbles: true }))
    for (const each of document.querySelectorAll("a")) if (each.textContent === "Continue") each.click()
}"""


def resumes(page: Page, site: Site) -> None:
    """The draft is among one's own, is not discarded without a question, and is gone on with."""
    page.goto(f"{site.url}/submissions/drafts")
    page.get_by_role("button", name=re.compile("^Discard")).first.tap()
    asked = page.get_by_role("alertdialog", name="Discard this draft?")
    expect(asked).to_contain_text("is deleted for good")
    assert look(page) == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    asked.get_by_role("button", name="Keep it").tap()
    expect(asked).to_have_count(0)
    page.get_by_role("link", name=re.compile("^Resume")).first.tap()
    expect(page.get_by_role("heading", name="Applicant")).to_be_visible(timeout=WITHIN)


def beyond_authority(page: Page, desk: Page) -> None:
    """The producer reads each reason with what would pass, cannot bind, and asks; the underwriter says no, and why."""
    quote = page.get_by_role("region", name="Quotes", exact=True).get_by_role("region", name="Quote of Copperbeech")
    expect(quote).to_contain_text("Not as it stands:", timeout=WITHIN)
    for reason in (
        "Premium $4,000.00 is above $2,500.00.",
        "What would pass: Premium of at most $2,500.00 passes, or a grant that allows it.",
        "It takes effect 3 days back",
    ):
        expect(quote).to_contain_text(reason)
    bind, ask = (quote.get_by_role("button", name=re.compile(f"^{name}")) for name in ("Bind", "Ask the underwriters"))
    expect(bind).to_have_count(0)
    ask.tap()
    asked = quote.get_by_role("alertdialog")
    asked.get_by_label("Note for the underwriters").fill("They began on Monday.")
    assert look(page) == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    asked.get_by_role("button", name="Ask them").tap()
    expect(page.get_by_role("region", name="Next action")).to_contain_text("The agency's", timeout=WITHIN)
    expect(ask).to_have_count(0)
    expect(bind).to_have_count(0)

    theirs = desk.get_by_role("region", name="Quotes", exact=True)
    expect(theirs).to_contain_text("Yes: the underwriters were asked to.", timeout=WITHIN)
    expect(desk.get_by_role("region", name="Timeline")).to_contain_text("They began on Monday.")
    theirs.get_by_role("button", name=re.compile("^Bind")).click()
    asked = theirs.get_by_role("alertdialog")
    asked.get_by_role("button", name="Yes, bind it").click()
    expect(asked.get_by_role("checkbox", name=re.compile("^The insured states: "))).to_have_attribute(
        "aria-invalid", "true", timeout=WITHIN
    )
    assert look(desk) == []
    desk.set_viewport_size(DESK)  # type: ignore[arg-type]
    asked.get_by_role("button", name="No", exact=True).click()
    theirs.get_by_role("button", name=re.compile("^Refuse")).click()
    asked.get_by_label("Reason").fill("No cover before today. A quote of less follows.")
    assert look(desk) == []
    desk.set_viewport_size(DESK)  # type: ignore[arg-type]
    asked.get_by_role("button", name="Refuse it").click()
    expect(quote).to_contain_text("No cover before today. A quote of less follows.", timeout=WITHIN)
    expect(page.get_by_role("region", name="Next action")).to_contain_text("Yours")
    expect(bind).to_have_count(0)


@pytest.mark.criterion("BOUND-26")
@pytest.mark.criterion("BOUND-27")
@pytest.mark.criterion("WIZARD-02")
@pytest.mark.criterion("WIZARD-07")
@pytest.mark.criterion("WIZARD-11")
@pytest.mark.timeout(300)
def test_general_liability_goes_from_its_first_field_to_a_policy_on_a_phone(
    sessions: Sessions, opened: Opened, demo_site: Site, tmp_path: Path
) -> None:
    page = opened(sessions("producer2"), viewport=PHONE, has_touch=True, is_mobile=True)
    form = shipped("general_liability")
    own = {
        "producer__producer_code": "HL-210",
        "mailing__line1": "3 Wharf Street",
        "insured__name": "Quayside Kiln LLC",
    }
    answers = complete(form, **{f"applicant__{path}": value for path, value in own.items()})
    answers.pop("prior_insurance.loss_history")
    place = begin(page, demo_site, "Commercial general liability")
    locator = place.split("/")[-2]
    others = f"portal.answers.{locator} applicant.insured"
    page.evaluate(LEFT, [others, "other@agency.test"])
    page.reload()
    expect(page.locator('[id="applicant-insured--0--name"]')).to_have_value("", timeout=WITHIN)
    assert page.evaluate("name => sessionStorage.getItem(name)", others) is None
    resumes(page, demo_site)
    for section in form.sections:
        expect(page.get_by_role("heading", name=section.title, exact=True)).to_be_visible(timeout=WITHIN)
        answer(page, form, section.name, answers)
        if section.name == "risk":
            of = page.locator('[id="risk-hazards--0--location"] option:checked')
            expect(of).to_have_text("Location 1: Wexford Wexford", timeout=WITHIN)
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
    page.get_by_role("link", name="Look at the submission").tap()
    expect(page.get_by_role("region", name="Next action")).to_be_visible(timeout=WITHIN)

    desk = opened(sessions("principal"))
    desk.goto(f"{demo_site.url}/submissions/{locator}")
    desk.get_by_role("button", name="Pick up").click()
    early = {
        "Effective_date": (TODAY - timedelta(3)).isoformat(),
        "Expiration_date": (TODAY + timedelta(362)).isoformat(),
    }
    enters(
        desk,
        tmp_path / "early.pdf",
        carrier="Copperbeech Casualty",
        Premium="4,000",
        doubted="The submission asks for",
        **early,
    )
    offers(desk)
    beyond_authority(page, desk)
    later = {
        "Effective_date": EFFECTIVE.isoformat(),
        "Expiration_date": EXPIRATION.isoformat(),
    }
    enters(desk, tmp_path / "later.pdf", carrier="Copperbeech Casualty", Premium="2,400", **later)
    offers(desk)
    binds(page, page.get_by_role("region", name="Quotes", exact=True))
    arrives(page, insured="Quayside Kiln LLC", address=("3 Wharf Street", "Wexford, RI 02840"), premium="$2,400.00")
