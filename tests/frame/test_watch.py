"""Processes are kept alive, ended together, and never left behind: on real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from tests.processes import deaf_within, family, gone_within, lives
from tests.servers import ROOT

PATIENT = "import time; time.sleep(60)"
# Starts a child of its own, as a web server with workers does.
WITH_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {PATIENT!r}])"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {PATIENT}"
# Says that it was asked to end, and does not.
STUBBORN = f"""
import signal
signal.signal(signal.SIGTERM, lambda *_: logs.log.info("asked", part="part0"))
logs.log.info("ready", part="part0")
{PATIENT}
"""
WATCHING = """
import sys
from portal_app import logs
from portal_app.watch import Part, Watch
logs.configure("info")
def doing(text):
    def run():
        exec(text)
        return 0
    return run
parts = [Part(f"part{n}", doing(text)) for n, text in enumerate(sys.argv[1:])]
sys.exit(Watch(parts, stop_seconds=1.0, lived=0.5, first_pause=0.05, longest_pause=0.2).run())
"""


class Watched:
    """A watch in a process of its own, and what it said."""

    def __init__(self, *texts: str) -> None:
        command = [sys.executable, "-c", WATCHING, *texts]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.said: list[dict[str, object]] = []
        self.waiting: list[dict[str, object]] = []

    def hears(self, event: str, part: str = "part0") -> dict[str, object]:
        """The next line of that event about that part. What a part says may come before the watch has told of it."""
        for line in self.lines():
            if line["event"] == event and line.get("part") == part:
                self.waiting.remove(line)
                return line
        pytest.fail(f"no {event} of {part}: {self.said}")

    def lines(self) -> Iterator[dict[str, object]]:
        """What nobody waited for yet, and then what comes."""
        yield from list(self.waiting)
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(json.loads(line))
            self.waiting.append(self.said[-1])
            yield self.said[-1]

    def pids(self, count: int) -> list[int]:
        return [int(str(self.hears("started", f"part{n}")["pid"])) for n in range(count)]


@pytest.fixture
def watched() -> Iterator[Callable[..., Watched]]:
    made: list[Watched] = []

    def make(*texts: str) -> Watched:
        made.append(Watched(*texts))
        return made[-1]

    yield make
    for each in made:
        each.process.kill()
        each.process.wait()
        assert each.process.stderr is not None
        each.process.stderr.close()


def child_of(pid: int) -> int:
    deadline = time.monotonic() + 5
    while not (found := family(pid)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found[0]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_ends_all_parts(watched: Callable[..., Watched], how: signal.Signals) -> None:
    watch = watched(PATIENT, PATIENT)
    pids = watch.pids(2)
    started = time.monotonic()
    watch.process.send_signal(how)
    assert watch.process.wait(5) == 0
    assert time.monotonic() - started < 0.9
    assert not any(lives(pid) for pid in pids)


def test_a_part_that_will_not_end_is_killed(watched: Callable[..., Watched]) -> None:
    watch = watched(DEAF)
    (pid,) = watch.pids(1)
    assert deaf_within(10, pid, signal.SIGTERM)
    started = time.monotonic()
    watch.process.terminate()
    assert watch.process.wait(5) == 0
    assert 0.9 < time.monotonic() - started < 3
    assert not lives(pid)


def test_told_twice_it_does_not_wait(watched: Callable[..., Watched]) -> None:
    watch = watched(STUBBORN)
    (pid,) = watch.pids(1)
    watch.hears("ready")
    started = time.monotonic()
    watch.process.terminate()
    watch.hears("asked")
    watch.process.terminate()
    assert watch.process.wait(5) == 0
    assert time.monotonic() - started < 0.9
    assert not lives(pid)


def test_a_part_that_died_is_started_again_with_nothing_left_of_the_first(watched: Callable[..., Watched]) -> None:
    watch = watched(WITH_A_CHILD, PATIENT)
    first, other = watch.pids(2)
    child = child_of(first)
    os.kill(first, signal.SIGKILL)
    died = watch.hears("died")
    assert (died["pid"], died["code"]) == (first, -signal.SIGKILL)
    second = int(str(watch.hears("started")["pid"]))
    assert lives(second)
    assert lives(other)
    assert gone_within(2, child)


def test_a_part_that_dies_again_and_again_is_given_up_and_everything_ends(watched: Callable[..., Watched]) -> None:
    watch = watched("raise SystemExit(3)", PATIENT)
    _, other = watch.pids(2)
    assert watch.hears("given up")["deaths"] == 5
    assert watch.process.wait(5) == 1
    assert not lives(other)
    pauses = [each["again_in"] for each in watch.said if each["event"] == "died"]
    assert pauses == [0.05, 0.1, 0.2, 0.2, 0.2]


@pytest.mark.parametrize(
    ("text", "code"),
    [("raise SystemExit(3)", 3), ("1 / 0", 1), ("pass", 0), ("import sys; sys.exit('a sentence')", 1)],
)
def test_how_a_part_ended_is_told(watched: Callable[..., Watched], text: str, code: int) -> None:
    assert watched(text).hears("died")["code"] == code


def test_nothing_is_left_when_the_watch_itself_is_killed(watched: Callable[..., Watched]) -> None:
    watch = watched(PATIENT, PATIENT)
    pids = watch.pids(2)
    watch.process.kill()
    assert gone_within(2, *pids)
