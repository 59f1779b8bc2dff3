"""What can be exported, and what every kind of export hands over."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal_app.services.access import Actor, Permission, Reach, reach
from portal_app.services.exports.cells import Cell

MOST_OF_A_LIMITED_ROLE = 1000


class Kind(StrEnum):
    POLICIES = "policies"
    ACCOUNTS = "accounts"
    SUBMISSIONS = "submissions"
    USERS = "users"
    ACCESS_REVIEW = "access-review"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was there when the export began: how many rows, and the highest id among them. `way` is what the kind has to
    know for every part alike, such as how a text was understood."""

    rows: int
    highest: int
    way: Any = None


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows in order, and the id of the last that was looked at: 0 where there are no more."""

    rows: tuple[tuple[Cell, ...], ...]
    last: int = 0


def is_limited(actor: Actor) -> bool:
    """Whether this person takes along the columns of the list alone, and so many rows at most."""
    return reach(actor, Permission.EXPORT_DATA) is not Reach.FULL
