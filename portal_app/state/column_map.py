"""A column map in the hands of an administrator: one line for each column of the newest file."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import FeedKind
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor
from portal_app.services.ports import Columns, ColumnSeen, FieldChoice
from portal_app.services.sync import column_maps
from portal_app.services.sync.column_maps import Look
from portal_app.state import wording
from portal_app.state.integrations import PLACE
from portal_app.state.portal import PortalState

MAPS = f"{PLACE}/columns"
KINDS = {kind.value: kind for kind in FeedKind}
CHANGED_MEANWHILE = "Somebody saved another map in the meantime. What you had chosen was for the one before."
_OF_THE_MAP = re.compile(r"(?:\w+\.)?columns(?:\.(?P<field>[\w.]+))?: (?P<what>.+)")
_ONE_OF = re.compile(r"one of (?P<fields>[\w., ]+) is needed\.")


@dataclass
class ColumnLine:
    heading: str
    samples: list[str]
    field: str
    field_label: str
    remarks: list[str]
    was: str


@dataclass
class Choice:
    value: str
    label: str


@dataclass
class Gone:
    field: str
    old: str
    new: str


class ColumnMapState(PortalState):
    loaded: bool = False
    feed: str = ""
    kind: str = ""
    kind_label: str = ""
    source: str = ""
    from_here: bool = False
    may_save: bool = False
    file: str = ""
    fine: str = ""
    unreadable: str = ""
    lines: list[ColumnLine] = []
    choices: list[Choice] = []
    gone: list[Gone] = []
    problems: list[str] = []
    changed: bool = False
    # The map that is being tried, for the page to bring back to a server that has lost it.
    tried: str = ""
    _columns: dict[str, Any] = {}
    _version: int = 0

    @requires(Permission.VIEW_FEEDS, passive=True)
    async def load(self) -> None:
        self.loaded = False
        *_, self.feed, self.kind = str(self.router.url.path).rstrip("/").split("/")
        if self.kind not in KINDS:
            self.missing = True
            return
        await self._look(None)

    @requires(Permission.RUN_FEEDS, passive=True)
    async def bring_back(self, carried: str) -> None:
        """Try what was chosen before the connection was lost, or the server started anew."""
        kept = _read(carried)
        if kept is None:
            return
        version, columns = kept
        if version == self._version:
            await self._look(columns)
        else:
            self._say(CHANGED_MEANWHILE, "warning")

    @requires(Permission.RUN_FEEDS)
    async def assign(self, heading: str, field: str) -> None:
        """Try another field for a column; nothing is saved by that."""
        await self._look(column_maps.assigned(self._columns, heading, field))

    @requires(Permission.RUN_FEEDS)
    async def start_over(self) -> None:
        await self._look(None)

    @requires(Permission.RUN_FEEDS)
    async def save(self) -> Any:
        return await self._save(self._columns)

    @requires(Permission.RUN_FEEDS)
    async def forget(self) -> Any:
        """Go back to the map of the feeds' file."""
        return await self._save(None)

    async def _save(self, columns: Columns | None) -> Any:
        done, _ = await self._do(
            column_maps.save, feed=self.feed, kind=KINDS[self.kind], columns=columns, version=self._version
        )
        if not done:
            return None
        return self._say_at(PLACE, "Saved. The worker takes the newest file in by this map within seconds.")

    async def _look(self, columns: Columns | None) -> None:
        found = await self._ask(column_maps.look, feed=self.feed, kind=KINDS[self.kind], columns=columns)
        if found is not None:
            self._show(found, columns is not None)

    def _show(self, found: Look, tried: bool) -> None:
        self._columns = {name: held if isinstance(held, str) else dict(held) for name, held in found.columns.items()}
        self._version, self.from_here = found.version, bool(found.saved_by)
        self.source = _source(found, self._moment(found.saved_at))
        self.kind_label, self.unreadable = found.kind.label, found.unreadable
        self.gone = [Gone(label(each.field), each.old, each.new) for each in found.moved]
        self.choices = [Choice("", "Not taken in"), *map(_choice, found.fields)]
        became = {each.new: each.old for each in found.moved if each.new}
        preview = found.preview
        self.lines = [_line(each, became) for each in preview.columns] if preview else []
        self.file = f"{preview.name}, {self._moment(preview.exported_at)}" if preview else ""
        self.fine = (
            f"{preview.fine:,} of the first {wording.count(preview.rows, 'row')} would be taken in" if preview else ""
        )
        lacking = [f"The file has no column “{name}”." for name in preview.lacking] if preview else []
        self.problems = [*lacking, *map(in_words, preview.problems if preview and not lacking else ())]
        self.tried = json.dumps([self._version, self._columns]) if tried else ""
        self.changed = tried or any(each.new for each in found.moved)
        self.may_save, self.loaded = can(current_actor.get(), Permission.RUN_FEEDS), True


def _source(found: Look, saved: str) -> str:
    if not found.version:
        return "As the feeds' file says"
    return f"Saved by {found.saved_by}, {saved}"


def _line(each: ColumnSeen, became: Mapping[str, str]) -> ColumnLine:
    told = label(each.field) if each.field else "Not taken in"
    was = became.get(each.heading, "")
    return ColumnLine(each.heading, list(each.samples), each.field, told, list(each.remarks), was)


def _choice(each: FieldChoice) -> Choice:
    return Choice(each.path, label(each.path) + (" (needed)" if each.required else ""))


def label(path: str) -> str:
    """vehicles.vin → Vehicles: vin."""
    group, _, part = path.replace("_", " ").partition(".")
    return f"{group.capitalize()}: {part}" if part else group.capitalize()


def in_words(problem: str) -> str:
    """What is wrong with a map, by the names of this page's fields and not by those of the feeds' file."""
    found = _OF_THE_MAP.fullmatch(problem)
    if found is None:
        return problem
    field, what = found["field"], found["what"]
    if choice := _ONE_OF.fullmatch(what):
        return f"One of these fields needs a column: {', '.join(map(label, choice['fields'].split(', ')))}."
    if not field:
        return what[:1].upper() + what[1:]
    return f"A needed field has no column: {label(field)}." if what.startswith("needed") else f"{label(field)}: {what}"


def _read(carried: str) -> tuple[int, Columns] | None:
    """Version and map, as the page was given them."""
    try:
        version, columns = json.loads(carried)
        whole = {name: held if isinstance(held, str) else dict(held) for name, held in columns.items()}
    except (AttributeError, TypeError, ValueError):
        return None
    texts = (part for held in whole.values() if isinstance(held, dict) for part in held.values())
    return (version, whole) if isinstance(version, int) and all(isinstance(each, str) for each in texts) else None
