"""Who is told of what happens to a submission: people in their ways, programs by webhooks."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import ProducerCode
from portal_app.models.submissions import Submission
from portal_app.services.door import Tx
from portal_app.services.mail import Attached
from portal_app.services.notifications.telling import notify, told_of
from portal_app.services.routing.in_force import underwriters
from portal_app.services.webhooks import events

ENDED = (SubmissionStatus.DECLINED, SubmissionStatus.WITHDRAWN)
# What goes to whoever did it too: they keep it.
CONFIRMATIONS = ("submission_received", "policy_bound")


def people(
    tx: Tx,
    row: Submission,
    kind: str,
    *,
    key: str,
    words: str = "",
    items: Sequence[str] = (),
    file: Attached | None = None,
) -> None:
    """Tell those whose business it is and who handles it, but for the one who acts: they know. That it was received is
    told to those alone whose business it is; of that and of a bind whoever did it has a confirmation. That it has ended
    while nobody handled it is told to those too who were told that it waits for them."""
    to = whose_business(tx, row)
    if kind != "submission_received":
        to = to | {row.assignee_id}
    if row.status in ENDED and row.assignee_id is None and not row.contact:
        to = to | told_of(tx, "submission_to_review", row, _able(tx))
    to = to | {tx.actor.user_id} if kind in CONFIRMATIONS else to - {tx.actor.user_id}
    _notify(tx, row, kind, to, key=key, words=words, items=items, attachment=file)


def deciders(tx: Tx, row: Submission, kind: str, *, key: str, words: str = "", besides: int | None = None) -> None:
    """Tell who decides what is waiting, but for the one who acts: whoever handles it and `besides` (a user's id), as
    far as they may underwrite; where that is nobody, all who may."""
    able = _able(tx)
    to = ({row.assignee_id, besides} & able) - {tx.actor.user_id}
    _notify(tx, row, kind, to or able - {tx.actor.user_id}, key=key, words=words)


def whose_it_was(tx: Tx, row: Submission, before: int | None, *, key: str, words: str) -> None:
    """Tell who handled it `before` (a user's id) that somebody else does, unless they gave it away themselves."""
    _notify(tx, row, "submission_reassigned", {before} - {tx.actor.user_id}, key=key, words=words)


def _able(tx: Tx) -> set[int | None]:
    """Who may underwrite, by their ids."""
    return set(tx.db.scalars(select(col(User.id)).where(col(User.email).in_(underwriters(tx)))))


def whose_business(tx: Tx, row: Submission) -> set[int | None]:
    """Who began it and who handed it in; and where they did it for a producer, the people of that producer."""
    hands = {row.created_by_id, row.submitted_by_id}
    if row.producer_code_id is None:
        return hands
    producer = tx.db.get_one(ProducerCode, row.producer_code_id).producer_id
    theirs = set(tx.db.scalars(select(col(User.id)).where(col(User.producer_id) == producer)))
    return hands if hands & theirs else hands | theirs


def _notify(tx: Tx, row: Submission, kind: str, to: set[int | None], **told: Any) -> None:
    notify(tx, kind, about=row, to=to, named=row.number or "", insured=row.insured_name, **told)


def programs(tx: Tx, row: Submission, verb: str, **more: Any) -> None:
    line = tx.db.get_one(LineOfBusiness, row.line_id).code
    data = {"number": row.number, "status": row.status.value, "line": line, "version": row.version, **more}
    events.tell(tx, f"submission.{verb}", locator=row.locator, data=data)
