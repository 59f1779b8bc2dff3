"""The dashboard of submissions: what the address asks for, a page of answers, and giving many to one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from portal_app.guard.events import requires
from portal_app.models.enums import SubmissionStatus
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor
from portal_app.services.messaging import threads
from portal_app.services.policies.views import Choice
from portal_app.services.quotes import papers
from portal_app.services.submissions import assigning, find
from portal_app.services.submissions.assigning import Outcome
from portal_app.services.submissions.find import Sort
from portal_app.services.submissions.lifecycle import AWAITS_AN_ANSWER, OPEN
from portal_app.services.submissions.turns import Turn
from portal_app.services.submissions.views import SubmissionRow, Submissions
from portal_app.services.topics import Topic
from portal_app.state import address, exports, submission_address, wording
from portal_app.state.exports import Offer
from portal_app.state.portal import PortalState
from portal_app.state.rows import Column
from portal_app.state.submission_address import PLACE, Asked, View

VIEWS, DOES, WRITES = Permission.VIEW_OWN_ACCOUNTS, Permission.UNDERWRITE, Permission.WRITE_MESSAGES
UNSORTED = submission_address.columns(submission_address.read({}))
YOURS = "Yours"
WAITING = {
    Turn.PRODUCER: "Waiting for the producer",
    Turn.AGENCY: "Waiting for the agency",
    Turn.BOTH: "Waiting for the producer and the agency",
    Turn.CARRIER: "Waiting for the carrier",
    Turn.NOBODY: "",
}
MOST_TOLD = 5


@dataclass
class SubmissionLine:
    """`timing` says in a word how its response stands; `paper`, `bind` and `messages` are addresses, empty where
    there is none."""

    locator: str
    href: str
    called: str
    number: str
    insured: str
    line: str
    submitted: str
    status: str
    assigned: str
    unrouted: bool
    target: str
    timing: str
    paper: str
    bind: str
    messages: str


class SubmissionsState(PortalState):
    loaded: bool = False
    rows: list[SubmissionLine] = []
    columns: list[Column] = UNSORTED
    shown: list[str] = []
    choosable: list[Choice] = []
    views: list[View] = []
    lines: list[Choice] = []
    statuses: list[Choice] = []
    turns: list[Choice] = []
    people: list[Choice] = []
    total: int = 0
    headline: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""
    narrowed: bool = False
    address_of_view: str = ""
    drafts: bool = False
    exports: list[Offer] = []
    assigns: bool = False
    writes: bool = False
    chosen: list[str] = []
    problem_of_handler: str = ""

    @requires(VIEWS, passive=True, shows=(Topic.SUBMISSIONS, Topic.QUOTES))
    async def load(self) -> None:
        self.chosen, self.problem_of_handler = [], ""
        await self._look()

    @requires(VIEWS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    @requires(VIEWS)
    async def switch_column(self, name: str) -> Any:
        """Show a column, or leave it out; one stays beside the Submission ID."""
        asked = submission_address.read(self.router.url.query_parameters)
        columns = [each for each in submission_address.OPTIONAL if (each in asked.columns) is not (each == name)]
        named = ",".join(columns) if len(columns) < len(submission_address.OPTIONAL) else ""
        return rx.redirect(asked.href(columns=named), replace=True) if columns else None

    @requires(DOES)
    async def choose(self, locator: str) -> None:
        """Choose a row, or let go of it."""
        there = {each.locator for each in self.rows}
        chosen = set(self.chosen) ^ ({locator} & there)
        self.chosen = sorted(chosen & there)

    @requires(DOES)
    async def choose_all(self) -> None:
        """All rows of the page, or none where all are chosen."""
        there = sorted(each.locator for each in self.rows)
        self.chosen = [] if list(self.chosen) == there else there

    @requires(DOES)
    async def assign(self, form: dict[str, Any]) -> None:
        to, self.problem_of_handler = str(form.get("to", ""))[:40], ""
        if not to:
            self.problem_of_handler = "Choose who is to handle them."
            return
        done, told, problems = await self._submit(assigning.assign_many, locators=list(self.chosen), to=to)
        self.problem_of_handler = " ".join(problems.values())
        if done and told is not None:
            self.chosen = []
            self._say(*_said(told))
        await self._look()

    async def _look(self) -> None:
        asked = submission_address.read(self.router.url.query_parameters)
        self._repeat(asked)
        found = await self._ask(
            find.listed,
            wanted=asked.wanted,
            sort=asked.sort,
            descending=asked.descending,
            offset=asked.offset,
            count=address.PAGE,
        )
        if found is None:
            return
        given = await self._ask(papers.papers, submissions=[each.locator for each in found.rows])
        people = await self._ask(assigning.assignees) if self.assigns else ()
        messages = await self._messages(found)
        if given is not None and people is not None and messages is not None:
            self.people = [Choice(each.locator, each.name or each.email) for each in people]
            self._show(asked, found, given, messages)

    async def _messages(self, found: Submissions) -> frozenset[str] | None:
        """About which of them there is something to read, or to write."""
        handed_in = [each.locator for each in found.rows if each.status is not SubmissionStatus.DRAFT]
        return frozenset(handed_in) if self.writes else await self._ask(threads.written_about, submissions=handed_in)

    def _repeat(self, asked: Asked) -> None:
        actor = current_actor.get()
        self.assigns, self.writes = (can(actor, each) and actor.may_write for each in (DOES, WRITES))
        hands_in = can(actor, Permission.SUBMIT_BUSINESS)
        self.columns, self.shown = submission_address.columns(asked), list(asked.columns)
        self.choosable = [Choice(each, submission_address.COLUMNS[Sort(each)]) for each in submission_address.OPTIONAL]
        # Another's view is not everybody's: what it asks for stands in the address anyway.
        self.address_of_view = f"{self.router.url.origin}{asked.href(view=address.PLAIN)}"
        self.views = submission_address.views(asked, underwrites=can(actor, DOES), hands_in=hands_in)
        self.lines = submission_address.lines()
        self.statuses = [Choice(value, label) for value, label in submission_address.STATUSES.items()]
        self.turns = [Choice(value, label) for value, label in submission_address.TURNS.items()]
        self.narrowed, self.drafts = asked.narrowed, asked.wanted.statuses == (SubmissionStatus.DRAFT,)
        self.exports = exports.of_submissions(asked.wanted)

    def _show(self, asked: Asked, found: Submissions, given: Mapping[str, str], messages: frozenset[str]) -> None:
        binds = can(current_actor.get(), Permission.BIND_POLICIES) and current_actor.get().may_write
        self.rows = [
            line_of(each, self._zone(), given.get(each.locator, ""), binds=binds, messages=each.locator in messages)
            for each in found.rows
        ]
        self.chosen = [each for each in self.chosen if any(row.locator == each for row in self.rows)]
        self.total, self.loaded = found.total, True
        self.headline = wording.count(found.total, "draft" if self.drafts else "submission")
        self.span = wording.span(found.offset, len(found.rows), found.total)
        self.previous, self.following = submission_address.neighbours(asked, found.total)


def line_of(each: SubmissionRow, zone: ZoneInfo, paper: str, *, binds: bool, messages: bool) -> SubmissionLine:
    draft = each.status is SubmissionStatus.DRAFT
    href = f"{PLACE}/{each.locator}"
    return SubmissionLine(
        locator=each.locator,
        href=f"{href}/edit/applicant" if draft else href,
        called=each.number or each.insured_name or "a draft",
        number=each.number or "Draft",
        insured=each.insured_name,
        line=each.line_name,
        submitted=wording.day(each.submitted_at.astimezone(zone).date()) if each.submitted_at else "",
        status=each.status.label,
        assigned=each.assigned_to,
        unrouted=each.unrouted and each.status in OPEN,
        target=wording.day(each.target_on),
        timing=timing(each),
        paper=f"/files/{paper}?of=submission:{each.locator}" if paper else "",
        bind=f"{href}#quotes" if binds and each.status is SubmissionStatus.QUOTED and not each.lapsed else "",
        messages=f"{href}#messages" if messages else "",
    )


def answers(each: SubmissionRow) -> bool:
    """Whether the agency owes an answer by the target response date: not before it was submitted, while the producer is
    asked, nor once it was quoted or has ended."""
    return each.status in AWAITS_AN_ANSWER and each.waiting_since is None


def timing(each: SubmissionRow) -> str:
    """How the response stands, in words; empty where nothing is to be said."""
    if each.overdue:
        return "Overdue"
    if each.at_risk:
        return "At risk"
    if each.waiting_since is None and each.status is not SubmissionStatus.QUOTED:
        return ""
    return "Waiting for you" if each.turn_words.startswith(YOURS) else WAITING[each.turn]


def _said(told: tuple[Outcome, ...]) -> tuple[str, str]:
    """How many were assigned, and what became of the others."""
    refused = [each for each in told if each.problem]
    done = f"{wording.count(len(told) - len(refused), 'submission')} assigned."
    if not refused:
        return done, "good"
    why = " ".join(f"{each.number or 'A draft'}: {each.problem}" for each in refused[:MOST_TOLD])
    more = f" And {len(refused) - MOST_TOLD} more." if len(refused) > MOST_TOLD else ""
    return f"{done} {wording.count(len(refused), 'other')} not. {why}{more}", "warning"
