"""Submissions as lists answer them: values to show, no rows of tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.models.enums import SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import Producer, ProducerCode
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission, can
from portal_app.services.door import Tx
from portal_app.services.quotes.referrals import Referral, open_referrals
from portal_app.services.scope import scope_of
from portal_app.services.submissions.both import next_of_both
from portal_app.services.submissions.desk import due_by
from portal_app.services.submissions.lifecycle import AWAITS_AN_ANSWER
from portal_app.services.submissions.standing import is_free, stands
from portal_app.services.submissions.turns import Turn, next_action, referred_to, told, turn_of


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """`number` is the Submission ID, empty while it is a draft; `assigned_to` the name of who handles it, a carrier
    contact's address, or the queue where nobody does; `assignee` the locator of the first. `turn_words` are for who
    asked. While `waiting_since` is given the clock stands. At risk is what is due by the next close of business,
    overdue what was due before; lapsed what has offered quotes and none that is valid any more. `next_quote` is the
    locator of the quote that what comes next is done at, where it is the turn of both and the actor may do it."""

    locator: str
    number: str
    status: SubmissionStatus
    insured_name: str
    line: str
    line_name: str
    producer_code: str
    producer: str
    jurisdiction: str
    effective: date | None
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    submitted_by: str
    assigned_to: str
    assignee: str
    contact: str
    queue: str
    routed_by: str
    unassigned: bool
    unrouted: bool
    target_on: date | None
    waiting_since: datetime | None
    at_risk: bool
    overdue: bool
    lapsed: bool
    turn: Turn
    turn_words: str
    next_action: str
    next_quote: str
    reason: str
    version: int


@dataclass(frozen=True, slots=True)
class Submissions:
    """A page of submissions, and how many there are."""

    rows: tuple[SubmissionRow, ...]
    total: int
    offset: int = 0


OWN = (
    "locator", "status", "insured_name", "jurisdiction", "effective", "created_at", "changed_at", "submitted_at",
    "contact", "queue", "target_on", "waiting_since", "reason", "version",
)  # fmt: skip


def shown(tx: Tx, rows: Sequence[Submission]) -> list[SubmissionRow]:
    """The submissions, which the actor was found to see, as they are answered."""
    if not rows:
        return []
    tx.db.flush()
    named, due = _names(tx, [each.id or 0 for each in rows]), due_by(tx)
    referred = open_referrals(tx, [each.id or 0 for each in rows if each.status is SubmissionStatus.QUOTED])
    return [_row(tx, each, named[each.id or 0], due, referred.get(each.id or 0)) for each in rows]


def _row(tx: Tx, row: Submission, named: dict[str, Any], due: date, referred: Referral | None) -> SubmissionRow:
    asked, at_carrier = row.waiting_since is not None, row.contact != ""
    lapsed = row.status is SubmissionStatus.QUOTED and not asked and not named["stands"]
    free = bool(named["free"])
    turn = turn_of(
        row.status, asked=asked, at_carrier=at_carrier, referred=referred is not None, free=free, lapsed=lapsed
    )
    runs = row.status in AWAITS_AN_ANSWER and not asked and row.target_on is not None
    handed_in = row.submitted_at is not None
    unassigned = handed_in and row.assignee_id is None and not at_carrier
    mine = tx.actor.user_id in (row.created_by_id, row.submitted_by_id)
    hands_in, decides = mine or _owns(tx), _handles(tx, referred)
    asks = _referred(row, named["assignee_name"], referred) if referred else ""
    next_quote = ""
    if turn is Turn.BOTH and referred:
        asks, next_quote = next_of_both(tx, row, asks, referred, hands_in=hands_in, decides=decides)
    return SubmissionRow(
        **{name: getattr(row, name) for name in OWN},
        **{name: value for name, value in named.items() if name not in ("assignee_name", "stands", "free")},
        number=row.number or "",
        routed_by=rule_of(tx, row),
        assigned_to=named["assignee_name"] or row.contact or row.queue,
        unassigned=unassigned,
        unrouted=handed_in and unassigned and row.routed_by == "",
        at_risk=runs and row.target_on is not None and row.target_on <= due,
        overdue=runs and row.target_on is not None and row.target_on < due,
        lapsed=lapsed,
        turn=turn,
        turn_words=told(turn, hands_in=hands_in, handles=decides),
        next_quote=next_quote,
        next_action=next_action(
            row.status,
            asked=asked,
            at_carrier=at_carrier,
            assigned=row.assignee_id is not None,
            referred=asks,
            lapsed=lapsed,
        ),
    )


def rule_of(tx: Tx, row: Submission) -> str:
    """The rule that took it, for whoever looks after all accounts: how the agency calls its rules is its own."""
    return row.routed_by if can(tx.actor, Permission.VIEW_ALL_ACCOUNTS) else ""


def _handles(tx: Tx, referred: Referral | None) -> bool:
    """Whether the agency's turn is the actor's: nobody decides what they referred themselves."""
    itself = referred is not None and referred.by_id == tx.actor.user_id
    return can(tx.actor, Permission.UNDERWRITE) and not itself


def _referred(row: Submission, assignee: str, referred: Referral) -> str:
    """Whoever handles it is asked, or all underwriters where nobody does, or who does asks."""
    whom = assignee if row.assignee_id != referred.by_id else ""
    return referred_to(whom, by=referred.by, carrier=referred.carrier)


def _owns(tx: Tx) -> bool:
    """Whether what the actor sees is their own business."""
    return not scope_of(tx.actor).agency


def _names(tx: Tx, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What the submissions of these ids belong to, in names, and whether a quote that was offered stands,
    and one that nobody put to the underwriters."""
    assignee, submitter = aliased(User), aliased(User)
    columns: tuple[Any, ...] = (
        col(Submission.id),
        col(LineOfBusiness.code).label("line"),
        col(LineOfBusiness.name).label("line_name"),
        func.coalesce(col(ProducerCode.code), "").label("producer_code"),
        func.coalesce(col(Producer.name), "").label("producer"),
        func.coalesce(col(assignee.name), "").label("assignee_name"),
        func.coalesce(col(assignee.locator), "").label("assignee"),
        func.coalesce(col(submitter.email), "").label("submitted_by"),
        stands(tx).label("stands"),
        is_free(tx).label("free"),
    )
    asked = (
        select(*columns)
        .join(LineOfBusiness, col(LineOfBusiness.id) == col(Submission.line_id))
        .outerjoin(ProducerCode, col(ProducerCode.id) == col(Submission.producer_code_id))
        .outerjoin(Producer, col(Producer.id) == col(ProducerCode.producer_id))
        .outerjoin(assignee, col(assignee.id) == col(Submission.assignee_id))
        .outerjoin(submitter, col(submitter.id) == col(Submission.submitted_by_id))
        .where(col(Submission.id).in_(ids))
    )
    found = (dict(row) for row in tx.db.execute(asked).mappings())
    return {row.pop("id"): row for row in found}
