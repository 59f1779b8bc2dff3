"""The words that occur in insureds' names: kept by whoever writes policies, read when something was mistyped."""

import re
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal_app.services.policies.text import fold

WORD = re.compile(r"[^\W_]+")
LONGEST = 200
ON_SQLITE = text("INSERT OR IGNORE INTO name_word (word) VALUES (:word)")
ON_POSTGRESQL = text(
    "INSERT INTO name_word (word) SELECT given.word FROM unnest(CAST(:words AS text[])) AS given(word)"
    " WHERE NOT EXISTS (SELECT 1 FROM name_word AS known WHERE known.word = given.word) ON CONFLICT DO NOTHING"
)


def words_of(name: str) -> list[str]:
    """The words of a name, folded."""
    return WORD.findall(fold(name))


def add_words(db: Session, names: Iterable[str]) -> None:
    """Make the words of the names known; those that are known stay. For the writer of policies, in the transaction of
    the policies."""
    words = sorted({word[:LONGEST] for name in set(names) for word in words_of(name)})
    if not words:
        return
    if db.get_bind().dialect.name == "sqlite":
        db.execute(ON_SQLITE, [{"word": word} for word in words])
    else:
        db.execute(ON_POSTGRESQL, {"words": words})
