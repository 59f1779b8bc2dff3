"""The groups of a submission as they are stored: under which version, and what was typed. The rows of those that nobody
asks for stay sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import LargeBinary, Select, bindparam, insert, select, type_coerce, update
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.identity import User
from portal_app.models.submissions import Submission, SubmissionAnswers
from portal_app.models.types import unsealed
from portal_app.services.access import Actor
from portal_app.services.door import Tx
from portal_app.services.intake.forms import Answers, Row
from portal_app.services.scope import visible
from portal_app.services.submissions.rows import whoever

_ANSWERS = metadata.tables["submission_answers"]
_STORED: tuple[Any, ...] = (
    SubmissionAnswers.path,
    SubmissionAnswers.version,
    SubmissionAnswers.saved_at,
    SubmissionAnswers.saved_by_id,
    type_coerce(col(SubmissionAnswers.rows), LargeBinary),
)
_WRITTEN = (
    update(_ANSWERS)
    .where(_ANSWERS.c.submission_id == bindparam("of"), _ANSWERS.c.path == bindparam("at"))
    .values({name: bindparam(name) for name in ("rows", "version", "saved_at", "saved_by_id")})
)


@dataclass(frozen=True, slots=True)
class Saved:
    """When a group was saved last, and by whom (an email address)."""

    version: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """The same as it is stored. No two texts of one group of a submission have the same."""

    version: int
    saved_at: datetime
    saved_by_id: int


class Groups:
    """Those of one submission, as they stood when they were asked for in this transaction: all of them in one SELECT,
    and sealed, since one more of them costs less than one more statement. What is unsealed once is kept as long."""

    def __init__(self, tx: Tx, row: Submission) -> None:
        self._tx, self._row = tx, row
        self._rows: Answers = {}
        self._sealed: dict[str, bytes] = {}
        self.marks: dict[str, Mark] = {}
        for path, version, at, by, rows in tx.db.connection().execute(_asked(tx.actor), {"of": row.id}):
            self.marks[path], self._sealed[path] = Mark(version, at, by), rows

    def rows(self, paths: Iterable[str] | None = None) -> Answers:
        """What was typed in those groups, in every group where none is named; nothing of one that was never saved."""
        wanted = [path for path in (self.marks if paths is None else paths) if path in self.marks]
        for path in wanted:
            if path not in self._rows:
                self._rows[path] = unsealed(self._sealed[path])
        return {path: self._rows[path] for path in wanted}

    def save(self, path: str, rows: list[Row]) -> None:
        """Write the rows of one group under the next version of it."""
        there, saver = self.marks.get(path), whoever(self._tx)
        mark = Mark(there.version + 1 if there else 1, self._tx.now, saver)
        values: dict[str, Any] = {"rows": rows, "version": mark.version, "saved_at": mark.saved_at}
        values |= {"saved_by_id": saver}
        if there is None:
            self._tx.db.execute(insert(_ANSWERS), values | {"submission_id": self._row.id, "path": path})
        else:
            self._tx.db.connection().execute(_WRITTEN, values | {"of": self._row.id, "at": path})
        self.marks[path], self._rows[path] = mark, rows

    def told(self) -> dict[str, Saved]:
        """Of every group that was saved, who saved it and when."""
        people = {each.saved_by_id for each in self.marks.values()}
        found = self._tx.db.execute(select(col(User.id), col(User.email)).where(col(User.id).in_(people)))
        emails = {row.id: row.email for row in found}
        return {
            path: Saved(each.version, each.saved_at, emails.get(each.saved_by_id, ""))
            for path, each in self.marks.items()
        }


@lru_cache(maxsize=256)
def _asked(actor: Actor) -> Select[Any]:
    """Every group of the submission `of` that the actor may see, as it is stored."""
    mine = visible(actor, SubmissionAnswers).with_only_columns(*_STORED)
    return mine.where(col(SubmissionAnswers.submission_id) == bindparam("of"))
