"""Who stands behind a token that a program presents."""

import re
from contextlib import suppress

from portal_app.services.access import Actor, Gate
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import Busy, TooMany, Unavailable
from portal_app.services.identity import throttle, tokens

FORM = re.compile(rf"{tokens.PREFIX}[A-Za-z0-9_-]{{43}}")


async def person_behind(door: Door, stranger: Actor, *, token: str) -> Actor | None:
    """The person, or None where the token is none that counts now. `stranger` brings the address.
    Raises TooMany where wrong tokens keep coming from it; a right token always passes, as nobody can guess one."""
    return await door.in_thread(lambda: _behind(door, stranger, token))


def _behind(door: Door, stranger: Actor, token: str) -> Actor | None:
    if not FORM.fullmatch(token):
        return None
    found = door.run(tokens.look_up, stranger, token=token)
    if found is None:
        if door.run(is_held_back, stranger) or not door.run(count_wrong, stranger):
            raise TooMany
        return None
    actor, is_to_be_noted = found
    if is_to_be_noted:
        # When it was used is for people to read; a database that cannot be written is no reason to refuse them.
        with suppress(Busy, Unavailable):
            door.run(tokens.note_use, stranger, token=token)
    return actor


@reads(Gate.PUBLIC)
def is_held_back(tx: Tx) -> bool:
    """Whether too many wrong tokens came from the actor's address."""
    return throttle.is_exhausted(tx, _place(tx))


@writes(Gate.PUBLIC)
def count_wrong(tx: Tx) -> bool:
    """Count one wrong token against the actor's address. Returns whether it was within the limit."""
    return throttle.count_failure(tx, _place(tx))


def _place(tx: Tx) -> str:
    """Counted apart from sign-ins: a script whose token ran out must not keep its whole office from signing in."""
    return f"token:{throttle.network_of(tx.actor.address)}"
