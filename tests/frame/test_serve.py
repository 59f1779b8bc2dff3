"""`serve`, `web` and `worker` as an operator starts and ends them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from reflex_base.constants import Env
from reflex_base.environment import environment

from portal_app import serve
from tests import servers
from tests.processes import family, gone_within, lives


@pytest.fixture(scope="module")
def lasting_site(built_front_end: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Site]:
    with servers.portal(tmp_path_factory.mktemp("lasting") / "data", "serve") as site:
        yield site


@pytest.fixture
def site(built_front_end: Path, tmp_path: Path) -> Iterator[servers.Site]:
    """One that a test may end."""
    with servers.portal(tmp_path / "data", "serve") as site:
        yield site


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not (so := happened()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return so


def started(site: servers.Site, part: str) -> list[int]:
    """The processes that were that part, the newest last."""
    return [int(line["pid"]) for line in site.lines("started") if line["part"] == part]


def test_the_names_that_reflex_keeps_for_itself_still_mean_what_they_say() -> None:
    theirs = {
        environment.REFLEX_SKIP_COMPILE.name: "true",
        environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.name: "true",
        environment.REFLEX_ENV_MODE.name: Env.PROD.value,
    }
    assert theirs == serve.REFLEX_AS_SERVED


def test_told_to_end_it_ends_within_seconds_and_leaves_nothing(site: servers.Site) -> None:
    everybody = family(site.process.pid)
    assert len(everybody) >= 3, "web, its server's worker, and the worker"
    with socket.create_connection(("127.0.0.1", int(site.url.rsplit(":", 1)[1]))):
        asked = time.monotonic()
        site.process.terminate()
        assert site.process.wait(15) == 0
        assert time.monotonic() - asked < serve.STOP_SECONDS + 1
    assert gone_within(1, *everybody)


def test_killed_it_leaves_nothing(site: servers.Site) -> None:
    everybody = family(site.process.pid)
    site.process.kill()
    assert gone_within(serve.STOP_SECONDS + 1, *everybody)


@pytest.mark.parametrize("part", ["web", "worker"])
def test_a_part_that_is_killed_comes_back(lasting_site: servers.Site, part: str) -> None:
    before = started(lasting_site, part)
    below = family(before[-1])
    os.kill(before[-1], signal.SIGKILL)
    assert gone_within(3, before[-1], *below)
    assert within(10, lambda: len(started(lasting_site, part)) > len(before))
    assert within(30, lambda: servers.answers(f"{lasting_site.url}/readyz"))
    assert lives(started(lasting_site, part)[-1])


def test_web_alone_ends_with_its_server_s_worker(portal_site: servers.Site) -> None:
    with servers.portal(portal_site.data_dir.with_name("other")) as site:
        (worker,) = family(site.process.pid)
        site.process.kill()
        assert gone_within(3, worker)


def test_a_request_is_a_line_of_json_without_what_was_asked_for(portal_site: servers.Site) -> None:
    assert servers.answers(f"{portal_site.url}/healthz?q=harbor-lane-bakery")
    line = next(line for line in reversed(portal_site.lines("request")) if "/healthz" in line["path"])
    assert line.keys() == {"event", "method", "path", "status", "ms", "address", "level", "timestamp"}
    assert (line["method"], line["path"], line["status"], line["address"]) == ("GET", "/healthz", 200, "127.0.0.1")
    assert "harbor-lane-bakery" not in portal_site.log.read_text()


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_taken_port_is_said_in_a_sentence(built_front_end: Path, tmp_path: Path, command: str) -> None:
    with socket.socket() as taken:
        # As another web server would hold it: sharing the port is then possible, and would go unnoticed.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "portal_app", command],
            cwd=servers.ROOT,
            env=servers.portal_environment(tmp_path, port, {}),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1, port {port}: Address already in use." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_worker_and_the_command_line_do_without_reflex(tmp_path: Path) -> None:
    modules = "portal_app.__main__, portal_app.jobs.worker"
    loading = f"import sys, {modules}; print([name for name in sys.modules if name.startswith('reflex')])"
    done = subprocess.run(
        [sys.executable, "-c", loading],
        cwd=servers.ROOT,
        env=servers.portal_environment(tmp_path, 1, {}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.criterion("RUN-05")
def test_what_it_writes_is_for_its_owner_alone(built_front_end: Path, tmp_path: Path) -> None:
    """Also in a folder that was there before and that others may enter."""
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    before = os.umask(0o022)
    try:
        with servers.portal(data, "serve"):
            found = {path.relative_to(data).as_posix(): path.stat().st_mode & 0o777 for path in data.rglob("*")}
    finally:
        os.umask(before)
    assert "portal.db" in found
    assert any(name.startswith("keys/") for name in found)
    assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {}
