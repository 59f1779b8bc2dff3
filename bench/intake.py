"""Intake forms: opening a section of the longest as its page does and validating one group of it, against the bare
work.

python -m bench intake
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bench.table import Line
from portal_app import migrations
from portal_app.database import Database
from portal_app.models.enums import Role
from portal_app.models.submissions import Submission, SubmissionAnswers
from portal_app.services.access import Actor, Gate, system
from portal_app.services.door import Door, Tx, reads, utc_now
from portal_app.services.intake.depending import groups_for
from portal_app.services.intake.forms import LINES, Answers, Form
from portal_app.services.intake.shipped import shipped
from portal_app.services.intake.validation import problems
from portal_app.services.intake.values import read
from portal_app.services.submissions import answering, drafts, filling, progressing
from portal_app.state.submissions import drawing
from tests.services.intake.filled import TODAY, filled
from tests.world import actor, add_user, build_agency, make_door

AT_MOST = 3.0
SYSTEM = system("bench")
SECTION, GROUP = "risk", "risk.buildings"
CODE = "HL-house"


@dataclass(frozen=True)
class Size:
    """`rows` in each group that repeats, each work done for `rounds` times."""

    rows: int = 10
    rounds: int = 60


@reads(Gate.SYSTEM)
def bare_rows(tx: Tx, *, locator: str) -> int:
    """Every group that was answered, unsealed, and nothing made of it."""
    own = select(col(Submission.id)).where(col(Submission.locator) == locator).scalar_subquery()
    columns: tuple[Any, ...] = (SubmissionAnswers.path, SubmissionAnswers.version, SubmissionAnswers.rows)
    return len(tx.db.execute(select(*columns).where(col(SubmissionAnswers.submission_id) == own)).all())


def opened(door: Door, person: Actor, locator: str) -> int:
    """What the page of a section does until it is drawn."""
    found = door.run(filling.section, person, locator=locator, name=SECTION)
    groups = found.section.groups if found.section else ()
    keys, today = drawing.keys_for(found.answers, groups), door.clock().date()
    for each in groups:
        drawing.group_row(each, found.answers.get(each.key, []), keys[each.key], each.key, today)
    return len(drawing.marks(found.sheet, found.answers, SECTION, keys, found.problems).needs)


def opened_first(door: Door, person: Actor, locator: str) -> int:
    """The same where nothing is known of the submission yet, as after the portal was started."""
    progressing.forget()
    return opened(door, person, locator)


def read_once(form: Form, answers: Answers, today: date) -> int:
    """Each value that was typed, read, and nothing compared."""
    return sum(
        read(field, row.get(field.name), today).value is not None
        for group in form.groups
        for row in answers.get(group.key, ())
        for field in group.fields
    )


def measure(size: Size | None = None) -> list[Line]:
    """Each work and its floor in turn, with one row of each group and with many."""
    size = size or Size()
    form = max((shipped(line) for line in LINES), key=lambda each: len(list(each.fields())))
    small = filled(form, applicant__producer__producer_code=CODE)
    large = {key: many(form, key, rows, size.rows) for key, rows in small.items()}
    read_for = groups_for(form, frozenset({GROUP}))
    found: list[Line] = []
    with place() as (door, person):
        for name, answers in ((f"{form.title}, one of each", small), (f"{form.title}, {size.rows} of each", large)):
            draft = filled_in(door, person, form, answers)
            works = {
                "open": partial(opened, door, person, draft),
                "open first": partial(opened_first, door, person, draft),
                "bare rows": partial(door.run, bare_rows, SYSTEM, locator=draft),
                "validate": partial(problems, form, answers, TODAY, group=GROUP),
                "read once": partial(read_once, form, {key: answers[key] for key in read_for}, TODAY),
            }
            took = _taken(works, size.rounds)
            found += [
                Line(name, f"{_ms(took['bare rows'])} for its rows, unsealed"),
                Line("  open a section", _ms(took["open"])),
                _ratio(": the rows of the draft", took["open"], took["bare rows"]),
                Line("  open it first of all", _ms(took["open first"])),
                _ratio(": the rows of the draft, first of all", took["open first"], took["bare rows"]),
                Line("  validate a group", _ms(took["validate"])),
                _ratio(": reading each value once", took["validate"], took["read once"]),
            ]
    return found


def filled_in(door: Door, person: Actor, form: Form, answers: Answers) -> str:
    """The locator of a draft with these answers, as they would be typed."""
    draft = door.run(drafts.begin, person, line=form.line)
    versions = {path: each.version for path, each in draft.groups.items()}
    for path, rows in answers.items():
        typed = [{name: _typed(value) for name, value in row.items()} for row in rows]
        saved = {"path": path, "rows": typed, "version": versions.get(path, 0)}
        door.run(answering.save_group, person, locator=draft.locator, **saved)
    return draft.locator


def _typed(value: object) -> object:
    return value if isinstance(value, bool | list) else str(value)


def many(form: Form, key: str, rows: list[dict[str, object]], count: int) -> list[dict[str, object]]:
    group = form.group(key)
    if group is None or group.repeat is None or not rows:
        return rows
    return [dict(rows[0]) for _ in range(min(count, group.repeat.most))]


def _taken(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds, each work in turn, so that the ratios stand on a busy machine too. Each is done once before it is timed:
    else one that follows a statement begins cold, and its floor, which follows it on the same answers, does not."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds + 1):
        for name, work in works.items():
            work()
            begun = time.perf_counter()
            work()
            took[name].append(time.perf_counter() - begun)
    return {name: median(each[1:]) for name, each in took.items()}


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def _ratio(what: str, took: float, floor: float) -> Line:
    return Line(what, f"{took / floor:.2f}", f"≤ {AT_MOST:g}", took / floor <= AT_MOST)


@contextmanager
def place() -> Iterator[tuple[Door, Actor]]:
    """A new database, and somebody who hands business in."""
    with tempfile.TemporaryDirectory(prefix="portal-measured-") as folder:
        database = Database(f"sqlite:///{folder}/portal.sqlite")
        migrations.upgrade(database)
        door = make_door(database, Path(folder), utc_now)
        with database.write() as db:
            house = build_agency(db).house
            user = add_user(db, Role.PRINCIPAL, "", house)
            person = replace(actor(Role.PRINCIPAL, house.id, user_id=user.id), locator=user.locator)
        yield door, person
        door.close()
