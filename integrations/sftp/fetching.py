"""What one run does with the server's folder: look twice, fetch what is new and whole, put away what is through."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from integrations.sftp.credentials import Credentials
from integrations.sftp.server import Broken, Missing, Server, Stamp
from portal_app.models.enums import FeedKind
from portal_app.services.ports import FeedBatch, FeedUnavailable
from portal_app.settings import SftpSettings

# How names end under which programs write what is not whole yet.
_UNFINISHED = (".tmp", ".part", ".filepart")
_DRAFT = ".part"
_LONGEST_NAME = 200
_STEP = 0.5


class Fetching:
    """One connection, made when the first kind is asked for. A file here bears the size and the time that it has there:
    one that differs in either is new. `go_on` is called again and again and raises what ends the run."""

    def __init__(
        self,
        settings: SftpSettings,
        credentials: Credentials,
        folder: Path,
        patterns: Mapping[FeedKind, str],
        go_on: Callable[[], None],
    ) -> None:
        self._settings, self._credentials = settings, credentials
        self._folder, self._patterns, self._go_on = folder, patterns, go_on
        self._server: Server | None = None
        self._unavailable: FeedUnavailable | None = None
        self._listed: dict[str, Stamp] = {}
        self._restless: set[str] = set()
        self._refused: list[str] = []

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def fetch(self, kind: FeedKind) -> None:
        """Bring what is new of that kind. Raises FeedUnavailable, and FeedAlarm where the server is not the pinned one;
        once there is no connection, for every kind."""
        if self._unavailable is not None:
            raise self._unavailable
        try:
            server = self._server = self._server or self._connected()
            troubles = [trouble for name in self._new(kind) if (trouble := self._fetch_one(server, name))]
        except FeedUnavailable as problem:
            self._unavailable = problem
            raise
        if troubles:
            raise FeedUnavailable(" ".join(troubles))

    def put_away(self, kind: FeedKind, through: Sequence[FeedBatch]) -> list[str]:
        """Move what is through to the archive there, and drop here what does not lie there any more but for the newest:
        a mended column map reads it anew. Returns what there is to say."""
        said = [
            f"{name} is still being written; the next run fetches it."
            for name in sorted(self._restless)
            if self._is_of(kind, name)
        ]
        odd = sum(self._is_of(kind, name) for name in self._refused)
        if odd:
            said.append(f"Left alone: {odd} {'file' if odd == 1 else 'files'} whose name cannot be one here.")
        if self._settings.archive is not None and self._server is not None:
            said += self._archived(self._server, self._settings.archive, through)
        newest = max(through, key=lambda batch: batch.exported_at, default=None)
        for path in self._here(kind):
            if path.name not in self._listed and (newest is None or path.name != newest.name):
                path.unlink(missing_ok=True)
        return said

    def _connected(self) -> Server:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left_behind in self._folder.glob(f".*{_DRAFT}"):
                left_behind.unlink(missing_ok=True)
        except OSError as error:
            raise FeedUnavailable(f"The folder {self._folder} cannot be used ({error.strerror}).") from None
        server = Server(self._settings, self._credentials)
        try:
            self._look_twice(server)
        except BaseException:
            server.close()
            raise
        return server

    def _look_twice(self, server: Server) -> None:
        """List the folder, and again after a while where anything is new: what changes meanwhile is being written."""
        self._listed = self._look(server)
        new = [name for kind in self._patterns for name in self._new(kind)]
        if not new:
            return
        until = time.monotonic() + self._settings.quiet_seconds
        while (left := until - time.monotonic()) > 0:
            self._go_on()
            time.sleep(min(left, _STEP))
        again = self._look(server)
        self._restless = {name for name in new if again.get(name) != self._listed[name]}

    def _look(self, server: Server) -> dict[str, Stamp]:
        try:
            found = server.listed()
        except Missing as why:
            place = f"{self._settings.folder} on {self._settings.host}"
            raise FeedUnavailable(f"The folder {place} cannot be read ({why}).") from None
        self._refused = [name for name in found if not _may_be_a_name(name)]
        return {name: stamp for name, stamp in found.items() if _may_be_a_name(name) and not _is_unfinished(name)}

    def _new(self, kind: FeedKind) -> list[str]:
        """The files of that kind that are to be fetched, the oldest first."""
        of_kind = [name for name in self._listed if self._is_of(kind, name) and name not in self._restless]
        by_age = sorted(of_kind, key=lambda name: (self._listed[name].modified, name))
        return [name for name in by_age if _stamp_here(self._folder / name) != self._listed[name]]

    def _is_of(self, kind: FeedKind, name: str) -> bool:
        return PurePosixPath(name).match(self._patterns[kind])

    def _here(self, kind: FeedKind) -> list[Path]:
        return [path for path in self._folder.glob(self._patterns[kind]) if not path.name.startswith(".")]

    def _fetch_one(self, server: Server, name: str) -> str:
        """Bring one file: whole and under its name, or not at all. Returns what is wrong with it, "" where nothing."""
        there = server.path(name)
        try:
            with _draft(self._folder) as (file, draft):
                size = 0
                for block in server.read(there):
                    self._go_on()
                    size += file.write(block)
                    if size > self._listed[name].size:
                        break
                if server.stamp(there) != self._listed[name]:
                    self._restless.add(name)
                elif size != self._listed[name].size:
                    return (
                        f"{name} came with {size:,} of the {self._listed[name].size:,} bytes that the server tells; "
                        "the next run fetches it anew."
                    )
                else:
                    _settle(file, draft, self._folder / name, self._listed[name])
        except Missing as why:
            return f"{name} cannot be fetched ({why})."
        except OSError as error:
            raise FeedUnavailable(f"{name} cannot be stored in {self._folder} ({error.strerror}).") from None
        return ""

    def _archived(self, server: Server, archive: str, through: Sequence[FeedBatch]) -> list[str]:
        failed: dict[str, list[str]] = {}
        for batch in through:
            if batch.name not in self._listed:
                continue
            try:
                self._move(server, archive, batch)
            except (Missing, Broken) as why:
                failed.setdefault(str(why).rstrip("."), []).append(batch.name)
        return [f"Not moved to {archive}: {_some(names)} ({why})." for why, names in failed.items()]

    def _move(self, server: Server, archive: str, batch: FeedBatch) -> None:
        """Move what was taken in, and nothing that has come in its place since."""
        there, stamp = server.path(batch.name), _stamp_here(self._folder / batch.name)
        if stamp is None or server.stamp(there) != stamp:
            return
        name = PurePosixPath(batch.name)
        dated = f"{name.stem}.{datetime.fromtimestamp(stamp.modified, UTC):%Y%m%dT%H%M%SZ}-{batch.digest.hex()[:8]}"
        place = server.path(str(PurePosixPath(archive) / name))
        try:
            server.move(there, place)
        except Missing:
            # That name may be taken already, by the export of another day.
            place = server.path(str(PurePosixPath(archive) / f"{dated}{name.suffix}"))
            server.move(there, place)
        if server.stamp(place) == stamp:
            del self._listed[batch.name]
        else:
            server.move(place, there)


def _may_be_a_name(name: str) -> bool:
    """Whether the name can be that of a file in a folder here, and leads nowhere else."""
    return (
        name not in ("", ".", "..")
        and not any(each in "/\\" or not each.isprintable() for each in name)
        and len(name.encode("utf-8", "surrogateescape")) <= _LONGEST_NAME
    )


def _is_unfinished(name: str) -> bool:
    return name.startswith(".") or name.casefold().endswith(_UNFINISHED)


def _stamp_here(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_size, int(found.st_mtime))


@contextmanager
def _draft(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file of a passing name, which the reader does not see; it is gone in the end if it was not moved."""
    number, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=_DRAFT)
    try:
        with os.fdopen(number, "wb") as file:
            yield file, Path(name)
    finally:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)


def _settle(file: BinaryIO, draft: Path, path: Path, stamp: Stamp) -> None:
    """Put the file in its place with the time that it bears there, so that it is whole also after a power cut."""
    file.flush()
    os.utime(draft, (stamp.modified, stamp.modified))
    os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _some(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
