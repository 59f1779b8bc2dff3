"""Intake forms: opening a section of the longest and validating one group of it, against the bare work.

python -m bench intake
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

from bench.table import Line
from portal_app import migrations
from portal_app.database import Database
from portal_app.services.access import Gate, system
from portal_app.services.configuration.in_force import saved
from portal_app.services.door import Door, Tx, reads, utc_now
from portal_app.services.intake.depending import groups_for
from portal_app.services.intake.forms import LINES, Answers, Form
from portal_app.services.intake.kind import INTAKE_FORM, form_in_force
from portal_app.services.intake.sheet import laid_out
from portal_app.services.intake.shipped import shipped
from portal_app.services.intake.validation import found_on, problems
from portal_app.services.intake.values import read
from tests.services.intake.filled import TODAY, filled
from tests.world import make_door

AT_MOST = 3.0
SYSTEM = system("bench")
SECTION, GROUP = "risk.", "risk.buildings"


@dataclass(frozen=True)
class Size:
    """`rows` in each group that repeats, each work done for `rounds` times."""

    rows: int = 10
    rounds: int = 60


@reads(Gate.SYSTEM)
def bare_query(tx: Tx, *, line: str, kept: str) -> int:
    """Which version is in force, and the answers as they lie there."""
    saved(tx, INTAKE_FORM, line)
    return len(json.loads(kept))


@reads(Gate.SYSTEM)
def opened(tx: Tx, *, line: str, kept: str) -> int:
    """What a page needs of one section."""
    form = form_in_force(tx, line)
    own = [group.key for group in form.groups if group.key.startswith(SECTION)]
    return len(found_on(laid_out(form, json.loads(kept), TODAY, only=own), whole=False))


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
    small = filled(form)
    large = {key: _many(form, key, rows, size.rows) for key, rows in small.items()}
    read_for = groups_for(form, frozenset({GROUP}))
    found: list[Line] = []
    with _door() as door:
        for name, answers in ((f"{form.title}, one of each", small), (f"{form.title}, {size.rows} of each", large)):
            kept = json.dumps(answers)
            works = {
                "open a section": partial(door.run, opened, SYSTEM, line=form.line, kept=kept),
                "bare query": partial(door.run, bare_query, SYSTEM, line=form.line, kept=kept),
                "validate a group": partial(problems, form, answers, TODAY, group=GROUP),
                "read once": partial(read_once, form, {key: answers[key] for key in read_for}, TODAY),
            }
            took = _taken(works, size.rounds)
            found += [
                Line(name, ""),
                Line("  open a section", _ms(took["open a section"])),
                _ratio(": the bare query", took["open a section"], took["bare query"]),
                Line("  validate a group", _ms(took["validate a group"])),
                _ratio(": reading each value once", took["validate a group"], took["read once"]),
            ]
    return found


def _many(form: Form, key: str, rows: list[dict[str, object]], count: int) -> list[dict[str, object]]:
    group = form.group(key)
    if group is None or group.repeat is None or not rows:
        return rows
    return [dict(rows[0]) for _ in range(min(count, group.repeat.most))]


def _taken(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds, each work in turn, so that the ratios stand on a busy machine too."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds + 1):
        for name, work in works.items():
            begun = time.perf_counter()
            work()
            took[name].append(time.perf_counter() - begun)
    return {name: median(each[1:]) for name, each in took.items()}


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def _ratio(what: str, took: float, floor: float) -> Line:
    return Line(what, f"{took / floor:.2f}", f"≤ {AT_MOST:g}", took / floor <= AT_MOST)


@contextmanager
def _door() -> Iterator[Door]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/portal.sqlite")
        migrations.upgrade(database)
        door = make_door(database, Path(folder), utc_now)
        yield door
        door.threads.shutdown()
        database.dispose()
