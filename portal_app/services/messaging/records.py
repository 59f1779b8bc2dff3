"""What messages are about: a submission or a policy, as far as the actor may see it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.models.messages import Message, MessageSide, MessageThread
from portal_app.models.policies import Policy
from portal_app.models.producers import ProducerCode
from portal_app.models.submissions import Submission
from portal_app.services.access import Actor
from portal_app.services.door import Tx
from portal_app.services.errors import NotFound
from portal_app.services.notifications.kinds import href_of
from portal_app.services.routing.in_force import underwriters
from portal_app.services.scope import visible
from portal_app.services.submissions.telling import whose_business


class RecordKind(StrEnum):
    """The name of the record's table, and the first part of its address."""

    SUBMISSION = "submission"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Record:
    """`named` is the number that it goes by."""

    kind: RecordKind
    row: Submission | Policy
    locator: str
    named: str
    insured: str

    @property
    def href(self) -> str:
        """The address of its thread, on its page."""
        return href_of(self.kind.value, self.locator, "message_received")

    @property
    def in_thread(self) -> Any:
        """The condition under which a thread is that of this record."""
        thread = MessageThread
        own = thread.submission_id if self.kind is RecordKind.SUBMISSION else thread.policy_id
        return col(own) == self.row.id


def record(tx: Tx, kind: RecordKind, locator: str, *, held: bool = False) -> Record:
    """The record, to be read; `held` until this is through, so that its thread is begun once and goes on in one order.
    Raises NotFound."""
    model: Any = Submission if kind is RecordKind.SUBMISSION else Policy
    asked = visible(tx.actor, model).where(col(model.locator) == locator)
    found = tx.db.scalars(asked.with_for_update() if held else asked).first()
    if found is None:
        raise NotFound
    return of(found)


def of(row: Submission | Policy) -> Record:
    kind = RecordKind.SUBMISSION if isinstance(row, Submission) else RecordKind.POLICY
    return Record(kind, row, row.locator, row.number or "Draft", row.insured_name)


def side_of(actor: Actor) -> MessageSide:
    """A producer writes for themselves, everybody else for the agency."""
    return MessageSide.PRODUCER if actor.role is Role.PRODUCER else MessageSide.AGENCY


def concerned(tx: Tx, about: Record, thread: MessageThread, side: MessageSide) -> set[int]:
    """The ids of those to whom a message of that side goes, but for its author: who wrote in the thread before; and of
    the other side whose business it is, or who handles it."""
    wrote = select(col(Message.author_id)).where(col(Message.thread_id) == thread.id)
    to = set(tx.db.scalars(wrote)) | (
        _producers(tx, about) if side is MessageSide.AGENCY else _agency(tx, about, thread)
    )
    return to - {tx.actor.user_id or 0}


def _producers(tx: Tx, about: Record) -> set[int]:
    row = about.row
    if isinstance(row, Submission):
        return {each for each in whose_business(tx, row) if each is not None}
    if row.producer_code_id is None:
        return set()
    producer = tx.db.get_one(ProducerCode, row.producer_code_id).producer_id
    return _people(tx, col(User.producer_id) == producer, col(User.role) == Role.PRODUCER)


def _agency(tx: Tx, about: Record, thread: MessageThread) -> set[int]:
    """Who handles a submission, or all who could; of a policy, which nobody has in hand, those of the agency who wrote
    about it, or all who look after accounts."""
    row = about.row
    if isinstance(row, Submission):
        able = _people(tx, col(User.email).in_(underwriters(tx)))
        return {row.assignee_id or 0} & able or able
    wrote = select(col(Message.author_id)).where(
        col(Message.thread_id) == thread.id, col(Message.side) == MessageSide.AGENCY
    )
    at_work = col(User.role).in_([Role.CSR, Role.PRINCIPAL])
    for condition in (col(User.id).in_(wrote) & at_work, col(User.role) == Role.CSR, col(User.role) == Role.PRINCIPAL):
        if found := _people(tx, condition):
            return found
    return set()


def _people(tx: Tx, *conditions: Any) -> set[int]:
    found = tx.db.scalars(select(col(User.id)).where(col(User.disabled_at).is_(None), *conditions))
    return {each for each in found if each is not None}
