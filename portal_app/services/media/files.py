"""The bytes of media: in the data folder, under the sum of what they are, for the portal's own user alone."""

import hashlib
import os
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from portal_app.services.errors import Invalid

FOLDER, INCOMING = "media", "incoming"
MOST_BYTES = 25 * 1024 * 1024
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
    file: BinaryIO
    begins: bytes = b""
    size: int = 0
    sum: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @classmethod
    def begin(cls, data: Path) -> "Incoming":
        """Make room for a file. What was forgotten here a day ago goes. Raises OSError."""
        folder = data / FOLDER
        (folder / INCOMING).mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in (folder / INCOMING).iterdir():
            if old.stat().st_mtime < time.time() - FORGOTTEN_SECONDS:
                old.unlink(missing_ok=True)
        path = folder / INCOMING / secrets.token_hex(16)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return cls(folder, path, os.fdopen(handle, "wb"))

    def take(self, chunk: bytes) -> None:
        """Take the next bytes. Raises Invalid where they are too many, OSError."""
        self.size += len(chunk)
        if self.size > MOST_BYTES:
            raise Invalid({"file": LARGE})
        if len(self.begins) < 8:
            self.begins += chunk[:8]
        self.sum.update(chunk)
        self.file.write(chunk)

    def keep(self) -> Content:
        """Put the file where it stays, synced. Raises Invalid for what is no PDF, JPG or PNG, OSError."""
        if not self.size:
            raise Invalid({"file": EMPTY})
        kind = next((kind for begin, kind in TYPES.items() if self.begins.startswith(begin)), None)
        if kind is None:
            raise Invalid({"file": OTHER})
        self.file.flush()
        os.fsync(self.file.fileno())
        content = Content(self.sum.hexdigest(), self.size, kind)
        place = self.folder / content.digest[:2] / content.digest
        place.parent.mkdir(mode=0o700, exist_ok=True)
        self.path.replace(place)
        return content

    def drop(self) -> None:
        """Leave nothing behind of what was not kept."""
        self.file.close()
        self.path.unlink(missing_ok=True)


def place_of(data: Path, digest: str) -> Path:
    """Where the bytes with this sum lie."""
    return data / FOLDER / digest[:2] / digest
