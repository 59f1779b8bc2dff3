"""The agency's holidays in an administrator's hands: days added and removed, looked at, and saved as a new version."""

import json
from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.services.access import Permission
from portal_app.services.configuration import versions
from portal_app.services.door import the_door
from portal_app.services.errors import Conflict, DomainError, Invalid
from portal_app.services.routing import desk
from portal_app.services.routing.desk import Calendar
from portal_app.services.routing.holidays import Holiday
from portal_app.state import wording
from portal_app.state.authority_form import Form
from portal_app.state.portal import PortalState

CHANGES = Permission.CHANGE_SETTINGS
PLACE = "/admin/settings/holidays"
UNCHANGED = "Nothing is different from what is saved."
CLOSING = "Enter the time at which the day's business ends."


@dataclass
class DayRow:
    key: str
    day: str
    name: str


class HolidaysState(PortalState):
    loaded: bool = False
    version: int = 0
    federal: bool = True
    closes_at: str = ""
    days: list[DayRow] = []
    closed: list[DayRow] = []
    changed: bool = False
    overtaken: str = ""
    problems: dict[str, str] = {}
    asking: str = ""
    drawn: int = 0
    day_drawn: int = 0
    _content: str = ""
    _saved: str = ""

    @requires(CHANGES, passive=True)
    async def load(self) -> None:
        self.loaded, self.changed, self.overtaken, self.problems, self.asking = False, False, "", {}, ""
        found = await self._ask(desk.calendar)
        if found is not None:
            self.version, self.loaded = found.version, True
            self._show(found)
            self._saved = found.content
            self.drawn, self.day_drawn = self.drawn + 1, self.day_drawn + 1

    def _show(self, found: Calendar) -> None:
        self._content = found.content
        self.federal, self.closes_at = found.holidays.federal, f"{found.holidays.closes_at:%H:%M}"
        self.days = [self._row(each) for each in found.holidays.days]
        self.closed = [self._row(each) for each in found.closed]

    def _row(self, each: Holiday) -> DayRow:
        return DayRow(each.day.isoformat(), f"{each.day:%A}, {wording.day(each.day)}", each.name)

    async def _put(self, **changes: Any) -> bool:
        """Show this as what is to be saved; False where it cannot be."""
        content = json.dumps(json.loads(self._content) | changes)
        done, found, problems = await self._submit(desk.calendar, content=content)
        if not done or found is None:
            self.problems = {"day": "Enter a date such as 2026-12-24."} if problems else {}
            return False
        self._show(found)
        self.changed, self.problems, self.asking = True, {}, ""
        return True

    def _own(self) -> list[dict[str, str]]:
        return list(json.loads(self._content)["days"])

    @requires(CHANGES)
    async def add_day(self, form: dict[str, Any]) -> None:
        read = Form(form)
        day, name = read.day("day"), read.text("name")
        if day is None:
            read.problems["day"] = "Enter a date."
        elif day.isoformat() in {each["date"] for each in self._own()}:
            read.problems["day"] = "This day is in the list already."
        if not name:
            read.problems["name"] = "Say what the day is called."
        self.problems = read.problems
        if day is not None and not read.problems:
            added = [*self._own(), {"date": day.isoformat(), "name": name}]
            self.day_drawn += await self._put(days=added)

    @requires(CHANGES)
    async def ask_first(self, day: str) -> None:
        self.asking = day

    @requires(CHANGES)
    async def remove_day(self) -> None:
        await self._put(days=[each for each in self._own() if each["date"] != self.asking])

    @requires(CHANGES)
    async def switch_federal(self, on: bool) -> None:
        await self._put(federal=on)

    @requires(CHANGES)
    async def let_go(self) -> None:
        """Forget what was changed, and show what is in force."""
        await self.load()

    @requires(CHANGES)
    async def save(self, form: dict[str, Any]) -> None:
        """Save the days as they stand, and the closing time as it was typed."""
        read = Form(form)
        as_typed = json.loads(self._content) | {"closesAt": read.text("closes_at")[:5]}
        self.overtaken, self.problems = "", {}
        if as_typed == json.loads(self._saved):
            # A second click too.
            self._say(self.flash or UNCHANGED, self.flash_kind if self.flash else "info")
            return
        await self._save(json.dumps(as_typed), read.text("note"))

    async def _save(self, content: str, note: str) -> None:
        try:
            await the_door().call(versions.save, kind="holidays", content=content, note=note, expected=self.version)
        except Invalid as refusal:
            self.problems = self._at_fields(refusal.problems)
        except Conflict as told:
            self.overtaken = told.sentence
        except DomainError as refusal:
            self._say(refusal.sentence, "bad")
        else:
            await self.load()
            self._say("Saved. It holds at once; response dates that were given stay.")

    def _at_fields(self, problems: dict[str, str]) -> dict[str, str]:
        found = {"note": problems["note"]} if "note" in problems else {}
        return found | ({"closes_at": CLOSING} if len(problems) > len(found) else {})
