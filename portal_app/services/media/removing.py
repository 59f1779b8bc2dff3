"""Taking away a file that nothing refers to: first what is written down of it, then bytes that are nobody's any more.
Bytes go in a transaction of their own, since what was removed from a disk is not rolled back."""

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.media import Media, MediaVersion
from portal_app.services import audit
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Door, Tx, writes
from portal_app.services.errors import Conflict, NotFound
from portal_app.services.media.files import place_of
from portal_app.services.media.library import hold_bytes, of_producers, versions_referred_to


async def take_away(door: Door, caller: Actor, *, locator: str) -> None:
    """Remove media with all of its versions, for good. Raises Forbidden, NotFound, or Conflict where a producer or a
    code refers to any version."""
    digests = await door.act(remove, caller, locator=locator)
    await door.act(sweep, caller, digests=digests)


@writes(Permission.MANAGE_PRODUCERS)
def remove(tx: Tx, *, locator: str) -> tuple[str, ...]:
    """Remove what is written down. Returns the sums of the contents. Raises as `take_away`."""
    hold_bytes(tx)
    held = select(Media).where(col(Media.locator) == locator, of_producers()).with_for_update()
    row: Media | None = tx.db.scalars(held).first()
    if row is None:
        raise NotFound
    if versions_referred_to(tx, locator):
        raise Conflict("A producer or a code refers to this file. Take it out of their data first.")
    versions = tx.db.scalars(select(MediaVersion).where(col(MediaVersion.media_id) == row.id)).all()
    kept = [{"version": each.locator, "filename": each.filename, "digest": each.digest} for each in versions]
    detail = {"title": row.title, "versions": kept}
    audit.record(tx, "media.removed", subject_kind="media", subject=locator, detail=detail)
    for each in versions:
        tx.db.delete(each)
    tx.db.flush()
    tx.db.delete(row)
    return tuple(sorted({each.digest for each in versions}))


@writes(Permission.MANAGE_PRODUCERS)
def sweep(tx: Tx, *, digests: Collection[str]) -> None:
    """Remove those bytes that no version has any more; another file may have the same."""
    hold_bytes(tx)
    needed = set(tx.db.scalars(select(col(MediaVersion.digest)).where(col(MediaVersion.digest).in_(digests))))
    for digest in set(digests) - needed:
        place_of(tx.configured.folder, digest).unlink(missing_ok=True)
