"""A mail and a text message to try the way out with, against servers that take, refuse, hang and are not there."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller

from integrations.custom.intake import MailIntake
from integrations.mail import smtp
from integrations.mail.smtp import SmtpMailer
from integrations.sms.twilio import TwilioMessenger
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Role
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden, Invalid, TooMany
from portal_app.services.ports import Mailer, Ports
from portal_app.services.routing.rules import AmsWay
from portal_app.services.settings import agency, trials
from portal_app.services.settings.trials import Outcome
from tests.servers import free_port
from tests.services.test_outbox import Post
from tests.world import Clock, actor, add_user

SENDER = "portal@agency.test"


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    post.port = server.port
    yield post
    server.stop()


@pytest.fixture
def ada(door: Door) -> Actor:
    with door.database.write() as db:
        user = add_user(db, Role.ADMIN, "ada@agency.test", phone="+14015550123", phone_verified_at=door.clock())
    return actor(Role.ADMIN, user_id=user.id, email="ada@agency.test")


def through(door: Door, mailer: Mailer) -> Door:
    return replace(door, ports=Ports(mailer=mailer))


def mailing(port: int) -> SmtpMailer:
    return SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER)


def details(door: Door) -> list[dict[str, object]]:
    with door.database.read() as db:
        return [event.detail for event in db.query(AuditEvent).filter_by(action="settings.tested").order_by("id")]


@pytest.mark.criterion("SET-10")
def test_a_mail_goes_to_ones_own_address_at_once(door: Door, ada: Actor, post: Post) -> None:
    outcome = asyncio.run(trials.mail_me(through(door, mailing(post.port)), ada))
    assert outcome == Outcome(True, "The mail server took it. Look into your mail.")
    assert post.recipients() == ["ada@agency.test"]
    assert post.arrived[0]["Subject"] == "A test from the Your agency portal"
    assert details(door) == [{"sent": True, "told": outcome.told}]


@pytest.mark.criterion("SET-10")
@pytest.mark.parametrize(
    ("at", "answer", "told"),
    [
        ("ada@agency.test", "550 5.1.1 ada@agency.test is not here", "The mail server refused the recipient (550)."),
        ("ada@agency.test", "451 4.7.1 later, ada@agency.test", "The mail server refused the recipient for now (451)."),
        ("DATA", "554 5.7.1 no, ada@agency.test", "The mail server refused the message (554)."),
    ],
)
def test_a_refusal_is_told_without_any_address(
    door: Door, ada: Actor, post: Post, at: str, answer: str, told: str
) -> None:
    post.answers[at] = answer
    assert asyncio.run(trials.mail_me(through(door, mailing(post.port)), ada)) == Outcome(False, told)
    assert details(door) == [{"sent": False, "told": told}]


@pytest.mark.criterion("SET-10")
def test_a_server_that_is_not_there_or_cannot_do_what_is_asked_is_told(door: Door, ada: Actor, post: Post) -> None:
    ways = {
        f"smtp://127.0.0.1:{free_port()}": "The mail server cannot be reached.",
        f"smtp+starttls://127.0.0.1:{post.port}": "does not offer what the address asks for",
        f"smtps://127.0.0.1:{post.port}": "could not agree on TLS",
    }
    for url, told in ways.items():
        outcome = asyncio.run(trials.mail_me(through(door, SmtpMailer(url, SENDER)), ada))
        assert not outcome.sent
        assert told in outcome.told
        assert "127.0.0.1" not in outcome.told


@pytest.mark.criterion("SET-10")
def test_a_server_that_hangs_is_told(door: Door, ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "SECONDS", 0.3)
    with create_server(("127.0.0.1", 0)) as silent:
        outcome = asyncio.run(trials.mail_me(through(door, mailing(silent.getsockname()[1])), ada))
    assert outcome == Outcome(False, "The mail server did not answer in time.")


@pytest.mark.criterion("SET-10")
def test_nobody_waits_longer_than_the_limit(door: Door, ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "SECONDS", 0.2)
    monkeypatch.setattr(smtp, "SECONDS", 2.0)
    with create_server(("127.0.0.1", 0)) as silent:
        outcome = asyncio.run(trials.mail_me(through(door, mailing(silent.getsockname()[1])), ada))
    assert not outcome.sent
    assert outcome.told.startswith("The mail server did not answer within")
    assert details(door)[0]["told"] == outcome.told


@pytest.mark.criterion("SET-11")
def test_without_a_server_it_is_said_which_variables_to_set(door: Door, ada: Actor) -> None:
    mail, text = asyncio.run(trials.mail_me(door, ada)), asyncio.run(trials.text_me(door, ada))
    assert (mail.sent, text.sent) == (False, False)
    assert "PORTAL_SMTP_URL" in mail.told
    assert "PORTAL_SMS_TOKEN" in text.told
    assert door.run(trials.ways, ada) == trials.Ways(mail=False, texts=False, number="••• 0123")


@pytest.mark.criterion("SET-12")
def test_tests_are_few_in_a_quarter_of_an_hour_and_for_each_person(
    door: Door, ada: Actor, post: Post, clock: Clock
) -> None:
    door = through(door, mailing(post.port))
    for _ in range(trials.OF_A_PERSON):
        assert asyncio.run(trials.mail_me(door, ada)).sent
    with pytest.raises(TooMany, match="quarter of an hour"):
        asyncio.run(trials.mail_me(door, ada))
    assert len(post.arrived) == trials.OF_A_PERSON
    with door.database.write() as db:
        ruth = add_user(db, Role.PRINCIPAL, "ruth@agency.test")
    assert asyncio.run(trials.mail_me(door, actor(Role.PRINCIPAL, user_id=ruth.id, email=ruth.email))).sent
    clock.forward(minutes=16)
    assert asyncio.run(trials.mail_me(door, ada)).sent


@pytest.mark.criterion("SET-12")
@pytest.mark.parametrize("role", [Role.PRODUCER, Role.CSR, Role.READ_ONLY])
def test_nobody_else_sends_any(door: Door, post: Post, role: Role) -> None:
    door = through(door, mailing(post.port))
    for trial in (trials.mail_me(door, actor(role)), trials.text_me(door, actor(role), number="(401) 555-0123")):
        with pytest.raises(Forbidden):
            asyncio.run(trial)
    assert post.arrived == []


@pytest.mark.criterion("AMSOUT-09")
def test_the_management_system_is_tried_at_either_address(door: Door, ada: Actor, post: Post) -> None:
    mailer = mailing(post.port)
    door = replace(door, ports=Ports(mailer=mailer, ams=MailIntake(mailer, "portal.test")))
    told = asyncio.run(trials.tell_the_ams(door, ada, way=AmsWay.MAIL))
    assert told == Outcome(False, "No address that files mail into the AMS is set under Settings.")
    given = {"ams_mail": "intake@ams.example.com", "ams_tasks": "tasks@ams.example.com"}
    with pytest.raises(Invalid, match="Enter an email address"):
        door.run(agency.save, ada, version=0, given=given | {"ams_tasks": "nobody"})
    door.run(agency.save, ada, version=0, given=given)
    assert door.run(trials.ways, ada).ams == {AmsWay.MAIL, AmsWay.TASK}
    assert asyncio.run(trials.tell_the_ams(door, ada, way=AmsWay.MAIL)).sent
    post.answers["tasks@ams.example.com"] = "550 no tasks@ams.example.com here"
    refused = asyncio.run(trials.tell_the_ams(door, ada, way=AmsWay.TASK))
    assert refused == Outcome(False, "The mail server refused the recipient (550).")
    [mail] = post.arrived
    assert mail["To"] == "intake@ams.example.com"
    assert b"there is nothing to do" in bytes(mail.get_payload(decode=True))  # type: ignore[arg-type]
    assert details(door) == [
        {"sent": True, "told": "It was taken. Look into the AMS for a test from the portal."},
        {"sent": False, "told": refused.told},
    ]
    with pytest.raises(Forbidden):
        asyncio.run(trials.tell_the_ams(door, actor(Role.CSR), way=AmsWay.MAIL))


class Gateway:
    def __init__(self) -> None:
        self.numbers: list[str] = []
        self.status = 201
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                gateway.numbers += form["To"]
                body = b'{"code": 21211, "message": "no: +14015550123"}' if gateway.status == 400 else b"{}"
                self.send_response(gateway.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def messenger(self) -> TwilioMessenger:
        return TwilioMessenger(f"http://127.0.0.1:{self.server.server_port}", "AC1", "secret", "+14015550100")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    yield gateway
    gateway.server.shutdown()
    gateway.server.server_close()


@pytest.mark.criterion("SET-13")
def test_a_text_message_goes_to_ones_own_number_or_another(door: Door, ada: Actor, gateway: Gateway) -> None:
    door = replace(door, ports=Ports(texts=gateway.messenger()))
    assert asyncio.run(trials.text_me(door, ada)).sent
    assert asyncio.run(trials.text_me(door, ada, number="+44 7400 123456")).sent
    assert gateway.numbers == ["+14015550123", "+447400123456"]
    gateway.status = 400
    refused = asyncio.run(trials.text_me(door, ada))
    assert refused == Outcome(False, "The text gateway cannot send to this number (21211).")
    gateway.status = 401
    assert asyncio.run(trials.text_me(door, ada)).told == "The text gateway answered 401 (0)."
    assert "5550123" not in repr(details(door))


@pytest.mark.criterion("SET-13")
def test_what_is_no_number_is_not_texted(door: Door, ada: Actor, gateway: Gateway) -> None:
    door = replace(door, ports=Ports(texts=gateway.messenger()))
    for number in ("911", "abc", "+1 555", "(401) 555-0123 x5"):
        with pytest.raises(Invalid, match="mobile number"):
            asyncio.run(trials.text_me(door, ada, number=number))
    with pytest.raises(Invalid):
        asyncio.run(trials.text_me(door, actor(Role.ADMIN)))
    assert gateway.numbers == []
