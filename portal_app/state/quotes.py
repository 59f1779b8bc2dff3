"""The list of quotes."""

from dataclasses import dataclass

from portal_app.guard.events import requires
from portal_app.models.enums import QuoteState
from portal_app.services.access import Permission
from portal_app.services.quotes import find
from portal_app.services.quotes.views import QuoteView
from portal_app.services.topics import Topic
from portal_app.state import address, wording
from portal_app.state.portal import PortalState

PLACE = "/quotes"
STATES = {each.value: each.label for each in QuoteState}


@dataclass
class QuoteLine:
    href: str
    insured: str
    line: str
    carrier: str
    code: str
    effective: str
    premium: str
    state: str


class QuotesState(PortalState):
    loaded: bool = False
    rows: list[QuoteLine] = []
    total: int = 0
    headline: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""
    narrowed: bool = False

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True, shows=(Topic.QUOTES,))
    async def load(self) -> None:
        await self._look()

    @requires(Permission.VIEW_OWN_ACCOUNTS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        given = self.router.url.query_parameters
        text, page = address.read_simple(given)
        state = QuoteState(given["state"]) if given.get("state") in STATES else None
        offset = (page - 1) * address.PAGE
        found = await self._ask(find.listed, text=text, state=state, offset=offset, count=address.PAGE)
        if found is None:
            return
        self.rows = [_line(each) for each in found.rows]
        self.total, self.loaded, self.narrowed = found.total, True, bool(text or state)
        self.headline = wording.count(found.total, "quote")
        self.span = wording.span(offset, len(found.rows), found.total)
        kept = state.value if state else ""
        self.previous, self.following = address.simple_neighbours(PLACE, text, page, found.total, state=kept)


def _line(each: QuoteView) -> QuoteLine:
    return QuoteLine(
        href=f"{PLACE}/{each.locator}",
        insured=each.insured_name,
        line=each.line_name,
        carrier=each.carrier,
        code=each.producer_code,
        effective=wording.day(each.effective),
        premium=wording.money(each.premium),
        state=each.state.label,
    )
