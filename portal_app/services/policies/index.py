"""The search projection where many policies are written at once.

The database keeps `policy_search` and its text index by itself, policy by policy. For new policies that come in bulk
SQLite does that three times as fast in one go.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

NEWEST = text("SELECT coalesce(max(id), 0) FROM policy")
OPEN = text("INSERT INTO policy_search_bulk (open) VALUES (1)")
ROWS = text("INSERT INTO policy_search SELECT * FROM policy_search_source WHERE id > :newest")
TEXTS = text(
    "INSERT INTO policy_fts (rowid, words, keys)"
    " SELECT id, words, keys FROM policy_search WHERE id > :newest ORDER BY id"
)
CLOSE = text("DELETE FROM policy_search_bulk")


@contextmanager
def in_bulk(db: Session) -> Iterator[None]:
    """Write new policies within; they are found once the block is left, and for others when the transaction commits.

    Ids must be given by the database. An error must end the transaction, as it does through the door. Not to be nested.
    """
    if db.get_bind().dialect.name != "sqlite":
        yield
        return
    newest = {"newest": db.scalar(NEWEST)}
    db.execute(OPEN)
    yield
    db.flush()
    db.execute(ROWS, newest)
    db.execute(TEXTS, newest)
    db.execute(CLOSE)
