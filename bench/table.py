"""How a part of the measurements says what it found."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One finding; `goal` and whether it is `met` where there is one."""

    what: str
    found: str
    goal: str = ""
    met: bool | None = None


def show(title: str, lines: Sequence[Line]) -> None:
    """Print one table."""
    width, wide = max(len(line.what) for line in lines), max(len(line.found) for line in lines)
    print(f"\n{title}\n{'-' * len(title)}")
    for line in lines:
        verdict = {None: "", True: "met", False: "SHORT"}[line.met]
        print(f"{line.what:<{width}}  {line.found:>{wide}}  {line.goal:<12} {verdict}".rstrip())
