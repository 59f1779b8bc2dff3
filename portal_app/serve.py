"""Starts the web process and the worker, watches both, and ends both."""

import gc
import importlib
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

from portal_app import logs
from portal_app.settings import Settings
from portal_app.watch import Part, Watch, end_with_parent

APPLICATION = "portal_app.portal_app:app"

# Reflex keeps these names for itself. They mean: do not compile, serve the built files, as in production.
REFLEX_AS_SERVED = {
    "__REFLEX_SKIP_COMPILE": "true",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    "REFLEX_ENV_MODE": "prod",
}

# Open sockets hold up a server that ends, so it is given this long and is then killed.
WEB_STOP_SECONDS = 4
STOP_SECONDS = WEB_STOP_SECONDS + 3.0


def serve(settings: Settings) -> int:
    """Run web and worker until SIGTERM or SIGINT.

    Returns the exit code: 0 when told to end, 1 when it could not start or a part could not be kept alive.
    """
    logs.configure(settings.log_level)
    parts = [Part("web", partial(web, settings)), Part("worker", partial(worker, settings))]
    return Watch(parts, STOP_SECONDS).run()


def web(settings: Settings) -> int:
    """Run the web process alone until SIGTERM or SIGINT. Returns the exit code."""
    logs.configure(settings.log_level)
    if problem := cannot_serve(settings):
        sys.stderr.write(f"{problem}\n")
        return 1
    os.environ.update(environment_of(settings) | reflex_environment(settings))
    from granian.constants import Interfaces
    from granian.server import Server

    Server(
        APPLICATION,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        workers_kill_timeout=WEB_STOP_SECONDS,
        respawn_failed_workers=True,
        log_access=True,
        log_dictconfig=_GRANIAN_LOGGING,
    ).serve(target_loader=partial(_load_application, os.getpid()), wrap_loader=False)
    return 0


def worker(settings: Settings) -> int:
    """Run the worker alone until SIGTERM or SIGINT. Returns the exit code."""
    os.environ.update(environment_of(settings))
    from portal_app.bootstrap import open_portal
    from portal_app.jobs.worker import main

    door = open_portal(settings)
    try:
        return main(door)
    finally:
        door.close()


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment from which a child reads these same settings."""
    return {
        **os.environ,
        "PORTAL_DATA_DIR": str(settings.data_dir.resolve()),
        "PORTAL_DEMO": "true" if settings.demo else "false",
        "PORTAL_HOST": settings.host,
        "PORTAL_PORT": str(settings.port),
    }


def reflex_environment(settings: Settings) -> dict[str, str]:
    """What Reflex is told by its own variables."""
    told = {
        **REFLEX_AS_SERVED,
        "REFLEX_CORS_ALLOWED_ORIGINS": ",".join(settings.origins),
        # What one event may weigh, in bytes: an intake form as text, or a fleet. Strangers may say less, so that they
        # cannot fill the memory (guard/asgi.py).
        "REFLEX_SOCKET_MAX_HTTP_BUFFER_SIZE": "2097152",
        "REFLEX_TELEMETRY_ENABLED": "false",
    }
    if settings.redis_url:
        told["REFLEX_REDIS_URL"] = settings.redis_url
    return told


class AccessLine(logging.Formatter):
    """A request as a line of JSON, without its query string, which may hold what somebody searched for."""

    def format(self, record: logging.LogRecord) -> str:
        seen = record.args if isinstance(record.args, Mapping) else {}
        line = {
            "event": "request",
            "method": seen.get("method"),
            "path": seen.get("path"),
            "status": seen.get("status"),
            "ms": round(float(str(seen.get("dt_ms", 0))), 1),
            "address": seen.get("addr"),
            "level": "info",
            "timestamp": self.formatTime(record),
        }
        return json.dumps(line)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z"


_GRANIAN_LOGGING: dict[str, Any] = {
    "formatters": {"access": {"()": "portal_app.serve.AccessLine"}},
    "handlers": {"access": {"class": "logging.StreamHandler", "formatter": "access", "stream": "ext://sys.stderr"}},
    "loggers": {
        "_granian": {"handlers": [], "propagate": True},
        "granian.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
    },
}


def _load_application(server: int) -> Callable[..., Any]:
    # A worker whose server was killed would go on listening, beside the next one.
    end_with_parent(server, signal.SIGKILL)
    # What is loaded now stays: looking for garbage in it costs a tenth of the start, and a pause each time later.
    gc.disable()
    module, name = APPLICATION.split(":")
    application = getattr(importlib.import_module(module), name)()
    gc.freeze()
    gc.enable()
    return cast(Callable[..., Any], application)


def cannot_serve(settings: Settings) -> str | None:
    """What keeps the web process from serving here, as a sentence; None where nothing does."""
    if not Path("rxconfig.py").is_file():
        return "Start the portal in its own folder, the one with rxconfig.py."
    if not Path(".web/build/client").is_dir():
        return "The front end is not built yet: run `make front-end` first."
    return _cannot_listen(settings.host, settings.port)


def _cannot_listen(host: str, port: int) -> str | None:
    # The server shares a port with whoever listens there already, and would start without a word: a plain bind tells.
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        reason = error.strerror or str(error)
        return f"Cannot listen on {host}, port {port}: {reason}. Stop what is there, or set PORTAL_PORT to another one."
    return None
