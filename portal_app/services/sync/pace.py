"""Leaves room for other writers between two transactions that write much."""

import time
from dataclasses import dataclass

# Who waits for SQLite's one place for writers looks whether it is free every 25 ms at first, and misses shorter gaps.
ROOM = 0.03
FEW_ROWS = 20


@dataclass
class Pace:
    """Asked before each transaction to wait, and told after it how much it wrote."""

    free_since: float = 0.0

    def wait(self) -> None:
        """Sleep until others have had their turn (at most 30 ms, nothing after a transaction that wrote little)."""
        left = self.free_since + ROOM - time.monotonic()
        if left > 0:
            time.sleep(min(left, ROOM))

    def wrote(self, rows: int) -> None:
        self.free_since = time.monotonic() if rows > FEW_ROWS else 0.0
