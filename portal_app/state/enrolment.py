"""The second factor: set up, and given."""

from typing import ClassVar

from portal_app.guard.events import requires
from portal_app.services.access import Gate
from portal_app.services.identity import enrolment, sign_in, text_codes
from portal_app.state.portal import PortalState

# Why no code was sent, by the reason in the address.
NOT_TEXTED = {reason.value: sentence for reason, sentence in text_codes.SENTENCES.items()}


class EnrolmentState(PortalState):
    SHOWN_ONCE: ClassVar[tuple[str, ...]] = ("secret", "picture")

    secret: str = ""
    picture: str = ""
    texts: bool = False
    phone: str = ""

    @requires(Gate.ENROLLING, passive=True)
    async def begin(self) -> None:
        found = await self._ask(enrolment.begin)
        if found is not None:
            self.secret, self.picture = found.secret, found.qr_svg_data_uri
            self.texts, self.phone = found.texts, found.phone


class CodeState(PortalState):
    """By what a person may prove themselves at the sign-in."""

    authenticator: bool = True
    phone: str = ""

    @requires(Gate.PASSED_PASSWORD, passive=True)
    async def look(self) -> None:
        found = await self._ask(sign_in.ways)
        if found is not None:
            self.authenticator, self.phone = found.authenticator, found.phone
