"""A submission as it is filled in, section by section, and saved as it is typed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import SubmissionStatus
from portal_app.services.access import Permission
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import Conflict, DomainError, Invalid
from portal_app.services.intake.forms import Field, Form, Group, Role, Row
from portal_app.services.intake.progress import SectionProgress, Stage
from portal_app.services.intake.values import read, told
from portal_app.services.policies.views import Choice
from portal_app.services.submissions import answering, filling, sending, suggesting
from portal_app.services.submissions.answering import SavedMeanwhile
from portal_app.services.submissions.filling import Filling
from portal_app.services.submissions.sending import Sent, read_sent
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.portal import PortalState
from portal_app.state.producers.form import part_of
from portal_app.state.submissions import drawing
from portal_app.state.submissions.drawing import GroupRow, Option
from portal_app.state.submissions.sent import Told, acked, fills, naming

SUBMITS = Permission.SUBMIT_BUSINESS
DOCUMENTS, CERTIFY = "documents", "certify"
NOTHING = "Nothing"


@dataclass
class Step:
    """A section of the way: `stage` is "empty", "started" or "complete"; nothing for those without answers."""

    name: str
    number: str
    title: str
    href: str
    stage: str
    told: str
    here: bool


@dataclass
class Difference:
    """What two people answered in the same place."""

    label: str
    mine: str
    theirs: str


class WizardState(PortalState):
    """`keys` are those of the rows of each group as they are drawn; `away`, `needs`, `problems`, `doubts` and `rows`
    (those that a field which is the number of one can be) go by the id of a field in the page. `codes` and `carriers`
    are proposed while somebody types, `more` says by list where it has not all. `acked` is what was answered last about
    each group, as the page reads it; `not_of` the client whose account it was begun from, and whose it is not."""

    shown: str = ""
    insured: str = ""
    not_of: str = ""
    line: str = ""
    number: str = ""
    section: str = ""
    heading: str = ""
    help: str = ""
    steps: list[Step] = []
    position: str = ""
    following: str = ""
    before: str = ""
    locked: str = ""

    drawn: int = 0
    groups: list[GroupRow] = []
    versions: dict[str, int] = {}
    away: dict[str, bool] = {}
    needs: dict[str, bool] = {}
    problems: dict[str, str] = {}
    doubts: dict[str, str] = {}
    rows: dict[str, list[Option]] = {}
    conflicts: dict[str, list[Difference]] = {}
    told_of: dict[str, str] = {}
    # What was typed here and came too late, beside what was submitted.
    unsent: dict[str, list[Difference]] = {}
    codes: list[Choice] = []
    carriers: list[Choice] = []
    more: dict[str, str] = {}
    acked: str = "{}"
    _keys: dict[str, list[str]] = {}

    @requires(SUBMITS, passive=True, shows=(Topic.SUBMISSIONS,))
    async def load(self) -> None:
        locator, section = part_of(str(self.router.url.path), 1), part_of(str(self.router.url.path), 3)
        if locator != self.shown:
            self.shown, self.acked, self.groups = "", "{}", []
        self.conflicts, self.told_of, self.unsent = {}, {}, {}
        await self._open(locator, section)

    @requires(SUBMITS, passive=True)
    async def refresh(self) -> None:
        """How far it has come. What is being typed is left alone: the page holds it."""
        await self._again(self._look_at_progress)

    @requires(SUBMITS)
    async def save(self, text: str) -> None:
        """One group, as the page sends it by itself; `acked` answers."""
        sent = read_sent(text)
        if sent is not None:
            await self._save(sent)

    @requires(SUBMITS)
    async def take_theirs(self, path: str) -> None:
        """Let go of what was typed in a group, and show what somebody else saved there."""
        self.conflicts = {key: found for key, found in self.conflicts.items() if key != path}
        found = await self._ask(filling.section, locator=self.shown, name=self._with_answers())
        if found is not None:
            self._draw_again(found, path)
            self._judge(found)

    async def _open(self, locator: str, section: str) -> None:
        name = None if section in (DOCUMENTS, CERTIFY) else section
        found = await self._ask(filling.section, locator=locator, name=name)
        if found is None:
            return
        own = found.section
        self.section = own.name if own else section
        groups = own.groups if own else ()
        await self._propose(found, groups)
        self.drawn += 1
        self._keys = drawing.keys_for(found.answers, groups)
        self.groups = [self._group(found, each) for each in groups]
        self.versions = {each.key: found.versions.get(each.key, 0) for each in groups}
        self.heading = own.title if own else {DOCUMENTS: "Documents", CERTIFY: "Check and submit"}[self.section]
        self.help = own.help if own else ""
        self.locked = "" if found.editable or found.number else "These answers are not yours to change."
        self._judge(found)
        self.shown = locator

    def _with_answers(self) -> str | None:
        """The section that is shown, where it is one of the form."""
        return None if self.section in (DOCUMENTS, CERTIFY) else self.section

    async def _propose(self, found: Filling, groups: Sequence[Group]) -> None:
        """Without a list to choose from, what is typed is taken as well."""
        self.codes, self.carriers, self.more = [], [], {}
        if not found.editable or not any(drawing.proposes(each, _code_path(found.form)) for each in groups):
            return
        known = await self._ask(suggesting.suggestions, locator=found.locator)
        if known is None:
            self.problem, self.reference, self.missing = "", "", False
            return
        one = len({name for _, name in known.codes}) == 1
        self.codes = [Choice(code, "" if one else f"{code} · {name}") for code, name in known.codes]
        self.carriers = [Choice(name, "") for name in known.carriers]
        more = {
            drawing.CODES: wording.proposed(len(known.codes), known.codes_total, "codes"),
            drawing.CARRIERS: wording.proposed(len(known.carriers), known.carriers_total, "carriers"),
        }
        self.more = {name: told for name, told in more.items() if told}

    async def _look_at_progress(self) -> None:
        if not self.shown:
            return
        found = await self._ask(filling.section, locator=self.shown, name=self._with_answers())
        if found is not None:
            self._judge(found)

    async def _save(self, sent: Sent) -> None:
        try:
            found = await sending.save(the_door(), current_actor.get(), sent, name=self._with_answers())
        except SavedMeanwhile as told_us:
            await self._tell_of_both(sent, told_us)
        except DomainError as refusal:
            await self._tell_why_not(sent, refusal)
        else:
            proposed = await asyncio.to_thread(fills, found.form, sent, self._now().astimezone(self._zone()).date())
            self._show_saved(sent, found, proposed)

    def _show_saved(self, sent: Sent, found: Filling, proposed: dict[str, str]) -> None:
        self.conflicts = {key: each for key, each in self.conflicts.items() if key != sent.path}
        version = found.versions.get(sent.path, 0)
        self._answer(sent, "saved", version, Told(proposed, found.out, self._naming(sent, found)))
        if sent.submission != self.shown:
            return
        if sent.path in self._keys:
            self.versions = self.versions | {sent.path: version} | self._renumbered(found)
            rows = found.answers.get(sent.path, [])
            same = len(sent.keys) == len(rows)
            self._keys = self._keys | {sent.path: list(sent.keys) if same else [str(at) for at in range(len(rows))]}
            if sent.redraw:
                self.groups = [
                    self._group(found, each, drawn.drawn) if drawn.key == sent.path else drawn
                    for drawn in self.groups
                    if (each := found.form.group(drawn.key)) is not None
                ]
        self._judge(found)

    def _naming(self, sent: Sent, found: Filling) -> dict[str, Any]:
        """What the page takes over of the groups that name rows of what was saved; nothing of one that somebody else
        saved since it was drawn."""
        if not found.out:
            return {}
        now = naming(found.form, sent.path, found.answers, found.versions, found.others)
        before = {path: each["version"]["before"] for path, each in now.items()}
        return {path: each for path, each in now.items() if self.versions.get(path, before[path]) == before[path]}

    def _renumbered(self, found: Filling) -> dict[str, int]:
        """The versions of the groups that were saved with it, where this page had the ones before."""
        now = {path: found.versions[path] for path in found.others}
        return {path: version for path, version in now.items() if self.versions.get(path) == version - 1}

    async def _tell_of_both(self, sent: Sent, refusal: SavedMeanwhile) -> None:
        self._answer(sent, "conflict", refusal.version, told="somebody else saved these answers. Choose which to keep.")
        found = await self._ask(filling.section, locator=sent.submission, name=None)
        group = found.form.group(sent.path) if found is not None else None
        if group is not None and sent.submission == self.shown:
            differing = _differences(group, refusal.yours, refusal.theirs, self._now())
            by = refusal.by if refusal.by != self.email else "You, on another page,"
            self.conflicts = self.conflicts | {sent.path: differing}
            self.told_of = self.told_of | {sent.path: f"{by} saved other answers here, {self._moment(refusal.at)}."}

    async def _tell_why_not(self, sent: Sent, refusal: DomainError) -> None:
        """Once it was handed in, what was typed and came too late is told beside what was submitted."""
        found = await self._ask(answering.answers, locator=sent.submission) if isinstance(refusal, Conflict) else None
        group = found.form.group(sent.path) if found is not None and found.number else None
        if found is None or group is None or sent.submission != self.shown:
            self._answer(sent, "failed", told=_sentence(refusal))
            return
        self.number, now = found.number, self._now()
        typed = answering.with_defaults(group, sent.rows, sent.added())
        mine = answering.masked(found.form, {sent.path: typed}, now.date())[sent.path]
        differing = _differences(group, mine, found.answers.get(sent.path, []), now)
        others = {path: each for path, each in self.unsent.items() if path != sent.path}
        self.unsent = others | ({sent.path: differing} if differing else {})
        self._answer(sent, "late" if differing else "saved", told="it was submitted before this reached the portal.")

    @requires(SUBMITS)
    async def let_go(self) -> None:
        """What came too late was read."""
        self.unsent = {}

    def _answer(self, sent: Sent, outcome: str, version: int = 0, more: Told | None = None, *, told: str = "") -> None:
        at = self._moment(self._now())
        self.acked = acked(self.acked, sent, outcome, version, told=told, at=at, more=more or Told({}))

    def _draw_again(self, found: Filling, path: str) -> None:
        group = found.form.group(path)
        if group is None or path not in self._keys:
            return
        self.drawn += 1
        self._keys = self._keys | drawing.keys_for(found.answers, [group])
        self.versions = self.versions | {path: found.versions.get(path, 0)}
        self.groups = [self._group(found, group) if each.key == path else each for each in self.groups]

    def _group(self, found: Filling, group: Group, drawn: str = "") -> GroupRow:
        today = self._now().astimezone(self._zone()).date()
        rows = found.answers.get(group.key, [])
        drawn = drawn or f"{group.key} {self.drawn}"
        return drawing.group_row(group, rows, self._keys[group.key], drawn, today, _code_path(found.form))

    def _judge(self, found: Filling) -> None:
        """What is asked, what is wrong, and how far everything has come."""
        marks = drawing.marks(found.sheet, found.answers, self.section, self._keys, found.problems)
        self.away, self.needs, self.problems, self.doubts = marks.away, marks.needs, marks.problems, marks.doubts
        self.rows = marks.rows
        self.insured, self.line, self.not_of = _insured(found), found.line_name, found.not_of
        self.number = found.number if found.status is not SubmissionStatus.DRAFT else ""
        before = next((each.told for each in self.steps if each.name == DOCUMENTS), "")
        files = found.files
        told_files = before if files is None else wording.count(files, "file") if files else "None yet"
        self._go_through(found, told_files)

    def _go_through(self, found: Filling, files: str) -> None:
        place = f"/submissions/{found.locator}/edit"
        names = [(each.name, each.title, each.stage.value, told_of(each)) for each in found.progress]
        left = sum(each.problems for each in found.progress)
        told = f"{wording.count(left, 'answer')} to go" if left else "Ready to submit"
        names += [(DOCUMENTS, "Documents", "", files), (CERTIFY, "Check and submit", "", told)]
        self.steps = [
            Step(name, str(at), title, f"{place}/{name}", stage, words, name == self.section)
            for at, (name, title, stage, words) in enumerate(names, 1)
        ]
        here = next(at for at, each in enumerate(self.steps) if each.here)
        self.position = f"Step {here + 1} of {len(self.steps)}"
        self.before = self.steps[here - 1].href if here else ""
        self.following = self.steps[here + 1].href if here + 1 < len(self.steps) else ""


def told_of(each: SectionProgress) -> str:
    """How far a section has come, in a few words."""
    missing, wrong = each.required - each.answered, each.problems - (each.required - each.answered)
    if each.stage is Stage.COMPLETE:
        return "Complete"
    words = f"{each.answered} of {each.required} answered" if each.required else "Nothing is required"
    return f"{words}, {wrong} to correct" if wrong > 0 and missing >= 0 else words


def _code_path(form: Form) -> str:
    return form.roles.get(Role.PRODUCER_CODE, "")


def _insured(found: Filling) -> str:
    path = next((each for role, each in found.form.roles.items() if role.value == "insured"), "")
    key, _, name = path.rpartition(".")
    rows = found.answers.get(key) or [{}]
    return str(rows[0].get(name) or "").strip()[:120]


def _sentence(refusal: DomainError) -> str:
    if isinstance(refusal, Invalid) and refusal.problems:
        return next(iter(refusal.problems.values()))
    return refusal.sentence


def _differences(group: Group, mine: Sequence[Row], theirs: Sequence[Row], now: datetime) -> list[Difference]:
    found = []
    for number in range(max(len(mine), len(theirs))):
        own, other = (rows[number] if number < len(rows) else {} for rows in (mine, theirs))
        of = f" of {group.repeat.item} {number + 1}" if group.repeat else ""
        for field in group.fields:
            if own.get(field.name) != other.get(field.name):
                said = (_said(field, each.get(field.name), now) for each in (own, other))
                found.append(Difference(f"{field.label}{of}", *said))
    return found


def _said(field: Field, value: Any, now: datetime) -> str:
    if value in (None, "", []):
        return NOTHING
    known = read(field, value, now.date())
    return told(field, known.value, masked=False) if known.value is not None else str(value)
