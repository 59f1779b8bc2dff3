"""Who did what, to which record, from where: the list and one event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from portal_app.models.audit import AuditEvent
from portal_app.models.identity import User
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import Producer
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.sync import bulk
from portal_app.services.trail.deeds import kind_words, words_for
from portal_app.services.trail.details import Change, changes

MOST_ROWS = 200
LONGEST = 254
# Beyond these a day of the agency's zone would be no time in UTC.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)
COLUMNS = (
    col(AuditEvent.id),
    col(AuditEvent.locator),
    col(AuditEvent.at),
    col(AuditEvent.actor),
    col(AuditEvent.action),
    col(AuditEvent.subject_kind),
    col(AuditEvent.subject),
    col(AuditEvent.address),
    col(AuditEvent.sealed),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows the trail; empty means: not asked. `who` may be a part of the name, `address` its beginning,
    `record` a locator, a feed's name, or somebody's email address. Days are the agency's, both included."""

    who: str = ""
    action: str = ""
    kind: str = ""
    record: str = ""
    from_day: date | None = None
    to_day: date | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event. `words` and `kind_words` say in words what `action` and `kind` are; `name` is who or what the record
    is, where the portal knows it."""

    locator: str
    at: datetime
    actor: str
    action: str
    words: str
    kind: str
    kind_words: str
    record: str
    name: str
    address: str
    sealed: bool


@dataclass(frozen=True, slots=True)
class Trail:
    rows: tuple[EventLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class EventDetail:
    line: EventLine
    request_id: str
    changes: tuple[Change, ...]


@reads(Permission.VIEW_AUDIT)
def listed(tx: Tx, *, asked: Asked, offset: int = 0, count: int = 50) -> Trail:
    """A page of the events that match, the newest first, and how many there are."""
    wanted = matching(tx, asked)
    page = select(*COLUMNS).where(*wanted).order_by(col(AuditEvent.id).desc())
    page = page.offset(min(max(offset, 0), 2**40)).limit(min(max(count, 1), MOST_ROWS))
    total = tx.db.scalar(select(func.count()).select_from(AuditEvent).where(*wanted)) or 0
    return Trail(lines(tx.db, tx.db.execute(page).all()), total)


@reads(Permission.VIEW_AUDIT)
def one(tx: Tx, *, locator: str) -> EventDetail:
    """One event with before and after, masked by what the actor may see. Raises NotFound."""
    event = tx.db.scalars(select(AuditEvent).where(col(AuditEvent.locator) == locator)).first()
    if event is None:
        raise NotFound
    (line,) = lines(tx.db, tx.db.execute(select(*COLUMNS).where(col(AuditEvent.id) == event.id)).all())
    return EventDetail(line, event.request_id, changes(tx.actor, event.action, event.detail, line_names(tx.db)))


def line_names(db: Session) -> dict[str, str]:
    """What the lines of business are called, by their codes."""
    found = db.execute(select(col(LineOfBusiness.code), col(LineOfBusiness.name)))
    return {row.code: row.name for row in found}


def matching(tx: Tx, asked: Asked) -> list[ColumnElement[bool]]:
    """The conditions of a list of events."""
    found: list[ColumnElement[bool]] = []
    if who := _typed(asked.who).lower():
        found.append(func.lower(col(AuditEvent.actor)).contains(who, autoescape=True))
    if action := _typed(asked.action):
        found.append(col(AuditEvent.action) == action)
    if kind := _typed(asked.kind):
        found.append(col(AuditEvent.subject_kind) == kind)
    if record := _typed(asked.record):
        person = select(col(User.locator)).where(col(User.email) == record.lower())
        found.append(or_(col(AuditEvent.subject) == record, col(AuditEvent.subject).in_(person)))
    if address := _typed(asked.address):
        found.append(col(AuditEvent.address).startswith(address, autoescape=True))
    if asked.from_day is not None:
        found.append(col(AuditEvent.at) >= _midnight(tx, asked.from_day))
    if asked.to_day is not None:
        found.append(col(AuditEvent.at) < _midnight(tx, min(asked.to_day, LAST_DAY) + timedelta(days=1)))
    return found


def lines(db: Session, rows: Sequence[Any]) -> tuple[EventLine, ...]:
    """Events, or rows of `COLUMNS`, with the names of their records."""
    names = _names(db, {row.subject for row in rows if row.subject_kind in ("user", "producer")})
    names |= _places(db, {row.subject for row in rows if row.subject_kind == "row"})
    return tuple(
        EventLine(
            locator=row.locator,
            at=row.at,
            actor=row.actor,
            action=row.action,
            words=words_for(row.action),
            kind=row.subject_kind,
            kind_words=kind_words(row.subject_kind),
            record=row.subject,
            name=names.get(row.subject, ""),
            address=row.address,
            sealed=row.sealed is not None,
        )
        for row in rows
    )


def _names(db: Session, locators: set[str]) -> dict[str, str]:
    people = select(col(User.locator), col(User.name)).where(col(User.locator).in_(locators))
    producers = select(col(Producer.locator), col(Producer.name)).where(col(Producer.locator).in_(locators))
    return {locator: name for found in (people, producers) for locator, name in db.execute(found)} if locators else {}


def _places(db: Session, locators: set[str]) -> dict[str, str]:
    """File and line of rows of a feed."""
    row = bulk.QUARANTINED.c
    found = select(row.locator, row.file_name, row.line).where(row.locator.in_(locators))
    return {locator: f"{name}, line {line:,}" for locator, name, line in db.execute(found)} if locators else {}


def _typed(text: str) -> str:
    return "".join(character for character in text[:LONGEST] if character.isprintable()).strip()


def _midnight(tx: Tx, day: date) -> datetime:
    held = min(max(day, FIRST_DAY), LAST_DAY + timedelta(days=1))
    return datetime.combine(held, time.min, tx.settings.zone)
