"""Licenses from a file: what it would change, what of it cannot be taken, and then exactly that."""

import json
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal_app.guard.events import requires
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import Invalid
from portal_app.services.licensing import importing, records, waiting_file
from portal_app.services.licensing.importing import Difference, Entry, Report
from portal_app.services.licensing.matching import Outcome
from portal_app.services.licensing.sheet import Refused
from portal_app.state import wording
from portal_app.state.portal import PortalState
from portal_app.state.producers.listing import MANAGES, PLACE
from portal_app.state.producers.specs import LICENSE

FROM_FILE = f"{PLACE}/licenses"
NONE_CHOSEN = "Choose a file first."
# So many of each are drawn; the API lists all.
MOST = 200
OUTCOMES = {Outcome.NEW: "New", Outcome.CHANGED: "Changed"}
MOMENTS = ("effective_time", "expiration_time")
DAYS = ("original_issue_date", "status_date")
WORDS = ("lines", "status", "state")
LABELS = {each.name: each.label for each in LICENSE} | {"state": "State here"}


@dataclass
class EntryRow:
    """What becomes of one license. `href` leads to the one that is here."""

    key: str
    outcome: str
    license: str
    producer: str
    producer_href: str
    lines: str
    differences: list[str]


@dataclass
class RefusedRow:
    key: str
    line: str
    column: str
    why: str


class LicenseFileState(PortalState):
    """`looked` says that the file was looked at, `applied` that what it changes was done."""

    loaded: bool = False
    drawn: int = 0
    problems: dict[str, str] = {}
    filename: str = ""
    looked: bool = False
    applied: bool = False
    may_apply: bool = False
    summary: list[str] = []
    ignored: str = ""
    entries: list[EntryRow] = []
    more_entries: str = ""
    refused: list[RefusedRow] = []
    more_refused: str = ""
    _file: str = ""
    _fingerprint: str = ""

    @requires(MANAGES, passive=True)
    async def load(self) -> None:
        self._forget()
        self.loaded, self.drawn = True, self.drawn + 1

    def _forget(self) -> None:
        self.problems, self.filename, self.looked, self.applied, self.may_apply = {}, "", False, False, False
        self.summary, self.ignored, self.entries, self.refused = [], "", [], []
        self.more_entries, self.more_refused, self._file, self._fingerprint = "", "", "", ""

    @requires(MANAGES)
    async def look(self, form: dict[str, Any]) -> None:
        """What the file that was sent would change. Nothing is changed by it."""
        self._forget()
        self._file = reference_of(str(form.get("file") or ""))
        if not self._file:
            self.problems = {"file": NONE_CHOSEN}
            return
        await self._look()

    async def _look(self) -> None:
        waiting = await self._ask(waiting_file.held, locator=self._file)
        if waiting is None:
            self.problems, self.missing = {"file": "The file is not there any more. Choose it once more."}, False
            return
        asked = importing.look_at(the_door(), current_actor.get(), content=waiting.content)
        found = await self._read(asked)
        if found is not None:
            self.filename, self._fingerprint = waiting.filename, found.fingerprint
            self._show(found)

    async def _read(self, asked: Awaitable[Report]) -> Report | None:
        """The answer; what cannot be taken is told at the field."""

        async def attempt() -> Report | None:
            try:
                return await asked
            except Invalid as refusal:
                self.problems = {"file": " ".join(refusal.problems.values())}
                return None

        found = await self._await(attempt())
        self._refused()
        return found

    @requires(MANAGES)
    async def apply(self) -> None:
        """Do what was looked at, once, and nothing where the file or a record is another one by now."""
        may, self.may_apply = self.may_apply, False
        waiting = await self._ask(waiting_file.held, locator=self._file) if may else None
        if waiting is None:
            self.missing = False
            return
        asked = importing.take(the_door(), current_actor.get(), content=waiting.content, fingerprint=self._fingerprint)
        found = await self._read(asked)
        if found is None:
            # What was looked at holds no more: it is looked at anew, and the sentence above says so.
            await self._look()
            return
        self._show(found)
        await self._ask(waiting_file.drop, locator=self._file)
        done = found.new + found.changed
        self._say(f"Done: {wording.count(done, 'license')} taken from the file.")

    @requires(MANAGES)
    async def leave(self) -> None:
        """Nothing of it is done, and the file is not kept."""
        await self._ask(waiting_file.drop, locator=self._file)
        self._forget()
        self.drawn += 1

    def _show(self, found: Report) -> None:
        self.looked, self.applied = True, found.applied
        self.may_apply = not found.applied and bool(found.new + found.changed)
        self.summary = summary_of(found)
        self.ignored = ", ".join(found.ignored)
        self.entries = [entry_row(each, self._zone()) for each in found.entries[:MOST]]
        self.more_entries = more(len(found.entries), "license")
        self.refused = [refused_row(number, each) for number, each in enumerate(found.refused[:MOST])]
        self.more_refused = more(len(found.refused), "row")


def reference_of(text: str) -> str:
    """The locator of the file that the static script put into the form."""
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    return str(found.get("locator", "")) if isinstance(found, dict) else ""


def summary_of(found: Report) -> list[str]:
    """How many of each, in words."""
    will = "" if found.applied else "would be "
    counted = [
        wording.count(found.rows, "row") + " in the file",
        f"{wording.count(found.new, 'license')} {will}new",
        f"{wording.count(found.changed, 'license')} {will}changed",
        f"{wording.count(found.unchanged, 'license')} as they are",
        f"{wording.count(len(found.refused), 'row')} that cannot be taken",
    ]
    return [each for each in counted if not each.startswith("0 ")]


def more(total: int, noun: str) -> str:
    return f"{wording.count(total - MOST, f'more {noun}')} not shown here." if total > MOST else ""


def entry_row(each: Entry, zone: ZoneInfo) -> EntryRow:
    return EntryRow(
        key=f"{each.npn} {each.jurisdiction} {each.license_number}",
        outcome=OUTCOMES.get(each.outcome, each.outcome.value),
        license=f"{each.license_number}, {each.jurisdiction}",
        producer=each.producer.name,
        producer_href=f"{PLACE}/{each.producer.locator}",
        lines=", ".join(f"{line:,}" for line in each.lines),
        differences=[difference_words(one, zone) for one in each.differences],
    )


def difference_words(one: Difference, zone: ZoneInfo) -> str:
    label = LABELS.get(one.field, one.field.replace("_", " ").capitalize())
    before, after = (said(one.field, each, zone) for each in (one.before, one.after))
    return f"{label}: {before} → {after or 'nothing'}" if before else f"{label}: {after}"


def said(field: str, value: str, zone: ZoneInfo) -> str:
    """A value as the form of a license says it: days for moments, words for what is kept."""
    if field in MOMENTS and value:
        moment = datetime.fromisoformat(value)
        last = records.last_day(moment, zone) if field == "expiration_time" else None
        return wording.day(last or moment.astimezone(zone).date())
    if field in DAYS and value:
        return wording.day(date.fromisoformat(value))
    return value.replace("_", " ").capitalize() if field in WORDS else value


def refused_row(number: int, each: Refused) -> RefusedRow:
    return RefusedRow(str(number), f"{each.line:,}", each.column or "The whole row", each.why)
