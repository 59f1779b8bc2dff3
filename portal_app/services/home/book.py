"""One's book in figures: the policies in force, by line."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from portal_app.models.policies import LineOfBusiness, Policy
from portal_app.models.types import Cents
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.licensing.records import today
from portal_app.services.policies.in_force import in_force_on
from portal_app.services.policies.search import newest_export
from portal_app.services.scope import in_scope


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
    """The policies in force that one may see. Money is Decimal dollars, `premium` that of the terms in force."""

    in_force: int
    premium: Decimal
    lines: tuple[LineShare, ...]
    as_of: datetime | None


@reads(Permission.VIEW_OWN_ACCOUNTS)
def book(tx: Tx) -> Book:
    """By the agency's own date."""
    lines = _lines(tx, in_scope(tx.actor, Policy) & in_force_on(today(tx)))
    return Book(
        in_force=sum(line.policies for line in lines),
        premium=sum((line.premium for line in lines), Decimal(0)),
        lines=lines,
        as_of=newest_export(tx.db),
    )


def premium_of_all() -> ColumnElement[Decimal]:
    return func.coalesce(func.sum(col(Policy.premium)), 0, type_=Cents())


def _lines(tx: Tx, running: ColumnElement[bool]) -> tuple[LineShare, ...]:
    by_line = select(col(Policy.line_id), func.count(), premium_of_all()).where(running).group_by(col(Policy.line_id))
    named = {line.id: line for line in tx.db.scalars(select(LineOfBusiness))}
    found = [(named[line], policies, premium) for line, policies, premium in tx.db.execute(by_line)]
    whole = sum((premium for _, _, premium in found), Decimal(0))
    return tuple(
        LineShare(line.code, line.name, policies, premium, round(100 * premium / whole) if whole else 0)
        for line, policies, premium in sorted(found, key=lambda each: (-each[2], each[0].name))
    )
