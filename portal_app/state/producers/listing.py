"""Producers: the list, searched and page by page, and the tree of all of them."""

from dataclasses import dataclass
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import ProducerState as State
from portal_app.services.access import Permission, can
from portal_app.services.door import current_actor
from portal_app.services.producers import find, overview
from portal_app.services.producers.overview import Branch, CodeLine, Line
from portal_app.services.topics import Topic
from portal_app.state import address, wording
from portal_app.state.portal import PortalState

SEES = Permission.VIEW_PRODUCERS
MANAGES = Permission.MANAGE_PRODUCERS
PLACE = "/producers"
STATES = {state.value: state.label for state in State}
TREE = "tree"
# A tree of more is closed below its first level at first.
OPEN_AT_FIRST = 60


@dataclass
class ProducerRow:
    href: str
    name: str
    type: str
    kind: str
    npn: str
    codes: str
    parent: str
    parent_href: str
    state: str


@dataclass
class BranchRow:
    """One of the tree. `below` says how many stand directly below, empty for nobody; `indent` is how deep it stands."""

    key: str
    href: str
    name: str
    detail: str
    state: str
    depth: int
    indent: str
    level: str
    below: str
    opened: bool
    hidden: bool


class ProducersState(PortalState):
    loaded: bool = False
    as_tree: bool = False
    manages: bool = False
    rows: list[ProducerRow] = []
    branches: list[BranchRow] = []
    total: int = 0
    searching: bool = False
    headline: str = ""
    above: str = ""
    above_href: str = ""
    left_out: str = ""
    span: str = ""
    previous: str = ""
    following: str = ""

    @requires(SEES, passive=True, shows=(Topic.PRODUCERS,))
    async def load(self) -> None:
        await self._look()

    @requires(SEES, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        given = self.router.url.query_parameters
        self.manages = can(current_actor.get(), MANAGES)
        self.as_tree = given.get("view") == TREE
        await (self._look_at_tree() if self.as_tree else self._look_at_list())

    async def _look_at_list(self) -> None:
        given = self.router.url.query_parameters
        text, page = address.read_simple(given)
        state = State(given["state"]) if given.get("state") in STATES else None
        offset, parent = (page - 1) * address.PAGE, str(given.get("parent") or "")
        if not await self._look_above(parent):
            return
        asked: dict[str, Any] = {"text": text, "state": state, "parent": parent}
        found = await self._ask(overview.listed, **asked, offset=offset, count=address.PAGE)
        if found is None:
            return
        self.rows = [producer_row(each) for each in found.rows]
        self.total, self.searching, self.loaded = found.total, bool(text or state), True
        self.headline = wording.count(found.total, "producer")
        self.span = wording.span(offset, len(found.rows), found.total)
        kept = {"state": state.value if state else "", "parent": parent}
        self.previous, self.following = address.simple_neighbours(PLACE, text, page, found.total, **kept)

    async def _look_above(self, parent: str) -> bool:
        """Whom the list is narrowed to those below, where the address names one; whether they are there."""
        found = await self._ask(find.producer, locator=parent) if parent else None
        self.above = called(found.name, found.type) if found else ""
        self.above_href = f"{PLACE}/{parent}" if found else ""
        return not parent or found is not None

    async def _look_at_tree(self) -> None:
        found = await self._ask(overview.forest)
        if found is None:
            return
        whole = len(found.rows) <= OPEN_AT_FIRST
        self.branches = [branch_row(each, whole) for each in found.rows]
        self.total, self.loaded = found.total, True
        self.headline = wording.count(found.total, "producer")
        missing = found.total - len(found.rows)
        self.left_out = (
            f"{wording.count(missing, 'more producer')} would not fit: look for them in the list." if missing else ""
        )


def called(name: str, type_: str) -> str:
    """The name, or what there is to say of a draft that has none yet."""
    return name or f"{type_} without a name"


def producer_row(each: Line) -> ProducerRow:
    return ProducerRow(
        href=f"{PLACE}/{each.locator}",
        name=called(each.name, each.type),
        type=each.type,
        kind=each.kind.label,
        npn=each.npn,
        codes=", ".join(code_words(code) for code in each.codes),
        parent=each.parent_name,
        parent_href=f"{PLACE}/{each.parent_locator}" if each.parent_locator else "",
        state=each.state.label,
    )


def code_words(code: CodeLine) -> str:
    """The code, with its state where it cannot be used."""
    name = code.code or "Code to come"
    return name if code.state is State.VALIDATED else f"{name} ({code.state.label.lower()})"


def branch_row(each: Branch, whole: bool) -> BranchRow:
    line = each.line
    told = [", ".join(code_words(code) for code in line.codes), line.kind.label]
    return BranchRow(
        key=line.locator,
        href=f"{PLACE}/{line.locator}",
        name=called(line.name, line.type),
        detail=" · ".join(part for part in told if part),
        state=line.state.label,
        depth=each.depth,
        indent=f"{min(each.depth, 12) * 24}px",
        level=f"Level {each.depth + 1}.",
        below=str(each.below) if each.below else "",
        opened=whole or each.depth < 1,
        hidden=not whole and each.depth > 1,
    )
