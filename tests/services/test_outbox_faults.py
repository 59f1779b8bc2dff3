"""What mail and text messages suffer on their way: servers that are slow, unwell or gone, until a person steps in."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from integrations.mail import smtp
from integrations.mail.smtp import SmtpMailer
from integrations.sms import twilio
from integrations.sms.twilio import TwilioMessenger
from portal_app.database import Database
from portal_app.services import outbox, texts
from portal_app.services.access import Gate, system
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door, Tx, writes
from portal_app.services.errors import Forbidden, NotFound
from portal_app.services.ports import Ports
from tests import gateway as gateways
from tests.gateway import Gateway
from tests.servers import free_port
from tests.services.test_outbox import Post, events, rows, write
from tests.world import Agency, Clock, make_door

TEST = system("test")
ADA = "ada@agency.test"


class LateServer(SMTP):
    """A mail server that says nothing before it is let go."""

    let_go: asyncio.Event

    async def push(self, status: Any) -> None:
        await self.let_go.wait()
        await super().push(status)


class Late(Controller):
    def factory(self) -> SMTP:
        server = LateServer(self.handler, hostname="late")
        server.let_go = self.let_go
        self.made.append(server)
        return server

    def start(self) -> None:
        """Greets whoever asks whether it has started, and nobody from then on."""
        self.let_go = asyncio.Event()
        self.let_go.set()
        self.made: list[SMTP] = []
        super().start()
        self.let_go.clear()

    def stop(self, no_assert: bool = False) -> None:
        """Closes what clients who did not wait have left open, too."""
        for server in self.made:
            if server.transport is not None:
                self.loop.call_soon_threadsafe(server.transport.close)
        super().stop(no_assert)

    def greet(self) -> None:
        self.loop.call_soon_threadsafe(self.let_go.set)


@contextmanager
def late(post: Post) -> Iterator[Late]:
    server = Late(post, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        yield server
    finally:
        server.greet()
        server.stop()


@pytest.fixture
def post() -> Post:
    return Post()


@contextmanager
def opened(database: Database, folder: Path, clock: Clock, ports: Ports) -> Iterator[Door]:
    door = make_door(database, folder, clock, ports)
    yield door
    door.threads.shutdown()


@writes(Gate.SYSTEM)
def text(tx: Tx, *, lasts: timedelta) -> None:
    texts.send(tx, number="+14015550123", text="123456 is your code.", until=tx.now + lasts)


@pytest.mark.criterion("OUTBOX-08")
def test_a_server_that_greets_late_is_given_up_for_now_and_told_again(
    database: Database, tmp_path: Path, clock: Clock, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SECONDS", 0.3)
    with late(post) as server:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{server.port}", "portal@agency.test")
        with opened(database, tmp_path, clock, Ports(mailer=mailer)) as door:
            door.run(write, TEST, recipient=ADA)
            assert deliver_due(door, holder="me") == 0
            [row] = rows(door)
            assert (row["attempts"], row["dead_at"]) == (1, None)
            assert row["last_error"] == "The mail server did not answer in time."
            server.greet()
            monkeypatch.setattr(smtp, "SECONDS", 15.0)
            clock.forward(seconds=30)
            assert deliver_due(door, holder="me") == 1
    assert post.recipients() == [ADA]


ANSWERS = {
    "451 not now, ada@agency.test": "The mail server refused the recipient for now (451).",
    "421 shutting down": "The mail server refused the recipient for now (421).",
    "550 no ada@agency.test here": "The mail server refused the recipient (550).",
}


@pytest.mark.criterion("OUTBOX-09")
@pytest.mark.parametrize("answer", ANSWERS)
def test_why_a_message_was_given_up_is_told_and_a_person_has_it_sent(
    database: Database, tmp_path: Path, clock: Clock, agency: Agency, post: Post, answer: str
) -> None:
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    mailer = SmtpMailer(f"smtp://127.0.0.1:{server.port}", "portal@agency.test")
    with opened(database, tmp_path, clock, Ports(mailer=mailer)) as door:
        post.answers[ADA] = answer
        door.run(write, TEST, recipient=ADA)
        for _ in range(outbox.MOST_ATTEMPTS):
            deliver_due(door, holder="me")
            clock.forward(hours=5)
        [letter] = door.run(outbox.dead_letters, agency.admin()).rows
        assert (letter.topic, letter.last_error) == ("mail", ANSWERS[answer])
        assert letter.attempts == (1 if answer.startswith("5") else outbox.MOST_ATTEMPTS)

        door.run(outbox.retry_dead, agency.principal(), locator=letter.locator)
        deliver_due(door, holder="me")
        assert rows(door)[0]["attempts"] == 1, "counted from the beginning"
        post.answers.clear()
        clock.forward(seconds=30)
        if answer.startswith("5"):
            door.run(outbox.retry_dead, agency.admin(), locator=letter.locator)
        assert deliver_due(door, holder="me") == 1
        assert door.run(outbox.dead_letters, agency.admin()).total == 0
    server.stop()
    assert post.recipients() == [ADA]


@pytest.mark.criterion("OUTBOX-09")
def test_only_who_manages_users_sees_and_retries_what_was_given_up(
    database: Database, tmp_path: Path, clock: Clock, agency: Agency
) -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{free_port()}", "portal@agency.test")
    with opened(database, tmp_path, clock, Ports(mailer=mailer)) as door:
        for name in ("ada", "bo", "cy"):
            door.run(write, TEST, recipient=f"{name}@agency.test")
        for _ in range(outbox.MOST_ATTEMPTS):
            deliver_due(door, holder="me")
            clock.forward(hours=5)
        found = door.run(outbox.dead_letters, agency.admin(), offset=1, count=1)
        assert ([each.locator for each in found.rows], found.total) == ([rows(door)[1]["locator"]], 3)
        for actor in (agency.producer(), agency.csr(), agency.read_only()):
            for service, given in ((outbox.dead_letters, {}), (outbox.retry_dead, {"locator": found.rows[0].locator})):
                with pytest.raises(Forbidden):
                    door.run(service, actor, **given)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            door.run(outbox.retry_dead, agency.admin(), locator="01J00000000000000000000000")
        assert "outbox.retried" not in events(door)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with gateways.gateway() as told:
        yield told


def messenger(gateway: Gateway) -> TwilioMessenger:
    return TwilioMessenger(gateway.url, "AC1", "secret", "+14015550100")


@pytest.mark.criterion("OUTBOX-10")
def test_a_gateway_that_is_unwell_or_slow_is_asked_again(
    database: Database, tmp_path: Path, clock: Clock, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(database, tmp_path, clock, Ports(texts=messenger(gateway))) as door:
        door.run(text, TEST, lasts=timedelta(minutes=10))
        gateway.status, gateway.body = 500, {"code": 20500, "message": "no: +14015550123"}
        assert deliver_due(door, holder="me") == 0
        assert rows(door)[0]["last_error"] == "The text gateway answered 500 (20500)."

        monkeypatch.setattr(twilio, "SECONDS", 0.3)
        gateway.slow = True
        clock.forward(seconds=30)
        assert deliver_due(door, holder="me") == 0
        assert rows(door)[0]["last_error"] == "The text gateway did not answer in time."

        gateway.slow, gateway.status, gateway.body = False, 201, {"sid": "SM1"}
        monkeypatch.setattr(twilio, "SECONDS", 10.0)
        clock.forward(seconds=60)
        assert deliver_due(door, holder="me") == 1
        assert rows(door)[0]["payload"] is None


@pytest.mark.criterion("OUTBOX-10")
def test_a_code_that_would_come_too_late_is_given_up_with_that_reason(
    database: Database, tmp_path: Path, clock: Clock, gateway: Gateway, agency: Agency
) -> None:
    with opened(database, tmp_path, clock, Ports(texts=messenger(gateway))) as door:
        door.run(text, TEST, lasts=timedelta(minutes=10))
        gateway.status = 503
        for _ in range(6):
            deliver_due(door, holder="me")
            clock.forward(minutes=4)
        [letter] = door.run(outbox.dead_letters, agency.admin()).rows
        assert (letter.topic, letter.last_error) == ("text", "It came too late to be of use.")
        assert len(gateway.asked) < 5
