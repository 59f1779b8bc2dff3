"""Where a submission begins: a line, an account, an earlier one, or a draft that waits."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app.guard.events import requires
from portal_app.services import accounts
from portal_app.services.access import Permission
from portal_app.services.policies.views import AccountRow
from portal_app.services.submissions import drafts, find
from portal_app.services.submissions.find import Filter
from portal_app.services.submissions.views import SubmissionRow
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.portal import PortalState
from portal_app.state.submissions.drafts import DraftLine, draft_line, under_question

SUBMITS = Permission.SUBMIT_BUSINESS
PLACE = "/submissions/new"
FOUND, SHOWN = 8, 10
# What each line asks for, and its sign.
LINES = {
    "personal_auto": ("Drivers, vehicles by VIN, household and limits.", "car"),
    "homeowners": ("The dwelling, its construction and protection, and coverages.", "house"),
    "general_liability": ("Operations, class codes with their exposures, and limits.", "scale"),
    "bop": ("Buildings, contents and liability of a small business.", "store"),
    "workers_compensation": ("Payroll by class code, owners and prior losses.", "hard-hat"),
    "commercial_auto": ("Vehicles, drivers, radius and what is carried.", "truck"),
    "commercial_property": ("Each building with its values, and causes of loss.", "building-2"),
    "umbrella": ("The policies below it with their limits, and the limit above.", "umbrella"),
}


@dataclass
class LineCard:
    code: str
    label: str
    asks: str


@dataclass
class Source:
    """An account to start from, or a submission to copy."""

    locator: str
    name: str
    detail: str


class NewSubmissionState(PortalState):
    """`account` is who the next submission will be for, where somebody was chosen."""

    loaded: bool = False
    typed: str = ""
    account: str = ""
    account_name: str = ""
    lines: list[LineCard] = []
    drafts: list[DraftLine] = []
    more: int = 0
    accounts: list[Source] = []
    past: list[Source] = []
    discarding: str = ""
    discarding_name: str = ""
    _version: int = 0
    _made: str = ""

    @requires(SUBMITS, passive=True, shows=(Topic.SUBMISSIONS,))
    async def load(self) -> None:
        self.loaded, self._made, self.discarding = False, "", ""
        given = self.router.url.query_parameters
        self.typed = str(given.get("q", ""))[:100].strip()
        await self._choose(str(given.get("account", ""))[:64])
        if not self.problem:
            await self._look()

    @requires(SUBMITS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    @requires(SUBMITS)
    async def start(self, line: str) -> Any:
        """Begin in a line, once: a second click finds it begun."""
        if self._made:
            return None
        done, made = await self._do(drafts.begin, line=line, account=self.account or None)
        return self._go_to(made.locator) if done and made is not None else None

    @requires(SUBMITS)
    async def copy(self, locator: str) -> Any:
        if self._made:
            return None
        done, made = await self._do(drafts.begin_from, submission=locator)
        return self._go_to(made.locator) if done and made is not None else None

    @requires(SUBMITS)
    async def ask_discard(self, locator: str) -> None:
        """Ask before a draft is thrown away; of none, let go of the question."""
        self.discarding, self.discarding_name, self._version = under_question(self.drafts, locator)

    @requires(SUBMITS)
    async def discard(self) -> None:
        asked, self.discarding = self.discarding, ""
        if not asked:
            return
        done, _ = await self._do(drafts.discard, locator=asked, version=self._version)
        await self._again(self._look)
        if done:
            self._say("The draft is discarded.")

    def _go_to(self, locator: str) -> Any:
        self._made = locator
        return rx.redirect(f"/submissions/{locator}/edit/applicant")

    async def _choose(self, locator: str) -> None:
        self.account, self.account_name = "", ""
        if not locator:
            return
        found = await self._ask(accounts.account, locator=locator)
        if found is not None:
            self.account, self.account_name = found.locator, found.name
        elif self.missing:
            self._say("That account is not there, or it is not yours to see. Choose another one, or none.", "warning")
            self.missing = False

    async def _look(self) -> None:
        found = await self._ask(drafts.resumable, count=SHOWN)
        if found is None:
            return
        self.drafts = [draft_line(each, self._moment(each.changed_at)) for each in found.rows]
        self.more = found.total - len(found.rows)
        await self._search()
        names = await self._ask(drafts.lines) or {}
        self.lines = [LineCard(code, name, LINES[code][0]) for code, name in names.items()]
        self.loaded = True

    async def _search(self) -> None:
        self.accounts, self.past = [], []
        if self.typed:
            named = await self._ask(accounts.find_accounts, text=self.typed, count=FOUND)
            self.accounts = [_account(each) for each in named.rows] if named else []
        past = await self._ask(find.listed, wanted=Filter(text=self.typed), count=FOUND if self.typed else 3)
        self.past = [_past(each) for each in past.rows] if past else []


def _account(each: AccountRow) -> Source:
    place = ", ".join(filter(None, (each.city, each.state)))
    return Source(
        each.locator, each.name, " · ".join(filter(None, (place, wording.count(each.policies, "policy", "policies"))))
    )


def _past(each: SubmissionRow) -> Source:
    named = each.insured_name or "No name"
    return Source(each.locator, named, f"{each.line_name} · {each.number} · {wording.day(each.effective) or 'no date'}")
