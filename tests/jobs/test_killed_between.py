"""A worker that is killed after the mail server took a message and before that is written down."""

import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select, update

from portal_app.database import Database
from portal_app.models.outbox import OutboxMessage
from portal_app.services.submissions import assigning
from tests import servers
from tests.servers import free_port, until
from tests.services.ams.acting import BY_MAIL, FILES, files, put_rules
from tests.services.ams.conftest import mailing
from tests.services.submissions.acting import Cast
from tests.services.test_outbox import Post
from tests.world import ENCRYPTION_KEY, LOOKUP_KEY, Clock, build_agency, make_door

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Killing(Post):
    """Takes a message, and kills the worker that sent it before it learns so: once for each of these subjects."""

    subjects: set[str] = field(default_factory=set)
    worker: "subprocess.Popen[bytes] | None" = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        subject = str(self.arrived[-1]["Subject"])
        for each in [each for each in self.subjects if subject.startswith(each)]:
            self.subjects.discard(each)
            assert self.worker is not None
            self.worker.kill()
        return answer

    def named(self, subject: str) -> list[Message]:
        return [each for each in self.arrived if str(each["Subject"]).startswith(subject)]


@pytest.fixture
def post() -> Iterator[Killing]:
    post = Killing(subjects={"New submission", "Submission received"})
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    post.port = server.port
    yield post
    server.stop()


def open_to_all(database: Database) -> None:
    """Everything is due, and no claim of one that died holds it any more."""
    with database.write() as db:
        db.execute(update(OutboxMessage).values(due_at=LONG_AGO))
        held = OutboxMessage.claimed_until.is_not(None)  # type: ignore[union-attr]
        db.execute(update(OutboxMessage).where(held).values(claimed_until=LONG_AGO))


def all_left(database: Database) -> bool:
    with database.read() as db:
        waiting = OutboxMessage.delivered_at.is_(None)  # type: ignore[union-attr]
        return db.scalar(select(func.count()).select_from(OutboxMessage).where(waiting)) == 0


@pytest.mark.criterion("NOTIFY-16")
@pytest.mark.criterion("AMSOUT-08")
def test_nothing_is_lost_and_only_what_was_on_its_way_comes_twice(
    database: Database, tmp_path: Path, clock: Clock, post: Killing
) -> None:
    data = tmp_path / "data"
    door = make_door(database, data, clock, mailing(post.port), ams_mail=FILES)
    with database.write() as db:
        agency = build_agency(db)
    cast = Cast(door, agency)
    put_rules(door, BY_MAIL)
    submission = cast.submitted()
    door.run(assigning.pick_up, cast.underwriter, locator=submission)
    door.close()
    settings = {
        "database_url": database.engine.url.render_as_string(hide_password=False),
        "smtp_url": f"smtp://127.0.0.1:{post.port}",
        "mail_from": "portal@agency.test",
        "ams_mail": FILES,
        "encryption_keys": ENCRYPTION_KEY,
        "lookup_key": LOOKUP_KEY,
    }
    for killed in (True, True, False):
        open_to_all(database)
        with servers.worker(data, **settings) as worker:
            post.worker = worker
            if killed:
                assert worker.wait(60) == -signal.SIGKILL
            else:
                until(lambda: all_left(database))
    counted = Counter(str(each["Message-ID"]) for each in post.arrived)
    handed, received = post.named("New submission"), post.named("Submission received")
    assigned = post.named("Submission assigned")
    assert (len(handed), len(received), len(assigned)) == (2, 2, 1)
    assert (max(counted.values()), list(counted.values()).count(2)) == (2, 2), (
        "what was on its way comes twice under one id, the rest once"
    )
    assert files(handed[0]) == files(handed[1])
    assert list(files(handed[0])) == ["Application SUB-2026-000001.pdf"]
