"""What others did since one signed in last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import col

from portal_app.models.enums import SessionStage, SubmissionEventKind, TransactionKind, TransactionState
from portal_app.models.identity import UserSession
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Policy
from portal_app.models.submissions import Submission, SubmissionEvent
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.home.some import SHOWN
from portal_app.services.notifications.inbox import unread_count
from portal_app.services.scope import visible
from portal_app.services.submissions.rows import named
from portal_app.services.submissions.timeline import people, words

LOOKED_AT = 500
"""How far back it is counted: nobody reads more, and whoever was away for a year does not wait for it."""
Kind = SubmissionEventKind
TOLD = (
    Kind.SUBMITTED, Kind.ASSIGNED, Kind.MOVED, Kind.ASKED, Kind.ANSWERED, Kind.QUOTED, Kind.REFERRED, Kind.CONFIRMED,
)  # fmt: skip
OF_POLICIES = (
    TransactionKind.ISSUANCE, TransactionKind.RENEWAL, TransactionKind.CANCELLATION, TransactionKind.REINSTATEMENT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfSubmission:
    """What happened last to a submission, in words, who did it, and how many things happened to it."""

    locator: str
    number: str
    insured_name: str
    words: str
    by: str
    at: datetime
    events: int


@dataclass(frozen=True, slots=True)
class OfPolicy:
    """What happened last to a policy."""

    locator: str
    number: str
    insured_name: str
    kind: TransactionKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Since:
    """`since` is None for somebody who signed in for the first time. The newest come first; `submissions_total` and
    `policies_total` count those that something happened to, `…_more` that there may be more. `unread` is how many
    notifications one has not read."""

    since: datetime | None
    submissions: tuple[OfSubmission, ...]
    submissions_total: int
    submissions_more: bool
    policies: tuple[OfPolicy, ...]
    policies_total: int
    policies_more: bool
    unread: int


@reads(Permission.VIEW_OWN_ACCOUNTS)
def since(tx: Tx) -> Since:
    """What happened to submissions and policies that one may see, but for what one did oneself to submissions."""
    before = last_sign_in(tx)
    if before is None:
        return Since(None, (), 0, False, (), 0, False, unread_count(tx))
    happened, submissions_more = _newest(tx, _events(tx, before), SubmissionEvent.submission_id)
    issued, policies_more = _newest(tx, _transactions(tx, before), LedgerTransaction.policy_id)
    return Since(
        before,
        _submissions(tx, happened[:SHOWN]),
        len(happened),
        submissions_more,
        _policies(tx, issued[:SHOWN]),
        len(issued),
        policies_more,
        unread_count(tx),
    )


def last_sign_in(tx: Tx) -> datetime | None:
    """When the actor signed in before this session; for a program with their token, when they signed in last."""
    row = UserSession
    mine = [col(row.user_id) == tx.actor.user_id, col(row.stage) == SessionStage.FULL]
    if tx.actor.session_id is not None:
        mine.append(col(row.id) < tx.actor.session_id)
    return tx.db.scalar(select(col(row.created_at)).where(*mine).order_by(col(row.id).desc()).limit(1))


def _events(tx: Tx, before: datetime) -> Select[Any]:
    row = SubmissionEvent
    asked = visible(tx.actor, row).where(col(row.at) > before, col(row.by) != named(tx), col(row.kind).in_(TOLD))
    return asked.order_by(col(row.at).desc(), col(row.id).desc())


def _transactions(tx: Tx, before: datetime) -> Select[Any]:
    """What was applied again behind another transaction happened before."""
    row = LedgerTransaction
    asked = visible(tx.actor, row).where(
        col(row.known_at) > before,
        col(row.state) == TransactionState.ISSUED,
        col(row.kind).in_(OF_POLICIES),
        col(row.reapplies_id).is_(None),
    )
    return asked.order_by(col(row.known_at).desc(), col(row.id).desc())


def _newest(tx: Tx, happened: Select[Any], of: Any) -> tuple[Sequence[Any], bool]:
    """The id of the last thing that happened to each record and how many did, the newest first; and whether more may
    have happened than was looked at."""
    model = of.class_
    some = happened.with_only_columns(col(model.id).label("id"), of.label("of")).limit(LOOKED_AT).subquery()
    last = func.max(some.c.id)
    found = tx.db.execute(select(last, func.count()).group_by(some.c.of).order_by(last.desc())).all()
    return found, sum(count for _, count in found) == LOOKED_AT


def _submissions(tx: Tx, happened: Sequence[Any]) -> tuple[OfSubmission, ...]:
    counts: dict[int, int] = dict(tuple(each) for each in happened)
    row, of = SubmissionEvent, Submission
    asked = (
        visible(tx.actor, row)
        .join(of, col(of.id) == col(row.submission_id))
        .where(col(row.id).in_(counts))
        .add_columns(col(of.locator), col(of.number), col(of.insured_name))
        .order_by(col(row.id).desc())
    )
    found = tx.db.execute(asked).all() if counts else ()
    names = people(tx, [event for event, *_ in found])
    return tuple(
        OfSubmission(
            locator, number or "", insured, words(tx, event, names), names[event.by], event.at, counts[event.id]
        )
        for event, locator, number, insured in found
    )


def _policies(tx: Tx, issued: Sequence[Any]) -> tuple[OfPolicy, ...]:
    ids = [number for number, _ in issued]
    row = LedgerTransaction
    asked = (
        visible(tx.actor, row)
        .join(Policy, col(Policy.id) == col(row.policy_id))
        .where(col(row.id).in_(ids))
        .with_only_columns(
            col(Policy.locator), col(Policy.number), col(Policy.insured_name), col(row.kind), col(row.known_at)
        )
        .order_by(col(row.id).desc())
    )
    return tuple(OfPolicy(*each) for each in (tx.db.execute(asked) if ids else ()))
