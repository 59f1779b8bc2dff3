"""An intake form as the wizard would draw it, from text that nobody saved. What is answered in it is held as long as
this page shows it, and written nowhere."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from portal_app.guard.events import requires
from portal_app.services.access import Permission
from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.configuration.versions import LONGEST
from portal_app.services.intake.forms import Answers, Form, begun
from portal_app.services.intake.kind import INTAKE_FORM as KIND
from portal_app.services.intake.progress import progress_on
from portal_app.services.intake.reading import load
from portal_app.services.intake.renumbering import following, taken_out
from portal_app.services.intake.sheet import laid_out
from portal_app.services.intake.validation import found_on
from portal_app.services.submissions.answering import with_defaults
from portal_app.services.submissions.sending import Sent, read_sent
from portal_app.state.configuration import ConfigurationState
from portal_app.state.portal import PortalState
from portal_app.state.submissions import drawing
from portal_app.state.submissions.drawing import GroupRow, Option
from portal_app.state.submissions.sent import Told, acked, fills, naming
from portal_app.state.submissions.wizard import told_of

CHANGES = Permission.CHANGE_SETTINGS
INTAKE_FORM = KIND.word
# Under what the page sends answers that are kept nowhere (assets/intake.js).
OF_NOBODY = "preview-"


@dataclass
class PreviewStep:
    name: str
    title: str
    told: str
    here: bool


class PreviewState(PortalState):
    """As of the wizard (state/submissions/wizard.py). `shown` is another one for each form that is drawn."""

    shown: str = ""
    title: str = ""
    section: str = ""
    # Where each group of the section stands in the text.
    stands: dict[str, str] = {}
    heading: str = ""
    help: str = ""
    steps: list[PreviewStep] = []
    drawn: int = 0
    groups: list[GroupRow] = []
    versions: dict[str, int] = {}
    away: dict[str, bool] = {}
    needs: dict[str, bool] = {}
    problems: dict[str, str] = {}
    doubts: dict[str, str] = {}
    rows: dict[str, list[Option]] = {}
    acked: str = "{}"
    # Nothing is proposed here.
    more: dict[str, str] = {}
    _text: str = ""
    _answers: Answers = {}
    _keys: dict[str, list[str]] = {}

    @requires(CHANGES)
    async def draw(self) -> None:
        """Draw the form that was checked last, with nothing answered."""
        page = await self.get_state(ConfigurationState)
        self.shown, self._text, self._answers, self.groups, self.acked = "", "", {}, [], "{}"
        if page.kind == INTAKE_FORM and not page.problems and len(page.tried) <= LONGEST:
            self._text = page.tried
        form = await self._form()
        if form is not None:
            self.title, self.shown = form.title, OF_NOBODY + secrets.token_hex(8)
            self._answers = begun(form)
            self._open(form, form.sections[0].name)

    @requires(CHANGES)
    async def open(self, section: str) -> None:
        form = await self._form()
        if form is not None and form.section(section) is not None:
            self._open(form, section)

    @requires(CHANGES)
    async def save(self, text: str) -> None:
        """What was typed in one group, as the page sends it by itself: looked at, and not kept."""
        sent, form = read_sent(text), await self._form()
        if sent is None:
            return
        if form is None or sent.submission != self.shown or form.group(sent.path) is None:
            # Of a form that was drawn before: the page lets go of it.
            self._answer(sent, Told({}))
            return
        out = self._take(form, sent)
        proposed = await asyncio.to_thread(fills, form, sent, self._today())
        self._answer(sent, Told(proposed, out, naming(form, sent.path, self._answers, {}, ()) if out else {}))

    def _take(self, form: Form, sent: Sent) -> tuple[int, ...]:
        """The numbers of the rows that were taken out."""
        group = form.group(sent.path)
        most = group.repeat.most if group and group.repeat else 1
        rows = (with_defaults(group, sent.rows, sent.added()) if group else sent.rows)[:most]
        added = sent.added()
        kept = [each for number, each in enumerate(rows) if number not in added]
        out = taken_out(self._answers.get(sent.path, []), kept)
        others = following(form, sent.path, out, self._answers, self._today())
        self._answers = self._answers | {sent.path: rows} | others
        if sent.path in self._keys:
            self._keys = self._keys | {sent.path: list(sent.keys)[: len(rows)]}
            if sent.redraw and group is not None:
                self.groups = [
                    drawing.group_row(group, rows, self._keys[sent.path], each.drawn, self._today())
                    if each.key == sent.path
                    else each
                    for each in self.groups
                ]
        self._judge(form)
        return out

    def _open(self, form: Form, name: str) -> None:
        section = form.section(name)
        if section is None:
            return
        self.section, self.heading, self.help, self.drawn = name, section.title, section.help, self.drawn + 1
        at = form.sections.index(section)
        self.stands = {each.key: f"sections.{at}.groups.{number}" for number, each in enumerate(section.groups)}
        self._keys = drawing.keys_for(self._answers, section.groups)
        self.versions = {each.key: 0 for each in section.groups}
        self.groups = [
            drawing.group_row(
                each, self._answers.get(each.key, []), self._keys[each.key], f"{each.key} {self.drawn}", self._today()
            )
            for each in section.groups
        ]
        self._judge(form)

    def _judge(self, form: Form) -> None:
        today = self._today()
        sheet = laid_out(form, self._answers, today)
        wrong = found_on(sheet)
        marks = drawing.marks(sheet, self._answers, self.section, self._keys, wrong)
        self.away, self.needs, self.problems, self.doubts = marks.away, marks.needs, marks.problems, marks.doubts
        self.rows = marks.rows
        self.steps = [
            PreviewStep(each.name, each.title, told_of(each), each.name == self.section)
            for each in progress_on(sheet, wrong, [each.name for each in form.sections])
        ]

    def _answer(self, sent: Sent, more: Told) -> None:
        at = self._moment(self._now())
        self.acked = acked(self.acked, sent, "saved", sent.version + 1, told="", at=at, more=more)

    def _today(self) -> date:
        return self._now().astimezone(self._zone()).date()

    async def _form(self) -> Form | None:
        return await asyncio.to_thread(_read, self._text) if self._text else None


@lru_cache(maxsize=8)
def _read(text: str) -> Form | None:
    """None for what is no form: what is wrong with it is told where it was checked."""
    try:
        return load(text)
    except ConfigurationProblems:
        return None
