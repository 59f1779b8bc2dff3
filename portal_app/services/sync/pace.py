"""Leaves room for other writers between two transactions that write much."""

import time
from dataclasses import dataclass

# Who waits for SQLite's one place for writers looks after 1, 3, 8, 18, 33, 53, 78, 103, 128, 178, 228 and 328 ms
# whether it is free: the longer it was taken, the longer it must stay free to be found free.
ROOM = ((0.1, 0.03), (0.2, 0.06))
MOST_ROOM = 0.11
FEW_ROWS = 20


@dataclass
class Pace:
    """Asked before each transaction to wait, and told after it how much it wrote."""

    begun: float = 0.0
    free_until: float = 0.0

    def wait(self) -> None:
        """Sleep until others have had their turn: at most 110 ms, not at all after a transaction that wrote little."""
        left = self.free_until - time.monotonic()
        if left > 0:
            time.sleep(left)
        self.begun = time.monotonic()

    def wrote(self, rows: int) -> None:
        """The transaction is over."""
        now = time.monotonic()
        room = next((room for most, room in ROOM if now - self.begun < most), MOST_ROOM)
        self.free_until = now + room if rows > FEW_ROWS else 0.0
