"""What the agency configures, in the hands of an administrator: checked before it is saved, with every version."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from portal_app.guard.events import requires
from portal_app.services.access import Permission
from portal_app.services.configuration import versions
from portal_app.services.configuration.places import Whereabouts, whereabouts
from portal_app.services.door import the_door
from portal_app.services.errors import Conflict, DomainError, InvalidData
from portal_app.state.portal import PortalState

CHANGES = Permission.CHANGE_SETTINGS
PLACE = "/admin/settings/configuration"
SHIPPED = "As shipped"
UNCHANGED = "Nothing is different from the version in force."
CHECK_AGAIN = "Nothing was saved: the connection was lost in between. Check it once more."
NO_NOTE = "Say why, so that others understand it later."
MORE = 50


@dataclass
class ConfigurationRow:
    label: str
    href: str
    version: str
    by: str
    at: str
    shipped_changed: bool
    broken: bool


@dataclass
class VersionRow:
    number: int
    title: str
    by: str
    at: str
    note: str


@dataclass
class ProblemRow:
    """`where` says in words of the configuration's own what `place` is, to which the page leads in the text."""

    key: str
    text: str
    place: str
    where: str


@dataclass
class DiffLine:
    key: str
    text: str
    kind: str


class ConfigurationsState(PortalState):
    loaded: bool = False
    rows: list[ConfigurationRow] = []

    @requires(CHANGES, passive=True)
    async def load(self) -> None:
        self.loaded = False
        found = await self._ask(versions.listed)
        if found is not None:
            self.rows = [self._row(each) for each in found]
            self.loaded = True

    def _row(self, each: versions.Current) -> ConfigurationRow:
        held = each.version
        href = f"{PLACE}/{held.kind}" + (f"?{urlencode({'name': held.name})}" if held.name else "")
        at = self._moment(held.made_at) if held.made_at else ""
        title, broken = _title(held.version), bool(each.problems)
        return ConfigurationRow(each.title, href, title, held.made_by, at, each.shipped_changed, broken)


class ConfigurationState(PortalState):
    """One configuration. What a kind draws of its content, in PREVIEWS of the page, hangs on `kind` and `tried`."""

    loaded: bool = False
    drawn: int = 0
    kind: str = ""
    name: str = ""
    label: str = ""
    version: int = 0
    standing: str = ""
    shipped_changed: bool = False
    broken: list[ProblemRow] = []
    content: str = ""
    history: list[VersionRow] = []
    older: int = 0
    # What was checked last, and what came of it; `kept` says what a save leaves as it is.
    tried: str = ""
    kept: str = ""
    note: str = ""
    note_problem: str = ""
    problems: list[ProblemRow] = []
    difference: list[DiffLine] = []
    reviewing: bool = False
    said: str = ""
    meanwhile: str = ""
    # The version in the history that is compared, -1 for none.
    compared: int = -1
    compared_title: str = ""
    compared_difference: list[DiffLine] = []
    compared_problems: list[ProblemRow] = []
    # The version that was checked against, and compared with; the one that is saved on top of.
    _reviewed: int = 0
    _count: int = MORE

    @requires(CHANGES, passive=True)
    async def load(self) -> None:
        self.loaded, self._count = False, MORE
        self.kind, self.name = self._last_of_path(), str(self.router.url.query_parameters.get("name", ""))
        await self._look()

    async def _look(self) -> None:
        found = await self._ask(versions.current, **self._about())
        past = await self._ask(versions.history, **self._about(), count=self._count) if found else None
        if found is None or past is None:
            return
        self._show_past(past)
        held = found.version
        self.label = found.title
        self.version, self.shipped_changed = held.version, found.shipped_changed
        self.broken = _problems(found.problems, held.content)
        by = f"Version {held.version}, saved by {held.made_by}, {self._moment(held.made_at)}" if held.made_at else ""
        self.standing = by or "As shipped: nothing was saved yet"
        self.content = versions.laid_out(held.content)
        self.tried, self.note, self.note_problem, self.said, self.meanwhile, self.kept = "", "", "", "", "", ""
        self.problems, self.difference, self.reviewing = [], [], False
        self.compared, self.compared_difference, self.compared_problems = -1, [], []
        self.loaded, self.drawn = True, self.drawn + 1

    def _show_past(self, past: versions.Past) -> None:
        shipped = VersionRow(0, SHIPPED, "", "", "What this release brings, or the operator's file")
        self.history = [*map(self._past, past.rows), shipped]
        self.older = past.total - len(past.rows)

    def _about(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name}

    @requires(CHANGES)
    async def look_further_back(self) -> None:
        self._count += MORE
        _, past = await self._do(versions.history, **self._about(), count=self._count)
        if past is not None:
            self._show_past(past)

    @requires(CHANGES)
    async def check(self, form: dict[str, Any]) -> None:
        """What a save would meet and change, before anything is saved."""
        self.tried, self.note = str(form.get("content", "")), str(form.get("note", "")).strip()
        self.problems, self.difference, self.reviewing, self.said, self.meanwhile = [], [], False, "", ""
        self.note_problem, self.kept = "", ""
        found = await self._checked(self.tried)
        if found is None:
            return
        self._reviewed, self.kept = found.version, found.kept
        if found.version != self.version:
            self.meanwhile = "Somebody saved another version in the meantime. The difference is to theirs."
        self.problems, self.difference = _problems(found.problems, self.tried), _lines(found.difference)
        self.said = "" if self.problems or self.difference else UNCHANGED
        fine = bool(self.difference) and not self.problems
        self.note_problem = NO_NOTE if fine and not self.note else ""
        self.reviewing = fine and not self.note_problem

    async def _checked(self, content: str) -> versions.Checked | None:
        """Where it is refused the message above says so, and what was typed stays."""
        _, found = await self._do(versions.check, **self._about(), content=content)
        return found

    @requires(CHANGES)
    async def back(self) -> None:
        self.reviewing, self.difference = False, []

    @requires(CHANGES)
    async def save(self) -> None:
        """Save what was checked, and nothing else: a second click finds nothing under review any more."""
        if not self.reviewing:
            if not self.tried and not self.flash:
                self._say(CHECK_AGAIN, "bad")
            return
        self.reviewing = False
        about = {**self._about(), "expected": self._reviewed}
        try:
            await the_door().call(versions.save, **about, content=self.tried, note=self.note)
        except Conflict as told:
            self.meanwhile = f"{told.sentence} What you typed is still here; check it once more."
        except InvalidData as refusal:
            wrong = dict(refusal.problems)
            self.note_problem = wrong.pop("note", "")
            self.problems = _problems(wrong.values(), self.tried)
        except DomainError as refusal:
            self._say(refusal.sentence, "bad")
        else:
            kept = f" {self.kept}" if self.kept else ""
            await self._look()
            self._say(f"Saved. It holds at once, for everybody.{kept}")

    @requires(CHANGES)
    async def compare(self, number: int) -> None:
        """What restoring this version would change; what is typed stays as it is."""
        _, old = await self._do(versions.version, **self._about(), number=number)
        found = await self._checked(old.content) if old else None
        if found is None:
            return
        self._reviewed, self.reviewing, self.difference = found.version, False, []
        self.compared, self.compared_title = number, _title(number)
        # They are of another text than the one that is typed above.
        self.compared_difference, self.compared_problems = _lines(found.difference), _problems(found.problems)

    @requires(CHANGES)
    async def leave(self) -> None:
        self.compared = -1

    @requires(CHANGES)
    async def restore(self) -> None:
        """Save the version that is compared as a new one."""
        number, self.compared = self.compared, -1
        if number < 0:
            return
        done, _ = await self._do(versions.restore, **self._about(), number=number, expected=self._reviewed)
        if done:
            await self._look()
            self._say(f"{_title(number)} is in force again, as a new version.")

    def _past(self, each: versions.Version) -> VersionRow:
        at = self._moment(each.made_at) if each.made_at else ""
        return VersionRow(each.version, _title(each.version), each.made_by, at, each.note)


def _problems(told: Iterable[str], content: str = "") -> list[ProblemRow]:
    """Without a `content` they lead nowhere."""
    found = ((each, whereabouts(content, each) if content else Whereabouts()) for each in told)
    return [ProblemRow(str(at), text, there.place, ", ".join(there.words)) for at, (text, there) in enumerate(found)]


def _title(number: int) -> str:
    return f"Version {number}" if number else SHIPPED


def _lines(difference: tuple[str, ...]) -> list[DiffLine]:
    kinds = {"+": "added", "-": "removed", "@": "place"}
    return [DiffLine(str(at), line, kinds.get(line[:1], "same")) for at, line in enumerate(difference)]
