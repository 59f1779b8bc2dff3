"""Looking submissions up, as the dashboard lists them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.policies import LineOfBusiness
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.naming import holds
from portal_app.services.scope import in_scope, visible
from portal_app.services.submissions.desk import due_by
from portal_app.services.submissions.lifecycle import AWAITS_AN_ANSWER, OPEN
from portal_app.services.submissions.rows import one
from portal_app.services.submissions.standing import lapsed, stands, turn_is
from portal_app.services.submissions.turns import Turn
from portal_app.services.submissions.views import SubmissionRow, Submissions, shown

MOST_ROWS = 200
LONGEST = 200


class Sort(StrEnum):
    """The columns of the dashboard."""

    NUMBER = "number"
    INSURED_NAME = "insured_name"
    LINE = "line"
    SUBMITTED_AT = "submitted_at"
    STATUS = "status"
    ASSIGNED_TO = "assigned_to"
    TARGET_ON = "target_on"


SORTED: dict[Sort, Any] = {
    Sort.NUMBER: col(Submission.number),
    Sort.INSURED_NAME: col(Submission.insured_name),
    Sort.SUBMITTED_AT: col(Submission.submitted_at),
    Sort.STATUS: col(Submission.status),
    Sort.TARGET_ON: col(Submission.target_on),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """`text` occurs in the insured's name or the Submission ID. `line` is a code, `assigned_to` the locator of who
    handles it. `mine` is what the actor began, handed in or handles, `own` what they began or handed in; `unassigned`
    what nobody handles; `unrouted` what no rule took and nobody handles; `at_risk` what is due by the next close of
    business or overdue; `waiting` where the producer is asked for information; `offered` what has an offered quote
    that is valid, `lapsed` what has none such any more; `turn` whose turn it is. Without `statuses` everything that was
    handed in."""

    text: str = ""
    statuses: tuple[SubmissionStatus, ...] = ()
    line: str = ""
    assigned_to: str = ""
    account: str = ""
    mine: bool = False
    unassigned: bool = False
    unrouted: bool = False
    at_risk: bool = False
    waiting: bool = False
    own: bool = False
    offered: bool = False
    lapsed: bool = False
    turn: Turn | None = None


@reads(Permission.VIEW_OWN_ACCOUNTS)
def submission(tx: Tx, *, locator: str) -> SubmissionRow:
    """One submission. Raises NotFound, also for one that is not the actor's to see."""
    return shown(tx, [one(tx, locator)])[0]


@reads(Permission.VIEW_OWN_ACCOUNTS)
def listed(
    tx: Tx,
    *,
    wanted: Filter = Filter(),
    sort: Sort = Sort.SUBMITTED_AT,
    descending: bool = True,
    offset: int = 0,
    count: int = 50,
) -> Submissions:
    """The submissions that the actor may see and `wanted` asks for; the total is exact."""
    found = matching(tx, wanted)
    start = min(max(offset, 0), 2**40)
    page = _sorted(found, sort, descending).offset(start).limit(min(max(count, 1), MOST_ROWS))
    total = tx.db.scalar(select(func.count()).select_from(found.with_only_columns(col(Submission.id)).subquery())) or 0
    return Submissions(tuple(shown(tx, tx.db.scalars(page).all())), total, start)


def matching(tx: Tx, wanted: Filter) -> Select[Any]:
    """What is asked for, in no order."""
    found = visible(tx.actor, Submission).where(*_conditions(tx, wanted))
    if typed := " ".join(wanted.text.replace("\x00", " ").split())[:LONGEST]:
        found = found.where(or_(holds(col(Submission.insured_name), typed), holds(col(Submission.number), typed)))
    return found


def _conditions(tx: Tx, wanted: Filter) -> list[ColumnElement[bool]]:
    row = Submission
    found: list[ColumnElement[bool]] = []
    if wanted.statuses:
        found.append(col(row.status).in_(wanted.statuses))
    else:
        found.append(col(row.status) != SubmissionStatus.DRAFT)
    if wanted.line:
        found.append(
            col(row.line_id).in_(select(col(LineOfBusiness.id)).where(col(LineOfBusiness.code) == wanted.line))
        )
    if wanted.assigned_to:
        found.append(col(row.assignee_id).in_(select(col(User.id)).where(col(User.locator) == wanted.assigned_to)))
    if wanted.account:
        theirs = (in_scope(tx.actor, Account), col(Account.locator) == wanted.account)
        found.append(col(row.account_id).in_(select(col(Account.id)).where(*theirs)))
    if wanted.mine:
        me = tx.actor.user_id
        found.append(or_(col(row.created_by_id) == me, col(row.submitted_by_id) == me, col(row.assignee_id) == me))
    if wanted.own:
        found.append(or_(col(row.created_by_id) == tx.actor.user_id, col(row.submitted_by_id) == tx.actor.user_id))
    if wanted.unassigned or wanted.unrouted:
        found += [col(row.status).in_(OPEN), col(row.assignee_id).is_(None), col(row.contact) == ""]
    if wanted.unrouted:
        found.append(col(row.routed_by) == "")
    if wanted.at_risk:
        found += [
            col(row.status).in_(AWAITS_AN_ANSWER),
            col(row.waiting_since).is_(None),
            col(row.target_on) <= due_by(tx),
        ]
    if wanted.waiting:
        found += [col(row.status).in_(OPEN), col(row.waiting_since).is_not(None)]
    if wanted.offered:
        found += [col(row.status) == SubmissionStatus.QUOTED, stands(tx)]
    if wanted.lapsed:
        found.append(lapsed(tx))
    if wanted.turn is not None:
        found.append(turn_is(tx, wanted.turn))
    return found


def _sorted(found: Select[Any], sort: Sort, descending: bool) -> Select[Any]:
    """What has nothing in that column comes last, either way; equals go by the time of their beginning."""
    by: Any
    if sort is Sort.LINE:
        found = found.join(LineOfBusiness, col(LineOfBusiness.id) == col(Submission.line_id))
        by = col(LineOfBusiness.name)
    elif sort is Sort.ASSIGNED_TO:
        found = found.outerjoin(User, col(User.id) == col(Submission.assignee_id))
        by = func.nullif(func.coalesce(col(User.name), col(Submission.contact)), "")
    else:
        by = SORTED[sort]
    order = by.desc().nulls_last() if descending else by.asc().nulls_last()
    return found.order_by(order, col(Submission.id).desc() if descending else col(Submission.id))
