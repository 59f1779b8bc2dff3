"""Setting up the second factor."""

from portal_app.guard.events import requires
from portal_app.services.access import Gate
from portal_app.services.identity import enrolment
from portal_app.state.portal import PortalState


class EnrolmentState(PortalState):
    secret: str = ""
    picture: str = ""

    @requires(Gate.ENROLLING, passive=True)
    async def begin(self) -> None:
        found = await self._ask(enrolment.begin)
        if found is not None:
            self.secret, self.picture = found.secret, found.qr_svg_data_uri
