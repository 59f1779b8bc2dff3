"""One producer: everything about it, the steps of its life, and the question whether it may write something."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import QualificationCheck
from portal_app.services.access import Permission, Reach, can, reach
from portal_app.services.door import current_actor
from portal_app.services.errors import Conflict
from portal_app.services.licensing import qualification
from portal_app.services.licensing.qualification import Qualification, Rule
from portal_app.services.producers import choices, detail
from portal_app.services.producers import impact as impacts
from portal_app.services.producers.detail import Detail
from portal_app.services.producers.lifecycle import can_edit
from portal_app.services.topics import Topic
from portal_app.services.trail import of_producer
from portal_app.state import wording
from portal_app.state.asked import changes, not_done
from portal_app.state.portal import PortalState
from portal_app.state.producers import rows, steps
from portal_app.state.producers.fields import Option, of_validation
from portal_app.state.producers.listing import MANAGES, PLACE, SEES, ProducerRow, called, producer_row
from portal_app.state.producers.rows import CodeRow, CredentialRow, DataRow, DeedRow, Endings, PersonRow

RULES = {Rule.LICENSE: "License", Rule.APPOINTMENT: "Appointment"}


@dataclass
class Link:
    href: str
    label: str


@dataclass
class ReasonRow:
    rule: str
    passes: bool
    found: str
    would_pass: str


class ProducerState(PortalState):
    shown: str = ""
    version: int = 0
    person: str = ""
    type: str = ""
    kind: str = ""
    npn: str = ""
    state_label: str = ""
    since: str = ""
    manages: bool = False
    sees_all: bool = False
    editable: bool = False
    data: list[DataRow] = []
    wrong: list[str] = []
    above: list[Link] = []
    below: list[ProducerRow] = []
    below_total: int = 0
    all_below: str = ""
    beyond: dict[str, str] = {}
    codes: list[CodeRow] = []
    licenses: list[CredentialRow] = []
    appointments: list[CredentialRow] = []
    cycles: list[CredentialRow] = []
    covers: list[CredentialRow] = []
    required: str = ""
    covered: str = ""
    is_covered: bool = True
    asks_cover: bool = False
    ending: str = ""
    sees_people: bool = False
    people: list[PersonRow] = []
    sees_trail: bool = False
    history: list[DeedRow] = []
    all_history: str = ""

    possible: list[str] = []
    asking: str = ""
    impact: list[str] = []
    # What was shown when it was asked whether to take a step, and the version of then.
    _asked_version: int = 0
    _asked_shown: dict[str, str] = {}

    lines_offered: list[Option] = []
    states_offered: list[Option] = []
    carriers_offered: list[Option] = []
    codes_offered: list[Option] = []
    asked: str = ""
    answer: str = ""
    reasons: list[ReasonRow] = []
    problems: dict[str, str] = {}

    @requires(SEES, passive=True, shows=(Topic.PRODUCERS,))
    async def load(self) -> None:
        self.shown, self.asking, self.answer, self.problems = "", "", "", {}
        await self._look()
        await self._look_at_choices()

    @requires(SEES, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        found = await self._ask(detail.page, locator=self._last_of_path())
        if found is None:
            return
        self._show(found)
        if can(current_actor.get(), Permission.VIEW_AUDIT):
            await self._look_at_history(found)

    async def _look_at_choices(self) -> None:
        found = await self._ask(choices.of_question) if self.shown else None
        if found is not None:
            self.lines_offered = [Option(each.value, each.label) for each in found.lines]
            self.states_offered = [Option(each.value, each.label) for each in found.states]
            self.carriers_offered = [Option(each.value, each.label) for each in found.carriers]

    async def _look_at_history(self, found: Detail) -> None:
        trail = await self._ask(of_producer.listed, locator=found.producer.locator)
        if trail is None:
            return
        names = {each.locator: f"Code {each.code}" for each in found.codes.rows if each.code}
        names |= {each.locator: f"License {each.terms.license_number}" for each in found.licenses.rows}
        self.history = [rows.deed_row(each, self._moment, names) for each in trail.rows]
        more = trail.total > len(trail.rows)
        self.all_history = f"/admin/audit?record={found.producer.locator}" if more else ""
        self.sees_trail = True

    def _show(self, found: Detail) -> None:
        it, who = found.producer, current_actor.get()
        self.shown, self.version = it.locator, it.version
        self.person, self.type = called(it.name, it.type), it.type
        self.kind, self.npn, self.state_label = it.kind.label, it.npn, it.producer_state.label
        self.since = f"{self._moment(it.created_at)}{f' by {it.created_by}' if it.created_by else ''}"
        self.manages, self.sees_all = can(who, MANAGES), reach(who, SEES) is not Reach.OWN_ONLY
        self.editable = self.manages and can_edit(it.producer_state)
        self.possible = steps.possible(it.producer_state) if self.manages else []
        self.data, self.wrong = data_and_problems(found)
        self.above = [Link(f"{PLACE}/{each.locator}", each.name) for each in found.above]
        self.below = [producer_row(each) for each in found.below.rows]
        self.below_total = found.below.total
        self.all_below = f"{PLACE}?parent={it.locator}"
        self._show_holdings(found)
        self.sees_people = found.people is not None
        self.people = [rows.person_row(each) for each in found.people or ()]
        self.sees_trail = False

    def _show_holdings(self, found: Detail) -> None:
        place, endings = f"{PLACE}/{found.producer.locator}", Endings(found.ending)
        self.codes = [rows.code_row(place, each) for each in found.codes.rows]
        self.codes_offered = [Option(each.code, each.code) for each in found.codes.rows if each.code]
        self.licenses = [rows.license_row(place, each, endings, self._zone()) for each in found.licenses.rows]
        self.appointments = [rows.appointment_row(place, each, endings) for each in found.appointments.rows]
        self.cycles = [rows.cycle_row(place, each, endings) for each in found.cycles.rows]
        self.covers = [rows.cover_row(place, each, endings) for each in found.covers.rows]
        self.beyond = beyond(found)
        self.required = rows.required_words(found.required)
        self.covered, self.is_covered = found.covered.found, found.covered.passes
        self.asks_cover = bool(found.required.asked or found.covers.total)
        ends, end = "thing ends soon or has ended", "things end soon or have ended"
        self.ending = wording.count(len(found.ending), ends, end) if found.ending else ""

    @requires(MANAGES)
    async def ask_first(self, step: str) -> None:
        """What hangs on the producer, before it is taken out of use; nothing for a step that there is not."""
        self.asking = step if steps.read(step) in steps.ASKED_FIRST else ""
        self._asked_version, self._asked_shown = self.version, self._as_shown()
        found = await self._ask(impacts.impact, locator=self.shown) if self.asking else None
        self.impact = steps.told(found) if found else []

    @requires(MANAGES)
    async def go(self, step: str) -> None:
        """Take a step, once: one that is asked about first has to be under question."""
        wanted, asked, self.asking = steps.read(step), self.asking, ""
        if wanted is not None and (wanted not in steps.ASKED_FIRST or asked == step):
            service, said = steps.OF_A_PRODUCER[wanted]
            version = self._asked_version if wanted in steps.ASKED_FIRST else self.version
            done, found = await self._do(service, locator=self.shown, version=version)
            await self._after(done, found, said)
            if asked and self.flash.startswith(Conflict.default):
                self._say(not_done("producer", changes(self._asked_shown, self._as_shown())), "bad")

    def _as_shown(self) -> dict[str, str]:
        """What is decided about, by what it is called in a sentence."""
        above = " · ".join(each.label for each in self.above)
        return {"The name": self.person, "NPN": self.npn, "The state": self.state_label, "Above it": above}

    async def _after(self, done: bool, found: Any, said: str) -> None:
        before = self.flash, self.flash_kind
        await self._look()
        self.flash, self.flash_kind = before
        if done and found.validation_result is not None and not found.validation_result.success:
            self._say(steps.NOT_VALID, "bad")
        elif done:
            self._say(said)

    @requires(SEES)
    async def qualify(self, form: dict[str, Any]) -> None:
        """May this producer write this line in this state, for this carrier, on this day?"""
        self.answer, self.reasons = "", []
        asked, self.problems = question(form)
        if asked:
            _, found, self.problems = await self._submit(qualification.ask, producer=self.shown, **asked)
            if found is not None:
                self._show_answer(found, form)

    def _show_answer(self, found: Qualification, form: Mapping[str, Any]) -> None:
        names = {each.value: each.label for each in (*self.lines_offered, *self.states_offered, *self.carriers_offered)}
        parts = [names.get(str(form.get(name)), "") for name in ("line", "state", "carrier")]
        parts += [f"under {code}" for code in (form.get("producer_code"),) if code]
        day = form.get("on") or ""
        on = wording.day(date.fromisoformat(day)) if day else "today"
        self.asked = ", ".join(part for part in (*parts, on) if part)
        self.answer = "Yes" if found.passes else "No"
        self.reasons = [ReasonRow(RULES[each.rule], each.passes, each.found, each.would_pass) for each in found.reasons]


def beyond(found: Detail) -> dict[str, str]:
    """How many more there are than a section of the page shows, in words; empty where it shows all."""
    sections: dict[str, Any] = {
        "below": found.below,
        "codes": found.codes,
        "licenses": found.licenses,
        "appointments": found.appointments,
        "education": found.cycles,
        "cover": found.covers,
    }
    left = {name: each.total - len(each.rows) for name, each in sections.items()}
    return {
        name: f"{number:,} more {'is' if number == 1 else 'are'} not shown here." if number else ""
        for name, number in left.items()
    }


def data_and_problems(found: Detail) -> tuple[list[DataRow], list[str]]:
    """The data with what the last validation said of it, and what it said besides."""
    result = found.producer.validation_result
    errors = [error for item in result.validation_items for error in item.errors] if result else []
    problems = of_validation(errors)
    shown = rows.data_rows(found.type, found.producer.data, found.media, problems)
    at_fields = {f"data.{each.name}" for each in shown}
    return shown, [why for path, why in problems.items() if path not in at_fields]


def question(form: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The question that a form asks, about an appointment too where it names a carrier; or what is wrong with it."""
    given = {name: str(form.get(name) or "") for name in ("line", "state", "carrier", "producer_code", "on")}
    missing = {"line": "Say for which line of business.", "state": "Say in which state."}
    problems = {name: why for name, why in missing.items() if not given[name]}
    try:
        day = date.fromisoformat(given["on"]) if given["on"] else None
    except ValueError:
        problems["on"] = "Enter a date such as 2026-06-01."
    if problems:
        return {}, problems
    check = QualificationCheck.APPOINTMENT if given["carrier"] else QualificationCheck.LICENSE
    return given | {"on": day, "check": check}, {}
