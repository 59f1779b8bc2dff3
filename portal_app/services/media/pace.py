"""How many files one person sends: so many in a while, and so many at once, opened one after the other, so that nobody
holds up the others' files."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from portal_app.services.access import Actor
from portal_app.services.door import Tx
from portal_app.services.errors import TooMany
from portal_app.services.identity import throttle

IN_A_WINDOW = 120
AT_ONCE = 10
SENTENCE = "These are many files in a short time. Wait a few minutes, then send the rest."


@dataclass
class _Turn:
    """Of one person in this process, and in one loop of it, since a lock is of one loop: it protects the process, and
    nothing else depends on it."""

    files: int = 0
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)


_turns: dict[tuple[asyncio.AbstractEventLoop, str], _Turn] = {}


def count(tx: Tx) -> None:
    """Count one more file of the actor, by the quarter of an hour. Raises TooMany."""
    if throttle.count(tx, f"files of {_person(tx.actor)}") > IN_A_WINDOW:
        raise TooMany(SENTENCE)


@asynccontextmanager
async def turn(caller: Actor) -> AsyncIterator[asyncio.Lock]:
    """Around all of a file's way in; the lock is for the time in which it is opened. Raises TooMany where the same
    person has as many on their way as may be."""
    whose = (asyncio.get_running_loop(), _person(caller))
    mine = _turns.setdefault(whose, _Turn())
    if mine.files >= AT_ONCE:
        raise TooMany(SENTENCE)
    mine.files += 1
    try:
        yield mine.opening
    finally:
        mine.files -= 1
        if not mine.files:
            _turns.pop(whose, None)


def _person(actor: Actor) -> str:
    return f"user {actor.user_id}" if actor.user_id is not None else actor.name
