"""What of a submission went to the agency's management system, what waits, and what has to be sent again; and sending
it by hand."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.ams import OUTCOMES, AmsHandover, HandoverKind
from portal_app.models.enums import Labelled, SubmissionStatus
from portal_app.models.outbox import OutboxMessage
from portal_app.models.submissions import Submission
from portal_app.services import outbox
from portal_app.services.access import Permission, can
from portal_app.services.ams import ordering, set_up
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict
from portal_app.services.scope import visible
from portal_app.services.submissions.rows import held, one
from portal_app.services.topics import Topic

MAY = Permission.UNDERWRITE


class HandoverState(Labelled):
    """Whether the system has it. What was never ordered, or could not be for want of a setting, is not sent."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class HandoverView:
    """One thing that goes to the system, whether it has it, and what keeps it from there as a sentence. `key` is what
    it bears there, `reference` what the system calls it; both are empty where it never went. `may_send` tells that the
    actor can have it sent now."""

    kind: HandoverKind
    state: HandoverState
    why: str = ""
    key: str = ""
    ordered_at: datetime | None = None
    ordered_by: str = ""
    attempts: int = 0
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    reference: str = ""
    may_send: bool = False


@reads(Permission.VIEW_OWN_ACCOUNTS)
def handovers(tx: Tx, *, locator: str) -> tuple[HandoverView, ...]:
    """What of a submission goes to the management system. Raises NotFound."""
    return of(tx, one(tx, locator))


@writes(MAY)
def send(tx: Tx, *, locator: str, kind: HandoverKind) -> tuple[HandoverView, ...]:
    """Send it, or send it again under the same key. Raises NotFound; Conflict where there is nothing yet that could go,
    where it is on its way, and where nothing is set up that it could go to."""
    row = held(tx, locator)
    if problem := _not_there(row, kind):
        raise Conflict(problem)
    if why := set_up.missing(tx, kind):
        raise Conflict(why)
    found = ordering.ordered(tx, row, kind)
    message = _message(tx, found) if found else None
    if found is None and kind in OUTCOMES.values():
        raise Conflict("There is nothing to tell: the AMS has it as it ended, or not at all.")
    if found is None:
        ordering.order(tx, row, kind)
    elif message is None or message.delivered_at is not None:
        ordering.put(tx, row, found)
    elif message.dead_at is not None:
        outbox.revive(tx, message.locator)
    else:
        raise Conflict("It is on its way already.")
    tx.changes(Topic.SUBMISSIONS)
    tx.db.flush()
    return of(tx, row)


def of(tx: Tx, row: Submission) -> tuple[HandoverView, ...]:
    """What was ordered, of several outcomes the newest; and for whoever can send it, what was not."""
    mine = visible(tx.actor, AmsHandover).where(col(AmsHandover.submission_id) == row.id)
    shown = {each.kind: _view(tx, each) for each in tx.db.scalars(mine.order_by(col(AmsHandover.id)))}
    for kind in set(HandoverKind) - set(OUTCOMES.values()) if can(tx.actor, MAY) else ():
        why = set_up.missing(tx, kind)
        # A policy that was bound belongs there; the others may.
        if kind not in shown and not _not_there(row, kind) and (kind is HandoverKind.POLICY or not why):
            may = not why and tx.actor.may_write
            shown[kind] = HandoverView(kind, HandoverState.NOT_SENT, why or "Nothing had it sent there.", may_send=may)
    return tuple(shown[kind] for kind in HandoverKind if kind in shown)


def _not_there(row: Submission, kind: HandoverKind) -> str:
    if row.status is SubmissionStatus.DRAFT:
        return "It was not submitted yet."
    return "It is not bound." if kind is HandoverKind.POLICY and row.policy_id is None else ""


def _view(tx: Tx, row: AmsHandover) -> HandoverView:
    message, missing = _message(tx, row), set_up.missing(tx, row.kind)
    state, why = HandoverState.WAITING, missing or (message.last_error if message else "")
    if row.sent_at is not None:
        state, why = HandoverState.SENT, ""
    elif message is None:
        state, why = HandoverState.NOT_SENT, missing or "It was not set up when this was to go."
    elif message.dead_at is not None:
        state, why = HandoverState.FAILED, message.last_error
    waits = state is HandoverState.WAITING
    return HandoverView(
        row.kind,
        state,
        why,
        key=row.locator if message else "",
        ordered_at=row.ordered_at,
        ordered_by=row.ordered_by,
        attempts=message.attempts if message else 0,
        next_attempt_at=message.due_at if message and waits and message.attempts else None,
        sent_at=row.sent_at,
        reference=row.reference,
        may_send=not waits and not missing and can(tx.actor, MAY) and tx.actor.may_write,
    )


def _message(tx: Tx, row: AmsHandover) -> OutboxMessage | None:
    return tx.db.scalars(select(OutboxMessage).where(col(OutboxMessage.locator) == row.message)).first()
