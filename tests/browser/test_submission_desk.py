"""The steps that end a submission, or take it up again, in Chromium."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

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
from tests.browser.looking import DESK, look
from tests.servers import Site
from tests.services.submissions.sent import NOW

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


@pytest.mark.criterion("LOOK-01")
@pytest.mark.criterion("TRACKPAGE-03")
@pytest.mark.timeout(240)
def test_a_submission_is_declined_taken_up_again_and_withdrawn(visit: Callable[..., Person], submission: str) -> None:
    """Each asked first, needs its reason, and is read by the other side; axe finds nothing in any of it."""
    agency, producer = visit("principal"), visit("producer")
    agency.arrive()
    producer.arrive()
    agency.open(f"/submissions/{submission}")
    producer.open(f"/submissions/{submission}")
    desk, page = agency.page, producer.page
    _steps(desk, "Decline", "Decline this submission?", "Decline it", "The roof is too old.")
    expect(page.get_by_role("region", name="Next action")).to_contain_text("Reason: The roof is too old.")
    for each in ("Withdraw", "Decline", "Reopen"):
        expect(page.get_by_role("button", name=each)).to_have_count(0)
    expect(page.get_by_role("link", name="Copy", exact=True)).to_be_visible()
    # The page of one that was declined, too.
    _steps(desk, "Reopen", "Take this submission up again?", "Reopen it", "The roof was renewed.")
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("The roof was renewed.")
    _steps(page, "Withdraw", "Withdraw this submission?", "Withdraw it", "They stay where they are.")
    expect(desk.get_by_role("region", name="Next action")).to_contain_text("Reason: They stay where they are.")


def _steps(page: Page, step: str, question: str, yes: str, reason: str) -> None:
    page.get_by_role("button", name=step, exact=True).click()
    asked = page.get_by_role("alertdialog", name=question)
    words = asked.get_by_role("textbox")
    expect(words).to_be_focused()
    if step != "Reopen":
        asked.get_by_role("button", name=yes).click()
        expect(words).to_have_attribute("aria-invalid", "true")
    words.fill(reason)
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    asked.get_by_role("button", name=yes).click()
    expect(asked).to_have_count(0)
