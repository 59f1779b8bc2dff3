"""What waits for whichever underwriter takes it up first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, literal, select
from sqlmodel import col

from portal_app.models.enums import QuoteState, SubmissionStatus, TransactionKind, TransactionState
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Policy
from portal_app.models.quotes import Quote, QuoteOffer
from portal_app.models.stored import stored_enum
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.home.some import SHOWN, Some
from portal_app.services.home.turns import total
from portal_app.services.home.waiting import Waiting, waiting
from portal_app.services.quotes.referrals import REFERRED
from portal_app.services.quotes.views import QuoteView, shown
from portal_app.services.scope import visible
from portal_app.services.submissions.find import Filter, matching
from portal_app.services.submissions.views import shown as submissions_shown

UNASSIGNED, UNROUTED, LAPSED = Filter(unassigned=True), Filter(unrouted=True), Filter(lapsed=True)


@dataclass(frozen=True, slots=True)
class Referred:
    """A quote (`locator`) of a submission that somebody asks the underwriters to bind."""

    locator: str
    submission: str
    number: str
    insured_name: str
    carrier: str
    referred_at: datetime


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A submission whose offered quotes are not valid any more, the last of them since after `ended_on`. `assigned_to`
    is as in lists."""

    locator: str
    number: str
    insured_name: str
    line_name: str
    assigned_to: str
    ended_on: date


@dataclass(frozen=True, slots=True)
class Drafted:
    """A transaction of a policy (its locator and number) that is drafted and not issued yet."""

    locator: str
    policy: str
    number: str
    insured_name: str
    kind: TransactionKind
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """`unrouted` is how many of the unassigned no rule took; `blocked` are quotes that a flag stops."""

    unassigned: Some[Waiting]
    unrouted: int
    referred: Some[Referred]
    lapsed: Some[Lapsed]
    blocked: Some[QuoteView]
    quotes: Some[QuoteView]
    transactions: Some[Drafted]


@reads(Permission.UNDERWRITE)
def queue(tx: Tx) -> Queue:
    """What is due first, or has waited longest, comes first."""
    unassigned = _unassigned(tx)
    return Queue(
        unassigned,
        _unrouted(tx, unassigned),
        _referred(tx),
        _lapsed(tx),
        _quotes(tx, QuoteState.BLOCKED),
        _quotes(tx, QuoteState.DRAFT),
        _drafted(tx),
    )


def _unassigned(tx: Tx) -> Some[Waiting]:
    first = matching(tx, UNASSIGNED).order_by(col(Submission.target_on).asc().nulls_last(), col(Submission.id))
    rows = waiting(tx, tx.db.scalars(first.limit(SHOWN)).all())
    return Some(rows, total(tx, UNASSIGNED, len(rows)))


def _unrouted(tx: Tx, unassigned: Some[Waiting]) -> int:
    shown = sum(each.unrouted for each in unassigned.rows)
    return shown if unassigned.total == len(unassigned.rows) else total(tx, UNROUTED, SHOWN)


def _referred(tx: Tx) -> Some[Referred]:
    quote, of = Quote, Submission
    asked = (
        visible(tx.actor, quote)
        .join(of, col(of.id) == col(quote.submission_id))
        .where(col(of.status) == SubmissionStatus.QUOTED)
        .where(*REFERRED)
    )
    page = asked.order_by(col(quote.referred_at), col(quote.id)).add_columns(col(of.locator), col(of.number))
    found = tx.db.execute(page.limit(SHOWN)).all()
    views = shown(tx, [row for row, _, _ in found]) if found else []
    return Some(
        tuple(
            Referred(each.locator, submission, number or "", each.insured_name, each.carrier, each.referred_at)
            for each, (_, submission, number) in zip(views, found, strict=True)
            if each.referred_at is not None
        ),
        _total(tx, asked.with_only_columns(col(quote.id)), len(found)),
    )


def _lapsed(tx: Tx) -> Some[Lapsed]:
    quote = Quote
    offered = and_(col(quote.submission_id) == col(Submission.id), col(quote.offer) == QuoteOffer.OFFERED)
    ended = func.max(col(quote.valid_until))
    longest = (
        matching(tx, LAPSED)
        .join(quote, offered)
        .add_columns(ended)
        .group_by(col(Submission.id))
        .order_by(ended, col(Submission.id))
        .limit(SHOWN)
    )
    found = tx.db.execute(longest).all()
    rows = submissions_shown(tx, [row for row, _ in found])
    told = tuple(
        Lapsed(each.locator, each.number, each.insured_name, each.line_name, each.assigned_to, ended_on)
        for each, (_, ended_on) in zip(rows, found, strict=True)
    )
    return Some(told, total(tx, LAPSED, len(told)))


def _quotes(tx: Tx, state: QuoteState) -> Some[QuoteView]:
    asked = visible(tx.actor, Quote).where(col(Quote.state) == state)
    rows = tx.db.scalars(asked.order_by(col(Quote.id)).limit(SHOWN)).all()
    if not rows:
        return Some()
    return Some(tuple(shown(tx, rows)), _total(tx, asked.with_only_columns(col(Quote.id)), len(rows)))


def _drafted(tx: Tx) -> Some[Drafted]:
    row = LedgerTransaction
    # Spelled out, since SQLite reads an index of some rows only where the statement itself says which.
    drafted = literal(TransactionState.DRAFT, stored_enum(TransactionState), literal_execute=True)
    asked = visible(tx.actor, row).where(col(row.state) == drafted)
    page = (
        asked.join(Policy, col(Policy.id) == col(row.policy_id))
        .with_only_columns(
            col(row.locator), col(Policy.locator), col(Policy.number), col(Policy.insured_name), col(row.kind),
            col(row.known_at),
        )
        .order_by(col(row.id))
        .limit(SHOWN)
    )  # fmt: skip
    found = tuple(Drafted(*each) for each in tx.db.execute(page))
    return Some(found, _total(tx, asked.with_only_columns(col(row.id)), len(found)))


def _total(tx: Tx, ids: Any, found: int) -> int:
    if found < SHOWN:
        return found
    return tx.db.scalar(select(func.count()).select_from(ids.subquery())) or 0
