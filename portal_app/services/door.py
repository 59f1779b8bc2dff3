"""The one door into the services: it knows who asks, opens the transaction, commits, and speaks plainly of what went
wrong."""

import asyncio
import contextlib
import contextvars
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy.orm import Session
from tenacity import RetryError, Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from portal_app.database import Database, is_away, is_busy, is_full
from portal_app.logs import log
from portal_app.services import access
from portal_app.services.access import ANONYMOUS, Actor, Requirement
from portal_app.services.errors import Busy, DomainError, Forbidden, NoRoom, Unavailable, Unexpected
from portal_app.services.ports import Ports
from portal_app.services.settings.in_force import in_force
from portal_app.services.topics import Topic, raise_marks
from portal_app.settings import Settings

Params = ParamSpec("Params")
Result = TypeVar("Result")
Clock = Callable[[], datetime]

current_actor: contextvars.ContextVar[Actor] = contextvars.ContextVar("current_actor", default=ANONYMOUS)


@dataclass(frozen=True, slots=True)
class Tx:
    """What every service is given first: the open transaction, who asks, and the time that counts for all of it.
    `configured` is what the environment says; what holds is `settings`."""

    db: Session
    actor: Actor
    now: datetime
    configured: Settings
    ports: Ports
    changed: set[Topic] = field(default_factory=set)

    def changes(self, *topics: Topic) -> None:
        """Open pages that show these topics look again once this transaction is through."""
        self.changed.update(topics)

    @property
    def settings(self) -> Settings:
        """The settings in force, with what the agency set in the app."""
        return in_force(self.db, self.configured)


@dataclass(frozen=True)
class Service:
    """What a service declared of itself."""

    name: str
    writes: bool
    requirement: Requirement


SERVICES: dict[Callable[..., Any], Service] = {}


def reads(
    requirement: Requirement,
) -> Callable[[Callable[Concatenate[Tx, Params], Result]], Callable[Concatenate[Tx, Params], Result]]:
    """Declare a service that changes nothing."""
    return _declare(requirement, writes=False)


def writes(
    requirement: Requirement,
) -> Callable[[Callable[Concatenate[Tx, Params], Result]], Callable[Concatenate[Tx, Params], Result]]:
    """Declare a service that writes; the whole of it is repeated when the database was busy."""
    return _declare(requirement, writes=True)


def _declare(
    requirement: Requirement, *, writes: bool
) -> Callable[[Callable[Concatenate[Tx, Params], Result]], Callable[Concatenate[Tx, Params], Result]]:
    def register(function: Callable[Concatenate[Tx, Params], Result]) -> Callable[Concatenate[Tx, Params], Result]:
        name = f"{function.__module__.removeprefix('portal_app.services.')}.{function.__name__}"
        SERVICES[function] = Service(name, writes, requirement)
        return function

    return register


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Door:
    """Holds what a service needs from outside. One per process, installed by bootstrap; tests make their own."""

    database: Database
    settings: Settings
    ports: Ports
    clock: Clock = utc_now
    patience: float = 10.0
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, "service"))
    # Each file that is opened may take a gigabyte.
    apart: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "apart"))

    def run(
        self,
        service: Callable[Concatenate[Tx, Params], Result],
        actor: Actor,
        /,
        *args: Params.args,
        **kwargs: Params.kwargs,
    ) -> Result:
        """Run one service as `actor`, in one transaction. Raises DomainError and nothing else."""
        declared = SERVICES[service]
        try:
            access.check(actor, declared.requirement)
            if declared.writes and not actor.may_write:
                raise Forbidden("This token may only read.")
            for attempt in self._attempts():
                with attempt, self.database.write() if declared.writes else self.database.read() as session:
                    if declared.writes:
                        # First of all: who waits for SQLite's one place for writers would write with an earlier time.
                        session.connection()
                    tx = Tx(session, actor, self.clock(), self.settings, self.ports)
                    answer = service(tx, *args, **kwargs)
                    raise_marks(session, tx.changed)
                    return answer
            raise AssertionError("unreachable")
        except DomainError:
            raise
        except RetryError:
            log.warning("database busy", service=declared.name)
            raise Busy from None
        except Exception as error:
            raise _told(error, declared.name) from error

    async def act(
        self,
        service: Callable[Concatenate[Tx, Params], Result],
        actor: Actor,
        /,
        *args: Params.args,
        **kwargs: Params.kwargs,
    ) -> Result:
        """Run one service as `actor`, in a thread. Raises DomainError and nothing else."""
        return await self.in_thread(lambda: self.run(service, actor, *args, **kwargs))

    async def glance(
        self,
        service: Callable[Concatenate[Tx, Params], Result],
        actor: Actor,
        /,
        *args: Params.args,
        **kwargs: Params.kwargs,
    ) -> Result:
        """Run one service that makes a single SELECT by key: here and now where the database is a file, because handing
        so little to a thread holds the loop up for longer than reading it; else, or where that would have to wait, in a
        thread. Raises DomainError and nothing else."""
        if self.database.is_at_hand:
            access.check(actor, SERVICES[service].requirement)
            # Whatever goes wrong here goes wrong in the thread too, and is told from there.
            with contextlib.suppress(Exception), self.database.glance() as session:
                return service(Tx(session, actor, self.clock(), self.settings, self.ports), *args, **kwargs)
        return await self.act(service, actor, *args, **kwargs)

    async def call(
        self, service: Callable[Concatenate[Tx, Params], Result], /, *args: Params.args, **kwargs: Params.kwargs
    ) -> Result:
        """Run one service as the actor of this request or event, in a thread. Raises DomainError and nothing else."""
        return await self.act(service, current_actor.get(), *args, **kwargs)

    def settings_in_force(self) -> Settings:
        """The settings that hold now, for what is decided outside of a transaction."""
        with self.database.read() as session:
            return in_force(session, self.settings)

    async def in_thread(self, function: Callable[[], Result]) -> Result:
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self.threads, context.run, function)

    async def in_thread_apart(self, function: Callable[[], Result]) -> Result:
        """For what takes many seconds, such as opening a file that somebody sent: two at a time, in threads of their
        own, so that no service waits behind it."""
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self.apart, context.run, function)

    def _attempts(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception(is_busy),
            stop=stop_after_delay(self.patience),
            wait=wait_random_exponential(0.01, max=0.5),
        )

    def close(self) -> None:
        self.threads.shutdown(wait=True, cancel_futures=True)
        self.apart.shutdown(wait=True, cancel_futures=True)
        self.database.dispose()


def _told(error: Exception, service: str) -> DomainError:
    """What people are told of a fault; whoever runs the portal finds it in the log."""
    if is_full(error):
        log.error("database full", service=service)
        return NoRoom()
    if is_away(error):
        log.error("database away", service=service)
        return Unavailable()
    reference = secrets.token_hex(4)
    log.error("service failed", service=service, reference=reference, exc_info=error)
    return Unexpected(reference)


_installed: Door | None = None


def install(door: Door) -> None:
    global _installed
    _installed = door


def the_door() -> Door:
    if _installed is None:
        raise RuntimeError("no door: bootstrap installs it")
    return _installed


def request_id() -> str:
    """The id of the request or event at hand, or empty."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
