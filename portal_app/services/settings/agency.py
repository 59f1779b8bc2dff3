"""What the agency set for itself: looked at, changed by who may, with each change on record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from portal_app.models.policies import LineOfBusiness
from portal_app.models.settings import AgencySettings, SettingsChange
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.settings import in_force
from portal_app.services.settings.entries import ENTRIES, OF_A_LINE, Entry, of_a_line
from portal_app.settings import PREFIX

MAY = Permission.CHANGE_SETTINGS
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it holds now: as it would be typed, and as people read it. `fixed_by` is the variable that fixes
    it, or empty; `chosen` says that the agency set it here."""

    name: str
    label: str
    typed: str
    told: str
    fixed_by: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class LineTime:
    """How many business days an answer to a submission may take in this line."""

    code: str
    name: str
    response_days: int


@dataclass(frozen=True, slots=True)
class Variable:
    """What only the environment says, and whether it does. What it says is not told: some of it is secret."""

    name: str
    given: bool


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Past:
    """A saved change: the version that it made, by whom and when."""

    version: int
    by: str
    at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Current:
    """All settings at one version; `history` holds the last changes, the newest first."""

    version: int
    settings: tuple[Setting, ...]
    lines: tuple[LineTime, ...]
    variables: tuple[Variable, ...]
    history: tuple[Past, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """What a save would change at this version."""

    version: int
    changes: tuple[Change, ...]


@reads(MAY)
def current(tx: Tx) -> Current:
    """The settings as they hold now, and how they came to be so."""
    own = tx.db.get_one(AgencySettings, 1)
    settings = tuple(
        Setting(
            name=name,
            label=entry.label,
            typed=entry.typed(getattr(tx.settings, name)),
            told=entry.told(getattr(tx.settings, name)),
            fixed_by=f"{PREFIX}{name.upper()}" if name in tx.configured.given else "",
            chosen=getattr(own, name) is not None,
        )
        for name, entry in ENTRIES.items()
    )
    lines = tuple(LineTime(line.code, line.name, line.response_days) for line in _lines(tx))
    variables = tuple(
        Variable(f"{PREFIX}{name.upper()}", name in tx.configured.given)
        for name in type(tx.configured).model_fields
        if name not in ENTRIES
    )
    return Current(own.version, settings, lines, variables, _history(tx))


@reads(MAY)
def review(tx: Tx, *, given: Mapping[str, str]) -> Review:
    """What saving this would change. Raises Invalid with every problem at once."""
    changes = [change for change, _ in _checked(tx, given)]
    return Review(tx.db.get_one(AgencySettings, 1).version, tuple(changes))


@writes(MAY)
def save(tx: Tx, *, version: int, given: Mapping[str, str]) -> int:
    """Change what is named and leave the rest. `version` is the one that was looked at. Returns the version that it is
    now. Raises Invalid with every problem at once, Conflict where somebody saved in the meantime."""
    checked = _checked(tx, given)
    if not checked:
        return tx.db.get_one(AgencySettings, 1).version
    own = {change.name: value for change, value in checked if change.name in ENTRIES}
    same = (col(AgencySettings.id) == 1, col(AgencySettings.version) == version)
    if not tx.db.execute(
        update(AgencySettings).where(*same).values(version=version + 1, **own).returning(col(AgencySettings.id))
    ).all():
        raise Conflict(_meanwhile(tx))
    for change, value in checked:
        if change.name not in ENTRIES:
            line = col(LineOfBusiness.code) == change.name.removeprefix(OF_A_LINE)
            tx.db.execute(update(LineOfBusiness).where(line).values(response_days=value))
    in_force.forget(tx.db)
    _keep(tx, version + 1, [change for change, _ in checked])
    return version + 1


def _keep(tx: Tx, version: int, changes: list[Change]) -> None:
    by = tx.actor.email or tx.actor.name
    told = [asdict(change) for change in changes]
    tx.db.add(SettingsChange(version=version, changed_by=by, changed_at=tx.now, changes=told))
    detail = {
        "before": {change.name: change.before for change in changes},
        "after": {change.name: change.after for change in changes},
    }
    audit.record(tx, "settings.changed", subject_kind="settings", subject=str(version), detail=detail)


def _checked(tx: Tx, given: Mapping[str, str]) -> list[tuple[Change, Any]]:
    """What would be another than it is, with its value."""
    entries: dict[str, tuple[Entry, Any]] = {
        name: (entry, getattr(tx.settings, name)) for name, entry in ENTRIES.items()
    }
    for line in _lines(tx):
        entry = of_a_line(line.code, line.name)
        entries[entry.name] = (entry, line.response_days)
    problems: dict[str, str] = {}
    found: list[tuple[Change, Any]] = []
    for name, text in given.items():
        if name not in entries:
            problems[name] = "There is no such setting."
            continue
        entry, now = entries[name]
        try:
            value = entry.read(text)
        except ValueError as problem:
            problems[name] = str(problem)
            continue
        if value != now:
            found.append((Change(name, entry.label, entry.told(now), entry.told(value)), value))
            if name in tx.configured.given:
                problems[name] = f"{PREFIX}{name.upper()} fixes this. Whoever runs the portal changes it there."
    if problems:
        raise Invalid(problems)
    return found


def _meanwhile(tx: Tx) -> str:
    newest = _history(tx)[:1]
    who = f"{newest[0].by} saved other settings" if newest else "Other settings were saved"
    return f"{who} in the meantime. Nothing of yours was saved yet."


def _lines(tx: Tx) -> list[LineOfBusiness]:
    return list(tx.db.scalars(select(LineOfBusiness).order_by(col(LineOfBusiness.id))))


def _history(tx: Tx) -> tuple[Past, ...]:
    newest = select(SettingsChange).order_by(col(SettingsChange.version).desc()).limit(SHOWN)
    return tuple(
        Past(each.version, each.changed_by, each.changed_at, tuple(Change(**change) for change in each.changes))
        for each in tx.db.scalars(newest)
    )
