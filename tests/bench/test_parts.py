"""Each part of the measurements runs, on next to nothing; what it takes is nobody's business here."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench import __main__ as program
from bench import empty, events, intake, ledger, sign_ins, start, submissions, uploads, wizard
from bench.table import Line, show
from portal_app import frontend
from tests import servers


def judged(lines: Sequence[Line]) -> list[str]:
    """The findings that have a goal."""
    return [line.what.strip() for line in lines if line.met is not None]


@pytest.fixture
def empty_app(built_front_end: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty app with the portal's own files: to build its own would take longer than everything else here."""
    folder = empty.written(tmp_path / "empty")
    (folder / frontend.SERVED).symlink_to(built_front_end.parents[1])
    monkeypatch.setattr(empty, "built", lambda: folder)
    return folder


def test_events(built_front_end: Path) -> None:
    found = events.measure(events.Size(rounds=1, events=20, clients=5, seconds=1.2))
    assert judged(found) == ["guard and session : empty app", "5 clients : one"]


def test_uploads() -> None:
    found = uploads.measure(uploads.Size(bytes=200_000, rounds=1))
    assert judged(found) == [": the bare write"]


def test_ledger() -> None:
    found = ledger.measure(ledger.Size(transactions=7, producers=30, rounds=2))
    assert judged(found) == [": the bare query"] * 5


def test_intake() -> None:
    found = intake.measure(intake.Size(rows=3, rounds=2))
    rows = ": the rows of the draft"
    assert judged(found) == [rows, f"{rows}, first of all", ": reading each value once"] * 2


def test_submissions() -> None:
    found = submissions.measure(submissions.Size(submissions=40, rounds=1))
    assert judged(found) == [": the bare query"] * 4


def test_wizard(built_front_end: Path) -> None:
    found = wizard.measure(wizard.Size(rows=2, rounds=1))
    assert judged(found) == [": an event that reads nothing"] * 4


def test_sign_ins() -> None:
    found = sign_ins.measure(sign_ins.Size(rounds=1, checks=2, people=3))
    assert len(judged(found)) == 1


@pytest.mark.timeout(240)
def test_start(empty_app: Path) -> None:
    assert judged(start.measure(rounds=1)) == ["agency : empty app", "demo : empty app"]


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_weight(empty_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "PAGES", dict(list(start.PAGES.items())[:2]))
    found = start.weigh()
    pages = [*start.PAGES, "policy", "account"]
    assert judged(found) == [f"{page} : blank page" for page in pages]
    assert all("in 0 requests" not in line.found for line in found)


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("part", "smallness", "says"),
    [
        ("search", ["--policies", "1500", "--queries", "4"], r"totals unlike the plain scan's +0 of 20\b"),
        ("downline", ["--policies", "1500", "--queries", "2"], r"totals unlike the plain scan's +0 of 8\b"),
        ("feed", ["--policies", "200"], "unchanged : floor"),
    ],
)
def test_programs(part: str, smallness: list[str], says: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{part}", *smallness],
        cwd=servers.ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert re.search(says, done.stdout), done.stdout


def test_a_part_that_fails_does_not_stop_the_next(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        pytest.skip("chromium is missing")

    monkeypatch.setattr(
        program, "PARTS", {"one": fails, "two": lambda: show("Two", [Line("ratio", "1.5", "≤ 2", met=True)])}
    )
    assert program.main([]) == 1
    told = capsys.readouterr()
    assert "one did not come to an end" in told.err
    assert "ratio  1.5  ≤ 2          met" in told.out
    assert program.main(["two"]) == 0
    assert program.main(["three"]) == 2
