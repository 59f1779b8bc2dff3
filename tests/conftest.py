"""What all tests share: a closed network, real servers, a real browser; and on CI no test is passed over."""

import asyncio
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from portal_app import frontend, logs
from tests import network, servers, turns
from tests.world import Clock

pytest_plugins = ("tests.databases",)
# Where a single test may take half a minute.
LONG = ("tests/browser/", "tests/faults/", "tests/jobs/", "tests/bench/", "tests/routes/api/test_description.py")
CI = os.environ.get("CI") == "true"
EVERY_CASE = os.environ.get("EVERY_CASE") == "1"

network.close()
# As in production, and not in colours: drawing one traceback would take seconds.
logs.configure("info")
hypothesis.settings.register_profile("portal", database=None, deadline=None, print_blob=True)
hypothesis.settings.load_profile("portal")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whole files are handed out in this order: the long ones first, so that no process is left alone with one."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    if not EVERY_CASE:
        left_out = turns.left_out(items)
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_collection_finish() -> None:
    """What was imported stays to the end: looking for garbage in it would take a tenth of the time of all tests."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Function) -> Any:
    """Playwright's loop counts as running between its calls too, and would keep other tests from running theirs."""
    running = asyncio._get_running_loop()
    if running is None or "playwright" in item.fixturenames:
        return (yield)
    asyncio._set_running_loop(None)
    try:
        return (yield)
    finally:
        asyncio._set_running_loop(running)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Any:
    return _not_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Any:
    return _not_skipped((yield))


def _not_skipped(report: Any) -> Any:
    if CI and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"On CI nothing may be skipped. {reason}"
    return report


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def sftp_server() -> Iterator[servers.SftpServer]:
    with servers.sshd() as server:
        yield server


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | {"executable_path": servers.chromium(), "args": servers.CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {
        "locale": "en-US",
        "timezone_id": "America/New_York",
        "viewport": {"width": 1440, "height": 900},
    }


@pytest.fixture(scope="session")
def built_front_end() -> Path:
    """The folder of the browser's files, built when something changed."""
    frontend.ensure_built()
    return frontend.ROOT / frontend.SERVED / "build/client"


@pytest.fixture(scope="session")
def portal_site(built_front_end: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Site]:
    """The web process alone on an empty agency. `servers.portal` starts others: with a worker, a demo, PostgreSQL."""
    with servers.portal(tmp_path_factory.mktemp("portal")) as site:
        yield site
