"""The REST API under `/api/v1`: one module per noun, each calling the same services as the pages.

It is loaded when it is first asked for: FastAPI alone takes a tenth of the time of a start, and few agencies ever ask.
"""

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from portal_app.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

PLACE = "/api/v1"


def app(settings: Settings) -> "FastAPI":
    """The routes under `/api/v1`."""
    from portal_app.routes.api import application

    return application.app(settings, PLACE)


def mounted(settings: Settings) -> Mount:
    """The API at its place. A plain mount stops at a line break, and what follows one would be answered by others."""
    mount = Mount(PLACE, WhenAsked(lambda: app(settings)))
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


class WhenAsked:
    """An application that is put together, in a thread, for its first request."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self.make = make
        self.made: ASGIApp | None = None
        self.making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self.making:
            if self.made is None:
                self.made = await asyncio.to_thread(self.make)
            made = self.made
        await made(scope, receive, send)


__all__ = ["app", "mounted"]
