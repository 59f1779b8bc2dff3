"""Terms that end: in the next 90 days, next of all, and just now without a renewal."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import PolicyStatus
from portal_app.models.policies import Carrier, LineOfBusiness, Policy, PolicyTerm
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.home.book import premium_of_all
from portal_app.services.licensing.records import today
from portal_app.services.policies.in_force import in_force_on
from portal_app.services.policies.views import PolicyRow
from portal_app.services.scope import in_scope

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
class Renewals:
    """`next_to_end` and `lapsed` are without a renewal; `lapsed` ended in the last seven days, `lapsed_total` is how
    many did."""

    today: date
    windows: tuple[Window, ...]
    next_to_end: tuple[PolicyRow, ...]
    lapsed: tuple[PolicyRow, ...]
    lapsed_total: int


@reads(Permission.VIEW_OWN_ACCOUNTS)
def renewals(tx: Tx) -> Renewals:
    """By the agency's own date."""
    day, mine = today(tx), in_scope(tx.actor, Policy)
    running, lapsed = mine & in_force_on(day), mine & _lapsed(day)
    return Renewals(
        today=day,
        windows=_windows(tx, running, day),
        next_to_end=_rows(tx, running & ~_renewed(), ascending=True),
        lapsed=_rows(tx, lapsed, ascending=False),
        lapsed_total=tx.db.scalar(select(func.count()).select_from(Policy).where(lapsed)) or 0,
    )


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
        select(window, func.count(), premium_of_all(), func.count().filter(_renewed()))
        .where(running, ends.between(days[0][0], days[-1][1]))
        .group_by(window)
    ).all()
    counts = {number: (policies, premium, renewed) for number, policies, premium, renewed in found}
    return tuple(Window(*each, *counts.get(number, (0, Decimal(0), 0))) for number, each in enumerate(days))


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
