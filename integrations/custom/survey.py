"""What a file is: its digest, its encoding, and its text as a stream that stops where the file changes meanwhile."""

import codecs
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from portal_app.services.ports import FeedUnavailable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 1 << 20
NUL = "\x00"
_START = 4096
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _mark_unreadable(error: UnicodeError) -> tuple[str, int]:
    """Put NUL where bytes are no text, so that one bad byte costs its row and not the file."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return NUL, error.end


codecs.register_error("portal.unreadable", _mark_unreadable)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when somebody writes into a file or puts another in its place."""

    inode: int
    size: int
    modified: int  # nanoseconds

    @classmethod
    def of(cls, status: os.stat_result) -> "Stamp":
        return cls(status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Survey:
    """The outcome of one pass over the bytes. `cut_short` says that the last line has no end."""

    digest: bytes
    encoding: str
    stamp: Stamp
    workbook: bool
    cut_short: bool


def survey(path: Path, encoding: str | None) -> Survey:
    """Read the file once, a block at a time. `encoding` is the settings' word, None where it is to be found out.

    Raises FeedUnavailable where the file changes meanwhile, OSError where it cannot be read.
    """
    digest, utf8, start, end = blake2b(digest_size=32), _Utf8Check(), b"", b""
    with path.open("rb", buffering=0) as file:
        stamp = Stamp.of(os.fstat(file.fileno()))
        while block := file.read(BLOCK):
            start, end = start or block[:_START], block[-2:]
            digest.update(block)
            utf8.feed(block)
        if Stamp.of(os.fstat(file.fileno())) != stamp:
            raise being_written(path)
    codec = _codec(encoding) if encoding else _guessed(start, utf8.passed())
    return Survey(digest.digest(), codec, stamp, start.startswith(_WORKBOOKS), _cut_short(end))


def _cut_short(end: bytes) -> bool:
    letters = end.strip(NUL.encode())  # UTF-16 has a zero beside each
    return bool(letters) and not letters.endswith((b"\n", b"\r"))


def being_written(path: Path) -> FeedUnavailable:
    return FeedUnavailable(f"{path.name} is still being written; the next run reads it.")


class _Utf8Check:
    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._failed = False

    def feed(self, block: bytes, final: bool = False) -> None:
        if not self._failed:
            try:
                self._decoder.decode(block, final)
            except UnicodeDecodeError:
                self._failed = True

    def passed(self) -> bool:
        self.feed(b"", final=True)
        return not self._failed


def _codec(encoding: str) -> str:
    """The codec of an encoding's name, taking a byte-order mark off UTF-8 whether there is one or not."""
    name = codecs.lookup(encoding).name
    return "utf-8-sig" if name == "utf-8" else name


def _guessed(start: bytes, is_utf8: bool) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for codec, letters, zeros in (("utf-16-le", start[::2], start[1::2]), ("utf-16-be", start[1::2], start[::2])):
        if zeros.count(0) > 0.7 * len(zeros) and letters.count(0) < 0.1 * len(letters):
            return codec
    return "utf-8" if is_utf8 else "cp1252"


class _SameFile(io.FileIO):
    """A file that hands out nothing written after the survey: the size and time are looked at after each block."""

    def __init__(self, path: Path, stamp: Stamp) -> None:
        super().__init__(path)
        self._path, self._stamp = path, stamp

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        count = super().readinto(buffer)
        if Stamp.of(os.fstat(self.fileno())) != self._stamp:
            raise being_written(self._path)
        return count


@contextmanager
def opened(path: Path, found: Survey) -> Iterator[io.TextIOWrapper]:
    """The text, streamed, line ends as they are; NUL stands for bytes that are no text. Raises FeedUnavailable."""
    try:
        with (
            _SameFile(path, found.stamp) as raw,
            io.BufferedReader(raw, BLOCK) as buffered,
            io.TextIOWrapper(buffered, found.encoding, "portal.unreadable", newline="") as text,
        ):
            yield text
    except OSError as error:
        raise FeedUnavailable(f"{path.name} cannot be read ({error.strerror}).") from error
