"""How much one transaction writes, and how long others have their turn after it."""

import time
from dataclasses import dataclass, field

# Who waits for SQLite's one place for writers looks after 1, 3, 8, 18, 33, 53, 78, 103, 128, 178, 228 and 328 ms
# whether it is free: the longer it was taken, the longer it must stay free to be found free.
ROOM = ((0.1, 0.03), (0.2, 0.06))
MOST_ROOM = 0.11
FEW_ROWS = 20
MOST_ROWS = 100
QUICK, SLOW = 0.04, 0.08


@dataclass
class Pace:
    """Asked before each transaction to wait, and told after it how much it wrote. `rows` is how many rows the next one
    is to write: fewer where the machine is slow or busy."""

    rows: int = field(default_factory=lambda: MOST_ROWS)
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
        took = now - self.begun
        room = next((room for most, room in ROOM if took < most), MOST_ROOM)
        self.free_until = now + room if rows >= FEW_ROWS else 0.0
        if took > SLOW and rows >= self.rows:
            self.rows = max(self.rows * 2 // 3, FEW_ROWS)
        elif took < QUICK:
            self.rows = min(self.rows + FEW_ROWS, MOST_ROWS)
