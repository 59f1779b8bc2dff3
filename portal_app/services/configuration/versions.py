"""The versions of a configuration: looked at, checked, saved and restored. None is ever changed."""

import difflib
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from portal_app.models.configuration import ConfigurationVersion
from portal_app.services import access, audit
from portal_app.services.access import Permission
from portal_app.services.configuration.in_force import in_force, problems_in_force, saved
from portal_app.services.configuration.kinds import Kind
from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.configuration.registry import KINDS
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, InvalidData, NotFound
from portal_app.services.scope import visible

MAY = Permission.CHANGE_SETTINGS
LONGEST = 250_000
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Version:
    """One version. Number 0 is what holds where nothing was saved: it has no locator, nobody made it, and `made_at` is
    None."""

    kind: str
    label: str
    name: str
    version: int
    content: str
    note: str = ""
    made_by: str = ""
    made_at: datetime | None = None
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Current:
    """The version in force. `title` names the configuration as people do; `shipped_changed` tells that what is shipped
    is another than when it was saved; `problems` why this release cannot read it, each with its path."""

    version: Version
    title: str
    shipped_changed: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check against the version in force: what is wrong, each with its path, the lines that differ as in
    a unified difference, and in a sentence what keeps what it began with."""

    version: int
    problems: tuple[str, ...]
    difference: tuple[str, ...]
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """Saved versions, the newest first."""

    rows: tuple[Version, ...]
    total: int


@reads(MAY)
def listed(tx: Tx) -> tuple[Current, ...]:
    """The version in force of every configuration that the actor may edit."""
    mine = (kind for kind in KINDS.values() if access.can(tx.actor, kind.permission) or tx.actor.kind == "system")
    return tuple(_current(tx, kind, name) for kind in mine for name in kind.names(tx))


@reads(MAY)
def current(tx: Tx, *, kind: str, name: str = "") -> Current:
    """The version in force. Raises NotFound."""
    return _current(tx, _known(tx, kind, name), name)


@reads(MAY)
def version(tx: Tx, *, kind: str, name: str = "", number: int) -> Version:
    """One version, 0 being what is shipped now. Raises NotFound."""
    return _version(tx, _known(tx, kind, name), name, number)


@reads(MAY)
def history(tx: Tx, *, kind: str, name: str = "", offset: int = 0, count: int = 50) -> Past:
    """What was saved. Raises NotFound."""
    known = _known(tx, kind, name)
    rows = _rows(tx, known, name)
    total = tx.db.scalar(rows.with_only_columns(func.count())) or 0
    newest = rows.order_by(col(ConfigurationVersion.version).desc()).offset(offset).limit(count)
    return Past(tuple(_shown(known, row) for row in tx.db.scalars(newest)), total)


@reads(MAY)
def check(tx: Tx, *, kind: str, name: str = "", content: str) -> Checked:
    """What a save of this content would meet, and change; nothing is saved. Raises NotFound."""
    known = _known(tx, kind, name)
    now = _current(tx, known, name).version
    before, after = (laid_out(each).splitlines() for each in (now.content, content))
    lines = difflib.unified_diff(before, after, lineterm="", n=3)
    problems = tuple(_problems(tx, known, name, content))
    return Checked(now.version, problems, tuple(lines)[2:], known.keeps(tx, name))


@writes(MAY)
def save(tx: Tx, *, kind: str, name: str = "", content: str, note: str, expected: int) -> Version:
    """Save a new version, which holds from then on. `expected` is the version that was looked at, 0 for what is
    shipped. Raises NotFound; InvalidData with every problem and its path; Conflict that names who saved since."""
    return _save(tx, _known(tx, kind, name), name, content=content, note=note, expected=expected)


@writes(MAY)
def restore(tx: Tx, *, kind: str, name: str = "", number: int, note: str = "", expected: int) -> Version:
    """Save what an old version says, or what is shipped now (0), as a new one. Raises as `save` does."""
    known = _known(tx, kind, name)
    old = _version(tx, known, name, number)
    note = note or (f"Version {number} restored" if number else "What is shipped restored")
    return _save(tx, known, name, content=old.content, note=note, expected=expected, restored=number)


def _save(
    tx: Tx, kind: Kind[Any], name: str, *, content: str, note: str, expected: int, restored: int | None = None
) -> Version:
    now = saved(tx, kind, name)
    if (now[0] if now else 0) != expected:
        raise Conflict(_meanwhile(tx, kind, name))
    problems = {f"content[{number}]": why for number, why in enumerate(_problems(tx, kind, name, content))}
    note = note.strip()
    if not note or len(note) > LONGEST_NOTE or "\x00" in note:
        problems["note"] = f"Say why, in at most {LONGEST_NOTE} characters."
    if problems:
        raise InvalidData(problems)
    row = ConfigurationVersion(
        kind=kind.word, name=name, version=expected + 1, content=content, note=note,
        shipped=_hash(kind.shipped(tx, name)), made_at=tx.now, made_by=tx.actor.email or tx.actor.name,
    )  # fmt: skip
    try:
        with tx.db.begin_nested():
            tx.db.add(row)
            tx.db.flush()
    except IntegrityError:
        raise Conflict(_meanwhile(tx, kind, name)) from None
    subject = row.locator
    detail: dict[str, Any] = {"kind": kind.word, "name": name, "version": row.version, "note": note}
    if restored is None:
        audit.record(tx, "configuration.saved", subject_kind="configuration", subject=subject, detail=detail)
    else:
        detail["restored"] = restored
        audit.record(tx, "configuration.restored", subject_kind="configuration", subject=subject, detail=detail)
    return _shown(kind, row)


def _known(tx: Tx, word: str, name: str) -> Kind[Any]:
    kind = KINDS.get(word)
    if kind is None or name not in kind.names(tx):
        raise NotFound
    access.check(tx.actor, kind.permission)
    return kind


def _problems(tx: Tx, kind: Kind[Any], name: str, content: str) -> list[str]:
    """Everything that is wrong with the content itself, or else everything stored that it would break."""
    if len(content) > LONGEST:
        return [f"has more than {LONGEST:,} characters."]
    if "\x00" in content:
        return ["holds a character that cannot be kept."]
    try:
        content.encode()
        then = kind.read(content)
    except UnicodeEncodeError:
        return ["holds a character that cannot be kept."]
    except ConfigurationProblems as found:
        return found.problems
    # What cannot be read any more has to be mended all the same: what is shipped stands in for it.
    broken = problems_in_force(tx, kind, name)
    now = kind.read(kind.shipped(tx, name)) if broken else in_force(tx, kind, name)
    return kind.against(tx, name, now, then)


def _current(tx: Tx, kind: Kind[Any], name: str) -> Current:
    row = tx.db.scalars(_rows(tx, kind, name).order_by(col(ConfigurationVersion.version).desc()).limit(1)).first()
    title = f"{kind.label}: {kind.called(tx, name)}" if name else kind.label
    if row is None:
        return Current(_shipped(tx, kind, name), title, shipped_changed=False)
    changed = row.shipped != _hash(kind.shipped(tx, name))
    return Current(_shown(kind, row), title, changed, problems_in_force(tx, kind, name))


def _version(tx: Tx, kind: Kind[Any], name: str, number: int) -> Version:
    if number == 0:
        return _shipped(tx, kind, name)
    row = tx.db.scalars(_rows(tx, kind, name).where(col(ConfigurationVersion.version) == number)).first()
    if row is None:
        raise NotFound
    return _shown(kind, row)


def _shipped(tx: Tx, kind: Kind[Any], name: str) -> Version:
    return Version(kind.word, kind.label, name, 0, kind.shipped(tx, name))


def _rows(tx: Tx, kind: Kind[Any], name: str) -> Any:
    of = ConfigurationVersion
    return visible(tx.actor, of).where(col(of.kind) == kind.word, col(of.name) == name)


def _shown(kind: Kind[Any], row: ConfigurationVersion) -> Version:
    return Version(
        kind.word, kind.label, row.name, row.version, row.content, row.note, row.made_by, row.made_at, row.locator
    )


def _meanwhile(tx: Tx, kind: Kind[Any], name: str) -> str:
    newest = _current(tx, kind, name).version
    if newest.made_at is None:
        return "There is no such version: nothing was saved yet. Nothing of yours was saved."
    at = newest.made_at.astimezone(tx.settings.zone)
    when = f"{at:%b} {at.day}, {at.year} at {at:%H:%M}"
    return f"{newest.made_by} saved version {newest.version} on {when}. Nothing of yours was saved yet."


def laid_out(text: str) -> str:
    """The content one value a line, so that a difference is told line by line; as it is where it is not JSON."""
    try:
        return json.dumps(json.loads(text), indent=4, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
