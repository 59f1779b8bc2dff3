"""The form of a quote: filled in from what its submission says or from an earlier quote, and saved once."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import SubmissionDocumentKind
from portal_app.models.media import ScanState
from portal_app.services.access import Permission
from portal_app.services.authority.choices import choices
from portal_app.services.errors import Conflict
from portal_app.services.licensing.jurisdictions import STATES
from portal_app.services.quotes import doubting, entering, find, of_submissions
from portal_app.services.quotes.entering import Beginning
from portal_app.services.quotes.terms import MONEY, QuoteTerms
from portal_app.services.submissions import documents
from portal_app.services.submissions.documents import DocumentView
from portal_app.services.topics import Topic
from portal_app.state import wording
from portal_app.state.asked import changes
from portal_app.state.authority import Option, options
from portal_app.state.authority_form import Form
from portal_app.state.portal import PortalState
from portal_app.state.quote import as_shown
from portal_app.state.quotes import PLACE
from portal_app.state.submission_address import PLACE as SUBMISSIONS

DOES = Permission.UNDERWRITE
PAPER = SubmissionDocumentKind.QUOTE.value
LONGEST = 40

__all__ = ["PAPER", "PLACE", "STATES", "SUBMISSIONS", "QuoteFormState"]


class QuoteFormState(PortalState):
    """Of a quote that is to be entered on the submission in the address, or of a draft (`locator`) to be changed."""

    loaded: bool = False
    locator: str = ""
    version: int = 0
    submission: str = ""
    lead: str = ""
    back: str = ""
    line: str = ""
    drawn: int = 0
    typed: dict[str, str] = {}
    problems: dict[str, str] = {}
    # What is not as the submission asks for, and has to be confirmed.
    doubts: dict[str, str] = {}
    carriers: list[Option] = []
    codes: list[str] = []
    codes_told: str = ""
    papers: list[Option] = []
    overtaken: bool = False
    # Who changed it since the form was opened, and what.
    changed: str = ""
    _shown: dict[str, str] = {}
    # What was saved once is not saved again by a second click.
    done: bool = False

    @requires(DOES, passive=True, shows=(Topic.QUOTES, Topic.SUBMISSIONS))
    async def load(self) -> None:
        """A new one; with `?like=` as an earlier one was."""
        self._forget()
        like = self.router.url.query_parameters.get("like", "")[:LONGEST]
        await self._begin(await self._ask(entering.begin, submission=self._named(3), like=like))

    @requires(DOES, passive=True, shows=(Topic.QUOTES, Topic.SUBMISSIONS))
    async def load_again(self) -> None:
        self._forget()
        await self._begin(await self._ask(entering.again, quote=self._named(2)))

    @requires(DOES, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look_beside)

    @requires(DOES)
    async def save(self, form: dict[str, Any]) -> Any:
        """Save what was typed, once. What cannot be is told at its field, and nothing is lost; what is not as the
        submission asks for is told there first, and saved once that is confirmed."""
        terms = None if self.done else self._read(form)
        if terms is None or not await self._meant(terms, form):
            return None
        given = {"terms": terms, "document": str(form.get("document", ""))[:LONGEST]}
        if self.locator:
            given |= {"locator": self.locator, "version": self.version}
        else:
            given |= {"submission": self.submission}
        service: Any = entering.change if self.locator else of_submissions.create
        self.done, answer, self.problems = await self._submit(service, **given)
        if self.locator and self.flash.startswith(Conflict.default):
            await self._look_for_changes()
        return self._say_at(f"{PLACE}/{answer.locator}", SAVED) if self.done and answer else None

    async def _meant(self, terms: QuoteTerms, form: Mapping[str, Any]) -> bool:
        """Whether there is no doubt, or none but those that were told before and are confirmed."""
        if not self.submission:
            return True
        found = await self._ask(doubting.of_terms, submission=self.submission, terms=terms)
        if found is None:
            return False
        before, self.doubts = self.doubts, {each.field: each.sentence for each in found}
        confirmed = form.get("doubts_confirmed") in (True, "on", "true")
        return not found or (confirmed and self.doubts.items() <= before.items())

    def _forget(self) -> None:
        self.loaded, self.done, self.overtaken, self.problems, self.typed = False, False, False, {}, {}
        self.doubts, self.changed = {}, ""

    async def _begin(self, found: Beginning | None) -> None:
        offered = await self._ask(choices) if found else None
        papers = await self._papers(found.submission) if found and offered else None
        if found is None or offered is None or papers is None:
            return
        there = await self._ask(find.quote, locator=found.quote) if found.quote else None
        self._shown = as_shown(there) if there else {}
        self.locator, self.version, self.submission, self.line = (
            found.quote,
            found.version,
            found.submission,
            found.line,
        )
        self.lead = " · ".join(filter(None, (found.insured_name, found.line_name, found.number)))
        self.back = f"{PLACE}/{found.quote}" if found.quote else f"{SUBMISSIONS}/{found.submission}"
        self.carriers, self.codes, self.papers = options(offered.carriers), list(offered.codes), papers
        self.codes_told = wording.proposed(len(self.codes), offered.codes_there, "codes")
        self.typed = _typed(found.terms) | {"document": found.document}
        self.loaded, self.drawn = True, self.drawn + 1

    async def _look_beside(self) -> None:
        """Everything but what somebody may be writing in."""
        papers = await self._papers(self.submission)
        if papers is not None:
            self.papers = papers
        await self._look_for_changes()

    async def _look_for_changes(self) -> None:
        """Whether somebody else changed it since the form was opened; then who, and what."""
        there = await self._ask(find.quote, locator=self.locator) if self.locator and not self.done else None
        self.overtaken = there is not None and there.version != self.version
        if there is not None and self.overtaken:
            who = await self._ask(find.changed_by, locator=self.locator) or "Somebody else"
            did = "; ".join(changes(self._shown, as_shown(there))) or "nothing that this form shows"
            self.changed = f"{who} changed this quote since you opened the form: {did}."

    async def _papers(self, submission: str) -> list[Option] | None:
        if not submission:
            return []
        found = await self._ask(documents.listed, submission=submission)
        return None if found is None else [_paper(each) for each in found if _is_paper(each)]

    def _read(self, form: Mapping[str, Any]) -> QuoteTerms | None:
        read = Form(form)
        terms = _terms(read, self.line)
        self.problems = read.problems
        return terms

    def _named(self, from_the_end: int) -> str:
        """A part of the address, counted from its end."""
        parts = str(self.router.url.path).strip("/").split("/")
        return parts[-from_the_end][:LONGEST] if len(parts) >= from_the_end else ""


SAVED = "The quote is saved. It is underwritten next, and then offered."


def _terms(form: Form, line: str) -> QuoteTerms | None:
    """The terms as they were typed; None where something of it cannot be read."""
    days = {name: form.day(name) for name in ("effective", "expiration", "valid_until")}
    amounts = {name: form.money(name) for name in MONEY}
    for name, sentence in NEEDED.items():
        if not form.text(name):
            form.problems[name] = sentence
    effective, expiration = days["effective"], days["expiration"]
    if form.problems or effective is None or expiration is None:
        return None
    return QuoteTerms(
        line=line,
        carrier=form.text("carrier"),
        producer_code=form.text("producer_code") or None,
        effective=effective,
        expiration=expiration,
        valid_until=days["valid_until"],
        jurisdiction=form.text("jurisdiction"),
        postal_code=form.text("postal_code"),
        class_codes=tuple(each.upper() for each in form.words("class_codes")),
        terms=form.text("terms"),
        **amounts,
    )


NEEDED = {
    "carrier": "Choose the carrier.",
    "effective": "Enter the first day of the term.",
    "expiration": "Enter the last day of the term.",
}


def _typed(terms: Mapping[str, Any]) -> dict[str, str]:
    """The terms as the form shows them."""
    return {name: _as_typed(value) for name, value in terms.items()}


def _as_typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return wording.money(value).removeprefix("$").removesuffix(".00")
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _is_paper(each: DocumentView) -> bool:
    return each.kind == PAPER and each.removed_at is None and each.scan is not ScanState.REFUSED


def _paper(each: DocumentView) -> Option:
    checked = " (being checked for malware)" if each.scan is ScanState.WAITING else ""
    return Option(each.locator, f"{each.filename}{checked}")
