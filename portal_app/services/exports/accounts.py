"""Accounts as the list finds them, in the order of their arrival. Personal values are masked as on the page."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.services import accounts
from portal_app.services.access import Actor, Permission
from portal_app.services.door import Tx, reads
from portal_app.services.exports.cells import Cell
from portal_app.services.exports.kinds import Measured, Part, is_limited

OF_THE_LIST = ("Name", "Kind", "City", "State", "Policies")
MORE = ("Street", "ZIP code", "Email", "Telephone", "Tax ID", "Year of birth", "As of (UTC)", "Locator")


def columns(actor: Actor) -> tuple[str, ...]:
    return OF_THE_LIST if is_limited(actor) else OF_THE_LIST + MORE


@reads(Permission.EXPORT_DATA)
def measure(tx: Tx, *, asked: str) -> Measured:
    """How many accounts hold the text `asked` in their name."""
    found = accounts.matching(tx, asked).with_only_columns(col(Account.id)).subquery()
    rows, highest = tx.db.execute(select(func.count(), func.max(found.c.id))).one()
    return Measured(rows, highest or 0)


@reads(Permission.EXPORT_DATA)
def part(tx: Tx, *, asked: str, measured: Measured, after: int, most: int) -> Part:
    found = (
        accounts.matching(tx, asked)
        .add_columns(accounts.number_of_policies(tx))
        .where(col(Account.id) > after, col(Account.id) <= measured.highest)
        .order_by(col(Account.id))
        .limit(most)
    )
    rows = tx.db.execute(found).all()
    cells = _of_the_list if is_limited(tx.actor) else _whole
    return Part(tuple(cells(row) for row in rows), rows[-1][0].id if rows else 0)


def _of_the_list(row: Any) -> tuple[Cell, ...]:
    account, policies = row
    return account.name, account.kind.label, account.city, account.state, policies


def _whole(row: Any) -> tuple[Cell, ...]:
    account, _ = row
    return (
        *_of_the_list(row), account.street, account.postal_code, account.email, account.phone,
        accounts.masked(account.tax_id or ""), (account.birth_date or "")[:4], account.as_of, account.locator,
    )  # fmt: skip
