"""The first rows of a list, as a card of Home shows them."""

from dataclasses import dataclass
from typing import Generic, TypeVar

SHOWN = 5
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Some(Generic[Row]):
    """The first rows, and how many there are."""

    rows: tuple[Row, ...] = ()
    total: int = 0
