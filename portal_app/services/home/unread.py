"""Messages that somebody has not read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlmodel import col

from portal_app.models.messages import Message, MessageReader, MessageThread
from portal_app.models.policies import Policy
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.home.some import SHOWN, Some
from portal_app.services.messaging.records import of
from portal_app.services.messaging.threads import Thread
from portal_app.services.scope import in_scope


@dataclass(frozen=True, slots=True)
class UnreadThread(Thread):
    """One with `unread` messages, written in last at `at`."""

    unread: int
    at: datetime


@reads(Permission.WRITE_MESSAGES)
def unread(tx: Tx) -> Some[UnreadThread]:
    """The threads with something unread, the newest first: one statement. Whoever only reads is written nothing."""
    thread, reader, message, me = MessageThread, MessageReader, Message, tx.actor.user_id
    mine = and_(col(reader.thread_id) == col(thread.id), col(reader.user_id) == me)
    later = and_(
        col(message.thread_id) == col(thread.id),
        col(message.id) > col(reader.read_until),
        col(message.author_id) != me,
    )
    newest = (
        select(thread, Submission, Policy, func.count(col(message.id)), func.count().over())
        .join(reader, mine)
        .join(message, later)
        .outerjoin(Submission, col(Submission.id) == col(thread.submission_id))
        .outerjoin(Policy, col(Policy.id) == col(thread.policy_id))
        .where(in_scope(tx.actor, thread))
        .group_by(col(thread.id), col(Submission.id), col(Policy.id))
        .order_by(col(thread.last_message_at).desc(), col(thread.id).desc())
    )
    found = tx.db.execute(newest.limit(SHOWN)).all()
    rows = []
    for each, submission, policy, count, _ in found:
        about = of(submission or policy)
        where = (each.locator, about.kind, about.locator, about.named, about.insured, about.href)
        rows.append(UnreadThread(*where, count, each.last_message_at))
    return Some(tuple(rows), found[0][-1] if found else 0)
