"""Accounts: find them by name, and look at one with its policies."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ScalarSelect, Select, collate, func, select
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import FeedKind
from portal_app.models.policies import Policy
from portal_app.models.types import Cents
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.policies.detail import mailing_lines
from portal_app.services.policies.in_force import in_force_on
from portal_app.services.policies.search import MOST_ROWS, find
from portal_app.services.policies.views import AccountDetail, AccountRow, Query, Sort
from portal_app.services.scope import in_scope, visible
from portal_app.services.sync.freshness import data_as_of, oldest_newest

LONGEST = 200


@dataclass(frozen=True, slots=True)
class FoundAccounts:
    """One page and the exact total, and how old the data is."""

    rows: tuple[AccountRow, ...]
    total: int
    offset: int
    count: int
    as_of: datetime | None = None


@reads(Permission.VIEW_OWN_ACCOUNTS)
def find_accounts(tx: Tx, *, text: str = "", offset: int = 0, count: int = 50) -> FoundAccounts:
    """The accounts that the actor may see whose name holds `text` (any case of A to Z), by name. `policies` counts
    those that the actor may see. `count` is held to 1 to 200, `offset` to 0 and more."""
    offset, count = min(max(offset, 0), 2**40), min(max(count, 1), MOST_ROWS)
    named, accounts = _plain(tx, col(Account.name)), matching(tx, text)
    total = tx.db.scalar(select(func.count()).select_from(accounts.with_only_columns(col(Account.id)).subquery())) or 0
    place, own = (col(Account.city), col(Account.state)), number_of_policies(tx)
    columns: tuple[Any, ...] = (col(Account.locator), col(Account.name), col(Account.kind), *place, own)
    page = accounts.with_only_columns(*columns).order_by(named, col(Account.id)).limit(count).offset(offset)
    rows = tuple(AccountRow(locator, name, kind.label, *rest) for locator, name, kind, *rest in tx.db.execute(page))
    return FoundAccounts(rows, total, offset, count, oldest_newest(tx.db, FeedKind.CLIENTS))


def matching(tx: Tx, text: str) -> Select[Any]:
    """The accounts that the actor may see whose name holds the text."""
    accounts: Select[Any] = visible(tx.actor, Account)
    typed = _typed(text)
    return accounts.where(_plain(tx, col(Account.name)).contains(typed, autoescape=True)) if typed else accounts


def number_of_policies(tx: Tx) -> ScalarSelect[int]:
    """How many policies of an account the actor may see."""
    own = (col(Policy.account_id) == col(Account.id), in_scope(tx.actor, Policy))
    return select(func.count()).where(*own).correlate(Account).scalar_subquery()


def _plain(tx: Tx, name: Mapped[str]) -> ColumnElement[str]:
    """Lower-case by A to Z alone and ordered by code point, the same on both databases."""
    return func.lower(name if tx.db.get_bind().dialect.name == "sqlite" else collate(name, "C"))


def _typed(text: str) -> str:
    shown = "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else " " for c in text[:LONGEST])
    return "".join(c.lower() if c.isascii() else c for c in " ".join(shown.split()))


@reads(Permission.VIEW_OWN_ACCOUNTS)
def account(tx: Tx, *, locator: str) -> AccountDetail:
    """The account with the first 200 of its policies that the actor may see, newest first, and the Decimal dollars of
    those in force.
    Raises NotFound, also for an account none of whose policies the actor may see."""
    found = tx.db.scalars(visible(tx.actor, Account).where(col(Account.locator) == locator)).first()
    if found is None:
        raise NotFound
    policies = find(tx, query=Query(account=locator, sort=Sort.EFFECTIVE, descending=True, count=MOST_ROWS))
    return AccountDetail(
        locator=found.locator,
        name=found.name,
        kind=found.kind.label,
        mailing_address=mailing_lines(found),
        email=found.email,
        phone=found.phone,
        tax_id_masked=masked(found.tax_id or ""),
        birth_year=(found.birth_date or "")[:4],
        policies=policies.rows,
        total_policies=policies.total,
        premium_in_force=_in_force(tx, found),
        feed=found.feed,
        as_of=data_as_of(tx.db, found.feed, FeedKind.CLIENTS) or found.as_of,
    )


def masked(tax_id: str) -> str:
    """The last four digits behind dots; nothing of one that is too short to hide the rest."""
    digits = [character for character in tax_id if character.isdigit()]
    return f"•••-••-{''.join(digits[-4:])}" if len(digits) >= 9 else "•••" if tax_id else ""


def _in_force(tx: Tx, found: Account) -> Decimal:
    """The premium of the account's active policies whose current term runs today, where the agency is."""
    today = tx.now.astimezone(tx.settings.zone).date()
    active = visible(tx.actor, Policy).where(col(Policy.account_id) == found.id, in_force_on(today))
    return tx.db.scalar(active.with_only_columns(func.sum(col(Policy.premium), type_=Cents()))) or Decimal("0.00")
