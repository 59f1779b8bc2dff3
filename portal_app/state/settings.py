"""The agency's settings in the administrator's hands: reviewed before they are saved, tried, and looked at by whoever
helps."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.services import diagnostics
from portal_app.services.access import Permission
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import Conflict, DomainError, Invalid
from portal_app.services.routing.rules import AmsWay
from portal_app.services.settings import agency, trials
from portal_app.services.settings.agency import Current, Past, Review
from portal_app.services.settings.entries import OF_A_LINE
from portal_app.state.portal import PortalState

CHANGES = Permission.CHANGE_SETTINGS
PLACE = "/admin/settings"
UNCHANGED = "Nothing is different from what is saved."
REVIEW_AGAIN = "Nothing was saved: the connection was lost in between. Review it once more."
SWITCHES = ("concurrent_sessions", "ams_attach")
# What whoever runs the portal sets, in the order in which people look for it, and what holds where it is not set.
VARIABLES = {
    "PORTAL_PUBLIC_URL": ("Address that people use", "The address it listens on"),
    "PORTAL_SMTP_URL": ("Mail server", "No mail is sent"),
    "PORTAL_MAIL_FROM": ("Sender of mail", "No mail is sent"),
    "PORTAL_SMS_ACCOUNT": ("Text messages, account", "No codes by text message"),
    "PORTAL_SMS_TOKEN": ("Text messages, secret", "No codes by text message"),
    "PORTAL_SMS_FROM": ("Text messages, sending number", "No codes by text message"),
    "PORTAL_FEEDS_FILE": ("Feeds from the agency's system", "No feed"),
    "PORTAL_DATABASE_URL": ("Database", "SQLite in the data folder"),
    "PORTAL_REDIS_URL": ("Redis, for several web processes", "One web process"),
    "PORTAL_ENCRYPTION_KEYS": ("Keys of encryption", "Made in the data folder"),
    "PORTAL_LOOKUP_KEY": ("Key of look-ups", "Made in the data folder"),
    "PORTAL_TRUSTED_PROXIES": ("Trusted proxies", "None"),
    "PORTAL_CLAMD_URL": ("Scanner for malware in files", "Files are not looked through"),
    "PORTAL_PASSWORD_LIST": ("Own list of refused passwords", "The shipped one alone"),
}


@dataclass
class TimeRow:
    field: str
    line: str
    days: str


@dataclass
class ChangeRow:
    label: str
    before: str
    after: str


@dataclass
class PastRow:
    version: str
    at: str
    by: str
    changes: list[ChangeRow]


@dataclass
class VariableRow:
    name: str
    what: str
    given: bool
    otherwise: str


class SettingsState(PortalState):
    loaded: bool = False
    drawn: int = 0
    version: int = 0
    typed: dict[str, str] = {}
    fixed: dict[str, str] = {}
    times: list[TimeRow] = []
    variables: list[VariableRow] = []
    history: list[PastRow] = []

    form: dict[str, str] = {}
    problems: dict[str, str] = {}
    changes: list[ChangeRow] = []
    reviewing: bool = False
    meanwhile: str = ""
    theirs: list[PastRow] = []
    said: str = ""
    # The version that the review was held against; the one that is saved on top of.
    _reviewed: int = 0

    mail: bool = False
    texts: bool = False
    ams: list[str] = []
    number: str = ""
    typed_number: str = ""
    trying: str = ""
    tried: str = ""
    tried_told: str = ""
    tried_kind: str = "info"
    report: str = ""
    well: bool = False

    @requires(CHANGES, passive=True)
    async def load(self) -> None:
        self.loaded, self.report, self.trying, self.tried = False, "", "", ""
        await self._look()

    async def _look(self) -> None:
        found, ways = await self._ask(agency.current), await self._ask(trials.ways)
        if found is None or ways is None:
            return
        self._show(found)
        self.mail, self.texts, self.number = ways.mail, ways.texts, ways.number
        self.ams = sorted(each.value for each in ways.ams)
        self.reviewing, self.meanwhile, self.theirs, self.said, self.problems, self.form = False, "", [], "", {}, {}
        self.loaded, self.drawn = True, self.drawn + 1

    def _show(self, found: Current) -> None:
        self.version = found.version
        self.typed = {each.name: each.typed for each in found.settings}
        self.typed |= {f"{OF_A_LINE}{line.code}": str(line.response_days) for line in found.lines}
        self.fixed = {each.name: each.fixed_by for each in found.settings if each.fixed_by}
        self.times = [TimeRow(f"{OF_A_LINE}{line.code}", line.name, str(line.response_days)) for line in found.lines]
        given = {each.name: each.given for each in found.variables}
        self.variables = [
            VariableRow(name, what, given[name], otherwise) for name, (what, otherwise) in VARIABLES.items()
        ]
        self.history = [self._past(each) for each in found.history]
        self.agency_name = self.typed["agency_name"]

    @requires(CHANGES)
    async def review(self, form: dict[str, Any]) -> None:
        """What would change, before anything is saved."""
        self.form = {name: str(value) for name, value in form.items()}
        await self._review()

    async def _review(self) -> None:
        self.problems, self.reviewing, self.meanwhile, self.theirs, self.said = {}, False, "", [], ""
        given = self._given()
        if not given:
            self.said = UNCHANGED
            return
        try:
            found = await the_door().call(agency.review, given=given)
        except Invalid as refusal:
            self.problems = refusal.problems
        except DomainError as refusal:
            self._say(refusal.sentence, "bad")
        else:
            await self._look_at_theirs(found)
            self._preview(found)

    async def _look_at_theirs(self, found: Review) -> None:
        """What others saved since the form was drawn."""
        if found.version == self.version:
            return
        now = await self._ask(agency.current)
        self.theirs = [self._past(each) for each in now.history if each.version > self.version] if now else []
        self.meanwhile = "Somebody saved other settings in the meantime. What you typed is still here; look again."

    def _preview(self, found: Review) -> None:
        self._reviewed = found.version
        self.changes = [ChangeRow(each.label, each.before, each.after) for each in found.changes]
        self.reviewing = bool(self.changes)
        self.said = "" if self.changes else UNCHANGED

    def _given(self) -> dict[str, str]:
        """What was typed otherwise than it was drawn: the rest may have been changed by somebody else since."""
        typed = {name: self.form[name] for name in self.typed if name in self.form and name not in SWITCHES}
        for name in SWITCHES:
            typed[name] = "true" if self.form.get(name) not in (None, "", "False", "false") else "false"
        return {name: text for name, text in typed.items() if text != self.typed[name] and name not in self.fixed}

    @requires(CHANGES)
    async def back(self) -> None:
        self.reviewing = False

    @requires(CHANGES)
    async def save(self) -> None:
        """Save what was reviewed, and nothing else: a second click finds nothing under review any more."""
        if not self.reviewing:
            if not self.form and not self.flash:
                self._say(REVIEW_AGAIN, "bad")
            return
        self.reviewing = False
        try:
            await the_door().call(agency.save, version=self._reviewed, given=self._given())
        except Conflict as told:
            self.meanwhile = f"{told.sentence} What you typed is still here; review it once more."
        except DomainError as refusal:
            self._say(refusal.sentence, "bad")
        else:
            await self._look()
            self._say("Saved. It holds at once, for everybody.")

    @requires(CHANGES)
    async def ask_for_mail(self) -> Any:
        self.trying, self.tried = "mail", ""
        return SettingsState.try_mail

    @requires(CHANGES)
    async def try_mail(self) -> None:
        await self._try("mail", trials.mail_me(the_door(), current_actor.get()))

    @requires(CHANGES)
    async def ask_for_text(self, form: dict[str, Any]) -> Any:
        self.trying, self.tried = "text", ""
        self.typed_number = str(form.get("number", ""))
        return SettingsState.try_text

    @requires(CHANGES)
    async def try_text(self) -> None:
        await self._try("text", trials.text_me(the_door(), current_actor.get(), number=self.typed_number))

    @requires(CHANGES)
    async def ask_for_ams(self, way: str) -> Any:
        self.trying, self.tried = (f"ams-{way}" if way in self.ams else ""), ""
        return SettingsState.try_ams

    @requires(CHANGES)
    async def try_ams(self) -> None:
        way = self.trying.removeprefix("ams-")
        if way in self.ams:
            await self._try(self.trying, trials.tell_the_ams(the_door(), current_actor.get(), way=AmsWay(way)))

    async def _try(self, what: str, trial: Awaitable[trials.Outcome]) -> None:
        try:
            outcome = await trial
            self.tried_told, self.tried_kind = outcome.told, "good" if outcome.sent else "bad"
        except DomainError as refusal:
            self.tried_told, self.tried_kind = refusal.sentence, "bad"
        self.trying, self.tried = "", what

    @requires(CHANGES)
    async def look_into_it(self) -> None:
        done, found = await self._do(diagnostics.report)
        if done and found is not None:
            self.report, self.well = found.text, found.is_well

    def _past(self, each: Past) -> PastRow:
        changes = [ChangeRow(change.label, change.before, change.after) for change in each.changes]
        return PastRow(str(each.version), self._moment(each.at), each.by, changes)
