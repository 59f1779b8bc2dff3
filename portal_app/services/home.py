"""What somebody sees first: their book in figures, what ends soon, and how the portal itself is doing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import PolicyStatus, Role
from portal_app.models.identity import User
from portal_app.models.policies import Carrier, LineOfBusiness, Policy, PolicyTerm
from portal_app.models.types import Cents
from portal_app.services.access import Gate, Permission, can
from portal_app.services.door import Tx, reads
from portal_app.services.policies.in_force import in_force_on
from portal_app.services.policies.search import newest_export
from portal_app.services.policies.views import PolicyRow
from portal_app.services.scope import in_scope
from portal_app.services.sync import freshness
from portal_app.services.sync.freshness import FeedStatus

WINDOWS = ((1, 30), (31, 60), (61, 90))
LAPSED_DAYS = 7
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Window:
    """Policies in force whose term ends between two days, both counted. `renewed` of them have a later term already."""

    first: date
    last: date
    policies: int
    premium: Decimal
    renewed: int


@dataclass(frozen=True, slots=True)
class LineShare:
    """One line's part of the book in force; `share` in whole percent of the premium."""

    code: str
    name: str
    policies: int
    premium: Decimal
    share: int


@dataclass(frozen=True, slots=True)
class Book:
    """The policies that one may see, in figures. Money is Decimal dollars, `premium` that of the terms in force."""

    in_force: int
    premium: Decimal
    windows: tuple[Window, ...]
    lines: tuple[LineShare, ...]
    next_to_end: tuple[PolicyRow, ...]
    lapsed: tuple[PolicyRow, ...]
    lapsed_total: int
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class RoleCount:
    role: str
    people: int
    without_second_factor: int
    locked: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What Home shows. `book` is None for a role that sees no business, `feeds` for one that has nothing to do with
    them; so `people` is empty."""

    today: date
    book: Book | None
    people: tuple[RoleCount, ...]
    feeds: tuple[FeedStatus, ...] | None


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """`mail` says whether a link for a new password can be mailed."""

    agency_name: str
    demo: bool
    mail: bool


@reads(Gate.PUBLIC)
def front_door(tx: Tx) -> FrontDoor:
    """Whose portal this is, for the pages before sign-in."""
    return FrontDoor(tx.settings.agency_name, tx.settings.demo, tx.ports.mailer is not None)


@reads(Gate.SIGNED_IN)
def summary(tx: Tx) -> Summary:
    """Figures of what the actor may see, by the agency's own date."""
    today = tx.now.astimezone(tx.settings.zone).date()
    book = _book(tx, today) if can(tx.actor, Permission.VIEW_OWN_ACCOUNTS) else None
    people = _people(tx) if can(tx.actor, Permission.MANAGE_USERS) else ()
    feeds = freshness.feeds(tx) if can(tx.actor, Permission.VIEW_FEEDS) else None
    return Summary(today, book, people, feeds)


def _book(tx: Tx, today: date) -> Book:
    mine = in_scope(tx.actor, Policy)
    running = mine & in_force_on(today)
    lapsed = mine & _lapsed(today)
    lines = _lines(tx, running)
    return Book(
        in_force=sum(line.policies for line in lines),
        premium=sum((line.premium for line in lines), Decimal(0)),
        windows=_windows(tx, running, today),
        lines=lines,
        next_to_end=_rows(tx, running & ~_renewed(), ascending=True),
        lapsed=_rows(tx, lapsed, ascending=False),
        lapsed_total=tx.db.scalar(select(func.count()).select_from(Policy).where(lapsed)) or 0,
        as_of=newest_export(tx.db),
    )


def _total() -> ColumnElement[Decimal]:
    return func.coalesce(func.sum(col(Policy.premium)), 0, type_=Cents())


def _renewed() -> ColumnElement[bool]:
    return exists().where(
        col(PolicyTerm.policy_id) == col(Policy.id), col(PolicyTerm.effective) >= col(Policy.expiration)
    )


def _lapsed(today: date) -> ColumnElement[bool]:
    """Ended within the last days and not renewed: a renewal that has begun would be the term that the policy shows."""
    ended = col(Policy.expiration).between(today - timedelta(days=LAPSED_DAYS), today)
    return ended & col(Policy.status).in_((PolicyStatus.ACTIVE, PolicyStatus.EXPIRED)) & ~_renewed()


def _windows(tx: Tx, running: ColumnElement[bool], today: date) -> tuple[Window, ...]:
    days = [(today + timedelta(days=first), today + timedelta(days=last)) for first, last in WINDOWS]
    ends = col(Policy.expiration)
    window = case(*[(ends <= last, number) for number, (_, last) in enumerate(days)])
    found = tx.db.execute(
        select(window, func.count(), _total(), func.count().filter(_renewed()))
        .where(running, ends.between(days[0][0], days[-1][1]))
        .group_by(window)
    ).all()
    counts = {number: (policies, premium, renewed) for number, policies, premium, renewed in found}
    return tuple(Window(*each, *counts.get(number, (0, Decimal(0), 0))) for number, each in enumerate(days))


def _lines(tx: Tx, running: ColumnElement[bool]) -> tuple[LineShare, ...]:
    book = select(col(Policy.line_id), func.count(), _total()).where(running).group_by(col(Policy.line_id))
    named = {line.id: line for line in tx.db.scalars(select(LineOfBusiness))}
    found = [(named[line], policies, premium) for line, policies, premium in tx.db.execute(book)]
    whole = sum((premium for _, _, premium in found), Decimal(0))
    return tuple(
        LineShare(line.code, line.name, policies, premium, round(100 * premium / whole) if whole else 0)
        for line, policies, premium in sorted(found, key=lambda each: (-each[2], each[0].name))
    )


def _rows(tx: Tx, which: ColumnElement[bool], *, ascending: bool) -> tuple[PolicyRow, ...]:
    order = (col(Policy.expiration), col(Policy.id))
    asked = (
        select(Policy, col(LineOfBusiness.name), col(Carrier.name), col(Account.locator))
        .join(Account, col(Account.id) == col(Policy.account_id))
        .join(LineOfBusiness, col(LineOfBusiness.id) == col(Policy.line_id))
        .join(Carrier, col(Carrier.id) == col(Policy.carrier_id))
        .where(which)
        .order_by(*(each.asc() if ascending else each.desc() for each in order))
        .limit(SHOWN)
    )
    return tuple(
        PolicyRow(
            locator=policy.locator,
            account_locator=account,
            insured_name=policy.insured_name,
            number=policy.number,
            line=line,
            carrier=carrier,
            effective=policy.effective,
            expiration=policy.expiration,
            premium=policy.premium,
            status=policy.status,
        )
        for policy, line, carrier, account in tx.db.execute(asked)
    )


def _people(tx: Tx) -> tuple[RoleCount, ...]:
    locked = func.coalesce(col(User.locked_until) > tx.now, False)
    found = tx.db.execute(
        select(
            col(User.role),
            func.count(),
            func.count().filter(col(User.totp_enrolled_at).is_(None)),
            func.count().filter(locked),
        )
        .where(col(User.disabled_at).is_(None))
        .group_by(col(User.role))
    ).all()
    counts = {role: rest for role, *rest in found}
    return tuple(RoleCount(role.label, *counts[role]) for role in Role if role in counts)
