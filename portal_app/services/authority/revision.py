"""The number of the rules: it grows with every change of a grant or a moratorium, and every decision names it."""

from sqlalchemy import select, update
from sqlmodel import col

from portal_app.models.authority import AuthorityRevision
from portal_app.services.door import Tx


def raised(tx: Tx) -> int:
    """Count one more change. Whoever else changes or decides waits until this one is through."""
    number = col(AuthorityRevision.number)
    counted = update(AuthorityRevision).values(number=number + 1).returning(number)
    return tx.db.execute(counted).scalar_one()


def held(tx: Tx) -> int:
    """The number now. Until this transaction is through nobody changes the rules, so that it is that of the rules
    which are read after it."""
    return tx.db.scalars(select(col(AuthorityRevision.number)).with_for_update(read=True)).one()
