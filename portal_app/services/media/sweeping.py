"""Bytes that are nobody's any more go: at once where it is known which, else when the worker looks through the folder.
They go in a transaction of their own, since what was removed from a disk is not rolled back."""

import time
from collections.abc import Collection
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.media import MediaVersion, ScanState
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.media.files import FOLDER, FORGOTTEN_SECONDS, INCOMING, place_of
from portal_app.services.media.library import hold_bytes

ACTOR = system("files")
AT_ONCE = 200


@writes(Gate.SYSTEM)
def sweep(tx: Tx, *, digests: Collection[str]) -> int:
    """Remove those bytes that no version has any more, or none but what the scanner refused. Returns how many files
    went."""
    hold_bytes(tx)
    kept = select(col(MediaVersion.digest)).where(
        col(MediaVersion.digest).in_(digests), col(MediaVersion.scan) != ScanState.REFUSED
    )
    gone = [place_of(tx.configured.folder, each) for each in set(digests) - set(tx.db.scalars(kept))]
    gone = [each for each in gone if each.is_file()]
    for each in gone:
        each.unlink(missing_ok=True)
    return len(gone)


def sweep_all(door: Door) -> int:
    """Look through the folder for what a process left behind that ended in the middle: what is older than a day and is
    nobody's goes. Returns how many files went."""
    folder, old = door.settings.folder / FOLDER, time.time() - FORGOTTEN_SECONDS
    count = 0
    for each in [each for each in folder.glob(f"{INCOMING}/*") if _is_older(each, old)]:
        each.unlink(missing_ok=True)
        count += 1
    found = (each.name for each in folder.glob("??/*") if _is_older(each, old))
    while digests := list(islice(found, AT_ONCE)):
        count += door.run(sweep, ACTOR, digests=digests)
    return count


def _is_older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False
