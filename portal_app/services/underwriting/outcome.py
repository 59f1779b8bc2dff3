"""What the flags of a quote or a transaction come to together. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal_app.models.enums import FlagCause, FlagLevel


class Outcome(StrEnum):
    """`FAILED` is a producer that is not valid: at any level, and no other flag outweighs it."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    DECLINED = "declined"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Standing:
    """A flag that was not removed, in the order in which it was raised."""

    order: int
    cause: FlagCause
    level: FlagLevel


def outcome_of(flags: Iterable[Standing]) -> Outcome:
    """Approval overrides all but an earlier rejection and an invalid producer; block and decline hold until they are
    removed or approved; info has no effect."""
    standing = sorted(flags, key=lambda each: each.order)
    if any(each.cause is FlagCause.PRODUCER for each in standing):
        return Outcome.FAILED
    levels = [each.level for each in standing]
    approved = levels.index(FlagLevel.APPROVE) if FlagLevel.APPROVE in levels else None
    if FlagLevel.REJECT in levels[:approved]:
        return Outcome.REJECTED
    if approved is not None:
        return Outcome.PASSED
    if FlagLevel.DECLINE in levels:
        return Outcome.DECLINED
    return Outcome.BLOCKED if FlagLevel.BLOCK in levels else Outcome.PASSED
