"""Taking a file in while it arrives, with its sum, against writing the same pieces down and nothing else.

python -m bench uploads
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.table import Line
from portal_app.services.media.files import Incoming

AT_LEAST = 0.8
PIECE = 64 * 1024
PDF = b"%PDF-1.7\n"


@dataclass(frozen=True)
class Size:
    """`bytes` of one file, taken in `rounds` times."""

    bytes: int = 25 * 1024 * 1024
    rounds: int = 15


def pieces(size: int) -> Iterator[bytes]:
    """As a server hands them on."""
    block = os.urandom(PIECE)
    yield PDF
    for left in range(size - len(PDF), 0, -PIECE):
        yield block[: min(left, PIECE)]


def kept(folder: Path, parts: list[bytes]) -> None:
    incoming = Incoming.begin(folder)
    for each in parts:
        incoming.take(each)
    incoming.keep()
    incoming.drop()


def written(folder: Path, parts: list[bytes]) -> None:
    """The same bytes in a file, synced, and no sum."""
    path = folder / "bare"
    with path.open("wb") as file:
        for each in parts:
            file.write(each)
        file.flush()
        os.fsync(file.fileno())
    path.replace(folder / "kept")


def measure(size: Size | None = None) -> list[Line]:
    """Both in turn, on the disk of the temporary folder; the best time of each counts, as on a machine at rest."""
    size = size or Size()
    parts = list(pieces(size.bytes))
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as place:
        folder = Path(place)
        times = [(took(kept, folder, parts), took(written, folder, parts)) for _ in range(size.rounds + 2)][2:]
    ours, bare = (min(each) for each in zip(*times, strict=True))
    megabytes = size.bytes / 1024 / 1024
    told = f"{megabytes / ours:.0f} MB/s, bare {megabytes / bare:.0f} MB/s"
    ratio = bare / ours
    return [
        Line(f"A file of {megabytes:.0f} MB with its sum", told),
        Line("  : the bare write", f"{ratio:.2f}", f"≥ {AT_LEAST:g}", ratio >= AT_LEAST),
    ]


def took(work: Callable[[Path, list[bytes]], None], folder: Path, parts: list[bytes]) -> float:
    begun = time.perf_counter()
    work(folder, parts)
    return time.perf_counter() - begun
