"""Messages that could not be sent, for whoever looks after the people they were for."""

from dataclasses import dataclass

from portal_app.guard.events import requires
from portal_app.services import outbox
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor
from portal_app.services.outbox import DeadLetter
from portal_app.services.topics import Topic
from portal_app.state import address, wording
from portal_app.state.portal import PortalState

# What people call what stands in the outbox.
TOPICS = {
    "mail": "Mail",
    "text": "Text message",
    "reset": "Link for a forgotten password",
    "webhook": "Event for a webhook",
    "paper": "Paper of a submission",
    "ams": "What goes to the AMS",
    "contact": "What goes to a carrier's contact",
}


@dataclass
class LetterLine:
    locator: str
    what: str
    since: str
    given_up: str
    attempts: str
    why: str
    again: str


class DeadLettersState(PortalState):
    """Stands on a page that more people may open than may see this: for them there is nothing."""

    shown: bool = False
    amiss: bool = False
    letters: list[LetterLine] = []
    letters_headline: str = ""
    more: str = ""

    @requires(Permission.VIEW_FEEDS, passive=True, shows=(Topic.LETTERS,))
    async def load(self) -> None:
        self.shown = can(current_actor.get(), Permission.MANAGE_USERS)
        if self.shown:
            await self._look()

    @requires(Permission.VIEW_FEEDS, passive=True)
    async def refresh(self) -> None:
        if self.shown:
            await self._again(self._look)

    @requires(Permission.VIEW_FEEDS)
    async def look_again(self) -> None:
        if self.shown:
            await self._look()

    async def _look(self) -> None:
        found = await self._ask(outbox.dead_letters, count=address.PAGE)
        self.amiss = found is None
        if found is None:
            return
        self.letters = [self._letter(each) for each in found.rows]
        self.letters_headline = wording.count(found.total, "message")
        self.more = f"The newest {len(found.rows)} are shown." if found.total > len(found.rows) else ""

    @requires(Permission.MANAGE_USERS)
    async def retry(self, locator: str) -> None:
        done, _ = await self._do(outbox.retry_dead, locator=locator)
        if done:
            self._say("It is tried again within seconds. Should it fail once more, it comes back here.")
        await self._look()

    def _letter(self, each: DeadLetter) -> LetterLine:
        what, since = TOPICS.get(each.topic, each.topic.capitalize()), self._moment(each.created_at)
        return LetterLine(
            locator=each.locator,
            what=what,
            since=since,
            given_up=self._moment(each.dead_at),
            attempts=wording.count(each.attempts, "attempt"),
            why=each.last_error,
            again=f"Try again: {what}, {since}",
        )
