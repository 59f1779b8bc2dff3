"""What people are called."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.models.identity import User
from portal_app.services.door import Tx


def called(person: Any = User) -> ColumnElement[str]:
    """A person of a query by name; by their email address where they have no name, or one that somebody else has
    too."""
    other = aliased(User)
    same = func.lower(col(other.name)) == func.lower(col(person.name))
    another = select(col(other.id)).where(same, col(other.id) != col(person.id)).exists()
    return case(((func.trim(col(person.name)) != "") & ~another, col(person.name)), else_=col(person.email))


def names_of(tx: Tx, addresses: Iterable[str]) -> dict[str, str]:
    """What each is called who is known by their email address, in one statement. What has no account is called as it
    is."""
    as_they_are = {each: each for each in addresses}
    if not as_they_are:
        return {}
    asked = select(col(User.email), called().label("called")).where(col(User.email).in_(as_they_are))
    return as_they_are | {row.email: row.called for row in tx.db.execute(asked)}
