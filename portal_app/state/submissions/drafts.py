"""The drafts that somebody can go on with: how far each has come, and throwing one away."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal_app.guard.events import requires
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor
from portal_app.services.submissions import drafts
from portal_app.services.submissions.drafts import Draft
from portal_app.services.topics import Topic
from portal_app.state import address, wording
from portal_app.state.portal import PortalState
from portal_app.state.submission_address import DRAFTS_PLACE

SUBMITS = Permission.SUBMIT_BUSINESS
NAMELESS = "No name yet"


@dataclass
class DraftLine:
    locator: str
    href: str
    insured: str
    line: str
    begun_by: str
    changed: str
    told: str
    version: int


def draft_line(each: Draft, changed: str) -> DraftLine:
    """A draft, which leads to the first section that is not complete."""
    return DraftLine(
        locator=each.locator,
        href=f"/submissions/{each.locator}/edit/{each.next_section or 'documents'}",
        insured=each.insured_name or NAMELESS,
        line=each.line_name,
        begun_by="You" if each.mine else each.begun_by,
        changed=changed,
        told=f"{each.complete} of {each.sections} sections complete",
        version=each.version,
    )


def under_question(rows: Iterable[DraftLine], locator: str) -> tuple[str, str, int]:
    """The draft that is asked about before it is thrown away: its locator, what it is called, and its version; nothing
    where it is none of these, which lets go of the question."""
    found = next((each for each in rows if each.locator == locator), None)
    return (found.locator, f"{found.insured}, {found.line}", found.version) if found else ("", "", 0)


class DraftsState(PortalState):
    """One's own drafts, or with `everybodys` all that one may go on with."""

    loaded: bool = False
    everybodys: bool = False
    sees_others: bool = False
    rows: list[DraftLine] = []
    total: int = 0
    headline: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""
    discarding: str = ""
    discarding_name: str = ""
    _version: int = 0

    @requires(SUBMITS, passive=True, shows=(Topic.SUBMISSIONS,))
    async def load(self) -> None:
        self.discarding = ""
        await self._look()

    @requires(SUBMITS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    @requires(SUBMITS)
    async def ask_discard(self, locator: str) -> None:
        """Ask before a draft is thrown away; of none, let go of the question."""
        self.discarding, self.discarding_name, self._version = under_question(self.rows, locator)

    @requires(SUBMITS)
    async def discard(self) -> None:
        """Throw away what was asked about, as it was then: what somebody typed since is not thrown away unseen."""
        asked, self.discarding = self.discarding, ""
        if not asked:
            return
        done, _ = await self._do(drafts.discard, locator=asked, version=self._version)
        await self._again(self._look)
        if done:
            self._say("The draft is discarded.")

    async def _look(self) -> None:
        given = self.router.url.query_parameters
        _, page = address.read_simple(given)
        self.sees_others = can(current_actor.get(), Permission.VIEW_ALL_ACCOUNTS)
        self.everybodys = address.view_of(given) == address.PLAIN
        found = await self._ask(
            drafts.resumable, mine=not self.everybodys, offset=(page - 1) * address.PAGE, count=address.PAGE
        )
        if found is None:
            return
        self.rows = [draft_line(each, self._moment(each.changed_at)) for each in found.rows]
        self.total, self.loaded = found.total, True
        self.headline = wording.count(found.total, "draft")
        self.span = wording.span(found.offset, len(found.rows), found.total)
        more = {"view": address.PLAIN} if self.everybodys else {}
        self.previous, self.following = address.simple_neighbours(DRAFTS_PLACE, "", page, found.total, **more)
