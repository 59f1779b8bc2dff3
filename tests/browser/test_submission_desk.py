"""The desk of submissions in Chromium: found, picked up, asked about, answered, quoted, offered and bound."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.enums import SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import ProducerCode
from portal_app.models.submissions import IntakeForm, Submission
from portal_app.services.intake.shipped import shipped_text
from tests.browser.conftest import Person
from tests.browser.looking import DESK, PHONE, look
from tests.servers import Site
from tests.services.submissions.sent import NOW, pdf, picture

pytestmark = pytest.mark.browser
TODAY = date.today()  # noqa: DTZ011
NUMBER, INSURED = "SUB-2026-900001", "Ada Quill"


@pytest.fixture
def submission(demo_site: Site) -> Iterator[str]:
    """Homeowners business of Maya's, without what is sealed: the keys are the portal's own."""
    database = Database(f"sqlite:///{demo_site.data_dir / 'demo/portal.db'}")
    with database.write() as db:
        maya = db.scalars(select(User.id).where(User.email == "producer@demo.agency")).one()
        code = db.scalars(select(ProducerCode.id).where(ProducerCode.code == "HL-110")).one()
        line = db.scalars(select(LineOfBusiness.id).where(LineOfBusiness.code == "homeowners")).one()
        account = db.scalars(select(Account.id).order_by(Account.id)).first()
        form = IntakeForm(line_id=line, digest="9" * 64, version=0, content=shipped_text("homeowners"), kept_at=NOW)
        db.add(form)
        db.flush()
        row = Submission(
            line_id=line,
            form_id=form.id,
            status=SubmissionStatus.PENDING,
            number=NUMBER,
            insured_name=INSURED,
            jurisdiction="RI",
            effective=TODAY + timedelta(20),
            account_id=account,
            submitted_at=NOW,
            submitted_by_id=maya,
            answers_hash="0" * 64,
            producer_code_id=code,
            created_at=NOW,
            changed_at=NOW,
            created_by_id=maya,
        )
        db.add(row)
        db.flush()
        locator = row.locator
    yield locator
    database.dispose()


@pytest.mark.criterion("TRACKPAGE-02")
@pytest.mark.criterion("TRACKPAGE-04")
@pytest.mark.criterion("TRACKPAGE-05")
@pytest.mark.criterion("AMSOUT-11")
@pytest.mark.criterion("QUOTE-13")
@pytest.mark.criterion("INFO-04")
@pytest.mark.criterion("BOUND-19")
def test_a_submission_goes_from_the_dashboard_to_a_policy(
    visit: Callable[..., Person], submission: str, tmp_path: Path
) -> None:
    agency, producer = visit("principal"), visit("producer")
    agency.arrive()
    producer.arrive()
    page = agency.page
    page.get_by_role("navigation", name="Primary").get_by_role("link", name="Submissions").first.click()
    row = page.get_by_role("table", name="Submissions").get_by_role("row").filter(has_text=INSURED)
    expect(row).to_contain_text("Unrouted")
    row.get_by_role("checkbox").click()
    expect(row.get_by_role("checkbox")).to_be_checked()
    assert look(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("Assign to").select_option(label="Ruth Calloway")
    page.get_by_role("button", name="Assign").click()
    expect(page.locator(".flash")).to_contain_text("1 submission assigned.")
    row.get_by_role("link", name=f"View {NUMBER}").click()
    expect(page).to_have_url(re.compile(submission))
    expect(page.get_by_role("region", name="Next action")).to_contain_text("Yours")
    _asks(page)

    theirs = producer.page
    producer.open(f"/submissions/{submission}")
    _answers(theirs, tmp_path)
    _enters(page, tmp_path)
    offered = theirs.get_by_role("region", name="Quotes", exact=True)
    expect(offered).to_contain_text("Can I bind?", timeout=20_000)
    assert look(theirs) == []
    theirs.set_viewport_size(DESK)  # type: ignore[arg-type]
    with theirs.expect_download() as got:
        offered.get_by_role("link", name="Download quote").click()
    assert (got.value.suggested_filename, got.value.path().read_bytes()) == ("granite.pdf", pdf())
    _binds(theirs)
    there = page.get_by_role("region", name="To the AMS", exact=True)
    expect(there).to_contain_text("No mail server is set up, and the AMS is told by mail.")
    expect(theirs.get_by_role("region", name="To the AMS", exact=True)).to_have_count(0)
    with theirs.expect_download() as got:
        theirs.get_by_role("link", name="Download evidence file").click()
    assert (got.value.suggested_filename, got.value.path().read_bytes()[:5]) == (f"Evidence {NUMBER}.pdf", b"%PDF-")
    with theirs.expect_download() as got:
        theirs.get_by_role("link", name="Download answers by ACORD name").click()
    assert got.value.suggested_filename == f"Application {NUMBER} by ACORD name.csv"


def _asks(page: Page) -> None:
    asked = page.get_by_role("region", name="Information asked for")
    asked.get_by_role("button", name="Ask for information").click()
    asked.get_by_label("What is needed").fill("Age of the roof")
    asked.get_by_role("button", name="Add it").click()
    wanted = asked.get_by_role("list", name="To be asked for")
    expect(wanted).to_contain_text("Age of the roof")
    asked.get_by_label("Answer with").select_option(label="A file")
    asked.get_by_label("What is needed").fill("Photo of the roof")
    asked.get_by_role("button", name="Add it").click()
    expect(wanted).to_contain_text("Photo of the roof")
    asked.get_by_role("button", name="Send to the producer").click()
    expect(page.locator(".flash")).to_contain_text("The producer is asked.")
    expect(asked).to_contain_text("Not answered yet.")


def _answers(page: Page, folder: Path) -> None:
    """On a phone, each where it is asked for."""
    roof = folder / "roof.jpg"
    roof.write_bytes(picture())
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(page.get_by_role("region", name="Next action")).to_contain_text("Yours")
    asked = page.get_by_role("region", name="Information asked for")
    asked.get_by_role("button", name="Send the answers").click()
    expect(asked).to_contain_text("Age of the roof: this is not answered yet.")
    asked.get_by_label("Age of the roof", exact=True).fill("Twelve years")
    asked.get_by_role("button", name=re.compile("^Answer.*Age of the roof")).click()
    expect(asked).to_contain_text("Answered by producer@demo.agency")
    photo = asked.get_by_role("listitem").filter(has_text="Photo of the roof")
    photo.get_by_label("Choose a file: Photo of the roof").set_input_files(roof)
    expect(photo.get_by_role("link", name="roof.jpg")).to_be_visible()
    expect(photo).to_contain_text("Answered by producer@demo.agency")
    asked.get_by_role("button", name="Send the answers").click()
    expect(page.locator(".flash")).to_contain_text("The answers are sent.")


def _enters(page: Page, folder: Path) -> None:
    """A quote with its document, which is then underwritten and offered; twice pressed, saved once."""
    paper = folder / "granite.pdf"
    paper.write_bytes(pdf())
    quotes = page.get_by_role("region", name="Quotes", exact=True)
    quotes.get_by_role("link", name="Enter a quote").click()
    expect(page.get_by_label("Effective date")).to_have_value((TODAY + timedelta(20)).isoformat())
    page.get_by_label("Premium", exact=True).fill("1,450")
    save = page.get_by_role("button", name="Save the quote")
    save.click()
    expect(page.get_by_text("Choose the carrier.")).to_be_visible()
    page.get_by_label("Carrier", exact=True).select_option(index=1)
    page.get_by_label("ZIP code").fill("02903")
    page.get_by_label("Insured value").fill("350,000")
    page.get_by_label("Choose a file: Quote document").set_input_files(paper)
    chosen = page.get_by_label("Of this submission's quote documents")
    expect(chosen).not_to_have_value("")
    expect(page.get_by_label("Premium", exact=True)).to_have_value("1,450")
    expiration = page.get_by_label("Expiration date")
    asked = expiration.input_value()
    expiration.fill((TODAY + timedelta(300)).isoformat())
    save.dblclick()
    expect(page.get_by_text("is neither 6 nor 12 months")).to_be_visible()
    expect(page.get_by_label("It is meant")).not_to_be_checked()
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    expiration.fill(asked)
    save.dblclick()
    expect(page.get_by_role("region", name="Quote document")).to_contain_text("granite.pdf")
    page.get_by_role("button", name="Underwrite").click()
    expect(page.locator(".flash")).to_contain_text("The quote is underwritten.")
    page.get_by_role("button", name="Offer").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Yes, offer it").click()
    expect(page.locator(".flash")).to_contain_text("The quote is offered")
    page.get_by_role("link", name="The submission").click()
    expect(quotes.get_by_role("heading", level=3)).to_have_count(1)


def _binds(page: Page) -> None:
    """Twice pressed, bound once; where the rules say no, every reason stands there instead."""
    quotes = page.get_by_role("region", name="Quotes", exact=True)
    quotes.get_by_role("button", name=re.compile("^Bind")).click()
    asked = quotes.get_by_role("alertdialog")
    expect(asked).to_contain_text("It cannot be undone here.")
    asked.get_by_role("button", name="Yes, bind it").dblclick()
    expect(page.get_by_role("region", name="Next action")).to_contain_text("It is bound")
    expect(page.get_by_role("link", name="The policy")).to_be_visible()
