"""How large what is sent may be: a person's particulars fit a thousand times into it. A file may be larger."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024
MOST_BYTES_OF_A_FILE = {"/licenses/imports": 5 * 1024 * 1024}


class Bounded:
    """Ends a request whose body goes on and on, before it is held in memory; also where it does not say its length."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        come = 0
        asked = str(scope.get("path", "")).removeprefix(scope.get("root_path", ""))
        most = MOST_BYTES_OF_A_FILE.get(asked, MOST_BYTES)

        async def counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > most:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self.app(scope, counted, send)
