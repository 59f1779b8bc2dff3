"""A file of licenses that somebody sent from a page and looks at before it is applied. Each person has one at a time;
it is gone once it was applied, and after a day."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlmodel import col

from portal_app.models.licensing import LicenseFile
from portal_app.models.types import new_locator
from portal_app.services.access import Actor, Gate, Permission, check
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import Invalid, NotFound
from portal_app.services.scope import visible

MAY = Permission.MANAGE_PRODUCERS
MOST_BYTES = 5 * 1024 * 1024
LONGEST_NAME = 200
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    filename: str
    content: bytes


async def take_in(door: Door, actor: Actor, chunks: AsyncIterator[bytes], *, filename: str) -> str:
    """Keep what arrives, in the place of the file before. Returns its locator. Raises Forbidden before a byte is taken,
    Invalid for an empty file or one of more than 5 MB."""
    check(actor, MAY)
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > MOST_BYTES:
            raise Invalid({"file": "A file of licenses has at most 5 MB."})
    if not content:
        raise Invalid({"file": "The file is empty."})
    return await door.act(keep, actor, content=bytes(content), filename=filename)


@writes(MAY)
def keep(tx: Tx, *, content: bytes, filename: str) -> str:
    """Keep the file in the place of the one before. Returns its locator."""
    tx.db.execute(delete(LicenseFile).where(col(LicenseFile.user_id) == tx.actor.user_id))
    row = LicenseFile(
        locator=new_locator(),
        user_id=tx.actor.user_id or 0,
        filename="".join(each for each in filename if each.isprintable())[:LONGEST_NAME],
        content={"base64": base64.b64encode(content).decode()},
        created_at=tx.now,
    )
    tx.db.add(row)
    tx.db.flush()
    return row.locator


@reads(MAY)
def held(tx: Tx, *, locator: str) -> Waiting:
    """One's own file. Raises NotFound, also for one that was taken away meanwhile."""
    row = tx.db.scalars(visible(tx.actor, LicenseFile).where(col(LicenseFile.locator) == locator)).first()
    if row is None:
        raise NotFound("The file is not there any more. Choose it once more.")
    return Waiting(row.filename, base64.b64decode(row.content["base64"]))


@writes(MAY)
def drop(tx: Tx, *, locator: str) -> None:
    """Take one's own file away, if it is still there."""
    own = (col(LicenseFile.locator) == locator, col(LicenseFile.user_id) == tx.actor.user_id)
    tx.db.execute(delete(LicenseFile).where(*own))


@writes(Gate.SYSTEM)
def forget_old(tx: Tx) -> int:
    """Take away what nobody applied within a day. Returns how many files that were."""
    old = col(LicenseFile.created_at) < tx.now - KEPT_FOR
    count = tx.db.scalar(select(func.count()).select_from(LicenseFile).where(old)) or 0
    if count:
        tx.db.execute(delete(LicenseFile).where(old))
    return count
