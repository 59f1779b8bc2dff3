"""What each answer to a conflict does, in words, before it is given."""

from datetime import date

from portal_app.models.enums import ConflictKind, PolicyStatus
from portal_app.services.sync.conflicts import Open
from portal_app.state import wording

STAYS = "Nothing changes. It is asked again only when the agency's system says something else."
NOT_TAKEN_BACK = "That is not taken back; another transaction on the policy can set it right."


def effects(conflict: Open) -> dict[str, str]:
    """By answer: first, second, and both where that is one."""
    if conflict.kind is ConflictKind.SAME_TIME_TWICE:
        return _of_terms(conflict)
    if conflict.kind is ConflictKind.STATUS:
        return {"first": STAYS, "second": _of_status(PolicyStatus(conflict.second))}
    return {"first": STAYS, "second": _of_code(conflict.second)}


def _of_terms(conflict: Open) -> dict[str, str]:
    first, second = (wording.day(date.fromisoformat(each)) for each in (conflict.first, conflict.second))
    return {
        "first": _moved(second, first),
        "second": _moved(first, second),
        "both": "Both terms stay as they are, and this is not asked again.",
    }


def _moved(wrong: str, right: str) -> str:
    return (
        f"The term from {wrong} goes: all that happened to it is reversed and applied again on the term from {right}, "
        "also what was issued here. That is not taken back."
    )


def _of_code(code: str) -> str:
    theirs = f"The policy then is in the book of whoever holds {code}." if code else "It then is in nobody's book."
    return (
        f"A change of the producer code to {code or 'none'} is issued with effect from today, within the term. "
        f"{theirs} {NOT_TAKEN_BACK}"
    )


def _of_status(status: PolicyStatus) -> str:
    cancelled = status is PolicyStatus.CANCELLED
    renewals = "that carry the term forward fall with it" if cancelled else "that fell with its cancellation come back"
    return (
        f"A transaction that makes the term {status.label.lower()} is issued behind the portal's, and what takes "
        f"effect later is applied again. Renewals made here {renewals}. {NOT_TAKEN_BACK}"
    )
