"""Taking a file in while it arrives: nothing of it is held in memory, and no transaction is open meanwhile."""

from collections.abc import AsyncIterator

from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import NoRoom
from portal_app.services.media import library
from portal_app.services.media.files import Content, Incoming
from portal_app.services.media.library import MediaView


async def take_in(
    door: Door, caller: Actor, chunks: AsyncIterator[bytes], *, filename: str, title: str = "", of: str = ""
) -> MediaView:
    """Keep a file as new media, or as the newest version `of` what is there. Raises Forbidden and NotFound before a
    byte is taken; Invalid for a name that cannot be, for what is larger than 25 MB and for what is no PDF, JPG or PNG;
    NoRoom."""
    await door.act(library.prepare, caller, filename=filename, title=title, of=of)
    try:
        content = await _kept(door, chunks)
    except OSError as error:
        raise NoRoom from error
    return await door.act(library.add, caller, content=content, filename=filename, title=title, of=of)


async def _kept(door: Door, chunks: AsyncIterator[bytes]) -> Content:
    incoming = await door.in_thread(lambda: Incoming.begin(door.settings.folder))
    try:
        async for chunk in chunks:
            await door.in_thread(lambda part=chunk: incoming.take(part))  # type: ignore[misc]
        return await door.in_thread(incoming.keep)
    finally:
        incoming.drop()
