"""One submission: its header, its timeline, its answers and files, and the steps that people take with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import SubmissionDocumentKind, SubmissionStatus
from portal_app.models.quotes import QuoteOffer
from portal_app.services.access import Permission, can
from portal_app.services.binding import bindability
from portal_app.services.binding.bindability import Bindability
from portal_app.services.door import current_actor
from portal_app.services.errors import Conflict
from portal_app.services.policies.views import Choice
from portal_app.services.quotes import doubting
from portal_app.services.quotes.doubting import Doubt
from portal_app.services.submissions import answering, assigning, detail, moves, revealing
from portal_app.services.submissions.answering import Answered
from portal_app.services.submissions.detail import SubmissionDetail
from portal_app.services.submissions.documents import ENDED, TAKEN
from portal_app.services.submissions.lifecycle import OPEN, Step
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.asked import since
from portal_app.state.document_rows import DocumentRow, document_rows
from portal_app.state.portal import PortalState
from portal_app.state.submission_address import PLACE
from portal_app.state.submission_list import answers, timing
from portal_app.state.submission_rows import (
    Desk,
    EventLine,
    Fact,
    HandoverLine,
    QuoteLine,
    RequestLine,
    Section,
    answers_revealed,
    event_line,
    facts,
    fields_to_ask_for,
    handover_line,
    next_of,
    put_bindability,
    quote_line,
    request_line,
    revealed,
    sections,
)

VIEWS, DOES = Permission.VIEW_OWN_ACCOUNTS, Permission.UNDERWRITE
HANDS_IN, BINDS = Permission.SUBMIT_BUSINESS, Permission.BIND_POLICIES
# The kinds of files that go up from the page, and those that come of quoting and binding, with their words.
GO_UP = {each.value: each.label for each in TAKEN}
PAPER = SubmissionDocumentKind.QUOTE.value, SubmissionDocumentKind.QUOTE.label
MADE = {each.value: each.label for each in (SubmissionDocumentKind.BINDER, SubmissionDocumentKind.APPLICATION)}
SHOWN = "Personal values are shown until the page changes. The audit trail keeps that you looked."
# What the next action cannot be, by whether the underwriters may be asked.
STOPS = {
    True: "You cannot bind one as it stands, but you may ask the underwriters to.",
    False: "None can be bound as it stands: each says what is in the way.",
}
# What each step with a reason does, and what is said when it was done.
STEPS: Mapping[str, tuple[Any, str]] = {
    "decline": (moves.decline, "The submission is declined."),
    "withdraw": (moves.withdraw, "The submission is withdrawn."),
    "reopen": (moves.reopen, "The submission is pending again."),
}


@dataclass
class Header:
    """`timing` says in a word how the response stands; `next_href` leads to the quote at which the next action is done,
    where it is one, and `next_of` is its carrier; `stops` is what keeps the reader from binding where they would."""

    number: str = ""
    insured: str = ""
    line: str = ""
    status: str = ""
    turn: str = ""
    next_action: str = ""
    next_href: str = ""
    next_of: str = ""
    target: str = ""
    timing: str = ""
    reason: str = ""
    stops: str = ""


class SubmissionPageState(PortalState):
    shown: str = ""
    version: int = 0
    header: Header = Header()
    draft_href: str = ""
    copy_href: str = ""
    account_href: str = ""
    policy_href: str = ""
    # Where a quote is entered, and where the evidence file and the answers by ACORD's names are had; empty where this
    # person may not.
    enter_href: str = ""
    evidence_href: str = ""
    acord_href: str = ""
    copied_from: str = ""
    facts: list[Fact] = []
    statement: str = ""
    sections: list[Section] = []
    events: list[EventLine] = []
    files: dict[str, list[DocumentRow]] = {}
    no_files: bool = True
    requests: list[RequestLine] = []
    quotes: list[QuoteLine] = []
    # The one quote that this person can bind, or have bound, and which of both; empty where there are several.
    next_quote: str = ""
    next_step: str = ""
    handovers: list[HandoverLine] = []
    may: list[str] = []
    # Whether something is asked for, and whether this person may answer it.
    asks_now: bool = False
    answers_now: bool = False
    may_add: bool = False
    may_add_quotes: bool = False
    people: list[Choice] = []
    fields: list[Choice] = []
    asking: str = ""
    problems: dict[str, str] = {}
    # The line of the timeline that was on top when it was shown; and when it was asked whether to take a step, with the
    # version of then.
    _seen: str = ""
    _asked_at: str = ""
    _asked_version: int = 0

    @requires(VIEWS, passive=True, shows=(Topic.SUBMISSIONS, Topic.QUOTES))
    async def load(self) -> None:
        self.shown, self.asking, self.problems = "", "", {}
        await self._look()

    @requires(VIEWS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look_again)

    @requires(VIEWS)
    async def ask_first(self, what: str) -> None:
        self.asking, self.problems = (what if what in (*STEPS, "assign") and what in self.may else ""), {}
        self._ask_anew()

    @requires(DOES)
    async def pick_up(self) -> None:
        await self._act(assigning.pick_up, "You handle it now.", locator=self.shown, version=self.version)

    @requires(DOES)
    async def assign(self, form: dict[str, Any]) -> None:
        """To an underwriter, or to a carrier's contact where an address is given."""
        given = {"to": str(form.get("to", ""))[:40], "contact": str(form.get("contact", ""))[:320]}
        if self.asking == "assign":
            await self._decide(assigning.assign, "It is assigned.", **given)

    @requires(DOES)
    async def decide(self, form: dict[str, Any]) -> None:
        if self.asking in ("decline", "reopen"):
            await self._step(form)

    @requires(HANDS_IN)
    async def withdraw(self, form: dict[str, Any]) -> None:
        if self.asking == "withdraw":
            await self._step(form)

    @requires(DOES)
    async def reveal(self) -> None:
        """Personal answers in the clear, until the page is looked at again."""
        found = await self._act(revealing.reveal, SHOWN, locator=self.shown)
        if found:
            self.sections = revealed(self.sections, found)
            self.requests = answers_revealed(self.requests, found)
        elif found is not None:
            self._say("No personal value was answered, so there is nothing to show.")

    async def _step(self, form: dict[str, Any]) -> None:
        service, said = STEPS[self.asking]
        await self._decide(service, said, reason=str(form.get("reason", "")))

    async def _decide(self, service: Any, said: str, **given: Any) -> None:
        """Do what was asked about, to the submission as it was when it was asked."""
        about: dict[str, Any] = {"locator": self.shown, "version": self._asked_version}
        await self._act(service, said, seen=self._asked_at, **about, **given)

    async def _act(self, service: Any, said: str, *, seen: str = "", **given: Any) -> Any:
        """Do it, and look again. Where somebody else was quicker, what they did after the line `seen` of the timeline
        is told. Returns the answer, or None where it was not done."""
        seen, self.problems = seen or self._seen, {}
        done, answer, problems = await self._submit(service, **given)
        late = not (done or problems) and self.flash.startswith(Conflict.default)
        self.problems = problems
        if done:
            self.asking = ""
            self._say(said)
        found = await self._look()
        if late and found is not None:
            self._say(since(found.events, seen, self._moment, self._changes()), "bad")
            self._ask_anew()
        return answer

    def _changes(self) -> list[str]:
        """What is not as it was when it was asked about, beside what the timeline tells."""
        return []

    def _ask_anew(self) -> None:
        """Whoever answers decides about what is there now."""
        self._asked_version, self._asked_at = self.version, self._seen

    async def _look_again(self) -> None:
        await self._look()

    async def _look(self) -> SubmissionDetail | None:
        locator = self._last_of_path()
        found = await self._ask(detail.detail, locator=locator)
        answered = await self._ask(answering.answers, locator=locator) if found else None
        people = await self._people() if answered else None
        bindable = await self._bindable(found) if found and people is not None else None
        doubts = await self._ask(doubting.of_submission, submission=locator) if bindable is not None else None
        if found is None or answered is None or people is None or bindable is None or doubts is None:
            return None
        self.people = people
        self._show(found)
        self._show_parts(found, answered)
        self._show_quotes(found, bindable, doubts)
        return found

    async def _bindable(self, found: SubmissionDetail) -> dict[str, Bindability] | None:
        """How each offered quote stands, for who binds."""
        looked: dict[str, Bindability] = {}
        open_yet = found.row.status is SubmissionStatus.QUOTED and can(current_actor.get(), BINDS)
        for each in found.quotes if open_yet else ():
            if each.offer is QuoteOffer.OFFERED:
                stands = await self._ask(bindability.bindability, quote=each.locator)
                if stands is None:
                    return None
                looked[each.locator] = stands
        return looked

    async def _people(self) -> list[Choice] | None:
        if not can(current_actor.get(), DOES):
            return []
        found = await self._ask(assigning.assignees)
        return None if found is None else [Choice(each.locator, each.name or each.email) for each in found]

    def _show(self, found: SubmissionDetail) -> None:
        row, draft = found.row, found.row.status is SubmissionStatus.DRAFT
        self.shown, self.version = row.locator, row.version
        self.header = Header(
            number=row.number or "Draft",
            insured=row.insured_name,
            line=row.line_name,
            status=row.status.label,
            turn=row.turn_words,
            next_action=row.next_action,
            next_href=f"#quote-{row.next_quote}" if row.next_quote else "",
            next_of=next((each.carrier for each in found.quotes if each.locator == row.next_quote), ""),
            target=wording.day(row.target_on) if answers(row) else "",
            timing=timing(row),
            reason=row.reason,
        )
        self.draft_href = f"{PLACE}/{row.locator}/edit/applicant" if draft else ""
        over = row.number and row.status not in OPEN and can(current_actor.get(), HANDS_IN)
        self.copy_href = f"{PLACE}/new?q={row.number}" if over else ""
        self.account_href = f"/accounts/{found.account}" if found.account else ""
        self.policy_href = f"/policies/{found.policy}" if found.policy else ""
        self.copied_from = f"{PLACE}/{found.cloned_from}" if found.cloned_from else ""
        self.may = sorted(each.value for each in found.steps)
        if can(current_actor.get(), DOES) and current_actor.get().may_write:
            self.may.append("reveal")
        if Step.ASSIGN in found.steps and (
            row.status is SubmissionStatus.PENDING or row.assignee != current_actor.get().locator
        ):
            # Also what a rule gave to whoever looks: they have it, and have not begun with it.
            self.may.append("pick_up")

    def _show_parts(self, found: SubmissionDetail, answered: Answered) -> None:
        actor, zone = current_actor.get(), self._zone()
        self.facts, self.sections = facts(found, self._moment), sections(found.sections)
        self.statement = found.certificate.statement if found.certificate else ""
        self.events = [event_line(each, self._moment) for each in found.events]
        self.handovers = [handover_line(each, self._moment) for each in found.handovers]
        self._seen = found.events[0].locator if found.events else ""
        self.files = {
            kind.value: document_rows(found.documents, found.row.locator, zone, kind) for kind in SubmissionDocumentKind
        }
        self.no_files = not any(self.files.values())
        self.evidence_href = f"/files/evidence/{found.row.locator}" if found.row.number else ""
        self.acord_href = f"/files/acord/{found.row.locator}" if found.row.number else ""
        open_yet = actor.may_write and found.row.status not in ENDED
        self.may_add = open_yet and can(actor, HANDS_IN)
        self.may_add_quotes = self.may_add and can(actor, DOES)
        self.requests = [
            request_line(each, answered.form, found.documents, found.row.locator, self._moment)
            for each in found.requests
        ]
        self.asks_now = any(each.is_open for each in self.requests)
        self.answers_now = self.asks_now and self.may_add
        self.fields = fields_to_ask_for(answered.form) if Step.ASK in found.steps else []

    def _show_quotes(
        self,
        found: SubmissionDetail,
        bindable: Mapping[str, Bindability],
        doubts: Mapping[str, Sequence[Doubt]],
    ) -> None:
        actor, submission = current_actor.get(), found.row.locator
        enters = actor.may_write and can(actor, DOES) and found.row.status in OPEN
        self.enter_href = f"{PLACE}/{submission}/quotes/new" if enters else ""
        files = {each.locator: each for each in found.documents}
        today = self._now().astimezone(self._zone()).date()
        desk = Desk(submission, files, today, enters, Step.QUOTE in found.steps)
        lines = []
        for each in found.quotes:
            line = quote_line(each, desk, self._moment)
            line.doubts = [doubt.sentence for doubt in doubts.get(each.locator, ())]
            if each.locator in bindable:
                put_bindability(line, bindable[each.locator])
            lines.append(line)
        self.quotes, (self.next_quote, self.next_step) = lines, next_of(lines)
        stands = [each for each in lines if each.asked]
        if stands and self.header.turn == "Yours" and not any(each.can_bind for each in stands):
            self.header = replace(self.header, stops=STOPS[any(each.may_refer for each in stands)])
