"""An agency whose management system takes mail, and what arrives there."""

import hashlib
import json
from email.message import Message
from typing import Any

from sqlalchemy import select

from portal_app.models.ams import HandoverKind
from portal_app.models.audit import AuditEvent
from portal_app.models.configuration import ConfigurationVersion
from portal_app.models.enums import SubmissionDocumentKind
from portal_app.models.media import Media, MediaVersion
from portal_app.models.submissions import Submission, SubmissionDocument
from portal_app.services.access import Actor
from portal_app.services.ams import handovers
from portal_app.services.ams.handovers import HandoverView
from portal_app.services.door import Door
from portal_app.services.media.files import place_of
from portal_app.services.submissions import timeline
from tests.services.binding.acting import Desk
from tests.services.test_outbox import Post
from tests.world import NOW

FILES, TASKS = "intake@ams.example.com", "tasks@ams.example.com"
BY_MAIL = {"name": "To the AMS", "when": {"states": ["RI"]}, "to": {"ams": "mail"}}
AS_TASK = {"name": "As a task", "when": {"states": ["MA"]}, "to": {"ams": "task"}}


class Office:
    """Where submissions come in and go to the management system."""

    def __init__(self, desk: Desk, post: Post) -> None:
        self.desk, self.cast, self.door, self.post = desk, desk.cast, desk.door, post
        put_rules(self.door, BY_MAIL, AS_TASK)
        desk.allow()

    def bound(self, **named: Any) -> str:
        submission = self.desk.reviewed(**named)
        self.desk.bind(self.desk.offered(submission).locator)
        return submission

    def arrived(self, at: str = FILES) -> list[Message]:
        return [each for each in self.post.arrived if each["To"] == at]

    def stands(self, submission: str, kind: str = "submission", who: Actor | None = None) -> HandoverView:
        found = self.door.run(handovers.handovers, who or self.cast.maya, locator=submission)
        return next(each for each in found if each.kind == kind)

    def send(self, submission: str, kind: str = "submission", who: Actor | None = None) -> None:
        who = who or self.cast.underwriter
        self.door.run(handovers.send, who, locator=submission, kind=HandoverKind(kind))

    def told(self, submission: str) -> tuple[str, str]:
        """The newest line of the timeline, with its reason."""
        newest = self.door.run(timeline.events, self.cast.maya, locator=submission)[0]
        return newest.words, newest.reason

    def audited(self) -> list[str]:
        with self.door.database.read() as db:
            return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def put_rules(door: Door, *rules: dict[str, Any], version: int = 1) -> None:
    with door.database.write() as db:
        db.add(
            ConfigurationVersion(
                kind="routing", version=version, content=json.dumps({"rules": rules}), shipped="0" * 64, made_at=NOW,
                made_by="test",
            )
        )  # fmt: skip


def upload(door: Door, submission: str, filename: str, content: bytes, **given: Any) -> None:
    """A file of the submission, as one that arrived is written down."""
    digest = hashlib.sha256(content).hexdigest()
    place = place_of(door.settings.folder, digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    with door.database.write() as db:
        media = Media(created_at=NOW)
        db.add(media)
        db.flush()
        of = {"digest": digest, "size": len(content), "content_type": "application/pdf", "filename": filename} | given
        db.add(MediaVersion(media_id=media.id or 0, created_at=NOW, **of))
        row = db.scalars(select(Submission).where(Submission.locator == submission)).one()
        kind = SubmissionDocumentKind.LOSS_RUNS
        db.add(
            SubmissionDocument(
                submission_id=row.id or 0, media_id=media.id or 0, kind=kind, upload_key=filename, added_at=NOW,
                added_by="maya@agency.test",
            )
        )  # fmt: skip


def subject(message: Message) -> str:
    """In one line, as people read it."""
    return " ".join(str(message["Subject"]).split())


def body(message: Message) -> str:
    """The text of a mail."""
    part = next(each for each in message.walk() if each.get_content_type() == "text/plain")
    return bytes(part.get_payload(decode=True)).decode().replace("\r\n", "\n")  # type: ignore[arg-type]


def files(message: Message) -> dict[str, bytes]:
    return {
        str(each.get_filename()): bytes(each.get_payload(decode=True))  # type: ignore[arg-type]
        for each in message.walk()
        if each.get_filename()
    }
