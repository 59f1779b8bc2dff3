"""How large what is sent may be: a person's particulars fit a thousand times into it. A file may be larger."""

import re
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_app.services.configuration.versions import LONGEST as MOST_CHARACTERS
from portal_app.services.media.files import MOST_BYTES as MOST_FILE_BYTES

MOST_BYTES = 64 * 1024
# Files are not held in memory: whoever takes one in writes it down while it arrives.
FILES = re.compile(r".*/media(/[^/]+/versions)?|.*/submissions/[^/]+/documents")
# A file of the national producer database, read whole.
IMPORTS = re.compile(r".*/licenses/imports")
MOST_IMPORTED_BYTES = 5 * 1024 * 1024
# A configuration: text inside of JSON, which may take six bytes for a character.
CONFIGURATIONS = re.compile(r".*/configurations/[^/]+(/check)?")
MOST_CONFIGURED_BYTES = 6 * MOST_CHARACTERS + 64 * 1024

# The answers of a submission: a fleet, or a hundred buildings.
ANSWERS = re.compile(r".*/(intake-forms/[^/]+/check|submissions/[^/]+/answers(/[^/]+)?)")
MOST_ANSWERED_BYTES = 2 * 1024 * 1024


class Bounded:
    """Ends a request whose body goes on and on, before it is held in memory; also where it does not say its length."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        come, most = 0, _most(scope.get("path", ""))

        async def counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > most:
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is too large: {_told(most)} at most."
                )
            return message

        await self.app(scope, counted, send)


def _told(most: int) -> str:
    return f"{most // 1024**2} MB" if most >= 1024**2 else f"{most // 1024} KB"


def _most(path: str) -> int:
    if FILES.fullmatch(path):
        return MOST_FILE_BYTES
    if ANSWERS.fullmatch(path):
        return MOST_ANSWERED_BYTES
    if CONFIGURATIONS.fullmatch(path):
        return MOST_CONFIGURED_BYTES
    return MOST_IMPORTED_BYTES if IMPORTS.fullmatch(path) else MOST_BYTES
