"""How somebody wants to be told of what, and of which records they do not want to be told."""

from dataclasses import dataclass

from portal_app.guard.events import requires
from portal_app.services.access import Gate
from portal_app.services.notifications import inbox, preferences, trial
from portal_app.services.notifications.inbox import Muted
from portal_app.services.notifications.preferences import Choice
from portal_app.state.portal import PortalState


@dataclass
class ChoiceRow:
    event: str
    label: str
    in_portal: bool
    mail: bool
    sms: bool


@dataclass
class MutedRow:
    subject: str
    named: str
    href: str
    since: str


class NoticePreferencesState(PortalState):
    known: bool = False
    choices: list[ChoiceRow] = []
    no_mail: str = ""
    no_sms: str = ""
    muted: list[MutedRow] = []

    @requires(Gate.SIGNED_IN, passive=True)
    async def load(self) -> None:
        await self._look()

    async def _look(self) -> None:
        found, muted = await self._ask(preferences.own), await self._ask(inbox.muted)
        self.known = found is not None and muted is not None
        if found is None or muted is None:
            return
        self.choices = [_choice(each) for each in found.choices]
        self.no_mail, self.no_sms = found.no_mail, found.no_sms
        self.muted = [self._muted(each) for each in muted]

    @requires(Gate.SIGNED_IN)
    async def choose(self, event: str, way: str, on: bool) -> None:
        _, _, problems = await self._submit(preferences.choose, event=event, way=way, on=on)
        if problems:
            self._say(" ".join(problems.values()), "bad")
        await self._look()

    @requires(Gate.SIGNED_IN)
    async def unmute(self, subject: str) -> None:
        done, named = await self._do(inbox.unmute, subject=subject)
        if done:
            self._say(f"You are told of {named} again.")
        await self._look()

    @requires(Gate.SIGNED_IN)
    async def test(self) -> None:
        done, sent = await self._do(trial.send)
        if done and sent is not None:
            ways = ["by mail"] * sent.mail + ["by text message"] * sent.sms
            under_way = f" It is under way to you {' and '.join(ways)} too." if ways else ""
            self._say(f"A test is in your notifications.{under_way}")

    def _muted(self, each: Muted) -> MutedRow:
        return MutedRow(
            subject=each.locator,
            named=each.named,
            href=each.href,
            since=self._moment(each.muted_at),
        )


def _choice(each: Choice) -> ChoiceRow:
    return ChoiceRow(each.event, each.label, each.in_portal, each.mail, each.sms)
