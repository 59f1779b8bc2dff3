"""What people are called who are known by the address under which they act."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.models.identity import User
from portal_app.services.door import Tx


def names_of(tx: Tx, addresses: Iterable[str]) -> dict[str, str]:
    """The name of each by their email address, in one statement. Whoever has no name, or one that somebody else has
    too, is called by the address, as is what has no account."""
    called = {each: each for each in addresses}
    if not called:
        return {}
    person, other = User, aliased(User)
    same = func.lower(col(other.name)) == func.lower(col(person.name))
    another = select(col(other.id)).where(same, col(other.id) != col(person.id)).exists()
    asked = select(col(person.email), col(person.name)).where(
        col(person.email).in_(called), func.trim(col(person.name)) != "", ~another
    )
    return called | {row.email: row.name for row in tx.db.execute(asked)}
