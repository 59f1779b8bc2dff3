"""Who the server is, and who we are to it: the pinned key, the ways to sign in, what is too weak to be used."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import FeedKind, Role, RunState
from portal_app.services.sync import bulk
from tests import servers
from tests.integrations.sftp.agency import Agency, Opening, Portal, expected
from tests.integrations.sftp.faulty import Faulty, faulty
from tests.integrations.sftp.wire import Wire, wire
from tests.world import NOW, add_user

ON_ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SECRET = "Lantern-Secret-77"


@pytest.fixture(scope="module")
def impostor() -> Iterator[Faulty]:
    """Another server, with another key, that takes the password and notes it."""
    with faulty(paramiko.ECDSAKey.generate(), SECRET) as server:
        server.files["clients.csv"] = b"Client,Name,Kind\nC1,Stranger,person\n"
        yield server


@pytest.fixture
def way(agency: Agency) -> Iterator[Wire]:
    with wire(agency.server.port) as way:
        agency.settings["port"] = way.port
        yield way


@pytest.fixture
def people(database: Database) -> None:
    with database.write() as db:
        for role in Role:
            add_user(db, role)
        add_user(db, Role.ADMIN, "gone@agency.test", disabled_at=NOW)


def recipients(portal: Portal) -> list[str]:
    portal.letters.subjects(portal.door)
    return sorted(mail.recipient for mail in portal.letters.sent)


@pytest.mark.criterion("SFTP-08")
def test_a_server_with_another_key_is_told_nothing_and_asked_for_nothing(
    agency: Agency, opening: Opening, way: Wire, impostor: Faulty
) -> None:
    agency.clients([1], hour=1)
    portal = opening(agency)
    portal.sync()
    way.target = impostor.port
    agency.settings |= {"key_file": None, "password": SECRET}

    portal = opening(agency)
    runs = portal.sync()

    shown = paramiko.PKey.from_type_string(impostor.key.get_name(), impostor.key.asbytes()).fingerprint
    pinned = subprocess.run(
        ["ssh-keygen", "-lf", agency.server.host_key], check=True, capture_output=True, text=True
    ).stdout.split()[1]
    assert {run.state for run in runs.values()} == {RunState.FAILED}
    assert len({run.message for run in runs.values()}) == 1
    assert f"Pinned: {pinned}. Shown: {shown}." in runs["clients"].message
    assert impostor.passwords == []
    assert portal.clients() == expected([1])
    assert way.connections == 2


@pytest.mark.criterion("SFTP-08")
def test_a_key_that_changes_while_a_file_is_fetched_stops_the_next_run(
    agency: Agency, opening: Opening, way: Wire, impostor: Faulty
) -> None:
    path = agency.clients(range(20_000))
    portal = opening(agency)
    way.cut_after = path.stat().st_size // 2
    assert "broke off" in portal.sync()["clients"].message
    way.target = impostor.port

    run = portal.sync()["clients"]

    assert "shows another host key" in run.message
    assert (portal.clients(), portal.here()) == ({}, [])


@pytest.mark.criterion("SFTP-08")
def test_what_lies_here_is_not_taken_in_either_once_the_key_is_another(
    agency: Agency, opening: Opening, way: Wire, impostor: Faulty
) -> None:
    agency.clients([1])
    portal = opening(agency)
    with portal.door.ports.feeds["agency"].session(lambda: None) as at_work:
        assert len(at_work.batches(FeedKind.CLIENTS)) == 1
    way.target = impostor.port

    portal.sync()

    assert portal.clients() == {}


@pytest.mark.criterion("SFTP-09")
def test_principals_and_administrators_are_told_once_until_it_is_settled(
    people: None, agency: Agency, opening: Opening, way: Wire, impostor: Faulty, database: Database
) -> None:
    agency.clients([1])
    agency.commissions(["1.00"])
    portal = opening(agency)
    portal.sync()
    assert recipients(portal) == []
    way.target = impostor.port

    for _ in range(3):
        portal.sync()

    told = ["admin@agency.test", "principal@agency.test"]
    assert recipients(portal) == told
    [first, _] = portal.letters.sent
    assert "agency" in first.subject
    assert "shows another host key than the pinned one" in first.text
    assert "http://127.0.0.1:8000/admin/integrations" in first.text
    way.target = None
    agency.settings["connect_seconds"] = 0.3
    away = opening(agency)
    away.sync()
    way.target = impostor.port
    away.sync()
    assert recipients(away) == [], "that it was away for a while settles nothing"
    way.target = agency.server.port
    assert portal.sync()["clients"].state is RunState.SUCCEEDED
    way.target = impostor.port
    portal.sync()
    assert recipients(portal) == sorted(told * 2)
    with database.read() as db:
        events = db.scalars(select(AuditEvent).where(AuditEvent.action == "feed.alarm")).all()  # type: ignore[arg-type]
        assert [event.subject for event in events] == ["agency"] * 2
        states = db.execute(select(bulk.SYNC_RUN.c.state, bulk.SYNC_RUN.c.alarm)).all()
    assert {state for state, alarm in states if alarm} == {RunState.FAILED}


@pytest.mark.criterion("SFTP-09")
def test_a_third_key_is_news_again(people: None, agency: Agency, opening: Opening, way: Wire, impostor: Faulty) -> None:
    portal = opening(agency)
    way.target = impostor.port
    portal.sync()
    with faulty(paramiko.RSAKey.generate(2048)) as other:
        way.target = other.port
        portal.sync()
    assert len(recipients(portal)) == 4


@ON_ONE_DATABASE
@pytest.mark.criterion("SFTP-10")
def test_a_key_locked_by_a_passphrase_signs_in(agency: Agency, opening: Opening, tmp_path: Path) -> None:
    agency.clients([1])
    locked = tmp_path / "key"
    locked.write_bytes(agency.server.key.read_bytes())
    locked.chmod(0o600)
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", SECRET, "-f", locked], check=True)
    (tmp_path / "phrase").write_text(f"{SECRET}\n")
    agency.settings |= {"key_file": "key", "passphrase_file": "phrase"}
    portal = opening(agency)

    assert portal.sync()["clients"].state is RunState.SUCCEEDED
    assert portal.clients() == expected([1])


@ON_ONE_DATABASE
@pytest.mark.criterion("SFTP-10")
@pytest.mark.parametrize("right", [True, False])
def test_a_password_out_of_a_file_signs_in_where_it_is_right(
    right: bool,
    agency: Agency,
    opening: Opening,
    impostor: Faulty,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    (tmp_path / "password").write_text(SECRET if right else "guessed")
    agency.settings |= {"port": impostor.port, "host_key": impostor.host_key, "folder": ".", "user": "portal"}
    agency.settings |= {"key_file": None, "password_file": "password"}
    portal = opening(agency)

    run = portal.sync()["clients"]

    assert run.state is (RunState.SUCCEEDED if right else RunState.FAILED)
    assert right or run.message == "127.0.0.1 refused the password of portal."
    assert portal.clients() == ({"C1": "Stranger"} if right else {})
    assert (tmp_path / "password").read_text() not in caplog.text + repr(portal.door)


@ON_ONE_DATABASE
@pytest.mark.criterion("SFTP-10")
def test_what_sshd_refuses_is_told_without_the_secret(agency: Agency, opening: Opening, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", tmp_path / "stranger"], check=True)
    agency.settings["key_file"] = "stranger"
    refused = opening(agency).sync()["clients"]
    agency.settings |= {"key_file": None, "password": SECRET}
    not_taken = opening(agency).sync()["clients"]
    with servers.sshd("PasswordAuthentication yes") as other:
        agency.settings |= {"port": other.port, "host_key": other.host_key.read_text()}
        wrong = opening(agency).sync()["clients"]

    user = agency.server.user
    assert refused.message == f"127.0.0.1 refused the key of {user}."
    assert not_taken.message == f"127.0.0.1 takes no password from {user}; it takes publickey."
    assert wrong.message == f"127.0.0.1 refused the password of {user}."


@ON_ONE_DATABASE
@pytest.mark.criterion("SFTP-10")
def test_a_folder_that_is_not_there_is_named(agency: Agency, opening: Opening) -> None:
    agency.settings["folder"] = "/nowhere"

    run = opening(agency).sync()["clients"]

    assert run.message == "The folder /nowhere on 127.0.0.1 cannot be read (No such file)."


@ON_ONE_DATABASE
@pytest.mark.criterion("SFTP-11")
@pytest.mark.parametrize(
    "weak",
    [
        "Ciphers aes128-cbc,3des-cbc",
        "MACs hmac-sha1\nCiphers aes128-ctr",
        "KexAlgorithms diffie-hellman-group14-sha1",
        "HostKeyAlgorithms ssh-rsa",
    ],
)
def test_what_is_outdated_is_not_spoken(weak: str, agency: Agency, opening: Opening) -> None:
    agency.clients([1])
    with servers.sshd(weak, key_type="rsa") as server:
        agency.settings |= {"port": server.port, "host_key": server.host_key.read_text(), "key_file": str(server.key)}
        run = opening(agency).sync()["clients"]

    assert run.message == f"127.0.0.1:{server.port} knows no way to encrypt that is safe today; ask its operator."


@ON_ONE_DATABASE
@pytest.mark.criterion("SFTP-11")
@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_keys_of_other_types_are_recognised(kind: str, agency: Agency, opening: Opening) -> None:
    agency.clients([1])
    with servers.sshd(key_type=kind) as server:
        agency.settings |= {"port": server.port, "host_key": server.host_key.read_text(), "key_file": str(server.key)}
        portal = opening(agency)
        assert portal.sync()["clients"].state is RunState.SUCCEEDED
    assert portal.clients() == expected([1])
