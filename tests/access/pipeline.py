"""Sends events through Reflex's whole pipeline, guard and all, without HTTP and without a browser."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor

from portal_app.guard.events import SCHEME, SESSION_HEADER
from portal_app.services.identity import sessions


@dataclass
class Answers:
    """What came back over the socket."""

    deltas: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def redirects(self) -> list[str]:
        return [event.payload["path"] for event in self.events if event.name == "_redirect"]

    def holds(self, text: str) -> bool:
        return text in repr(self.deltas)


class Socket:
    """One tab of somebody with this session cookie, or of nobody."""

    def __init__(self, processor: BaseStateEventProcessor, token: str | None, path: str, answers: Answers) -> None:
        self.processor, self.path, self.answers = processor, path, answers
        self.headers = {SESSION_HEADER: f"{SCHEME}{sessions.hash_of(token).hex()}"} if token else {}
        self.client = f"tab-{token}"

    async def send(self, name: str, payload: dict[str, Any] | None = None, seconds: float = 20) -> Answers:
        """Send one event and wait until everything that it caused is done. Returns what this event brought alone."""
        before = len(self.answers.deltas), len(self.answers.events), len(self.answers.errors)
        data = {"pathname": self.path, "asPath": self.path, "query": {}, "sid": "sid", "token": self.client}
        event = Event(
            name=name, payload=payload or {}, router_data=data | {"headers": dict(self.headers), "ip": "192.0.2.1"}
        )
        sent = await self.processor.enqueue(self.client, event)
        # An unknown handler never answers; whatever an error is, the test looks at what reached the client.
        with contextlib.suppress(Exception):
            await asyncio.wait_for(sent.wait_all(), seconds)
        deltas, events, errors = before
        return Answers(self.answers.deltas[deltas:], self.answers.events[events:], self.answers.errors[errors:])


@contextlib.asynccontextmanager
async def tab(app: rx.App, token: str | None, path: str = "/sign-in") -> AsyncIterator[Socket]:
    answers = Answers()

    class Namespace:
        async def emit_update(self, update: Any, token: str) -> None:
            answers.deltas.extend([update.delta] if update.delta else [])
            answers.events.extend(update.events)

    def failed(exception: Exception) -> None:
        answers.errors.append(exception)

    processor = BaseStateEventProcessor(middleware=app, backend_exception_handler=failed)
    processor.configure(state_manager=StateManagerMemory(), event_namespace=Namespace())  # type: ignore[arg-type]
    await processor.start()
    try:
        yield Socket(processor, token, path, answers)
    finally:
        await processor.stop()
