"""Lines of JSON that say where something failed, and nothing of what people sent or what a row holds."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from portal_app import logs

CANARY = "Canary 123-45-6789"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield lambda: [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    root.handlers = handlers
    root.setLevel(level)


def fail() -> None:
    raise ValueError(CANARY)


@pytest.mark.criterion("DATA-04")
@pytest.mark.parametrize("logger", [logs.log, logging.getLogger("somebody.else")], ids=["ours", "theirs"])
@pytest.mark.parametrize("given", ["the error", "the one at hand", "its three parts"])
def test_an_error_is_told_by_its_kind_and_place_and_never_by_its_text(lines: Lines, logger: Any, given: str) -> None:
    logs.configure("debug")
    try:
        fail()
    except ValueError as error:
        ways = {"the error": error, "the one at hand": True, "its three parts": sys.exc_info()}
        logger.error("failed", exc_info=ways[given])
    (line,) = lines()
    assert (line["event"], line["level"], line["error"]) == ("failed", "error", "ValueError")
    assert line["at"][-1].startswith("test_logs.py:")
    assert line["at"][-1].endswith(" fail")
    assert CANARY not in str(line)


@pytest.mark.criterion("DATA-04")
@pytest.mark.parametrize("name", ["reflex.app", "engineio.server", "socketio.server", "asyncio"])
def test_what_the_framework_says_of_an_event_is_told_by_its_place_alone(lines: Lines, name: str) -> None:
    logs.configure("debug")
    logging.getLogger(name).error("received %s", CANARY)
    (line,) = lines()
    assert line["event"].startswith(f"{name}.")
    assert CANARY not in str(line)


@pytest.mark.criterion("DATA-04")
@pytest.mark.parametrize("name", ["engineio", "engineio.server", "socketio", "socketio.server"])
def test_lines_that_bring_a_way_out_of_their_own_are_taken_from_it(lines: Lines, name: str) -> None:
    logging.getLogger(name).addHandler(logging.StreamHandler(sys.stderr))
    logging.getLogger(name).propagate = False
    logs.configure("debug")
    logging.getLogger(name).error("received %s", CANARY)
    assert len(lines()) == 1


@pytest.mark.criterion("DOOR-03")
def test_every_line_bears_the_id_of_its_request(lines: Lines) -> None:
    logs.configure("debug")
    with structlog.contextvars.bound_contextvars(request_id="the-request"):
        logs.log.info("ours")
        logging.getLogger("somebody.else").info("theirs")
    assert [(line["event"], line["request_id"]) for line in lines()] == [
        ("ours", "the-request"),
        ("theirs", "the-request"),
    ]
