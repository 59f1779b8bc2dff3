"""The quotes of a submission: whether each could be bound, offering it, binding it, asking the underwriters."""

from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.services.access import Permission
from portal_app.services.binding import bind, refer
from portal_app.services.quotes import of_submissions
from portal_app.state import wording
from portal_app.state.submission import BINDS, DOES, SubmissionPageState


@dataclass
class Confirming:
    """What is asked before it is done, and what it does."""

    what: str = ""
    quote: str = ""
    question: str = ""
    told: str = ""
    no_loss: str = ""


class SubmissionQuotesState(SubmissionPageState):
    confirming: Confirming = Confirming()
    note_problem: str = ""

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def begin_quotes(self) -> None:
        self.confirming, self.note_problem = Confirming(), ""

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
            # They stand above the question that was answered.
            given = {"version": line.version, "doubts_confirmed": bool(line.doubts)}
            await self._act(of_submissions.offer, said, locator=line.locator, **given)
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
        quote = self.confirming.quote if self.confirming.what == what else ""
        for line in [each for each in self.quotes if each.locator == quote]:
            await self._act(service, said, quote=line.locator, version=line.version, **words)
            self.note_problem, self.problems = " ".join(self.problems.values()), {}
            if not self.note_problem:
                self.confirming = Confirming()

    async def _bind(self, *, no_loss: bool) -> None:
        """That it is refused is an answer too, with all reasons."""
        if line := self._confirmed("bind"):
            given = {"quote": line.locator, "version": line.version, "no_loss": no_loss}
            answer = await self._act(bind.bind, "It is bound.", **given)
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

    def _confirmed(self, what: str) -> Any:
        """The quote, once: whoever presses twice does it once."""
        quote = self.confirming.quote if self.confirming.what == what else ""
        self.confirming = Confirming()
        return next((each for each in self.quotes if each.locator == quote), None)


def _outcome(answer: bind.Bound) -> tuple[str, str]:
    if answer.policy:
        runs = f" The binder runs through {wording.day(answer.binder_until)}." if answer.binder_until else ""
        return f"Bound as {answer.number}.{runs}", "good"
    return "It was not bound. " + " ".join(each.found for each in answer.reasons), "bad"
