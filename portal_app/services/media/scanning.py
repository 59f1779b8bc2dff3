"""Looking through files that wait for the scanner: outside of transactions, and later again while it is away."""

from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from sqlalchemy import func, select, update
from sqlmodel import col

from portal_app.logs import log
from portal_app.models.media import Media, MediaVersion, ScanState
from portal_app.services import audit
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.media import sweeping
from portal_app.services.media.files import place_of
from portal_app.services.media.port import ScannerAway
from portal_app.services.submissions import documents
from portal_app.services.topics import Topic

ACTOR = system("file scanner")
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A content that is to be looked through; several files may have it."""

    digest: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How many files wait for the scanner, and how many of them it could not look through at the last attempt."""

    waiting: int
    put_off: int


def scan_due(door: Door, stop: Event) -> None:
    """Look through what is due, one after another. Whatever the scanner does not answer is put off, and ends the
    run."""
    scanner = door.ports.scanner
    while scanner is not None and not stop.is_set():
        due = door.run(next_due, ACTOR)
        if due is None:
            return
        try:
            found = scanner.scan(place_of(door.settings.folder, due.digest))
        except FileNotFoundError:
            log.warning("file to be scanned is gone")
            door.run(put_off, ACTOR, due=due)
            continue
        except OSError as error:
            told = str(error) if isinstance(error, ScannerAway) else type(error).__name__
            log.warning("file not scanned", attempts=due.attempts + 1, reason=told)
            door.run(put_off, ACTOR, due=due)
            return
        door.run(settle, ACTOR, digest=due.digest, found=found)
        if found:
            log.warning("file refused", found=found)
            door.run(sweeping.sweep, ACTOR, digests=(due.digest,))


@reads(Gate.SYSTEM)
def next_due(tx: Tx) -> Waiting | None:
    """The content that has been due for the longest time."""
    due = (col(MediaVersion.scan) == ScanState.WAITING, col(MediaVersion.scan_due_at) <= tx.now)
    oldest = select(MediaVersion).where(*due).order_by(col(MediaVersion.scan_due_at), col(MediaVersion.id)).limit(1)
    row = tx.db.scalars(oldest).first()
    return None if row is None else Waiting(row.digest, row.scan_attempts)


@writes(Gate.SYSTEM)
def settle(tx: Tx, *, digest: str, found: str) -> None:
    """Write down what the scanner said. What it refuses is refused wherever the same bytes are, also where they were
    let through before; told once for each."""
    before = [ScanState.WAITING, *([ScanState.CLEAN, ScanState.NOT_SCANNED] if found else [])]
    theirs = select(MediaVersion).where(col(MediaVersion.digest) == digest, col(MediaVersion.scan).in_(before))
    for version in tx.db.scalars(theirs.order_by(col(MediaVersion.id)).with_for_update()):
        version.scan = ScanState.REFUSED if found else ScanState.CLEAN
        version.scan_due_at = None
        if found and not documents.refused(tx, version, found):
            media = tx.db.get_one(Media, version.media_id)
            detail = {"filename": version.filename, "digest": digest, "malware": found}
            audit.record(tx, "media.refused", subject_kind="media", subject=media.locator, detail=detail)
    tx.changes(Topic.SUBMISSIONS)


@writes(Gate.SYSTEM)
def put_off(tx: Tx, *, due: Waiting) -> None:
    """Look at it again later, and ever later the more often it failed."""
    pause = min(FIRST_PAUSE * 2 ** min(due.attempts, 10), LONGEST_PAUSE)
    waiting = (col(MediaVersion.digest) == due.digest, col(MediaVersion.scan) == ScanState.WAITING)
    tx.db.execute(
        update(MediaVersion).where(*waiting).values(scan_attempts=due.attempts + 1, scan_due_at=tx.now + pause)
    )


def standing(tx: Tx) -> Standing:
    """For whoever looks after the portal."""
    counted = select(func.count()).select_from(MediaVersion).where(col(MediaVersion.scan) == ScanState.WAITING)
    tried = counted.where(col(MediaVersion.scan_attempts) > 0)
    return Standing(tx.db.scalar(counted) or 0, tx.db.scalar(tried) or 0)
