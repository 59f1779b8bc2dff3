"""A submission from one status to another: what every step has in common."""

from collections.abc import Callable, Mapping
from typing import Any

from portal_app.models.enums import SubmissionEventKind, SubmissionStatus
from portal_app.models.submissions import Submission, SubmissionEvent
from portal_app.services import audit
from portal_app.services.door import Tx
from portal_app.services.errors import Invalid
from portal_app.services.submissions import contacts, telling, timeline
from portal_app.services.submissions.lifecycle import NEED_A_REASON, OPEN, TRANSITIONS, Step, check_step

LONGEST_REASON = 2000
# What a step is called to programs outside.
VERBS = {
    Step.SUBMIT: "create",
    Step.ASSIGN: "assign",
    Step.QUOTE: "quote",
    Step.UNQUOTE: "unquote",
    Step.BIND: "bind",
    Step.DECLINE: "decline",
    Step.WITHDRAW: "withdraw",
    Step.REOPEN: "reopen",
}
# What people are told of a step where that is no mere change of status.
KINDS = {Step.DECLINE: "submission_declined", Step.BIND: "policy_bound", Step.QUOTE: "quote_ready"}


def move(tx: Tx, row: Submission, step: Step, *, reason: str = "") -> SubmissionEvent | None:
    """Take the step: the status, the timeline, the trail and webhooks. Returns the line in the timeline, or None where
    the status stays. Whoever is to be told is told by the caller. The row has to be held. Raises Conflict where its
    status does not allow the step, Invalid where a reason is needed or cannot be taken."""
    check_step(row.status, step)
    reason = taken(reason, needed=step in NEED_A_REASON)
    before, row.status = row.status, TRANSITIONS[row.status, step]
    row.version, row.changed_at = row.version + 1, tx.now
    if step in NEED_A_REASON or step is Step.REOPEN:
        row.reason = reason if step in NEED_A_REASON else ""
    detail = {"before": {"status": before.value}, "after": {"status": row.status.value}}
    TRAIL[step](tx, row, detail | ({"reason": reason} if reason else {}))
    telling.programs(tx, row, VERBS[step])
    if before is row.status:
        return None
    more = {"reason": reason} if reason else {}
    again = {"reopened": True} if step is Step.REOPEN else {}
    return timeline.note(
        tx, row, SubmissionEventKind.MOVED, before=before.value, after=row.status.value, **more, **again
    )


def _noted(tx: Tx, row: Submission, action: str, detail: Mapping[str, Any]) -> None:
    audit.record(tx, action, subject_kind="submission", subject=row.locator, detail=dict(detail))


TRAIL: dict[Step, Callable[[Tx, Submission, Mapping[str, Any]], None]] = {
    Step.SUBMIT: lambda tx, row, detail: _noted(tx, row, "submission.submitted", detail),
    Step.ASSIGN: lambda tx, row, detail: _noted(tx, row, "submission.assigned", detail),
    Step.QUOTE: lambda tx, row, detail: _noted(tx, row, "submission.quoted", detail),
    Step.UNQUOTE: lambda tx, row, detail: _noted(tx, row, "submission.unquoted", detail),
    Step.BIND: lambda tx, row, detail: _noted(tx, row, "submission.bound", detail),
    Step.DECLINE: lambda tx, row, detail: _noted(tx, row, "submission.declined", detail),
    Step.WITHDRAW: lambda tx, row, detail: _noted(tx, row, "submission.withdrawn", detail),
    Step.REOPEN: lambda tx, row, detail: _noted(tx, row, "submission.reopened", detail),
}


def tell(tx: Tx, row: Submission, step: Step, event: SubmissionEvent, *, words: str = "") -> None:
    """Tell people of a step that was taken, and a carrier's contact that it is over. Why it ended is not for them."""
    label = SubmissionStatus(row.status).label
    said = words or f"It is {label} now."
    telling.people(tx, row, KINDS.get(step, "submission_status"), key=event.locator, words=said)
    if row.contact and row.status not in OPEN:
        contacts.no_longer(tx, row, row.contact, f"It is {label} now.")


def taken(reason: str, *, needed: bool) -> str:
    """The reason as it is kept. Raises Invalid."""
    kept = reason.strip()
    if needed and not kept:
        raise Invalid({"reason": "Say why: the other side reads it."})
    if len(kept) > LONGEST_REASON:
        raise Invalid({"reason": f"Enter at most {LONGEST_REASON:,} characters."})
    if any(not (each.isprintable() or each in "\r\n\t") for each in kept):
        raise Invalid({"reason": "There are characters in it that cannot be shown."})
    return kept
