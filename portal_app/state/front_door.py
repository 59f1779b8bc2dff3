"""The pages before sign-in: whose portal this is, and what a set-up link is for."""

from portal_app.guard.events import requires
from portal_app.services.access import Gate
from portal_app.services.door import current_actor, the_door
from portal_app.services.front_door import front_door
from portal_app.services.identity import set_up
from portal_app.state.portal import PortalState


class FrontDoorState(PortalState):
    looked: bool = False
    mail: bool = False
    invited_name: str = ""
    invited_email: str = ""

    @requires(Gate.PUBLIC, passive=True)
    async def arrive_outside(self) -> None:
        found = await self._ask(front_door)
        if found is not None:
            self.agency_name, self.demo, self.mail = found.agency_name, found.demo, found.mail

    @requires(Gate.PUBLIC, passive=True)
    async def look_at_link(self) -> None:
        token = self.router.url.query_parameters.get("token", "")
        if not token:
            self.looked = self.missing = True
            return
        found = await self._await(set_up.look(the_door(), token=token, address=current_actor.get().address))
        self.looked = True
        if found is not None:
            self.invited_name, self.invited_email = found.name, found.email
