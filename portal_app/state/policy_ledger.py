"""The ledger of a policy: its transactions, and what people with the right to underwrite draft on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import ProducerState, TransactionKind, TransactionState
from portal_app.services.access import Permission, can
from portal_app.services.authority import decide, decisions
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import Conflict, DomainError, Invalid, NotFound, Unexpected
from portal_app.services.ledger import drafts, issuing, outlook, reading, timeline
from portal_app.services.ledger.views import Happening, TransactionLine
from portal_app.services.producers import find
from portal_app.services.topics import Topic
from portal_app.services.underwriting import flags, requests
from portal_app.services.underwriting.outcome import Outcome
from portal_app.state import address, answers, drafted, ledger_words, wording
from portal_app.state.answers import NOTHING, DecisionRow, decision_row
from portal_app.state.drafted import DraftRow
from portal_app.state.flags import read as read_flag
from portal_app.state.portal import PortalState

VIEWS, UNDERWRITES, BINDS = Permission.VIEW_OWN_ACCOUNTS, Permission.UNDERWRITE, Permission.BIND_POLICIES
DRAFTED = {kind.value: label for kind, label in ledger_words.KINDS.items()}
STATES = {
    TransactionState.DRAFT: "Draft",
    TransactionState.ISSUED: "Issued",
    TransactionState.REVERSED: "Reversed",
    TransactionState.DISCARDED: "Discarded",
}
# The fields of a service's refusal by those of the form.
FIELDS = {"effective_time": "effective", "instructions": "codes"}
ISSUE, DISCARD, UNFLAG = "issue", "discard", "unflag"
# What underwriting came to, beside what the page shows of it by then.
UNDERWRITTEN: dict[Outcome, tuple[str, str]] = {
    Outcome.PASSED: ("Underwriting lets it through.", "good"),
    Outcome.FAILED: ("Underwriting failed, and the draft is flagged.", "warning"),
    Outcome.BLOCKED: ("Underwriting blocks it by its flags.", "warning"),
    Outcome.DECLINED: ("Underwriting declines it by its flags.", "warning"),
    Outcome.REJECTED: ("Underwriting rejects it by its flags.", "warning"),
}


@dataclass
class Line:
    """One transaction in words. `mention` says what it repeats or what became of it; the hrefs lead there."""

    key: str
    title: str
    state: str
    effective: str
    issued: str
    origin: str
    term: str
    told: list[str] = field(default_factory=list)
    asked: str = ""
    repeats: str = ""
    repeats_href: str = ""
    reversed: str = ""
    by_href: str = ""
    again: str = ""
    again_href: str = ""
    snapshot_href: str = ""
    authority: str = ""


class LedgerState(PortalState):
    shown: str = ""
    number: str = ""
    policy_href: str = ""
    underwrites: bool = False
    lines: list[Line] = []
    headline: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""
    drafts: list[DraftRow] = []
    codes: list[str] = []
    codes_told: str = ""
    problems: dict[str, str] = {}
    # Another one draws the form anew: empty, or filled in with the draft that is changed by it.
    drawn_form: int = 0
    editing: str = ""
    # The draft as it was when the form was filled in with it, and when it was asked whether to go on.
    edited_version: str = ""
    asked_version: str = ""
    typed: dict[str, str] = {}
    binds: bool = False
    flagging: str = ""
    flag_problems: dict[str, str] = {}
    asking: str = ""
    asking_about: str = ""
    version: str = ""

    @requires(VIEWS, passive=True, shows=(Topic.POLICIES, Topic.PRODUCERS))
    async def load(self) -> None:
        locator = ledger_words.policy_of(str(self.router.url.path))
        if locator != self.shown:
            self.shown, self.asking, self.asking_about, self.flagging = "", "", "", ""
            self._draw_form()
        await self._look()

    @requires(VIEWS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        locator = ledger_words.policy_of(str(self.router.url.path))
        page = address.read_simple(self.router.url.query_parameters)[1]
        offset = (page - 1) * address.PAGE
        found = await self._ask(reading.transactions, policy=locator, offset=offset, count=address.PAGE)
        happened = await self._ask(timeline.timeline, policy=locator) if found is not None else None
        terms = await self._ask(reading.terms, policy=locator) if happened is not None else None
        if found is None or happened is None or terms is None or not await self._look_at_drafts(locator):
            return
        self.policy_href, self.number = f"/policies/{locator}", terms.rows[0].number if terms.rows else ""
        answered = await self._ask(decisions.at_issue, policy=locator)
        authority = {each.transaction: answers.at_issue(each) for each in answered or ()}
        self.version = found.version
        self.lines = [self._line(each, happened, authority) for each in found.rows]
        self.headline = wording.count(found.total, "transaction")
        self.span = wording.span(offset, len(found.rows), found.total)
        place = f"{self.policy_href}/ledger"
        self.previous, self.following = address.simple_neighbours(place, "", page, found.total)
        self.shown = locator

    async def _look_at_drafts(self, locator: str) -> bool:
        """What only those see who may issue; whether it could be had."""
        self.underwrites = can(current_actor.get(), UNDERWRITES)
        if not self.underwrites:
            self.drafts, self.codes, self.codes_told = [], [], ""
            return True
        open_ones = await self._ask(outlook.outlooks, policy=locator)
        codes = (
            await self._ask(find.codes, state=ProducerState.VALIDATED, count=address.PAGE)
            if open_ones is not None
            else None
        )
        if open_ones is None or self.problem:
            return False
        flagged = [await self._ask(flags.of_a_transaction, locator=each.draft.locator) for each in open_ones]
        self.drafts = [
            drafted.row_of(each, found or (), self._zone(), self._moment)
            for each, found in zip(open_ones, flagged, strict=True)
        ]
        self.binds = can(current_actor.get(), BINDS)
        for row in self.drafts:
            row.decision = await self._last_answer(row)
        if codes:
            self.codes = [each.code for each in codes.rows if each.code]
            self.codes_told = wording.proposed(len(codes.rows), codes.total, "codes")
        return True

    async def _last_answer(self, row: DraftRow) -> DecisionRow:
        if not row.by_authority:
            return NOTHING
        found = await self._ask(decisions.of_transaction, transaction=row.key, count=1)
        return decision_row(found.rows[0], self._moment(found.rows[0].asked_at)) if found and found.rows else NOTHING

    def _draw_form(self, editing: str = "", typed: Mapping[str, str] | None = None) -> None:
        """The form anew: empty, or with a draft that is to be changed."""
        self.editing, self.typed, self.problems = editing, dict(typed or {}), {}
        self.edited_version = self._version_of(editing)
        self.drawn_form += 1

    def _line(self, each: TransactionLine, happened: Sequence[Happening], authority: Mapping[str, str]) -> Line:
        by_locator = {one.locator: one for one in happened}
        zone, counts = self._zone(), each.state is TransactionState.ISSUED
        asked = ledger_words.asked_for(each.effective_at, zone)
        line = Line(
            key=each.locator,
            title=each.kind.label,
            state=STATES[each.state],
            effective=wording.instant(each.effective_at, zone),
            issued=wording.instant(each.issued_at, zone),
            origin=ledger_words.ORIGINS[each.origin],
            term=wording.day(each.term_effective),
            told=list(by_locator[each.locator].changes),
            asked=_asked(each),
            snapshot_href=ledger_words.query(f"{self.policy_href}/snapshot", **asked) if counts else "",
            authority=authority.get(each.locator, ""),
        )
        self._connect(line, each, happened, by_locator)
        return line

    def _connect(
        self, line: Line, each: TransactionLine, happened: Sequence[Happening], by_locator: Mapping[str, Happening]
    ) -> None:
        """What it repeats, and what reversed it and stands in its place."""
        zone, ledger = self._zone(), f"{self.policy_href}/ledger"
        if before := by_locator.get(each.reapplies):
            issued = wording.instant(before.issued_at, zone)
            line.repeats = f"Applies {ledger_words.within(before, zone)} again, which was issued {issued}"
            line.repeats_href = ledger_words.row_of(ledger, before.locator, happened)
        if each.reversed_at is None:
            return
        cause = by_locator.get(each.reversed_by)
        by = f" by {ledger_words.within(cause, zone)}" if cause else ""
        line.reversed = f"Reversed on {wording.instant(each.reversed_at, zone)}{by}"
        line.by_href = ledger_words.row_of(ledger, cause.locator, happened) if cause else ""
        again = next((other for other in by_locator.values() if other.reapplies == each.locator), None)
        if again:
            line.again = f"Applied again as {ledger_words.within(again, zone)}"
            line.again_href = ledger_words.row_of(ledger, again.locator, happened)

    @requires(UNDERWRITES)
    async def draft(self, form: dict[str, Any]) -> None:
        """Draft what was filled in, or change the draft that is edited. What is refused stays as it was typed."""
        given = {name: str(value).strip() for name, value in form.items()}
        if self.editing:
            given["kind"] = self.typed["kind"]
        at, self.problems = self._moment_in(given)
        if given.get("kind") not in DRAFTED:
            self.problems["kind"] = "Choose what is to be drafted."
        if self.problems:
            return
        try:
            await self._keep(given, at)
        except Invalid as refusal:
            self.problems = self._in_words(refusal.problems)
        except DomainError as refusal:
            await self._tell_why(refusal)
            if isinstance(refusal, Conflict):
                # Who has been told, and has the draft before them as it is by now, may go on from there.
                self.edited_version = self._version_of(self.editing)
        else:
            said = "The draft is changed." if self.editing else "Drafted."
            self._draw_form()
            await self._look()
            self._say(f"{said} Nothing of the policy changes until it is issued.")

    async def _keep(self, given: Mapping[str, str], at: datetime | None) -> None:
        """A draft counts on top of the policy as the page shows it, a changed one too."""
        asked = drafted.instruction_in(given)
        told: dict[str, Any] = {"effective_at": at, "asked": [asked] if asked else [], "version": self.version}
        if self.editing:
            told["draft_version"] = self.edited_version
            await the_door().call(drafts.update, locator=self.editing, **told)
        else:
            kind = TransactionKind(given["kind"])
            await the_door().call(drafts.draft, policy=self.shown, kind=kind, **told)

    @requires(UNDERWRITES)
    async def edit(self, locator: str) -> None:
        row = next((each for each in self.drafts if each.key == locator), None)
        if row is not None:
            self._draw_form(row.key, row.typed)

    @requires(UNDERWRITES)
    async def leave_form(self) -> None:
        self._draw_form()

    def _in_words(self, problems: Mapping[str, str]) -> dict[str, str]:
        return {
            FIELDS.get(name, "kind"): ledger_words.as_read_here(sentence, self._zone())
            for name, sentence in problems.items()
        }

    async def _tell_why(self, refusal: DomainError) -> None:
        """Tell why, with what the policy is now beside it."""
        await self._look()
        sentence = ledger_words.as_read_here(refusal.sentence, self._zone())
        if isinstance(refusal, NotFound):
            sentence = "It is not there any more."
        kept = "" if isinstance(refusal, Unexpected) else " What you filled in is still here."
        self._say(f"{sentence}{kept}", "bad")

    def _moment_in(self, given: Mapping[str, str]) -> tuple[datetime | None, dict[str, str]]:
        """When it is to take effect, and what is wrong with that."""
        if not given.get("effective"):
            renews = given.get("kind") == TransactionKind.RENEWAL.value
            return None, {} if renews else {"effective": "Choose the day on which it takes effect."}
        day = ledger_words.read_day(given["effective"])
        hour = ledger_words.read_time(given["time"]) if given.get("time") else time()
        if day is None:
            return None, {"effective": ledger_words.BETWEEN}
        if hour is None:
            return None, {"time": "Give a time of the day such as 14:30, or leave it blank."}
        return datetime.combine(day, hour, self._zone()), {}

    @requires(UNDERWRITES)
    async def ask_first(self, what: str, locator: str) -> None:
        there = {ISSUE: self._draft_keys(), DISCARD: self._draft_keys(), UNFLAG: self._flag_keys()}
        known = locator in there.get(what, ())
        self.asking, self.asking_about = (what, locator) if known else ("", "")
        self.asked_version = self._version_of(locator)

    def _version_of(self, locator: str) -> str:
        return next((each.draft_version for each in self.drafts if each.key == locator), "")

    def _draft_keys(self) -> list[str]:
        return [each.key for each in self.drafts]

    def _flag_keys(self) -> list[str]:
        return [flag.key for each in self.drafts for flag in each.flags]

    @requires(UNDERWRITES)
    async def never_mind(self) -> None:
        self.asking, self.asking_about = "", ""

    @requires(UNDERWRITES)
    async def go_on(self) -> None:
        """Do what was asked about, once: a second click finds nothing that is asked any more."""
        what, locator, self.asking, self.asking_about = self.asking, self.asking_about, "", ""
        if what == ISSUE:
            await self._issue(locator)
        elif what == UNFLAG:
            await self._settle(flags.remove, locator, "The flag is removed.")
        elif what == DISCARD:
            said = "Discarded. It stays in the ledger and never counts."
            await self._settle(drafts.discard, locator, said, draft_version=self.asked_version)

    async def _issue(self, locator: str) -> None:
        """Issue it; what is refused is answered with the reason, and stays a draft."""
        done, answer = await self._do(issuing.issue, locator=locator, draft_version=self.asked_version)
        if answer and answer.refused:
            self._say(answer.refused, "bad")
            done = False
        await self._told(done, "Issued. The policy is as it says.")

    @requires(UNDERWRITES)
    async def underwrite(self, locator: str) -> None:
        done, answer = await self._do(requests.underwrite_transaction, locator=locator)
        said, kind = UNDERWRITTEN[answer.result.outcome] if answer else ("", "")
        await self._told(done, said)
        if done:
            self._say(said, kind)

    @requires(BINDS)
    async def ask_authority(self, locator: str) -> None:
        """Whether one may bind the draft as it stands."""
        done, _ = await self._do(decide.for_transaction, transaction=locator)
        if done:
            await self._look()
        else:
            await self._told(done, "")

    @requires(UNDERWRITES)
    async def open_flag(self, locator: str) -> None:
        self.flagging, self.flag_problems = locator if locator in self._draft_keys() else "", {}

    @requires(UNDERWRITES)
    async def close_flag(self) -> None:
        self.flagging, self.flag_problems = "", {}

    @requires(UNDERWRITES)
    async def add_flag(self, form: dict[str, Any]) -> None:
        """What was typed stays where it cannot be taken."""
        self.flag_problems = {}
        try:
            await the_door().call(flags.add_to_transaction, locator=self.flagging, **read_flag(form))
        except Invalid as refusal:
            self.flag_problems = refusal.problems
        except DomainError as refusal:
            await self._tell_why(refusal)
        else:
            self.flagging = ""
            await self._look()
            self._say("The flag is set.")

    @requires(UNDERWRITES)
    async def keep_up(self, locator: str) -> None:
        """Let a draft count on top of what was issued since it was drafted."""
        row = next((each for each in self.drafts if each.key == locator), None)
        if row is not None:
            done, _ = await self._do(
                drafts.update, locator=locator, version=row.version, draft_version=row.draft_version
            )
            await self._told(done, "The draft now stands on the policy as it is shown here.")

    async def _settle(self, service: Any, locator: str, said: str, **more: str) -> None:
        done, _ = await self._do(service, locator=locator, **more)
        await self._told(done, said)

    async def _told(self, done: bool, said: str) -> None:
        """What came of it, with the policy as it is by then."""
        refusal = "" if done else ledger_words.as_read_here(self.flash, self._zone())
        await self._look()
        if done:
            if self.editing and self.editing not in self._draft_keys():
                self._draw_form()
            self._say(said)
        else:
            self._say(f"{refusal} The draft is still here.", "bad")


def _asked(each: TransactionLine) -> str:
    """What its author asked for, as it was processed where it counts."""
    if not each.instructions:
        return ""
    if each.state is TransactionState.ISSUED:
        done = ledger_words.processed_in_words(each.instructions, each.processed)
        return f"As processed: {'; '.join(done)}"
    return f"Asked: {'; '.join(ledger_words.asked_in_words(each.instructions))}"
