"""Disks that are full when a test wants them to be."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1 << 20
SIZE = 48 * MEGABYTE
LEFT = 64 * 1024


@dataclass
class SmallDisk:
    """A file system in memory of its own, that takes no more once its ballast has been put there."""

    folder: Path

    def fill(self, *_: int) -> None:
        status = os.statvfs(self.folder)
        free = status.f_bavail * status.f_frsize
        with (self.folder / "ballast").open("ab") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, max(free - LEFT, 1))

    def empty(self, *_: int) -> None:
        (self.folder / "ballast").unlink()


@dataclass
class Limit:
    """A limit on the size of files of the processes that are named: whoever writes past it is refused, as by a quota.
    Needs no rights."""

    folder: Path
    most: int = 256 * 1024

    def fill(self, *processes: int) -> None:
        self._limit(self.most, *processes)

    def empty(self, *processes: int) -> None:
        self._limit(resource.RLIM_INFINITY, *processes)

    def _limit(self, most: int, *processes: int) -> None:
        for each in processes:
            _, hard = resource.prlimit(each, resource.RLIMIT_FSIZE)
            resource.prlimit(each, resource.RLIMIT_FSIZE, (most, hard))


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=True, capture_output=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def can_mount(folder: Path) -> bool:
    """Whether this machine lets us; containers mostly do not."""
    folder.mkdir(exist_ok=True)
    with contextlib.suppress(OSError, subprocess.CalledProcessError), small_disk(folder):
        return True
    return False
