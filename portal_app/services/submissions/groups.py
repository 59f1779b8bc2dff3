"""The groups of a submission as they are stored: under which version, and what was typed. The rows of those that nobody
asks for stay sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.identity import User
from portal_app.models.submissions import Submission, SubmissionAnswers
from portal_app.services.door import Tx
from portal_app.services.intake.forms import Answers, Row
from portal_app.services.scope import visible
from portal_app.services.submissions.rows import whoever

_ANSWERS = metadata.tables["submission_answers"]
_MARKED = (
    col(SubmissionAnswers.path),
    col(SubmissionAnswers.version),
    col(SubmissionAnswers.saved_at),
    col(SubmissionAnswers.saved_by_id),
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
    """Those of one submission, as they stand in this transaction. What is unsealed once is kept as long."""

    def __init__(self, tx: Tx, row: Submission) -> None:
        self._tx, self._row = tx, row
        self._rows: Answers = {}
        self.marks = {path: Mark(*rest) for path, *rest in tx.db.execute(self._asked())}

    def rows(self, paths: Iterable[str] | None = None) -> Answers:
        """What was typed in those groups, in every group where none is named; nothing of one that was never saved."""
        wanted = [path for path in (self.marks if paths is None else paths) if path in self.marks]
        sealed = [path for path in wanted if path not in self._rows]
        if sealed:
            asked = self._asked(col(SubmissionAnswers.rows))
            # By their names only where these are few: a list of all of them costs more than it spares.
            few = asked.where(col(SubmissionAnswers.path).in_(sealed)) if len(sealed) < len(self.marks) else asked
            for path, *mark, rows in self._tx.db.execute(few):
                # PostgreSQL may answer the second of two questions with what was saved between them.
                self.marks[path], self._rows[path] = Mark(*mark), rows
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
            own = (_ANSWERS.c.submission_id == self._row.id, _ANSWERS.c.path == path)
            self._tx.db.execute(update(_ANSWERS).where(*own), values)
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

    def _asked(self, *more: Any) -> Select[Any]:
        columns: tuple[Any, ...] = (*_MARKED, *more)
        mine = visible(self._tx.actor, SubmissionAnswers).with_only_columns(*columns)
        return mine.where(col(SubmissionAnswers.submission_id) == self._row.id)
