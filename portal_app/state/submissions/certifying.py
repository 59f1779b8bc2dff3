"""The last two steps of a submission: its files, and the statement under which it is handed in."""

from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import SubmissionDocumentKind
from portal_app.services.access import Permission
from portal_app.services.door import the_door
from portal_app.services.errors import DomainError, Invalid
from portal_app.services.intake.forms import Form
from portal_app.services.intake.validation import Problem
from portal_app.services.submissions import answering, certifying, documents, find
from portal_app.services.submissions.certifying import NotComplete
from portal_app.services.submissions.statement import STATEMENT
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.document_rows import DocumentRow, document_rows
from portal_app.state.portal import PortalState
from portal_app.state.producers.form import part_of
from portal_app.state.submissions.drawing import PATH, ident_at
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
    """`version` is the submission's that was looked through; what was saved since has to be looked at first."""

    loaded: bool = False
    locator: str = ""
    version: int = 0
    wrong: list[ProblemRow] = []
    doubts: list[ProblemRow] = []
    summary: str = ""
    statement: str = ""
    disagreed: str = ""
    number: str = ""
    next_action: str = ""
    submitted: str = ""
    target: str = ""

    @requires(SUBMITS, passive=True)
    async def load(self) -> None:
        self.loaded, self.number, self.disagreed = False, "", ""
        await self._look()

    @requires(SUBMITS, passive=True)
    async def refresh(self) -> None:
        """What was typed last may be saved only once this page is open."""
        if part_of(str(self.router.url.path), 3) == CERTIFY and not self.number:
            await self._again(self._look)

    @requires(SUBMITS)
    async def submit(self, form: dict[str, Any]) -> Any:
        """Hand it in. A second click, or another page, is answered with the number that it has got."""
        self.disagreed = ""
        agreed = form.get("agreed") in (True, "on", "true")
        try:
            await the_door().call(
                certifying.certify_and_submit, locator=self.locator, statement_agreed=agreed, version=self.version
            )
        except NotComplete:
            await self._look()
        except Invalid as refusal:
            self.disagreed = refusal.problems.get("statement_agreed", refusal.sentence)
        except DomainError as refusal:
            await self._look()
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
        self.locator, self.version, self.number = locator, row.version, row.number
        if row.number:
            self.submitted, self.target = self._moment(row.submitted_at), wording.day(row.target_on)
            self.next_action = row.turn_words
        elif section == CERTIFY:
            await self._look_through(locator)
        self.loaded = True

    async def _look_through(self, locator: str) -> None:
        found = await self._ask(certifying.check, locator=locator)
        answered = await self._ask(answering.answers, locator=locator) if found is not None else None
        if found is None or answered is None:
            return
        rows = [(each.warning, _problem(each, answered.form, locator)) for each in found]
        self.wrong = [row for warning, row in rows if not warning]
        self.doubts = [row for warning, row in rows if warning]
        self.summary = wording.count(len(self.wrong), "answer") + " to complete or correct before you can submit"
        self.statement = STATEMENT


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
