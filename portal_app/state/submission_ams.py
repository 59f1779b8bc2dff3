"""What of a submission goes to the agency's management system, on its page: sent, or sent again, by who underwrites."""

from portal_app.guard.events import requires
from portal_app.models.ams import HandoverKind
from portal_app.services.access import Permission
from portal_app.services.ams import handovers
from portal_app.state.submission import DOES, SubmissionPageState


class SubmissionAmsState(SubmissionPageState):
    # What is to be sent once more, while that is asked.
    repeating: str = ""

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def begin_ams(self) -> None:
        self.repeating = ""

    @requires(DOES)
    async def ask_to_send(self, kind: str) -> None:
        """At once, but for what is there already."""
        line = next((each for each in self.handovers if each.kind == kind and each.may_send), None)
        self.repeating = kind if line is not None and line.again else ""
        if line is not None and not line.again:
            await self._send(kind)

    @requires(DOES)
    async def let_it_be(self) -> None:
        self.repeating = ""

    @requires(DOES)
    async def send_again(self) -> None:
        kind, self.repeating = self.repeating, ""
        if kind:
            await self._send(kind)

    async def _send(self, kind: str) -> None:
        said = "It is sent within seconds. Should it fail, that stands here."
        await self._act(handovers.send, said, locator=self.shown, kind=HandoverKind(kind))
