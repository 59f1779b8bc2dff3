"""What a submission takes out of its answers into columns, so that it is listed, found and seen by whom it belongs
to."""

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam
from sqlmodel import col

from portal_app.models.producers import ProducerCode
from portal_app.models.submissions import Submission
from portal_app.services.access import Actor
from portal_app.services.door import Tx
from portal_app.services.intake.forms import Answers, Form, Role, first
from portal_app.services.intake.validation import Problem
from portal_app.services.intake.values import read
from portal_app.services.producers.standing import taken_anew, why_not_anew
from portal_app.services.scope import visible


def project(tx: Tx, row: Submission, form: Form, answers: Answers, today: date, *, saved: str = "") -> None:
    """Bring the columns in line with the answers, of which one group was `saved`, all where none is named. A code that
    is not the actor's to see, or cannot be used any more, is not taken: else somebody could put a submission into
    another's book. One that was taken stays until its own group is saved."""
    row.insured_name = str(value_of(form, answers, Role.INSURED, today) or "")[:200]
    effective = value_of(form, answers, Role.EFFECTIVE, today)
    row.effective = date.fromisoformat(effective) if effective else None
    row.jurisdiction = str(value_of(form, answers, Role.STATE, today) or "")[:2]
    group = form.roles.get(Role.PRODUCER_CODE, "").rpartition(".")[0]
    if group and (row.producer_code_id is None or saved in ("", group)):
        row.producer_code_id = _code(tx, _named(form, answers, today))


def problem_of_code(tx: Tx, form: Form, answers: Answers, today: date) -> list[Problem]:
    """What is wrong with the producer code that the answers name, which the form alone cannot know."""
    name = _named(form, answers, today)
    if not name or _code(tx, name) is not None:
        return []
    path = form.roles[Role.PRODUCER_CODE]
    place = form.at(path)
    return [Problem(path, place[1].label if place else "Producer code", _why_not(tx, name))]


def _why_not(tx: Tx, name: str) -> str:
    """Of a code that the actor may not take: one that they see is said to be at its end."""
    known = tx.db.scalars(visible(tx.actor, ProducerCode).where(col(ProducerCode.code) == name)).first()
    if known is None:
        return "Enter one of your producer codes that is in use: there is none like this."
    return f"{why_not_anew(tx, known)} Enter another one."


def still_taken(tx: Tx, row: Submission) -> bool:
    """Whether whoever looks may take anew the code that was taken when the draft was saved: it may have come to its end
    since. Asked by its id, so that no answer is unsealed for it."""
    asked = {"id": row.producer_code_id}
    return row.producer_code_id is not None and tx.db.connection().scalar(_taken(tx.actor), asked) is not None


def is_still_taken(actor: Actor) -> ColumnElement[bool]:
    """The same for a query of drafts."""
    return col(Submission.producer_code_id).in_(_may_take(actor))


def value_of(form: Form, answers: Answers, role: Role, today: date) -> Any:
    """What was answered where the form says that the role stands, read; None where that is nothing that can be."""
    place = form.at(form.roles.get(role, ""))
    return read(place[1], first(form, answers, role), today).value if place else None


def _named(form: Form, answers: Answers, today: date) -> str:
    return str(value_of(form, answers, Role.PRODUCER_CODE, today) or "")


def _code(tx: Tx, name: str) -> int | None:
    """The id of the code of that name, where the actor may take it anew."""
    found: int | None = tx.db.connection().scalar(_called(tx.actor), {"code": name}) if name else None
    return found


@lru_cache(maxsize=256)
def _called(actor: Actor) -> Select[Any]:
    return _may_take(actor).where(col(ProducerCode.code) == bindparam("code"))


@lru_cache(maxsize=256)
def _taken(actor: Actor) -> Select[Any]:
    return _may_take(actor).where(col(ProducerCode.id) == bindparam("id"))


def _may_take(actor: Actor) -> Select[Any]:
    return visible(actor, ProducerCode).with_only_columns(col(ProducerCode.id)).where(taken_anew())
