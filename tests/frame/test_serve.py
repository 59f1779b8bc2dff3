"""`serve`, `web` and `worker` as an operator starts and ends them."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from reflex_base.constants import Env
from reflex_base.environment import environment

from portal_app import serve
from tests import servers
from tests.processes import family, gone_within, lives


def answers_within(seconds: float, url: str) -> bool:
    deadline = time.monotonic() + seconds
    while not (answered := servers.answers(url)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answered


@pytest.fixture
def site(built_front_end: Path, tmp_path: Path) -> Iterator[servers.Site]:
    with servers.portal(tmp_path / "data", "serve") as site:
        yield site


def part(site: servers.Site, name: str) -> int:
    """The process that was started last as that part."""
    return int([line["pid"] for line in site.lines("started") if line["part"] == name][-1])


def test_the_names_that_reflex_keeps_for_itself_still_mean_what_they_say() -> None:
    theirs = {
        environment.REFLEX_SKIP_COMPILE.name: "true",
        environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.name: "true",
        environment.REFLEX_ENV_MODE.name: Env.PROD.value,
    }
    assert theirs == serve.REFLEX_AS_SERVED


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_ends_within_seconds_and_leaves_nothing(site: servers.Site, how: signal.Signals) -> None:
    everybody = family(site.process.pid)
    assert len(everybody) >= 3, "web, its server's worker, and the worker"
    with socket.create_connection(("127.0.0.1", int(site.url.rsplit(":", 1)[1]))):
        started = time.monotonic()
        site.process.send_signal(how)
        assert site.process.wait(10) == 0
        assert time.monotonic() - started < 6
    assert gone_within(1, *everybody)


def test_killed_it_leaves_nothing(site: servers.Site) -> None:
    everybody = family(site.process.pid)
    site.process.kill()
    assert gone_within(8, *everybody)


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_part_that_is_killed_comes_back(site: servers.Site, name: str) -> None:
    first = part(site, name)
    below = family(first)
    os.kill(first, signal.SIGKILL)
    assert gone_within(3, first, *below)
    time.sleep(0.3)
    assert answers_within(15, f"{site.url}/readyz")
    assert part(site, name) != first
    assert lives(part(site, name))


def test_web_alone_ends_with_its_server_s_worker(portal_site: servers.Site) -> None:
    with servers.portal(portal_site.data_dir.with_name("other")) as site:
        (worker,) = family(site.process.pid)
        site.process.kill()
        assert gone_within(3, worker)


def test_a_request_is_a_line_of_json_without_what_was_asked_for(portal_site: servers.Site) -> None:
    with urllib.request.urlopen(f"{portal_site.url}/sign-in?q=harbor-lane-bakery") as response:
        assert response.status == 200
    line = next(line for line in portal_site.lines("request") if line["path"].startswith("/sign-in"))
    assert line.keys() == {"event", "method", "path", "status", "ms", "address", "level", "timestamp"}
    assert (line["method"], line["path"], line["status"], line["address"]) == ("GET", "/sign-in", 200, "127.0.0.1")
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
    loading = (
        "import sys, portal_app.__main__, portal_app.jobs; print([m for m in sys.modules if m.startswith('reflex')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", loading],
        cwd=servers.ROOT,
        env=servers.portal_environment(tmp_path, 1, {}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
