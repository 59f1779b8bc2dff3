from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from integrations.custom.intake import MailIntake
from integrations.mail.smtp import SmtpMailer
from portal_app.database import Database
from portal_app.services.door import Door
from portal_app.services.ports import Ports
from tests.servers import free_port
from tests.services.ams.acting import FILES, TASKS, Office
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import Cast
from tests.services.test_outbox import Post
from tests.world import Agency, Clock, make_door


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    post.port = server.port
    yield post
    server.stop()


def mailing(port: int) -> Ports:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", "portal@agency.test")
    return Ports(mailer=mailer, ams=MailIntake(mailer, "portal.test"))


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, post: Post) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, mailing(post.port), ams_mail=FILES, ams_tasks=TASKS)
    yield door
    door.threads.shutdown()


@pytest.fixture
def office(door: Door, agency: Agency, post: Post) -> Office:
    return Office(Desk(Cast(door, agency)), post)
