"""The settings of a feed over SFTP: everything that is wrong stops the start with a sentence, and no secret is told."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from integrations.sftp import credentials
from portal_app import bootstrap
from portal_app.settings import Settings, SettingsError, SftpSettings, load_feeds
from tests.integrations.sftp.agency import Agency
from tests.servers import SftpServer

SECRET = "Lantern-Secret-77"
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJm8sXGjKfp0YNH3TvZ6yNzPq3w9W0bqH4v7T0m3l1kq"


def problems(**given: Any) -> list[str]:
    told = {"host": "files.example.com", "user": "portal", "host_key": ED25519} | given
    with pytest.raises(SettingsError) as refused:
        credentials.read(SftpSettings(**{name: each for name, each in told.items() if each is not None}))
    assert SECRET not in str(refused.value)
    return refused.value.problems


@pytest.mark.criterion("SFTP-01")
def test_without_a_host_key_it_is_told_how_to_get_one_and_that_it_must_be_verified() -> None:
    [problem] = problems(host_key=None, password=SECRET, port=2022)
    assert "`ssh-keyscan -p 2022 files.example.com`" in problem
    assert "hold its fingerprint (ssh-keygen -lf) against the one that the server's operator gives you" in problem


@pytest.mark.criterion("SFTP-01")
@pytest.mark.parametrize(
    "host_key",
    [
        "x",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        ED25519[:50],
        ED25519.replace("ssh-ed25519", "ssh-rsa"),
        "ssh-ed25519 not/base64!",
        f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}",
    ],
)
def test_what_is_no_public_key_is_refused(host_key: str) -> None:
    assert problems(host_key=host_key, password="x") == [
        'sftp.host_key: is not a public key such as "ssh-ed25519 AAAA…".'
    ]


@pytest.mark.criterion("SFTP-01")
def test_keys_that_are_too_weak_are_refused(tmp_path: Path) -> None:
    assert "ssh-dss are not safe" in problems(host_key="ssh-dss AAAAB3NzaC1kc3M=", password="x")[0]
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", tmp_path / "weak"], check=True)
    weak = (tmp_path / "weak.pub").read_text()
    assert problems(host_key=weak, password="x") == ["sftp.host_key: an RSA key needs at least 2048 bits to be safe."]


@pytest.mark.criterion("SFTP-01")
def test_a_line_of_ssh_keyscan_is_read(sftp_server: SftpServer) -> None:
    line = f"[127.0.0.1]:{sftp_server.port} {sftp_server.host_key.read_text()}"
    found = credentials.read(SftpSettings(host="h", user="u", password=SECRET, host_key=line))
    assert found.host_key.get_name() == "ssh-ed25519"


@pytest.mark.criterion("SFTP-01")
def test_there_is_one_way_to_sign_in(tmp_path: Path, sftp_server: SftpServer) -> None:
    key = sftp_server.key
    assert problems() == ["sftp.user: needs one of password, password_file and key_file, and has none."]
    assert problems(password=SECRET, key_file=key) == [
        "sftp.user: needs one of password, password_file and key_file, and has password and key_file."
    ]
    assert problems(password=SECRET, passphrase=SECRET) == ["sftp.passphrase: is for a key_file, and there is none."]
    assert "is given already" in problems(key_file=key, passphrase=SECRET, passphrase_file=tmp_path / "x")[0]
    missing = tmp_path / "missing"
    assert problems(password_file=missing) == [
        f"sftp.password_file: {missing} cannot be read (No such file or directory)."
    ]
    assert problems(key_file=missing) == [f"sftp.key_file: {missing} cannot be read (No such file or directory)."]
    empty = tmp_path / "empty"
    empty.write_text("\n")
    assert problems(password_file=empty) == [f"sftp.password_file: {empty} is empty."]
    empty.write_bytes(b"\xff\xfe\xfd")
    assert problems(password_file=empty) == [f"sftp.password_file: {empty} cannot be read (not UTF-8)."]


@pytest.mark.criterion("SFTP-01")
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_key_is_opened_by_its_passphrase_alone(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", SECRET, "-f", path], check=True)
    found = credentials.read(
        SftpSettings(host="h", user="u", key_file=path, passphrase=SECRET, host_key=ED25519)  # type: ignore[arg-type]
    )
    assert found.key is not None
    assert problems(key_file=path) == [f"sftp.key_file: {path} is locked by a passphrase, and none is given."]
    wrong = problems(key_file=path, passphrase="guess")
    assert wrong == [f"sftp.key_file: {path} cannot be opened with that passphrase as a private key."]
    path.write_text(SECRET)
    assert problems(key_file=path) == [f"sftp.key_file: {path} cannot be opened as a private key."]


@pytest.mark.criterion("SFTP-01")
def test_no_secret_is_in_what_is_shown_of_the_settings() -> None:
    settings = SftpSettings(host="h", user="u", password=SECRET, host_key=ED25519)  # type: ignore[arg-type]
    assert SECRET not in f"{settings!r} {settings} {credentials.read(settings)!r}"


def wrong_file(tmp_path: Path, text: str) -> list[str]:
    feeds = tmp_path / "feeds.toml"
    feeds.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        bootstrap.ports_of(Settings(data_dir=tmp_path, feeds_file=feeds))
    return refused.value.problems


@pytest.mark.criterion("SFTP-01")
def test_a_feed_has_one_place_and_its_patterns_name_no_folder(agency: Agency, tmp_path: Path) -> None:
    text = agency.toml()
    both = text.replace('name = "agency"', 'name = "agency"\nfolder = "x"')
    one = "PORTAL_FEEDS_FILE: feed.0: needs either a folder or [feed.sftp], which says where its files lie."
    assert wrong_file(tmp_path, both) == [one]
    assert wrong_file(tmp_path, '[[feed]]\nname = "agency"\n') == [one]
    assert wrong_file(tmp_path, text.replace("clients*.csv", "out/clients*.csv")) == [
        "feed agency: clients.files: must be a name pattern without a folder; sftp.folder says where the files lie."
    ]
    assert "PORTAL_FEEDS_FILE: feed.0.sftp.port" in wrong_file(tmp_path, text.replace("port = ", "port = 9"))[0]
    (tmp_path / "feeds.toml").write_text(text)
    [feed] = load_feeds(tmp_path / "feeds.toml")
    assert feed.sftp is not None
    assert feed.sftp.key_file == agency.server.key


@pytest.mark.criterion("SFTP-01")
def test_the_command_line_tells_it_and_does_not_start(agency: Agency, tmp_path: Path) -> None:
    agency.settings["host_key"] = ""
    [problem] = wrong_file(tmp_path, agency.toml())
    assert problem.startswith("feed agency: sftp.host_key: needed")
