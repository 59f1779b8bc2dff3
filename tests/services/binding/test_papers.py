"""The application and the binder are made by the worker and kept with the submission's documents, also when a process
dies in between; the evidence file is made when somebody asks for it."""

import asyncio
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from portal_app.models.enums import SubmissionDocumentKind
from portal_app.models.media import MediaVersion
from portal_app.models.outbox import OutboxMessage
from portal_app.models.submissions import SubmissionDocument
from portal_app.services import outbox
from portal_app.services.access import system
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.errors import NotFound
from portal_app.services.papers import drawing, making
from portal_app.services.papers.paper import Facts, Heading, Paper, Table, Text
from portal_app.services.submissions import bound, detail, documents, information
from portal_app.services.submissions.information import Kind, Wanted
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import NAMED
from tests.world import Clock

WORKER = system("test")


def text_of(content: bytes) -> str:
    whole = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(whole.split())


def papers(door: Door, desk: Desk, submission: str) -> dict[str, bytes]:
    """What Maya can download of a submission, by kind."""
    found = {}
    for each in door.run(documents.listed, desk.cast.maya, submission=submission):
        file = door.run(documents.download, desk.cast.maya, submission=submission, locator=each.locator)
        found[each.kind.value] = file.path.read_bytes()
    return found


@pytest.mark.criterion("BOUND-13")
def test_the_binder_says_what_was_bound(door: Door, desk: Desk) -> None:
    desk.allow()
    submission = desk.reviewed(street="12 Elm St", city="Providence")
    done = desk.bind(desk.offered(submission).locator)
    waits = door.run(bound.bound_from, desk.cast.maya, policy=done.policy)
    assert waits == bound.BoundFrom(submission, "SUB-2026-000001")
    assert deliver_due(door, holder="test") == 2
    found = papers(door, desk, submission)
    assert set(found) == {"application", "binder"}
    made = door.run(bound.bound_from, desk.cast.maya, policy=done.policy)
    assert made is not None
    kept = door.run(documents.listed, desk.cast.maya, submission=submission)
    assert [made.binder] == [each.locator for each in kept if each.kind is SubmissionDocumentKind.BINDER]
    with pytest.raises(NotFound):
        door.run(bound.bound_from, desk.cast.daniel, policy=done.policy)
    said = text_of(found["binder"])
    for words in (
        "Binder of insurance", "BND-2026-000001", "Ada Quill", "12 Elm St", "Providence, RI", "HL-maya",
        "Granite Mutual", "NAIC 99001", "Homeowners", "Jan 15, 2027 to Jan 15, 2028", "Feb 13, 2027", "$1,450.00",
        "$350,000.00",
        "$1,000.00", "Wind deductible 2 %.", "maya@agency.test", "SUB-2026-000001", done.decision.locator,
    ):  # fmt: skip
        assert words in said, words
    with pytest.raises(NotFound):
        door.run(documents.listed, desk.cast.daniel, submission=submission)


@pytest.mark.criterion("BOUND-13")
def test_a_binder_of_the_past_bears_the_statement_and_points_to_what_was_asked_for(door: Door, desk: Desk) -> None:
    desk.allow(backdating_days=60)
    submission = desk.reviewed()
    began = {"effective": date(2026, 11, 1), "expiration": date(2027, 11, 1)}
    desk.bind(desk.offered(submission, limit=None, deductible=None, terms="", **began).locator, no_loss=True)
    deliver_due(door, holder="test")
    said = text_of(papers(door, desk, submission)["binder"])
    for words in (
        "The insured states: Nothing has happened since Nov 1, 2026 that a claim under this policy could come of.",
        "The quote states none in figures. What was asked for stands in the application SUB-2026-000001;",
        "None were stated with the quote.",
    ):
        assert words in said, words
    assert "As stated in the conditions" not in said


@pytest.mark.criterion("BOUND-14")
def test_the_application_says_all_answers_and_masks_what_is_personal(door: Door, desk: Desk) -> None:
    submission = desk.cast.submitted(ssn="123-45-6789", street="12 Elm St")
    deliver_due(door, holder="test")
    said = text_of(papers(door, desk, submission)["application"])
    whole = door.run(detail.detail, desk.cast.maya, locator=submission)
    assert whole.certificate is not None
    assert whole.certificate.intact
    for words in (
        "Insured name",
        "Ada Quill",
        "12 Elm St",
        "Primary home",
        "Usage",
        "I certify that",
        "maya@agency.test",
    ):
        assert words in said, words
    assert whole.certificate.answers_hash in said.replace(" ", "")
    assert "6789" in said
    assert "123-45" not in said


@pytest.mark.criterion("BOUND-15")
@pytest.mark.parametrize("dies", ["before it is made", "before it is marked"])
def test_a_process_that_dies_leaves_the_order_behind(
    door: Door, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    submission = desk.cast.submitted()

    class Killed(BaseException):
        """As if the process ended here."""

    def end(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        where = making if dies == "before it is made" else outbox
        if where is making:
            broken.setattr(making, "drawn", end)
        else:
            broken.setattr("portal_app.services.delivery.delivered", end)
            broken.setattr("portal_app.services.door.Door.run", _run_until(end, Door.run))
        with pytest.raises(Killed):
            deliver_due(door, holder="dead")
    assert deliver_due(door, holder="test") == 0
    clock.forward(minutes=4)
    assert deliver_due(door, holder="test") == 1
    assert list(papers(door, desk, submission)) == ["application"]
    with door.database.read() as db:
        assert db.scalar(select(func.count()).select_from(SubmissionDocument)) == 1
        assert db.scalar(select(func.count()).select_from(MediaVersion)) == 1
        assert db.scalars(select(OutboxMessage.attempts).where(OutboxMessage.topic == "paper")).one() == 2


def _run_until(end: Any, run: Any) -> Any:
    def running(door: Door, service: Any, actor: Any, /, *args: Any, **kwargs: Any) -> Any:
        return end() if service is end else run(door, service, actor, *args, **kwargs)

    return running


@pytest.mark.criterion("BOUND-15")
def test_a_full_disk_is_tried_again(
    door: Door, desk: Desk, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = desk.cast.submitted()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("portal_app.services.media.files.Incoming.place", full)
        assert deliver_due(door, holder="test") == 0
    with door.database.read() as db:
        assert db.scalar(select(func.count()).select_from(SubmissionDocument)) == 0
    assert not list((tmp_path / "media" / "incoming").iterdir())
    clock.forward(minutes=1)
    assert deliver_due(door, holder="test") == 1
    assert list(papers(door, desk, submission)) == ["application"]


@pytest.mark.criterion("BOUND-16")
def test_the_evidence_file_holds_all_of_it(door: Door, desk: Desk) -> None:
    submission = desk.reviewed(ssn="123-45-6789")
    asked = door.run(
        information.ask, desk.cast.underwriter, locator=submission, items=[Wanted(Kind.TEXT, "Age of the roof")]
    )
    item = asked.items[0].locator
    door.run(information.answer, desk.cast.maya, locator=submission, item=item, value="Twelve years")
    door.run(information.complete, desk.cast.maya, locator=submission)
    quote = desk.offered(submission)
    desk.quoted(submission, premium=Decimal("7777.00"))
    desk.bind(quote.locator)
    desk.allow()
    desk.bind(quote.locator)
    deliver_due(door, holder="test")
    name, content = asyncio.run(making.evidence_file(door, desk.cast.maya, submission=submission))
    assert name == "Evidence SUB-2026-000001.pdf"
    said = text_of(content)
    for words in (
        "Evidence file", "Ada Quill", "Timeline", "Submitted as SUB-2026-000001",
        "Binding the quote of Granite Mutual was refused", "Moved from Quoted to Bound",
        "Decisions on binding authority", "Refer",
        "Documents", "Binder BND-2026-000001.pdf",
        "Granite Mutual", "$1,450.00", "Wind deductible 2 %.", "Age of the roof", "Twelve years",
        SubmissionDocumentKind.APPLICATION.label,
    ):  # fmt: skip
        assert words in said, words
    assert "123-45" not in said
    assert "7,777" not in said, "what was not offered is not the producer's to read"
    with pytest.raises(NotFound):
        asyncio.run(making.evidence_file(door, desk.cast.daniel, submission=submission))
    assert NAMED.split(".")[1].capitalize() in said


@pytest.mark.criterion("BOUND-14")
def test_whatever_is_typed_is_drawn_the_same_each_time() -> None:
    rows = [('<b>&amp; "quoted" </para>', "Ö ł 漢字 \n" * 3), ("x" * 500, "y" * 9000)]
    parts = (Heading("<i>"), Text("a & b < c"), Facts(rows), Table(("A", "B"), [*rows] * 30))
    paper = Paper("Title <x>", "", "x.pdf", parts)
    first, second = drawing.drawn(paper, "Harbor & Sons"), drawing.drawn(paper, "Harbor & Sons")
    assert first == second
    assert paper.digest[:16] in text_of(first)
    assert "a & b < c" in text_of(first)


@pytest.mark.criterion("BOUND-13")
def test_names_stand_on_paper_in_their_own_letters() -> None:
    names = ("Łukasz Żółć", "Nguyễn Thị Ánh", "Őry Čapek", "Ðặng Şahin", "Иван Петров", "Ελένη")
    paper = Paper("Binder", "of insurance", "x.pdf", tuple(Text(name) for name in names))
    said = text_of(drawing.drawn(paper, "Harbor & Sons"))
    assert [name for name in names if name not in said] == []
