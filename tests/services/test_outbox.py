"""The outbox, delivered to a real mail server that can be told to refuse."""

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from integrations.mail.smtp import SmtpMailer
from portal_app.database import Database
from portal_app.models import metadata
from portal_app.services import mail, outbox
from portal_app.services.access import Gate, system
from portal_app.services.delivery import ACTOR, deliver_due
from portal_app.services.door import Door, Tx, writes
from portal_app.services.errors import NotFound
from portal_app.services.ports import DeliveryFailed, DeliveryRefused, Mail, Ports
from portal_app.settings import SettingsError
from tests.servers import ROOT, free_port
from tests.world import Agency, Clock, make_door

OUTBOX = metadata.tables["outbox_message"]
TEST = system("test")


@dataclass
class Post:
    """What a mail server took, and the answers that it is told to give by recipient."""

    arrived: list[Message] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    port: int = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if answer := self.answers.get("DATA"):
            return answer
        self.arrived.append(message_from_bytes(envelope.original_content or b""))
        return "250 OK"

    def recipients(self) -> list[str]:
        return [str(each["To"]) for each in self.arrived]


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    post.port = server.port
    yield post
    server.stop()


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, post: Post) -> Iterator[Door]:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{post.port}", "portal@agency.test")
    door = make_door(database, tmp_path, clock, Ports(mailer=mailer))
    yield door
    door.threads.shutdown()


@writes(Gate.SYSTEM)
def write(tx: Tx, *, recipient: str, subject: str = "A link", text: str = "https://portal.test/set-up?t=1") -> None:
    mail.send(tx, recipient=recipient, subject=subject, text=text)


def rows(door: Door) -> list[dict[str, Any]]:
    with door.database.read() as db:
        return [dict(row) for row in db.execute(select(OUTBOX).order_by(OUTBOX.c.id)).mappings()]


def events(door: Door) -> list[str]:
    with door.database.read() as db:
        return list(db.scalars(select(metadata.tables["audit_event"].c.action)))


@pytest.mark.criterion("OUTBOX-01")
def test_a_message_is_delivered_and_its_content_erased(door: Door, post: Post, clock: Clock) -> None:
    door.run(write, TEST, recipient="ada@agency.test", subject="Grüße", text="Ein Link: https://portal.test/ß")

    assert deliver_due(door, holder="me") == 1

    [arrived], [row] = post.arrived, rows(door)
    assert (arrived["To"], arrived["From"]) == ("ada@agency.test", "portal@agency.test")
    assert arrived["Message-ID"] == f"<{row['locator']}@127.0.0.1>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert "https://portal.test/ß" in (arrived.get_payload(decode=True) or b"").decode()  # type: ignore[union-attr]
    assert (row["payload"], row["delivered_at"], row["attempts"]) == (None, clock.now, 1)
    assert deliver_due(door, holder="me") == 0


@pytest.mark.criterion("OUTBOX-01")
def test_nothing_is_queued_where_no_mail_server_is_configured(door: Door) -> None:
    silent = replace(door, ports=Ports())

    silent.run(write, TEST, recipient="ada@agency.test")

    assert rows(door) == []
    assert deliver_due(silent, holder="me") == 0


@pytest.mark.criterion("OUTBOX-02")
def test_a_refusal_for_now_is_tried_again_after_pauses_that_double(door: Door, post: Post, clock: Clock) -> None:
    post.answers["ada@agency.test"] = "451 Try later"
    door.run(write, TEST, recipient="ada@agency.test")
    start, pauses = clock.now, []
    for _ in range(4):
        assert deliver_due(door, holder="me") == 0
        [row] = rows(door)
        pauses.append(row["due_at"] - clock.now)
        clock.now = row["due_at"] - timedelta(seconds=1)
        assert deliver_due(door, holder="me") == 0
        assert rows(door)[0]["attempts"] == row["attempts"]
        clock.forward(seconds=1)

    assert pauses == [timedelta(seconds=each) for each in (30, 60, 120, 240)]
    post.answers.clear()
    assert deliver_due(door, holder="me") == 1
    assert clock.now > start


@pytest.mark.criterion("OUTBOX-03")
def test_after_its_limit_a_message_is_given_up_audited_and_can_be_retried(
    door: Door, post: Post, clock: Clock, agency: Agency
) -> None:
    post.answers["DATA"] = "452 Full"
    door.run(write, TEST, recipient="ada@agency.test")
    for _ in range(outbox.MOST_ATTEMPTS):
        deliver_due(door, holder="me")
        clock.forward(hours=5)

    [row] = rows(door)
    assert row["dead_at"] is not None
    assert events(door) == ["outbox.given_up"]
    [letter] = door.run(outbox.dead_letters, agency.admin()).rows
    assert (letter.locator, letter.attempts) == (row["locator"], outbox.MOST_ATTEMPTS)
    assert "ada" not in letter.last_error

    post.answers.clear()
    door.run(outbox.retry_dead, agency.admin(), locator=row["locator"])
    assert deliver_due(door, holder="me") == 1
    assert events(door) == ["outbox.given_up", "outbox.retried"]
    with pytest.raises(NotFound):
        door.run(outbox.retry_dead, agency.admin(), locator=row["locator"])


@pytest.mark.criterion("OUTBOX-03")
@pytest.mark.parametrize("place", ["ada@agency.test", "DATA"])
def test_a_refusal_for_good_is_given_up_at_once(place: str, door: Door, post: Post) -> None:
    post.answers[place] = "550 ada@agency.test does not live here"
    door.run(write, TEST, recipient="ada@agency.test")

    deliver_due(door, holder="me")

    [row] = rows(door)
    assert row["dead_at"] is not None
    assert row["attempts"] == 1
    assert "550" in row["last_error"]
    assert "ada" not in row["last_error"]


@pytest.mark.criterion("OUTBOX-02")
def test_a_server_that_is_down_is_tried_again(door: Door, clock: Clock, post: Post) -> None:
    down = replace(door, ports=Ports(mailer=SmtpMailer(f"smtp://127.0.0.1:{free_port()}", "portal@agency.test")))
    door.run(write, TEST, recipient="ada@agency.test")

    assert deliver_due(down, holder="me") == 0

    assert rows(door)[0]["last_error"] == "The mail server cannot be reached."
    clock.forward(seconds=30)
    assert deliver_due(door, holder="me") == 1


@pytest.mark.criterion("OUTBOX-04")
def test_messages_of_one_record_keep_their_order_and_others_pass(door: Door, post: Post, clock: Clock) -> None:
    post.answers["ada@agency.test"] = "451 Try later"
    for subject in ("first", "second"):
        door.run(write, TEST, recipient="ada@agency.test", subject=subject)
    door.run(write, TEST, recipient="bo@agency.test")

    assert deliver_due(door, holder="me") == 1
    assert post.recipients() == ["bo@agency.test"]
    assert [row["attempts"] for row in rows(door)] == [1, 0, 1]

    post.answers.clear()
    clock.forward(seconds=30)
    assert deliver_due(door, holder="me") == 2
    assert [each["Subject"] for each in post.arrived[1:]] == ["first", "second"]


@pytest.mark.criterion("OUTBOX-05")
def test_a_claimed_message_is_nobody_elses_until_the_claim_runs_out(door: Door, clock: Clock, post: Post) -> None:
    door.run(write, TEST, recipient="ada@agency.test")
    claimed = door.run(outbox.claim, ACTOR, topics=["mail"], holder="me")
    assert claimed is not None
    assert door.run(outbox.claim, ACTOR, topics=["mail"], holder="other") is None

    clock.forward(seconds=181)
    again = door.run(outbox.claim, ACTOR, topics=["mail"], holder="other")

    assert again is not None
    assert (again.locator, again.attempts) == (claimed.locator, 2)
    # The one who was late has no say any more.
    door.run(outbox.failed, ACTOR, message=claimed, error="late", for_good=True)
    assert rows(door)[0]["dead_at"] is None


@pytest.mark.criterion("OUTBOX-05")
def test_a_message_on_which_every_process_dies_is_given_up(door: Door, clock: Clock, post: Post) -> None:
    door.run(write, TEST, recipient="ada@agency.test")
    for _ in range(outbox.MOST_ATTEMPTS):
        assert door.run(outbox.claim, ACTOR, topics=["mail"], holder="me") is not None
        clock.forward(seconds=181)

    assert door.run(outbox.claim, ACTOR, topics=["mail"], holder="me") is None
    assert rows(door)[0]["dead_at"] == clock.now


@pytest.mark.criterion("OUTBOX-12")
@pytest.mark.parametrize("left", [True, False], ids=["left", "failed"])
def test_what_becomes_of_one_that_was_taken_out_is_told_of_no_other(door: Door, clock: Clock, left: bool) -> None:
    """A database may give its number again."""
    door.run(write, TEST, recipient="ada@agency.test")
    claimed = door.run(outbox.claim, ACTOR, topics=["mail"], holder="me")
    assert claimed is not None
    with door.database.write() as db:
        tx = Tx(db, TEST, clock.now, door.settings, door.ports)
        outbox.take_out(tx, rows(door)[0]["record_key"])
        mail.send(tx, recipient="ada@agency.test", subject="Newer", text="x")
        db.execute(OUTBOX.update().values(id=claimed.id, attempts=claimed.attempts))
    if left:
        door.run(outbox.delivered, ACTOR, message=claimed)
    else:
        door.run(outbox.failed, ACTOR, message=claimed, error="late", for_good=True)
    [row] = rows(door)
    assert (row["delivered_at"], row["dead_at"], row["payload"] is None) == (None, None, False)


@pytest.mark.criterion("OUTBOX-12")
def test_what_was_delivered_or_given_up_is_not_taken_out(door: Door, post: Post) -> None:
    door.run(write, TEST, recipient="ada@agency.test")
    deliver_due(door, holder="me")
    post.answers["DATA"] = "550 No"
    door.run(write, TEST, recipient="ada@agency.test")
    deliver_due(door, holder="me")
    door.run(write, TEST, recipient="ada@agency.test")
    door.run(write, TEST, recipient="bo@agency.test")
    with door.database.write() as db:
        outbox.take_out(Tx(db, TEST, door.clock(), door.settings, door.ports), rows(door)[0]["record_key"])
    assert [(row["delivered_at"] is None, row["dead_at"] is None) for row in rows(door)] == [
        (False, True),
        (True, False),
        (True, True),
    ]


KILLED_BEFORE_THE_MARK = """
import os, signal, sys
from pathlib import Path
from integrations.mail.smtp import SmtpMailer
from portal_app.database import Database
from portal_app.services import delivery
from portal_app.services.ports import Ports
from tests.world import Clock, make_door

class Dying(SmtpMailer):
    def send(self, mail):
        super().send(mail)
        os.kill(os.getpid(), signal.SIGKILL)

url, port, folder = sys.argv[1:]
ports = Ports(mailer=Dying("smtp://127.0.0.1:" + port, "portal@agency.test"))
delivery.deliver_due(make_door(Database(url), Path(folder), Clock(), ports), holder="dying")
"""


@pytest.mark.criterion("OUTBOX-06")
@pytest.mark.both_databases
def test_a_worker_killed_between_sending_and_marking_sends_again_under_the_same_id(
    door: Door, post: Post, clock: Clock, tmp_path: Path
) -> None:
    door.run(write, TEST, recipient="ada@agency.test")
    url = door.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", KILLED_BEFORE_THE_MARK, url, str(post.port), str(tmp_path)]

    died = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, timeout=60)

    assert died.returncode == -signal.SIGKILL
    assert deliver_due(door, holder="me") == 0
    clock.forward(seconds=181)
    assert deliver_due(door, holder="me") == 1
    first, second = post.arrived
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.criterion("OUTBOX-07")
@pytest.mark.parametrize(
    "url", ["http://mail.test", "smtp://", "mail.test:25", "smtp://user:word@mail.test", "smtp+tls://mail.test"]
)
def test_an_address_that_cannot_be_used_is_refused_at_start(url: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_SMTP_URL"):
        SmtpMailer(url, "portal@agency.test")


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server on this machine shows, and what a client needs to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
    )
    shown = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(
        key, SHA256()
    )
    (folder / "cert.pem").write_bytes(shown.public_bytes(Encoding.PEM))
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(plain)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=str(folder / "cert.pem"))


@pytest.mark.criterion("OUTBOX-07")
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_mail_goes_over_tls_to_a_server_that_is_trusted_and_to_no_other(scheme: str, tmp_path: Path) -> None:
    at_server, at_client = certificate(tmp_path)
    post, direct = Post(), scheme == "smtps"
    given: dict[str, Any] = (
        {"ssl_context": at_server} if direct else {"tls_context": at_server, "require_starttls": True}
    )
    server = Controller(post, hostname="127.0.0.1", port=free_port(), **given)
    server.start()
    try:
        url = f"{scheme}://localhost:{server.port}"
        with pytest.raises(DeliveryFailed, match="not trusted"):
            SmtpMailer(url, "portal@agency.test").send(Mail("<1@x>", "ada@agency.test", "Hello", "x"))
        SmtpMailer(url, "portal@agency.test", at_client).send(Mail("<2@x>", "ada@agency.test", "Hello", "x"))
    finally:
        server.stop()
    assert [each["Message-ID"] for each in post.arrived] == ["<2@x>"]


def test_a_header_cannot_be_smuggled_in(post: Post) -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{post.port}", "portal@agency.test")
    with pytest.raises(DeliveryRefused):
        mailer.send(Mail("<1@x>", "ada@agency.test", "Hello\nBcc: all@agency.test", "x"))
    assert post.arrived == []


@pytest.mark.criterion("OUTBOX-07")
def test_a_server_that_cannot_do_tls_gets_nothing_where_tls_is_asked_for(post: Post) -> None:
    mailer = SmtpMailer(f"smtp+starttls://127.0.0.1:{post.port}", "portal@agency.test")
    with pytest.raises(DeliveryFailed, match="does not offer"):
        mailer.send(Mail("<1@x>", "ada@agency.test", "Hello", "x"))
    assert post.arrived == []
