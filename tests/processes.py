"""Looking at processes from outside, as Linux shows them."""

import signal
import time
from pathlib import Path


def lives(pid: int) -> bool:
    """Whether the process runs; one that ended and was not collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone_within(seconds: float, *pids: int) -> bool:
    """Whether all of them have ended, once they have or the time is up."""
    deadline = time.monotonic() + seconds
    while any(lives(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def family(pid: int) -> list[int]:
    """The processes that it started, those that they started, and so on."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [member for child in map(int, children) for member in (child, *family(child))]


def deaf_within(seconds: float, pid: int, number: signal.Signals) -> bool:
    """Whether the process ignores this signal, once it does or the time is up."""
    deadline = time.monotonic() + seconds
    while not _ignores(pid, number):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _ignores(pid: int, number: signal.Signals) -> bool:
    told = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    mask = next(line for line in told.splitlines() if line.startswith("SigIgn:")).split()[1]
    return bool(int(mask, 16) >> (number - 1) & 1)
