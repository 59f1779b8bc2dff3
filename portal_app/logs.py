"""JSON lines on standard error, each with the id of the request or event that it belongs to."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

log: Any = structlog.get_logger()


def configure(level: str) -> None:
    """Send the product's and the libraries' records through one JSON renderer. Error objects become their type and
    place, never their text:
    the text of a database error may repeat a row."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_text_of_errors,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _without_events],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # These bring handlers of their own, whose lines hold what was sent.
    for loud in ("engineio", "engineio.server", "socketio", "socketio.server"):
        logging.getLogger(loud).handlers = []
        logging.getLogger(loud).propagate = True
    # The last two would tell every address that is asked, and some of those are secrets.
    for chatty in ("alembic", "apscheduler", "httpx2", "httpcore2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _without_text_of_errors(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given is True else None
    if isinstance(given, tuple):
        error = given[1]
    if error is not None:
        event["error"] = type(error).__qualname__
        event["at"] = _places(error)
    return event


def _without_events(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Reflex and its socket repeat whole events, with what people typed, in their own lines: of those only the place is
    kept."""
    record = event.get("_record")
    if record is not None and record.name.startswith(("reflex", "engineio", "socketio", "asyncio")):
        event["event"] = f"{record.name}.{record.funcName}"
        event["line"] = record.lineno
    return event


def _places(error: BaseException) -> list[str]:
    places = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return places[-12:]
