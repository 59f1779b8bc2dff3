"""The last two steps of a submission: its files, and the statement under which it is handed in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import SubmissionDocumentKind
from portal_app.services.access import Permission
from portal_app.services.door import the_door
from portal_app.services.errors import DomainError, Invalid
from portal_app.services.intake.forms import Form
from portal_app.services.intake.validation import Problem
from portal_app.services.submissions import certifying, documents, find
from portal_app.services.submissions.certifying import LookedThrough, NotComplete
from portal_app.services.submissions.statement import STATEMENT
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.document_rows import DocumentRow, document_rows
from portal_app.state.portal import PortalState
from portal_app.state.producers.form import part_of
from portal_app.state.submission_rows import Block, Fact, Section, sections
from portal_app.state.submissions.drawing import PATH, ident_at
from portal_app.state.submissions.sent import saved_here
from portal_app.state.submissions.wizard import CERTIFY, DOCUMENTS, WizardState

SUBMITS = Permission.SUBMIT_BUSINESS


@dataclass
class ProblemRow:
    """`href` leads to the field."""

    href: str
    section: str
    label: str
    sentence: str


class FilesState(PortalState):
    """The files of the submission that the address names, by kind."""

    locator: str = ""
    loaded: bool = False
    declarations: list[DocumentRow] = []
    loss_runs: list[DocumentRow] = []
    authorizations: list[DocumentRow] = []
    photos: list[DocumentRow] = []
    others: list[DocumentRow] = []

    @requires(SUBMITS, passive=True, shows=(Topic.SUBMISSIONS,))
    async def load(self) -> None:
        self.loaded, self.locator = False, ""
        if part_of(str(self.router.url.path), 3) == DOCUMENTS:
            await self._look()

    @requires(SUBMITS, passive=True)
    async def refresh(self) -> Any:
        if self.loaded:
            await self._again(self._look)
        return [WizardState.refresh, CertifyState.refresh]

    async def _look(self) -> None:
        locator = part_of(str(self.router.url.path), 1)
        found = await self._ask(documents.listed, submission=locator)
        if found is None:
            return
        kinds = SubmissionDocumentKind
        by = {kind: document_rows(found, locator, self._zone(), kind) for kind in kinds}
        self.declarations, self.loss_runs = by[kinds.PRIOR_DECLARATIONS], by[kinds.LOSS_RUNS]
        self.authorizations, self.photos = by[kinds.MVR_AUTHORIZATION], by[kinds.PHOTOS]
        self.others, self.locator, self.loaded = by[kinds.OTHER], locator, True


class CertifyState(PortalState):
    """`seen` is the fingerprint of what is shown, which goes with the form: nothing else is submitted by it. `changed`
    says that it is another one than was looked at before."""

    loaded: bool = False
    locator: str = ""
    seen: str = ""
    changed: str = ""
    sections: list[Section] = []
    wrong: list[ProblemRow] = []
    doubts: list[ProblemRow] = []
    summary: str = ""
    statement: str = ""
    disagreed: str = ""
    number: str = ""
    next_action: str = ""
    submitted: str = ""
    submitted_by: str = ""
    target: str = ""
    _ticked: bool = False
    _versions: dict[str, int] = {}

    @requires(SUBMITS, passive=True)
    async def load(self) -> None:
        self.loaded, self.number, self.disagreed = False, "", ""
        self.seen, self.changed, self._ticked = "", "", False
        await self._look()

    @requires(SUBMITS, passive=True)
    async def refresh(self) -> None:
        """What was typed last may be saved only once this page is open; and another page may hand it in."""
        wizard = await self.get_state(WizardState)
        if not self.number and (wizard.number or part_of(str(self.router.url.path), 3) == CERTIFY):
            await self._again(self._look)

    @requires(SUBMITS)
    async def tick(self, ticked: bool) -> None:
        """The box is the browser's; what is told of a change depends on whether it was ticked."""
        self._ticked = ticked is True

    @requires(SUBMITS)
    async def submit(self, form: dict[str, Any]) -> Any:
        """Hand in what was on the screen. A second click, or another page, is answered with the number that it has
        got."""
        self.disagreed = ""
        agreed, seen = form.get("agreed") in (True, "on", "true"), str(form.get("seen") or "-")
        try:
            await the_door().call(
                certifying.certify_and_submit, locator=self.locator, statement_agreed=agreed, seen=seen
            )
        except NotComplete:
            await self._look()
        except Invalid as refusal:
            self.disagreed = refusal.problems.get("statement_agreed", refusal.sentence)
        except DomainError as refusal:
            self.changed = ""
            await self._look()
            if not self.changed:
                self._say(refusal.sentence, "bad")
        else:
            await self._look()
            return [WizardState.refresh]
        return None

    async def _look(self) -> None:
        locator, section = (part_of(str(self.router.url.path), at) for at in (1, 3))
        row = await self._ask(find.submission, locator=locator)
        if row is None:
            return
        self.locator, self.number = locator, row.number
        if row.number:
            self.submitted, self.target = self._moment(row.submitted_at), wording.day(row.target_on)
            self.submitted_by, self.next_action = row.submitted_by, row.turn_words
        elif section == CERTIFY:
            await self._look_through(locator)
        self.loaded = True

    async def _look_through(self, locator: str) -> None:
        found = await self._ask(certifying.look_through, locator=locator)
        if found is None:
            return
        rows = [(each.warning, _problem(each, found.form, locator)) for each in found.problems]
        self.wrong = [row for warning, row in rows if not warning]
        self.doubts = [row for warning, row in rows if warning]
        self.summary = wording.count(len(self.wrong), "answer") + " to complete or correct before you can submit"
        self.statement = STATEMENT
        if found.fingerprint != self.seen:
            await self._show(found)

    async def _show(self, found: LookedThrough) -> None:
        """What is to be certified. The box is drawn anew with it, unticked."""
        shown = [*sections(found.sections), *_files(found)]
        if self.seen:
            newer, wizard = _newer(found.groups, self._versions), await self.get_state(WizardState)
            # What this page itself saved late, before anything was ticked, is no news.
            own = bool(newer) and newer.items() <= saved_here(wizard.acked).items()
            if self._ticked or not own:
                labels = mark_changes(self.sections, shown)
                self.changed = f"{CHANGED}: {', '.join(labels)}." if labels else f"{CHANGED}."
        self.seen, self.sections, self._ticked, self._versions = found.fingerprint, shown, False, dict(found.groups)


CHANGED = "Answers or files were changed since you looked at them. Above is what holds now; read it before you certify"


def mark_changes(before: Iterable[Section], after: Iterable[Section]) -> list[str]:
    """Mark what is answered otherwise than before. The labels of it, and of what is answered no more, each once."""
    known = {(key, fact.label): fact.value for key, fact in _facts(before)}
    labels = []
    for key, fact in _facts(after):
        fact.changed = known.pop((key, fact.label), None) != fact.value
        labels += [fact.label] if fact.changed else []
    return list(dict.fromkeys([*labels, *(label for _, label in known)]))


def _facts(found: Iterable[Section]) -> list[tuple[str, Fact]]:
    return [(block.key, fact) for each in found for block in each.blocks for fact in block.facts]


def _newer(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    return {path: version for path, version in now.items() if version != before.get(path)}


def _files(found: LookedThrough) -> list[Section]:
    named: dict[str, list[str]] = {}
    for each in found.documents:
        named.setdefault(each.kind.label, []).append(each.filename)
    told = [Fact(label, ", ".join(names)) for label, names in named.items()]
    return [Section("documents", "Documents", [Block("documents", "Files", told)])] if told else []


def _problem(each: Problem, form: Form, locator: str) -> ProblemRow:
    """ "Driver 2: License number", and the way there."""
    name = each.path.partition(".")[0]
    section, place = form.section(name), PATH.fullmatch(each.path)
    group = form.group(place["group"]) if place else None
    label = each.label
    if group is not None and group.repeat and place is not None and place["row"]:
        label = f"{group.repeat.item[:1].upper()}{group.repeat.item[1:]} {int(place['row']) + 1}: {label}"
    href = f"/submissions/{locator}/edit/{name}#{ident_at(each.path)}"
    return ProblemRow(href, section.title if section else "", label, each.sentence)
