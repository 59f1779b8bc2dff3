"""The form that a submission began with: its text is kept once, and holds for that submission for good."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from portal_app.models import metadata
from portal_app.models.policies import LineOfBusiness
from portal_app.models.submissions import IntakeForm, Submission
from portal_app.models.types import new_locator
from portal_app.services.access import Actor
from portal_app.services.configuration.in_force import in_force, saved
from portal_app.services.door import Tx
from portal_app.services.errors import NotFound
from portal_app.services.intake.forms import Form
from portal_app.services.intake.kind import INTAKE_FORM
from portal_app.services.intake.reading import load
from portal_app.services.submissions.rows import called, to_be_changed

MOST_READ = 64
_FORMS, _LINES = metadata.tables["intake_form"], metadata.tables["line_of_business"]
_read: dict[str, Form] = {}
_reading = Lock()


def keep(tx: Tx, line: LineOfBusiness) -> tuple[int, Form]:
    """The id under which the text of the form in force for this line is kept, and the form."""
    form = in_force(tx, INTAKE_FORM, line.code)
    found = saved(tx, INTAKE_FORM, line.code)
    digest = hashlib.sha256(form.text.encode()).hexdigest()
    row = {
        "locator": new_locator(),
        "line_id": line.id,
        "digest": digest,
        "version": found[0] if found else 0,
        "content": form.text,
        "kept_at": tx.now,
    }
    connection = tx.db.connection()
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(_FORMS).values(row).on_conflict_do_nothing(index_elements=["line_id", "digest"]))
    own = (col(IntakeForm.line_id) == line.id, col(IntakeForm.digest) == digest)
    return tx.db.scalars(select(col(IntakeForm.id)).where(*own)).one() or 0, form


@dataclass(frozen=True, slots=True)
class Begun:
    """What a submission began with. `digest` is the SHA-256 of the form's text in hexadecimal, `version` its number
    among what the agency saved, 0 as shipped."""

    form: Form
    digest: str
    version: int
    line: str
    line_name: str


_OWN = select(_FORMS.c.digest, _FORMS.c.version, _LINES.c.code, _LINES.c.name).join_from(
    _FORMS, _LINES, _FORMS.c.line_id == _LINES.c.id
)
_BY_ID = _OWN.where(_FORMS.c.id == bindparam("form"))


def begun_with(tx: Tx, row: Submission) -> Begun:
    """The form and the line of the submission. A text is read once in a process."""
    return _read_once(tx, row, *tx.db.connection().execute(_BY_ID, {"form": row.form_id}).one())


def one_begun(tx: Tx, locator: str, *, to_be_held: bool = False) -> tuple[Submission, Begun]:
    """The submission of that locator, as `rows.one` and `rows.held` find it, and what it began with, in one SELECT.
    Raises NotFound."""
    asked = _called(tx.actor)
    found = tx.db.execute(to_be_changed(asked) if to_be_held else asked, {"locator": locator}).first()
    if found is None:
        raise NotFound
    row, *of_form = found
    return row, _read_once(tx, row, *of_form)


@lru_cache(maxsize=256)
def _called(actor: Actor) -> Select[Any]:
    asked = called(actor).add_columns(_FORMS.c.digest, _FORMS.c.version, _LINES.c.code, _LINES.c.name)
    return asked.join(_FORMS, _FORMS.c.id == col(Submission.form_id)).join(_LINES, _LINES.c.id == _FORMS.c.line_id)


def _read_once(tx: Tx, row: Submission, digest: str, version: int, line: str, name: str) -> Begun:
    with _reading:
        form = _read.get(digest)
    if form is None:
        text = select(col(IntakeForm.content)).where(col(IntakeForm.id) == row.form_id)
        form = load(tx.db.scalars(text).one())
        with _reading:
            while len(_read) >= MOST_READ:
                _read.pop(next(iter(_read)))
            _read[digest] = form
    return Begun(form, digest, version, line, name)


def form_of(tx: Tx, row: Submission) -> tuple[Form, str]:
    """The form that the submission began with, and its SHA-256 in hexadecimal."""
    found = begun_with(tx, row)
    return found.form, found.digest
