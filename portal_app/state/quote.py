"""One quote: its facts, its producers and how they stand, its flags, and what may be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import FlagCause, QuoteState
from portal_app.models.quotes import QuoteOffer
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import Conflict, DomainError, Invalid
from portal_app.services.licensing.jurisdictions import state_name
from portal_app.services.producers.standing import Link
from portal_app.services.quotes import doubting, drafts, find, of_submissions
from portal_app.services.quotes.lifecycle import Step, can_flag, can_step
from portal_app.services.quotes.views import QuoteView
from portal_app.services.submissions import documents
from portal_app.services.topics import Topic
from portal_app.services.underwriting import flags, requests
from portal_app.services.underwriting.flags import FlagView
from portal_app.services.underwriting.outcome import Outcome
from portal_app.services.underwriting.requests import Underwriting
from portal_app.state import asked, wording
from portal_app.state.document_rows import DocumentRow, document_rows
from portal_app.state.flags import read as read_flag
from portal_app.state.portal import PortalState
from portal_app.state.submission_rows import refused

VIEWS, DOES = Permission.VIEW_OWN_ACCOUNTS, Permission.UNDERWRITE
KINDS = {"producer_code": "Producer code", "producer": "Producer"}
SAID: dict[Outcome, tuple[str, str]] = {
    Outcome.PASSED: ("The quote is underwritten.", "good"),
    Outcome.BLOCKED: ("The quote is blocked by its flags.", "warning"),
    Outcome.DECLINED: ("The quote is declined by its flags.", "warning"),
    Outcome.REJECTED: ("The quote is rejected by its flags.", "warning"),
}
# What is asked first, and what is said when it was done.
ASKED_FIRST: Mapping[str, tuple[Any, str]] = {
    "reset": (drafts.reset, "The quote is a draft again."),
    "discard": (drafts.discard, "The quote is discarded."),
    "offer": (of_submissions.offer, "The quote is offered, and the producer is told."),
}


@dataclass
class Fact:
    label: str
    value: str


@dataclass
class LinkLine:
    """A step of the way up from the quote's producer code."""

    key: str
    kind: str
    called: str
    state: str
    valid: bool


@dataclass
class FlagLine:
    """`no_effect` says why a flag that stands counts no more."""

    locator: str
    level: str
    tag: str
    note: str
    by: str
    removed: str
    no_effect: str
    warning: str


class QuotePageState(PortalState):
    shown: str = ""
    version: int = 0
    insured: str = ""
    account_href: str = ""
    line: str = ""
    carrier: str = ""
    code: str = ""
    standing: str = ""
    history: str = ""
    facts: list[Fact] = []
    risk: list[Fact] = []
    terms: str = ""
    links: list[LinkLine] = []
    invalid: str = ""
    flags: list[FlagLine] = []
    # What became of a quote of a submission, and its carrier's paper; empty for a quote of none.
    submission_href: str = ""
    offer: str = ""
    refused: str = ""
    expired: bool = False
    # What about it is not as the submission asks for.
    doubts: list[str] = []
    papers: list[DocumentRow] = []
    edit_href: str = ""
    copy_href: str = ""
    may_offer: bool = False
    may_underwrite: bool = False
    may_reset: bool = False
    may_discard: bool = False
    may_flag: bool = False
    asking: str = ""
    asking_flag: str = ""
    adding: bool = False
    problems: dict[str, str] = {}
    # The version, what was shown, and what was in doubt when it was asked whether to go on.
    _asked_version: int = 0
    _now_shown: dict[str, str] = {}
    _asked_shown: dict[str, str] = {}
    _asked_doubts: list[str] = []

    @requires(VIEWS, passive=True, shows=(Topic.QUOTES, Topic.PRODUCERS))
    async def load(self) -> None:
        self.shown, self.asking, self.asking_flag, self.adding = "", "", "", False
        await self._look()

    @requires(VIEWS, passive=True)
    async def refresh(self) -> None:
        """A question about what is not so any more is taken back."""
        await self._again(self._look)
        if self.asking and self.version != self._asked_version:
            self.asking = ""
            self._say(asked.changed("quote", self._changes()), "warning")

    @requires(DOES)
    async def underwrite(self) -> None:
        self.asking, self.asking_flag = "", ""
        done, answer = await self._do(requests.underwrite_quote, locator=self.shown, version=self.version)
        await self._look()
        if done and answer is not None:
            self._say(*_told(answer.result))

    @requires(DOES)
    async def ask_first(self, what: str) -> None:
        self.asking, self.asking_flag = (what if what in ASKED_FIRST else ""), ""
        self._asked_version, self._asked_shown, self._asked_doubts = self.version, self._now_shown, list(self.doubts)

    @requires(DOES)
    async def go_on(self) -> None:
        """Do it to the quote as it was when it was asked about."""
        what, self.asking = self.asking, ""
        if what in ASKED_FIRST:
            service, said = ASKED_FIRST[what]
            confirmed = {"doubts_confirmed": tuple(self._asked_doubts)} if what == "offer" else {}
            await self._act(service, said, locator=self.shown, version=self._asked_version, **confirmed)
            if self.flash.startswith(Conflict.default):
                self._say(asked.not_done("quote", self._changes()), "bad")

    def _changes(self) -> list[str]:
        return asked.changes(self._asked_shown, self._now_shown)

    @requires(DOES)
    async def ask_removal(self, flag: str) -> None:
        self.asking_flag, self.asking = flag, ""

    @requires(DOES)
    async def remove_flag(self) -> None:
        flag, self.asking_flag = self.asking_flag, ""
        await self._act(flags.remove, "The flag is removed.", locator=flag)

    @requires(DOES)
    async def open_form(self) -> None:
        self.adding, self.problems = True, {}

    @requires(DOES)
    async def close_form(self) -> None:
        self.adding = False

    @requires(DOES)
    async def add_flag(self, form: dict[str, Any]) -> None:
        """What was typed stays where it cannot be taken."""
        self.problems = {}
        try:
            await the_door().call(flags.add_to_quote, locator=self.shown, **read_flag(form))
        except Invalid as refusal:
            self.problems = refusal.problems
        except DomainError as refusal:
            self._say(refusal.sentence, "bad")
        else:
            self.adding = False
            self._say("The flag is set.")
            await self._look()

    async def _act(self, service: Any, said: str, **given: Any) -> None:
        done, _ = await self._do(service, **given)
        await self._look()
        if done:
            self._say(said)

    async def _look(self) -> None:
        locator = self._last_of_path()
        found = await self._ask(find.quote, locator=locator)
        stands = await self._ask(requests.standing_of_quote, locator=locator) if found else None
        papers = await self._papers(found) if found and stands else None
        doubts = await self._ask(doubting.of_quote, locator=locator) if papers is not None else None
        if found is not None and stands is not None and papers is not None and doubts is not None:
            self.papers, self.doubts = papers, [each.sentence for each in doubts]
            self._show(found)
            self._show_offer(found)
            self._show_underwriting(found, stands)

    async def _papers(self, found: QuoteView) -> list[DocumentRow] | None:
        """The carrier's paper, as far as this person sees it."""
        if not found.document:
            return []
        there = await self._ask(documents.listed, submission=found.submission)
        if there is None:
            return None
        return document_rows([each for each in there if each.locator == found.document], found.submission, self._zone())

    def _show_offer(self, found: QuoteView) -> None:
        acts, today = can(current_actor.get(), DOES), self._now().astimezone(self._zone()).date()
        on_offer = found.offer in (QuoteOffer.NOT_OFFERED, QuoteOffer.OFFERED)
        self.submission_href = f"/submissions/{found.submission}" if found.submission else ""
        self.offer = found.offer.label if found.submission else ""
        self.refused = refused(found, self._moment)
        self.expired = on_offer and found.valid_until is not None and found.valid_until < today
        self.edit_href = f"/quotes/{found.locator}/edit" if acts and can_step(found.state, Step.UPDATE) else ""
        copied = f"{self.submission_href}/quotes/new?like={found.locator}"
        self.copy_href = copied if acts and found.submission and on_offer else ""
        underwritten = found.state is QuoteState.UNDERWRITTEN and found.offer is QuoteOffer.NOT_OFFERED
        self.may_offer = acts and bool(found.submission) and underwritten

    def _show(self, found: QuoteView) -> None:
        self.shown, self.version, self.standing = found.locator, found.version, found.state.label
        self.insured, self.account_href = found.insured_name, f"/accounts/{found.account}" if found.account else ""
        self.line, self.carrier, self.code = found.line_name, found.carrier, found.producer_code
        self.facts, self.risk, self._now_shown = _facts(found), _risk(found), as_shown(found)
        self.terms = found.terms
        self.history = f"Drawn up by {found.created_by}, {self._moment(found.created_at)}"
        if found.underwritten_at is not None:
            self.history += f" · underwritten {self._moment(found.underwritten_at)}"
        acts = can(current_actor.get(), DOES)
        self.may_underwrite = acts and can_step(found.state, Step.UNDERWRITE)
        ended = found.offer in (QuoteOffer.BOUND, QuoteOffer.NOT_TAKEN)
        self.may_reset = acts and can_step(found.state, Step.RESET) and not ended
        self.may_discard = acts and can_step(found.state, Step.DISCARD) and not ended
        self.may_flag = acts and can_flag(found.state)

    def _show_underwriting(self, found: QuoteView, stands: Underwriting) -> None:
        self.links = [
            LinkLine(each.locator, KINDS[each.kind], each.called, each.state.label, each.is_valid)
            for each in stands.way
        ]
        self.invalid = _standing_of(stands)
        self.flags = [self._flag(each, each.locator in stands.counting, found) for each in stands.flags]

    def _flag(self, each: FlagView, counts: bool, found: QuoteView) -> FlagLine:
        ours = each.cause is FlagCause.PRODUCER
        by = "By underwriting, asked for by " if ours else "Set by "
        removed = f"Removed by {each.removed_by}, {self._moment(each.removed_at)}" if each.removed_at else ""
        over = found.state in (QuoteState.REJECTED, QuoteState.DISCARDED)
        gone = ours and not counts and not removed and not over
        return FlagLine(
            locator=each.locator,
            level=each.level.label,
            tag=each.tag,
            note=each.note,
            by=f"{by}{each.created_by}, {self._moment(each.created_at)}",
            removed=removed,
            no_effect=f"Counts no more: {each.producer_code} is valid again or not carried now." if gone else "",
            warning=(
                f"Underwriting then lets the producer code {each.producer_code} through on this quote, valid or not."
                if ours
                else "It is kept, and says that you removed it."
            ),
        )


def _told(result: Underwriting) -> tuple[str, str]:
    if result.outcome is not Outcome.FAILED:
        return SAID[result.outcome]
    return f"Underwriting failed. {_sentence_of(result.invalid)} The quote stays a draft, and is flagged.", "warning"


def _standing_of(stands: Underwriting) -> str:
    """What is not valid above the quote, and what underwriting makes of it."""
    if not stands.invalid:
        return ""
    if stands.outcome is Outcome.FAILED:
        so = "Underwriting fails until that is mended, or the flag for it is removed."
    elif any(each.removed_at and each.producer_code == stands.way[0].called for each in stands.flags):
        so = "The flag for it was removed, so underwriting lets it through."
    else:
        so = "The agency has it flagged no further, so underwriting lets it through."
    return f"{_sentence_of(stands.invalid)} {so}"


def _sentence_of(invalid: tuple[Link, ...]) -> str:
    if not invalid:
        return ""
    named = [f"{each.called} is {each.state.label.lower()}" for each in invalid]
    return f"Not validated: {', '.join(named)}."


def _facts(found: QuoteView) -> list[Fact]:
    return _said(
        ("LOB", found.line_name),
        ("Carrier", found.carrier),
        ("Effective date", wording.day(found.effective)),
        ("Expiration date", wording.day(found.expiration)),
        ("Premium", wording.money(found.premium)),
        ("Valid until", wording.day(found.valid_until)),
    )


def as_shown(found: QuoteView) -> dict[str, str]:
    """What is decided about, by what it is called in a sentence."""
    told = {each.label: each.value for each in (*_facts(found), *_risk(found))}
    told |= {"The wording of the terms": found.terms, "The document": found.document}
    told |= {"The producer code": found.producer_code}
    return told | {"The quote": found.state.label, "The offer": found.offer.label}


def _risk(found: QuoteView) -> list[Fact]:
    place = state_name(found.jurisdiction) if found.jurisdiction else ""
    return _said(
        ("State", place),
        ("ZIP code", found.postal_code),
        ("Insured value", wording.money(found.insured_value)),
        ("Limit", wording.money(found.limit)),
        ("Deductible", wording.money(found.deductible)),
        ("Losses", wording.money(found.losses)),
        ("Class codes", ", ".join(found.class_codes)),
    )


def _said(*pairs: tuple[str, str]) -> list[Fact]:
    """What is not known says so: a rule that needs it refers the quote to a person."""
    return [Fact(label, value or "Not known") for label, value in pairs]
