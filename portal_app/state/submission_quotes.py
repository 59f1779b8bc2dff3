"""The quotes of a submission: whether each could be bound, offering it, binding it, asking the underwriters."""

from dataclasses import dataclass, replace
from typing import Any

from portal_app.guard.events import requires
from portal_app.services.access import Permission
from portal_app.services.binding import bind, refer
from portal_app.services.quotes import of_submissions
from portal_app.state import asked, wording
from portal_app.state.submission import BINDS, DOES, SubmissionPageState
from portal_app.state.submission_rows import QuoteLine


@dataclass
class Confirming:
    """What is asked before it is done, and what it does. `changed` tells what is not as it was then: it is not done any
    more."""

    what: str = ""
    quote: str = ""
    question: str = ""
    told: str = ""
    no_loss: str = ""
    changed: str = ""


class SubmissionQuotesState(SubmissionPageState):
    confirming: Confirming = Confirming()
    note_problem: str = ""
    # The quote as it was when it was asked about, and the top of the timeline then.
    _asked: QuoteLine | None = None
    _asked_at_line: str = ""

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def begin_quotes(self) -> None:
        self.confirming, self.note_problem = Confirming(), ""

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def look_at_question(self) -> None:
        """What stands under question may have changed: then the question says so."""
        if self.confirming.what and (did := self._changes()):
            self.confirming = replace(self.confirming, changed=asked.changed("quote", did))

    @requires(DOES)
    async def ask_offer(self, quote: str) -> None:
        told = "Whoever submitted it is told, with the carrier's paper attached where there is one."
        if any(each.doubts for each in self.quotes if each.locator == quote):
            told += " You confirm that what differs from the submission is meant."
        self._confirm("offer", quote, "Offer the quote of {carrier} for {premium}?", told)

    @requires(BINDS)
    async def ask_bind(self, quote: str) -> None:
        told = (
            "The policy is issued for {term}, and goes to the AMS where that is set up. {binder} Other quotes of this "
            "submission are then not taken. It cannot be undone here."
        )
        self._confirm("bind", quote, "Bind with {carrier} for {premium}?", told)

    @requires(BINDS)
    async def ask_refer(self, quote: str) -> None:
        told = "They may decide what stands in the way, and bind it."
        self._confirm("refer", quote, "Ask the underwriters to bind the quote of {carrier}?", told)

    @requires(DOES)
    async def ask_refuse(self, quote: str) -> None:
        told = "Whoever asked for it is told, and reads the reason. The quote stays offered."
        self._confirm("refuse", quote, "Refuse to bind the quote of {carrier}?", told)

    @requires(Permission.VIEW_OWN_ACCOUNTS)
    async def let_be(self) -> None:
        self.confirming = Confirming()

    @requires(DOES)
    async def offer(self) -> None:
        if line := self._confirmed("offer"):
            said = "The quote is offered, and the producer is told."
            # They stood above the question.
            given = {"version": line.version, "doubts_confirmed": tuple(line.doubts)}
            await self._act(of_submissions.offer, said, seen=self._asked_at_line, locator=line.locator, **given)
            if self.problems:
                self._say(" ".join(self.problems.values()), "bad")

    @requires(BINDS)
    async def bind(self) -> None:
        await self._bind(no_loss=False)

    @requires(BINDS)
    async def bind_backdated(self, form: dict[str, Any]) -> None:
        """With what the insured has to state, which is asked for again where it was not agreed to."""
        await self._bind(no_loss=form.get("no_loss") in (True, "on", "true"))

    @requires(BINDS)
    async def refer(self, form: dict[str, Any]) -> None:
        note = {"note": str(form.get("note", ""))}
        await self._write("refer", refer.refer, "The underwriters are asked to bind it.", note)

    @requires(DOES)
    async def refuse(self, form: dict[str, Any]) -> None:
        reason = {"reason": str(form.get("note", ""))}
        await self._write("refuse", refer.refuse, "It is refused, and whoever asked is told.", reason)

    async def _write(self, what: str, service: Any, said: str, words: dict[str, str]) -> None:
        """What is done with words of one's own, which stay where they cannot be taken."""
        line = self._asked if self.confirming.what == what else None
        if line is not None:
            about = {"quote": line.locator, "version": line.version}
            done = await self._act(service, said, seen=self._asked_at_line, **about, **words)
            self.note_problem, self.problems = " ".join(self.problems.values()), {}
            if not self.note_problem:
                self.confirming = Confirming()
            if done is None and not self.note_problem:
                await self._ask_again(what, line.locator)

    async def _ask_again(self, what: str, quote: str) -> None:
        """As the quote is now, where it can still be done: what was typed stays."""
        for line in [each for each in self.quotes if each.locator == quote]:
            if what == "refer" and line.may_refer:
                await self.ask_refer(quote)
            elif what == "refuse" and line.may_refuse:
                await self.ask_refuse(quote)

    async def _bind(self, *, no_loss: bool) -> None:
        """That it is refused is an answer too, with all reasons."""
        if line := self._confirmed("bind"):
            given = {"quote": line.locator, "version": line.version, "no_loss": no_loss}
            answer = await self._act(bind.bind, "It is bound.", seen=self._asked_at_line, **given)
            if answer is not None:
                self._say(*_outcome(answer))
            elif missing := self.problems.pop("no_loss", ""):
                await self.ask_bind(line.locator)
                self.note_problem = missing

    def _confirm(self, what: str, quote: str, question: str, told: str) -> None:
        self.note_problem = ""
        for line in [each for each in self.quotes if each.locator == quote]:
            named = {"carrier": line.carrier, "premium": line.premium, "term": line.term, "binder": line.binder}
            told = " ".join(told.format(**named).split())
            no_loss = line.no_loss if what == "bind" else ""
            self.confirming = Confirming(what, quote, question.format(**named), told, no_loss)
            self._asked, self._asked_at_line = replace(line), self._seen

    def _confirmed(self, what: str) -> QuoteLine | None:
        """The quote as it was when it was asked about, once: whoever presses twice does it once."""
        there = self.confirming.what == what
        self.confirming = Confirming()
        return self._asked if there else None

    def _changes(self) -> list[str]:
        """Of the quote that was asked about."""
        before = self._asked
        now = next((each for each in self.quotes if before and each.locator == before.locator), None)
        if before is None or now is None or before.version == now.version:
            return []
        return asked.changes(asked.shown_of(before), asked.shown_of(now)) or ["somebody changed the quote"]


def _outcome(answer: bind.Bound) -> tuple[str, str]:
    if answer.policy:
        runs = f" The binder runs through {wording.day(answer.binder_until)}." if answer.binder_until else ""
        return f"Bound as {answer.number}.{runs}", "good"
    return "It was not bound. " + " ".join(each.found for each in answer.reasons), "bad"
