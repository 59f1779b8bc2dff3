"""What waits for the scanner is handed to nobody; the worker has it looked through, however long that is away."""

import json
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from integrations.scanner.clamd import Clamd
from portal_app.database import Database
from portal_app.jobs import scan_files
from portal_app.jobs.job import Work
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Role, SubmissionEventKind
from portal_app.models.media import MediaVersion, ScanState
from portal_app.models.submissions import SubmissionEvent
from portal_app.services import diagnostics
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Conflict
from portal_app.services.media import library, scanning
from portal_app.services.media.files import Incoming
from portal_app.services.ports import Ports
from portal_app.services.submissions import documents
from portal_app.services.submissions.documents import DocumentView
from tests.clamd import EICAR, NAME, Running, clamd
from tests.services.submissions.sent import add_submission, lying, named, pdf, send
from tests.world import Agency, Clock, actor, add_user, make_door

ADMIN = actor(Role.ADMIN)
INFECTED = pdf(holding=EICAR)


class Scanned:
    """A portal whose scanner can be told how to answer."""

    def __init__(self, door: Door, who: Actor, submission: str, running: Running, clock: Clock) -> None:
        self.door, self.who, self.submission, self.running, self.clock = door, who, submission, running, clock

    def send(self, content: bytes, filename: str = "loss runs.pdf", kind: str = "loss_runs") -> DocumentView:
        return send(self.door, self.who, content, named(self.submission, filename, kind))

    def work(self) -> None:
        scan_files.run(Work(self.door, "worker", Event()))

    def state(self, document: DocumentView) -> ScanState:
        return self.door.run(documents.one, self.who, submission=self.submission, locator=document.locator).scan

    def get(self, document: DocumentView) -> bytes:
        asked = {"submission": self.submission, "locator": document.locator}
        return self.door.run(documents.download, self.who, **asked).path.read_bytes()

    def doctor(self) -> str:
        lines = self.door.run(diagnostics.report, ADMIN).lines
        return next(line.text for line in lines if line.what == "file scanner")


@pytest.fixture
def scanned(database: Database, tmp_path: Path, clock: Clock, agency: Agency) -> object:
    with clamd() as running:
        door = make_door(database, tmp_path, clock, Ports(scanner=Clamd(running.url)))
        with database.write() as db:
            maya = add_user(db, Role.PRODUCER, "maya@agency.test", agency.maya)
            submission = add_submission(db, maya, agency.codes["maya"]).locator
        yield Scanned(door, agency.producer(), submission, running, clock)
        door.threads.shutdown()


@pytest.mark.criterion("DOCS-12")
def test_a_file_is_had_when_it_was_found_clean_and_not_before(scanned: Scanned) -> None:
    made = scanned.send(pdf())
    assert made.scan is ScanState.WAITING
    with pytest.raises(Conflict, match="being checked"):
        scanned.get(made)
    assert "1 files waiting" in scanned.doctor()
    scanned.work()
    assert scanned.state(made) is ScanState.CLEAN
    assert scanned.get(made) == pdf()
    assert "0 files waiting" in scanned.doctor()


@pytest.mark.criterion("DOCS-13")
def test_what_is_infected_is_refused_told_and_its_bytes_go_everywhere(scanned: Scanned, tmp_path: Path) -> None:
    clean = scanned.send(pdf())
    first, again = scanned.send(INFECTED), scanned.send(INFECTED, "again.pdf", "other")
    with scanned.door.database.write() as db:
        let_through = db.scalars(select(MediaVersion).where(MediaVersion.filename == "again.pdf")).one()
        let_through.scan = ScanState.NOT_SCANNED
    scanned.work()
    assert [scanned.state(each) for each in (clean, first, again)] == [
        ScanState.CLEAN,
        ScanState.REFUSED,
        ScanState.REFUSED,
    ]
    assert [each.name for each in lying(tmp_path)] == [clean.digest]
    for each in (first, again):
        with pytest.raises(Conflict, match="held malware"):
            scanned.get(each)
    with scanned.door.database.read() as db:
        removed = SubmissionEvent.kind == SubmissionEventKind.REMOVED
        assert {each.about["malware"] for each in db.scalars(select(SubmissionEvent).where(removed))} == {NAME}
        refused = db.scalars(select(AuditEvent).where(AuditEvent.action == "submission.document_refused")).all()
        assert sorted(each.detail["filename"] for each in refused) == ["again.pdf", "loss runs.pdf"]


@pytest.mark.criterion("DOCS-14")
def test_while_the_scanner_is_away_files_wait_ever_longer_and_none_is_lost(scanned: Scanned) -> None:
    made = scanned.send(pdf())
    patient, scanned.door.ports = scanned.door.ports, Ports(scanner=Clamd(scanned.running.url, seconds=0.05))
    scanned.running.how.waits = 0.3
    pauses = []
    for _ in range(8):
        scanned.work()
        with scanned.door.database.read() as db:
            due = db.scalars(select(MediaVersion.scan_due_at)).one()
        assert due
        pauses.append((due - scanned.clock.now).total_seconds())
        seen = len(scanned.running.how.seen)
        scanned.work()
        assert len(scanned.running.how.seen) == seen, "it is not asked again before that"
        scanned.clock.now = due
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]
    assert scanned.state(made) is ScanState.WAITING
    with pytest.raises(Conflict):
        scanned.get(made)
    assert "did not answer for 1 of 1" in scanned.doctor()
    scanned.running.how.waits, scanned.door.ports = 0.0, patient
    scanned.work()
    assert scanned.get(made) == pdf()


@pytest.mark.criterion("DOCS-14")
def test_a_portal_that_lost_its_scanner_lets_nothing_through_that_waits(
    scanned: Scanned, database: Database, tmp_path: Path, clock: Clock
) -> None:
    made = scanned.send(pdf())
    scanned.door.ports = Ports()
    assert scanned.send(pdf(2000), "later.pdf").scan is ScanState.NOT_SCANNED
    scanned.work()
    with pytest.raises(Conflict):
        scanned.get(made)
    assert "1 wait for one" in scanned.doctor()


@pytest.mark.criterion("DOCS-12")
def test_files_of_producers_wait_too(scanned: Scanned, tmp_path: Path) -> None:
    incoming = Incoming.begin(tmp_path)
    incoming.take(INFECTED)
    media = scanned.door.run(library.add, ADMIN, content=incoming.keep(), filename="license.pdf")
    incoming.drop()
    for _ in range(2):
        with pytest.raises(Conflict):
            scanned.door.run(library.download, ADMIN, locator=media.locator)
        scanned.work()
    assert lying(tmp_path) == []
    with scanned.door.database.read() as db:
        [event] = db.scalars(select(AuditEvent).where(AuditEvent.action == "media.refused")).all()
        assert json.dumps(event.detail).count(NAME) == 1
    assert scanned.door.run(scanning.next_due, actor_of_the_portal()) is None


def actor_of_the_portal() -> Actor:
    return scanning.ACTOR
