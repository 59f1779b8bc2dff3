"""What looks through files for malware, as the portal sees it."""

from pathlib import Path
from typing import Protocol


class ScannerAway(OSError):
    """The scanner cannot say anything of a file now; a later attempt may succeed. The text says what to look at."""


class Scanner(Protocol):
    """What looks through files for malware."""

    def scan(self, path: Path) -> str:
        """Look through a file. Returns the name of what was found, "" for a clean one. Raises ScannerAway, or another
        OSError where the file cannot be read."""
        ...

    def ping(self) -> None:
        """Whether it answers. Raises ScannerAway."""
        ...
