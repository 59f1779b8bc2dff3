"""Taking a file of a submission in while it arrives. Hashing, opening and scanning happen outside of transactions."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from portal_app.services.access import Actor, system
from portal_app.services.door import Door
from portal_app.services.errors import DomainError, NoRoom
from portal_app.services.media import pace, sweeping
from portal_app.services.media.files import Content, Incoming
from portal_app.services.media.parsing import look_into
from portal_app.services.submissions import documents
from portal_app.services.submissions.documents import DocumentView, Named, Room

PORTAL = system("files")


async def take_in(door: Door, caller: Actor, chunks: AsyncIterator[bytes], named: Named) -> DocumentView:
    """Keep a file as a document of a submission; one that comes again under its upload key is there once. Raises
    Forbidden, NotFound, Conflict and TooMany before a byte is taken; Invalid for what is larger than 25 MB, makes more
    than 100 MB together, is no PDF, JPG or PNG that opens, or comes under the key of another file; NoRoom. Whatever it
    raises, nothing is left of the file."""
    room = await door.act(documents.prepare, caller, named=named)
    try:
        async with pace.turn(caller) as opening:
            return await _kept(door, caller, chunks, named, room, opening)
    except OSError as error:
        raise NoRoom from error


async def _kept(
    door: Door, caller: Actor, chunks: AsyncIterator[bytes], named: Named, room: Room, opening: asyncio.Lock
) -> DocumentView:
    incoming = await door.in_thread(lambda: Incoming.begin(door.settings.folder, room.bytes, room.beyond))
    try:
        async for chunk in chunks:
            await door.in_thread(lambda part=chunk: incoming.take(part))  # type: ignore[misc]
        arrived = await door.in_thread(incoming.whole)
        sent = arrived.digest
        if room.again:
            return await door.act(documents.sent_again, caller, named=named, sent=sent)
        async with opening:
            content = await door.in_thread_apart(lambda: looked_into(incoming, arrived))
        try:
            return await door.act(documents.add, caller, named=named, content=content, sent=sent, incoming=incoming)
        except DomainError:
            # The bytes may lie in their place already, and the transaction be undone.
            with contextlib.suppress(DomainError):
                await door.act(sweeping.sweep, PORTAL, digests=(content.digest,))
            raise
    finally:
        incoming.drop()


def looked_into(incoming: Incoming, content: Content) -> Content:
    """What arrived, opened once, a picture written anew. Raises Invalid, OSError."""
    again = look_into(incoming.path, content.content_type)
    return incoming.exchange(again, content) if again else content


async def remove(door: Door, caller: Actor, *, submission: str, locator: str) -> None:
    """Take a file out of a submission, of a draft with its bytes. Raises as `documents.remove`."""
    digest = await door.act(documents.remove, caller, submission=submission, locator=locator)
    if digest:
        await door.act(sweeping.sweep, PORTAL, digests=(digest,))
