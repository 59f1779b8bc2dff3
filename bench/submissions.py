"""Submissions: the dashboard and Home against the bare queries of their rows, and saving a group of fields against the
bare write.

python -m bench submissions
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlmodel import col

from bench.intake import filled_in, many
from bench.ledger import took
from bench.table import Line
from portal_app import migrations
from portal_app.database import Database
from portal_app.models import metadata
from portal_app.models.enums import Role, SubmissionStatus
from portal_app.models.policies import LineOfBusiness
from portal_app.models.submissions import IntakeForm, Submission, SubmissionAnswers
from portal_app.models.types import new_locator
from portal_app.services.access import Actor, Gate, Permission, system
from portal_app.services.door import Door, Tx, reads, utc_now, writes
from portal_app.services.home import cards
from portal_app.services.intake.shipped import shipped
from portal_app.services.submissions import answering, filling, find
from portal_app.state.submissions import drawing
from tests.services.intake.filled import filled
from tests.world import actor, add_user, build_agency, make_door

AT_MOST, OF_HOME = 2.0, 4.0
SYSTEM = system("bench")
LINE = "bop"
SECTION, GROUP = "applicant", "applicant.insured"
NAMES = ("Harbor", "Granite", "Maple", "Union", "Bay", "Cedar", "Atlantic", "Pine")
OPEN = (SubmissionStatus.PENDING, SubmissionStatus.IN_REVIEW, SubmissionStatus.QUOTED)
BARE = text(
    "SELECT s.*, l.code, l.name AS line_name, c.code AS producer_code, p.name AS producer, a.name AS assignee,"
    " b.email AS submitter FROM submission s JOIN line_of_business l ON l.id = s.line_id"
    " LEFT JOIN producer_code c ON c.id = s.producer_code_id LEFT JOIN producer p ON p.id = c.producer_id"
    " LEFT JOIN portal_user a ON a.id = s.assignee_id LEFT JOIN portal_user b ON b.id = s.submitted_by_id"
    " WHERE s.status <> 'draft' ORDER BY s.submitted_at DESC LIMIT 50"
)
COUNT = text("SELECT count(*) FROM submission WHERE status <> 'draft'")
# What a Principal's Home asks of submissions: five rows and a count of each, in the plainest way.
ASKED_BY_HOME = (
    "status = 'draft' AND created_by_id = :me",
    "status IN ('pending', 'in_review', 'quoted') AND waiting_since IS NOT NULL",
    "status = 'quoted'",
    "status IN ('pending', 'in_review') AND waiting_since IS NULL AND target_on <= :today",
    "status IN ('pending', 'in_review') AND assignee_id = :me",
    "status IN ('pending', 'in_review', 'quoted') AND assignee_id IS NULL AND contact = ''",
)
ROWS = (
    "SELECT s.*, l.name AS line_name, a.name AS assignee FROM submission s JOIN line_of_business l ON l.id = s.line_id"
    " LEFT JOIN portal_user a ON a.id = s.assignee_id WHERE {} ORDER BY target_on, s.id LIMIT 5"
)
COUNTED = "SELECT count(*) FROM submission WHERE {}"
BARE_HOME = tuple(text(sql.format(condition)) for condition in ASKED_BY_HOME for sql in (ROWS, COUNTED))


@dataclass(frozen=True)
class Size:
    """`submissions` of the agency; each work is done `rounds` times."""

    submissions: int = 20_000
    rounds: int = 60


@dataclass(frozen=True)
class Place:
    """`typed` is what one group of the draft holds, under its `version`."""

    door: Door
    person: Actor
    draft: str
    typed: dict[str, Any]
    version: int


@reads(Gate.SYSTEM)
def bare_page(tx: Tx) -> int:
    """The rows and the total, and nothing made of them."""
    return len(tx.db.execute(BARE).all()) + int(tx.db.scalar(COUNT) or 0)


@reads(Gate.SYSTEM)
def bare_home(tx: Tx, *, me: int, today: date) -> int:
    """The same rows and counts, and nothing made of them."""
    return sum(len(tx.db.execute(each, {"me": me, "today": today.isoformat()}).all()) for each in BARE_HOME)


@writes(Permission.SUBMIT_BUSINESS)
def bare_write(tx: Tx, *, locator: str, path: str, rows: list[dict[str, Any]]) -> None:
    """The answers of one group sealed and written, with what their submission shows of them."""
    row = tx.db.execute(select(col(Submission.id)).where(col(Submission.locator) == locator)).scalar_one()
    own = (col(SubmissionAnswers.submission_id) == row, col(SubmissionAnswers.path) == path)
    tx.db.execute(update(SubmissionAnswers).where(*own).values(rows=rows, saved_at=tx.now))
    tx.db.execute(update(Submission).where(col(Submission.id) == row).values(changed_at=tx.now))


def measure(size: Size | None = None) -> list[Line]:
    """Each work and its floor in turn, through the door."""
    size = size or Size()
    with agency(size) as place:
        run = place.door.run
        page = partial(run, find.listed, place.person)
        if page().total != size.submissions:
            raise RuntimeError("The dashboard does not count what was made.")
        searched = partial(run, find.listed, place.person, wanted=find.Filter(text="maple", statuses=OPEN))
        bare = partial(run, bare_page, SYSTEM)
        return [
            *compared(f"The dashboard of {size.submissions:,} submissions", page, bare, size.rounds),
            *compared("  : searched and filtered", searched, bare, size.rounds),
            *compared("Home's cards of submissions", homing(place), bare_homing(place), size.rounds, OF_HOME),
            *compared("A group of fields saved", saving(place), writing(place), size.rounds),
        ]


def compared(
    what: str, ours: Callable[[], Any], floor: Callable[[], Any], rounds: int, at_most: float = AT_MOST
) -> list[Line]:
    warm = [(took(ours), took(floor)) for _ in range(rounds + 3)][3:]
    one, other = median(each for each, _ in warm), median(each for _, each in warm)
    told = f"{one * 1000:.2f} ms, bare {other * 1000:.2f} ms"
    return [
        Line(what, told),
        Line("  : the bare query", f"{one / other:.2f}", f"≤ {at_most:g}", one / other <= at_most),
    ]


def homing(place: Place) -> Callable[[], Any]:
    """Every card of Home that is about submissions, each in a transaction of its own."""
    services = [cards.CARDS[name] for name in ("turns", "at_risk", "desk", "queue")]
    return lambda: [place.door.run(service, place.person) for service in services]


def bare_homing(place: Place) -> Callable[[], Any]:
    today = place.door.clock().date()
    return partial(place.door.run, bare_home, SYSTEM, me=place.person.user_id or 0, today=today)


def saving(place: Place) -> Callable[[], Any]:
    """A keystroke more each time, on top of the version that was answered, as the page of the section saves it and
    marks what is wrong."""
    version, asked = place.version, {"locator": place.draft, "path": GROUP, "fresh": frozenset[int]()}

    def save() -> None:
        nonlocal version
        rows = [place.typed | {"name": f"Harbor Lane Trucking {version}"}]
        found = place.door.run(filling.save, place.person, rows=rows, version=version, name=SECTION, **asked)
        version = found.versions[GROUP]
        keys = drawing.keys_for(found.answers, found.section.groups if found.section else ())
        drawing.marks(found.sheet, found.answers, SECTION, keys, found.problems)

    return save


def writing(place: Place) -> Callable[[], Any]:
    given = {"locator": place.draft, "path": "applicant.mailing", "rows": [place.typed]}
    return partial(place.door.run, bare_write, place.person, **given)


@contextmanager
def agency(size: Size) -> Iterator[Place]:
    """A new database with many submissions, and a draft of the longest form with everything answered, ten rows in each
    group that repeats."""
    with tempfile.TemporaryDirectory(prefix="portal-measured-") as name:
        database = Database(f"sqlite:///{name}/portal.db")
        migrations.upgrade(database)
        door = make_door(database, Path(name), utc_now)
        with database.write() as db:
            found = build_agency(db)
            user = add_user(db, Role.PRINCIPAL, "", found.house)
            person = replace(actor(Role.PRINCIPAL, found.house.id, user_id=user.id), locator=user.locator)
        form = shipped(LINE)
        answers = filled(form, applicant__producer__producer_code=found.codes["house"].code)
        draft = filled_in(door, person, form, {key: many(form, key, rows, 10) for key, rows in answers.items()})
        begun = door.run(answering.answers, person, locator=draft)
        with database.write() as db:
            line = db.scalars(select(LineOfBusiness).where(col(LineOfBusiness.code) == LINE)).one()
            form = db.scalars(select(col(IntakeForm.id))).one()
            codes = [each.id for each in found.codes.values()]
            rows = submissions(size.submissions, line.id or 0, form or 0, codes, user.id or 0)
            db.execute(insert(metadata.tables["submission"]), rows)
        yield Place(door, person, draft, begun.answers[GROUP][0], begun.groups[GROUP].version)
        door.close()


def submissions(count: int, line: int, form: int, codes: list[int | None], user: int) -> list[dict[str, Any]]:
    """Submissions of two years, most of them at their end."""
    now = utc_now()
    common = {
        "line_id": line, "form_id": form, "created_by_id": user, "submitted_by_id": user, "jurisdiction": "RI",
        "statement": "I certify.", "answers_hash": "0" * 64, "routed_by": "Everything", "queue": "", "contact": "",
        "waited_days": 0, "version": 5, "effective": date(2027, 1, 1),
    }  # fmt: skip
    ended = (SubmissionStatus.WITHDRAWN, SubmissionStatus.DECLINED)
    return [
        common
        | {
            "locator": new_locator(),
            "number": f"SUB-2026-{number:06d}",
            "status": OPEN[number % 3] if number % 10 == 0 else ended[number % 2],
            "insured_name": f"{NAMES[number % 8]} {NAMES[number // 8 % 8]} {number}",
            "producer_code_id": codes[number % len(codes)],
            "assignee_id": user if number % 3 else None,
            "reason": "" if number % 10 == 0 else "No appetite",
            "target_on": (now - timedelta(minutes=number * 50)).date(),
            **dict.fromkeys(("created_at", "changed_at", "submitted_at"), now - timedelta(minutes=number * 50)),
        }
        for number in range(count)
    ]
