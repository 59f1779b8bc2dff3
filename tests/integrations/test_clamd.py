"""The scanner's adapter against a daemon that speaks the protocol, and against its faults."""

import socket
from pathlib import Path

import pytest

from integrations.scanner import clamd as adapter
from integrations.scanner.clamd import Clamd
from portal_app.services.media.port import Scanner, ScannerAway
from portal_app.settings import SettingsError, load_settings
from tests.clamd import EICAR, NAME, clamd


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"%PDF-1.7 " + b"x" * 200_000)
    return path


@pytest.mark.criterion("DOCS-10")
@pytest.mark.parametrize("local", [False, True], ids=["network", "local"])
def test_a_file_goes_there_whole_and_the_answer_is_understood(tmp_path: Path, file: Path, *, local: bool) -> None:
    with clamd(tmp_path / "clamd.ctl" if local else 0) as running:
        scanner: Scanner = Clamd(running.url)
        scanner.ping()
        assert scanner.scan(file) == ""
        assert running.how.seen == [file.read_bytes()]
        file.write_bytes(b"%PDF-1.7 " + EICAR)
        assert scanner.scan(file) == NAME


@pytest.mark.criterion("DOCS-11")
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"waits": 1.0}, adapter.SILENT),
        ({"most": 100_000}, adapter.TOO_LARGE),
        ({"says": b"stream: Can't allocate memory ERROR\0"}, "could not look through"),
        ({"says": b"stream: OK, mostly\0"}, "could not look through"),
        ({"says": b"stream: O"}, "broke off"),
        ({"breaks_off": True}, "broke off|cannot be reached"),
    ],
    ids=["slow", "too-large", "error", "nonsense", "half", "broken-off"],
)
def test_whatever_is_no_clear_answer_is_none(file: Path, given: dict[str, object], sentence: str) -> None:
    with clamd() as running:
        for name, value in given.items():
            setattr(running.how, name, value)
        with pytest.raises(ScannerAway, match=sentence):
            Clamd(running.url, seconds=0.2).scan(file)


@pytest.mark.criterion("DOCS-11")
def test_one_that_is_down_is_told(tmp_path: Path, file: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        for each in (url, f"unix://{tmp_path / 'nobody.ctl'}"):
            with pytest.raises(ScannerAway, match="cannot be reached"):
                Clamd(each).scan(file)


@pytest.mark.criterion("DOCS-10")
@pytest.mark.parametrize("url", ["http://127.0.0.1:3310", "tcp://", "unix://", "unix://host/path", "127.0.0.1:3310"])
def test_an_address_that_is_none_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_CLAMD_URL"):
        load_settings({"PORTAL_CLAMD_URL": url})
