"""The bytes of media: in the data folder, under the sum of what they are, for the portal's own user alone."""

import contextlib
import hashlib
import os
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from portal_app.services.errors import Invalid

FOLDER, INCOMING = "media", "incoming"
MOST_BYTES = 25 * 1024 * 1024
BLOCK = 1024 * 1024
FORGOTTEN_SECONDS = 24 * 3600
TYPES = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
EMPTY = "The file is empty."
LARGE = "A file has at most 25 MB."
OTHER = "Only PDF, JPG and PNG files are taken, whatever their name says."


@dataclass(frozen=True, slots=True)
class Content:
    """What was kept. `digest` is its SHA-256 in hexadecimal, `size` in bytes."""

    digest: str
    size: int
    content_type: str


@dataclass
class Incoming:
    """A file that is arriving, under a random name until all of it is there."""

    folder: Path
    path: Path
    file: FileIO
    most: int = MOST_BYTES
    beyond: str = LARGE
    begins: bytes = b""
    size: int = 0
    pieces: list[bytes] = field(default_factory=list)
    held: int = 0
    sum: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    beside: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "sum"))

    @classmethod
    def begin(cls, data: Path, most: int = MOST_BYTES, beyond: str = LARGE) -> "Incoming":
        """Make room for a file of at most `most` bytes; `beyond` says what is wrong with a larger one. What was
        forgotten here a day ago goes. Raises OSError."""
        folder = data / FOLDER
        (folder / INCOMING).mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in (folder / INCOMING).iterdir():
            # Another file that was listed may have come to its end meanwhile.
            with contextlib.suppress(FileNotFoundError):
                if old.stat().st_mtime < time.time() - FORGOTTEN_SECONDS:
                    old.unlink()
        path = folder / INCOMING / secrets.token_hex(16)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return cls(folder, path, FileIO(handle, "wb"), most, beyond)

    def take(self, chunk: bytes) -> None:
        """Take the next bytes. Raises Invalid where they are too many, OSError."""
        self.size += len(chunk)
        if self.size > self.most:
            raise Invalid({"file": self.beyond})
        if len(self.begins) < 8:
            self.begins += chunk[:8]
        self.pieces.append(chunk)
        self.held += len(chunk)
        if self.held >= BLOCK:
            self._put()

    def keep(self) -> Content:
        """Put the file where it stays, synced. Raises Invalid for what is no PDF, JPG or PNG, OSError."""
        content = self.whole()
        self.place(content)
        return content

    def whole(self) -> Content:
        """What has arrived, synced. Raises as `keep`."""
        if not self.size:
            raise Invalid({"file": EMPTY})
        kind = next((kind for begin, kind in TYPES.items() if self.begins.startswith(begin)), None)
        if kind is None:
            raise Invalid({"file": OTHER})
        self._put()
        os.fsync(self.file.fileno())
        return Content(self.sum.hexdigest(), self.size, kind)

    def exchange(self, other: Path, content: Content) -> Content:
        """Take what lies at `other` in place of what arrived, synced. Raises OSError."""
        with other.open("rb+") as file:
            digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
            os.fsync(file.fileno())
        other.replace(self.path)
        return Content(digest, size, content.content_type)

    def place(self, content: Content) -> None:
        """Put the bytes where they stay; once is enough. Raises OSError."""
        place = place_of(self.folder.parent, content.digest)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        if self.path.exists():
            self.path.replace(place)

    def drop(self) -> None:
        """Leave nothing behind of what was not kept."""
        self.beside.shutdown()
        self.file.close()
        self.path.unlink(missing_ok=True)

    def _put(self) -> None:
        """Write a block down while it is summed up, in few calls: each is done without Python's lock, and has to come
        by it again."""
        block, self.pieces, self.held = b"".join(self.pieces), [], 0
        summed = self.beside.submit(self.sum.update, block)
        left = memoryview(block)
        while left:
            left = left[self.file.write(left) :]
        summed.result()


def place_of(data: Path, digest: str) -> Path:
    """Where the bytes with this sum lie."""
    return data / FOLDER / digest[:2] / digest
