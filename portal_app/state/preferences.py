"""What a person sees and changes of how they sign in. Secrets are shown once, and forgotten with the next load."""

from dataclasses import dataclass
from typing import Any, ClassVar

from portal_app.guard.events import requires
from portal_app.services.access import Gate
from portal_app.services.identity import keys, mfa, sessions, text_codes, tokens
from portal_app.services.identity.sessions import OpenSession
from portal_app.services.identity.tokens import TokenLine
from portal_app.state import wording
from portal_app.state.portal import PortalState


@dataclass
class SessionRow:
    key: str
    place: str
    since: str
    seen: str
    is_this: bool


@dataclass
class TokenRow:
    locator: str
    name: str
    may: str
    until: str
    used: str


class PreferencesState(PortalState):
    SHOWN_ONCE: ClassVar[tuple[str, ...]] = ("secret", "picture", "codes", "token")

    loaded: bool = False
    confirmed: bool = False
    authenticator: str = ""
    phone: str = ""
    texts: bool = False
    codes_left: int = 0
    sessions: list[SessionRow] = []
    tokens: list[TokenRow] = []

    secret: str = ""
    picture: str = ""
    number: str = ""
    codes: list[str] = []
    asking_codes: bool = False
    token: str = ""

    @requires(Gate.SIGNED_IN, passive=True)
    async def load(self) -> None:
        self.secret, self.picture, self.number, self.codes, self.token = "", "", "", [], ""
        self.asking_codes = False
        await self._look()

    async def _look(self) -> None:
        found = await self._ask(mfa.factors)
        open_ones, own = await self._ask(sessions.own), await self._ask(tokens.own)
        if found is None or open_ones is None or own is None:
            return
        self.loaded, self.confirmed, self.texts = True, found.confirmed, found.texts
        self.authenticator = self._moment(found.authenticator_since)
        self.phone, self.codes_left = found.phone, found.recovery_codes
        self.sessions = [self._session(number, each) for number, each in enumerate(open_ones)]
        self.tokens = [token_row(self, each) for each in own]

    @requires(Gate.SIGNED_IN)
    async def begin_authenticator(self) -> None:
        done, shown = await self._do(mfa.begin_authenticator)
        if done and shown is not None:
            self.secret, self.picture = shown.secret, shown.qr_svg_data_uri

    @requires(Gate.SIGNED_IN)
    async def finish_authenticator(self, form: dict[str, Any]) -> None:
        done, _ = await self._do(mfa.finish_authenticator, code=str(form.get("code", "")))
        if done:
            self.secret, self.picture = "", ""
            self._say("The new authenticator app is in use. The old one is void, and your other sessions were ended.")
            await self._look()

    @requires(Gate.SIGNED_IN)
    async def text_me(self, form: dict[str, Any]) -> None:
        number = str(form.get("number", ""))
        done, unsent = await self._do(mfa.text_me, number=number)
        if done and unsent is not None:
            self._say(text_codes.SENTENCES[unsent], "bad")
        elif done:
            self.number = number
            self._say("A code is on its way by text message. It works for ten minutes.")

    @requires(Gate.SIGNED_IN)
    async def finish_phone(self, form: dict[str, Any]) -> None:
        done, fitted = await self._do(mfa.finish_phone, number=self.number, code=str(form.get("code", "")))
        if done and not fitted:
            self._say("That code did not fit, or is older than ten minutes.", "bad")
        elif done:
            self.number = ""
            self._say("Codes can now be sent to your phone. Your other sessions were ended.")
            await self._look()

    @requires(Gate.SIGNED_IN)
    async def remove_phone(self) -> None:
        done, _ = await self._do(mfa.remove_phone)
        if done:
            self._say("Codes are not sent to your phone any more.")
            await self._look()

    @requires(Gate.SIGNED_IN)
    async def make_codes(self) -> None:
        """The first codes; who has some is asked, also where another tab has made them."""
        if self.codes:
            return
        await self._look()
        self.asking_codes = self.codes_left > 0
        if not self.asking_codes:
            await self._make_codes(instead=False)

    @requires(Gate.SIGNED_IN)
    async def keep_codes(self) -> None:
        self.asking_codes = False

    @requires(Gate.SIGNED_IN)
    async def make_codes_instead(self) -> None:
        """Once it was asked: a second click finds no question any more."""
        asked, self.asking_codes = self.asking_codes, False
        if asked:
            await self._make_codes(instead=True)

    async def _make_codes(self, *, instead: bool) -> None:
        done, codes = await self._do(mfa.new_recovery_codes, instead=instead)
        if done and codes is not None:
            self.codes = list(codes)
            await self._look()

    @requires(Gate.SIGNED_IN)
    async def turn_single_keys(self, on: bool) -> None:
        done, _ = await self._do(keys.turn_single_keys, on=on)
        if done:
            self.single_keys = on
            self._say(f"Single keys are {'on' if on else 'off'}.")

    @requires(Gate.SIGNED_IN)
    async def sign_out_elsewhere(self) -> None:
        done, ended = await self._do(sessions.sign_out_elsewhere)
        if done:
            self._say(f"Ended {wording.count(ended or 0, 'other session')}.")
            await self._look()

    @requires(Gate.SIGNED_IN)
    async def create_token(self, form: dict[str, Any]) -> None:
        name, may_write = str(form.get("name", "")), bool(form.get("may_write"))
        done, token = await self._do(tokens.create_own, name=name, may_write=may_write)
        if done and token is not None:
            self.token = token
            await self._look()

    @requires(Gate.SIGNED_IN)
    async def revoke_token(self, locator: str) -> None:
        done, _ = await self._do(tokens.revoke_own, locator=locator)
        if done:
            self._say("The token is void.")
            await self._look()

    def _session(self, number: int, each: OpenSession) -> SessionRow:
        return SessionRow(
            key=str(number),
            place=each.address or "Unknown address",
            since=self._moment(each.since),
            seen=self._moment(each.last_seen_at),
            is_this=each.is_this,
        )


def token_row(page: PortalState, each: TokenLine) -> TokenRow:
    return TokenRow(
        locator=each.locator,
        name=each.name,
        may="Read and write" if each.may_write else "Read",
        until=page._moment(each.expires_at),
        used=page._moment(each.last_used_at) or "Never",
    )
