"""Messages in Chromium: a producer writes from the dashboard and about a policy, and the agency sees it arrive and
answers."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select, update
from sqlmodel import col

from portal_app.database import Database
from portal_app.models.enums import SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.messages import Message, MessageReader, MessageThread
from portal_app.models.notifications import Notification
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import ProducerCode
from portal_app.models.submissions import IntakeForm, Submission
from portal_app.services.intake.shipped import shipped_text
from tests.browser.conftest import Person
from tests.browser.looking import DESK, look
from tests.servers import Site
from tests.services.submissions.sent import NOW

pytestmark = pytest.mark.browser
NUMBER, SCRIPT = "SUB-2026-900777", "<img src=x onerror=alert(1)> Is the roof all right?"


@pytest.fixture
def database(demo_site: Site) -> Iterator[Database]:
    database = Database(f"sqlite:///{demo_site.data_dir / 'demo/portal.db'}")
    yield database
    database.dispose()


@pytest.fixture
def submission(database: Database) -> Iterator[str]:
    """Homeowners business of Maya's that the Principal handles."""
    with database.write() as db:
        who = {row.email: row.id for row in db.execute(select(col(User.email), col(User.id)))}
        maya = who["producer@demo.agency"] or 0
        line = db.scalars(select(LineOfBusiness.id).where(LineOfBusiness.code == "homeowners")).one()
        form = IntakeForm(line_id=line, digest="7" * 64, version=0, content=shipped_text("homeowners"), kept_at=NOW)
        db.add(form)
        db.flush()
        row = Submission(
            line_id=line, form_id=form.id or 0, status=SubmissionStatus.IN_REVIEW, number=NUMBER,
            insured_name="Bela Thorn", jurisdiction="RI", effective=date.today() + timedelta(20),  # noqa: DTZ011
            submitted_at=NOW, submitted_by_id=maya, answers_hash="0" * 64, created_at=NOW, changed_at=NOW,
            producer_code_id=db.scalars(select(ProducerCode.id).where(ProducerCode.code == "HL-110")).one(),
            created_by_id=maya, assignee_id=who["principal@demo.agency"],
        )  # fmt: skip
        db.add(row)
        db.flush()
        locator, number, form_id = row.locator, row.id, form.id
    yield locator
    # Other walks find the agency as it was, which has no messages.
    with database.write() as db:
        for table in (Message, MessageReader, MessageThread):
            db.execute(delete(table))
        db.execute(delete(Notification).where(col(Notification.kind) == "message_received"))
        db.execute(delete(Submission).where(col(Submission.id) == number))
        db.execute(delete(IntakeForm).where(col(IntakeForm.id) == form_id))


@pytest.mark.criterion("MSG-09")
@pytest.mark.criterion("MSG-06")
def test_a_producer_writes_from_the_dashboard_and_the_agency_answers(
    visit: Callable[..., Person], submission: str
) -> None:
    agency, producer = visit("principal"), visit("producer")
    agency.arrive()
    producer.arrive()
    page, theirs = agency.page, producer.page
    counted = page.get_by_role("banner").get_by_role("link", name=re.compile("^Messages"))
    agency.open("/messages")
    expect(page.get_by_text("No messages yet")).to_be_visible()
    expect(counted).to_have_accessible_name("Messages")
    assert look(page) == []
    page.set_viewport_size(DESK)

    producer.open("/submissions")
    theirs.get_by_role("link", name=f"Message about {NUMBER}").click()
    expect(theirs).to_have_url(re.compile(rf"/submissions/{submission}#messages$"))
    box, send = theirs.get_by_label("Write a message"), theirs.get_by_role("button", name="Send", exact=True)
    expect(box).to_be_in_viewport()
    box.fill("x" * 4001)
    send.click()
    expect(theirs.get_by_text("Write at most 4,000 characters; these are 4,001.")).to_be_visible()
    expect(box).to_have_value("x" * 4001)
    assert look(theirs) == []
    theirs.set_viewport_size(DESK)
    box.fill(SCRIPT)
    send.dblclick()
    wrote = theirs.get_by_role("region", name="Messages").get_by_role("listitem")
    expect(wrote).to_have_count(1)
    expect(wrote).to_contain_text(SCRIPT)
    expect(theirs.locator("main img")).to_have_count(0)
    expect(box).to_have_value("")

    expect(counted).to_have_accessible_name("Messages, 1 unread")
    expect(page.get_by_text("1 new")).to_be_visible()
    assert look(page) == []
    page.set_viewport_size(DESK)
    page.get_by_role("listitem").get_by_role("link", name=NUMBER).click()
    thread = page.get_by_role("region", name="Messages")
    expect(thread).to_contain_text("1 new")
    assert look(page) == []
    page.set_viewport_size(DESK)
    thread.get_by_label("Write a message").fill("Send a photo of it.")
    thread.get_by_role("button", name="Send", exact=True).click()
    expect(thread.get_by_role("listitem")).to_have_count(2)
    expect(counted).to_have_accessible_name("Messages")

    expect(wrote).to_have_count(2)
    expect(wrote.last).to_contain_text("Send a photo of it.")
    theirs.get_by_role("button", name="Mark as read").click()
    expect(theirs.get_by_role("banner").get_by_role("link", name="Messages", exact=True)).to_be_visible()


@pytest.mark.criterion("MSG-01")
def test_a_policy_has_a_thread_on_its_page_and_who_lost_a_record_loses_no_words(
    visit: Callable[..., Person], database: Database, submission: str
) -> None:
    producer = visit("producer")
    producer.arrive()
    page = producer.page
    producer.open("/policies?q=HO-7896273")
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    thread = page.get_by_role("region", name="Messages")
    box, send = thread.get_by_label("Write a message"), thread.get_by_role("button", name="Send", exact=True)
    box.fill("When does it renew?")
    send.click()
    expect(thread.get_by_role("listitem")).to_have_count(1)
    assert look(page) == []
    page.set_viewport_size(DESK)

    producer.open(f"/submissions/{submission}#messages")
    box.fill("Is it still mine?")
    with database.write() as db:
        code = select(col(ProducerCode.id)).where(col(ProducerCode.code) == "HL-120").scalar_subquery()
        maker = select(col(User.id)).where(col(User.email) == "principal@demo.agency").scalar_subquery()
        moved = update(Submission).where(col(Submission.locator) == submission)
        db.execute(moved.values(producer_code_id=code, created_by_id=maker))
    send.click()
    expect(page.get_by_text("It is not there any more.")).to_be_visible()
    expect(box).to_have_value("Is it still mine?")
    assert look(page) == []
