"""Reads from the address which submissions are wanted, and writes addresses of that list. What the address says is
anybody's to write: what is not understood is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal_app.models.enums import SubmissionStatus
from portal_app.models.saved_views import Listing
from portal_app.services.intake.forms import LINES
from portal_app.services.intake.shipped import shipped
from portal_app.services.policies.views import Choice
from portal_app.services.saved_views.listings import FLAGS, SPELLINGS, Asks
from portal_app.services.submissions.find import Filter, Sort
from portal_app.services.submissions.turns import Turn
from portal_app.state import address
from portal_app.state.rows import Column

PLACE = "/submissions"
DRAFTS_PLACE = f"{PLACE}/drafts"
COLUMNS = {
    Sort.NUMBER: "Submission ID",
    Sort.INSURED_NAME: "Insured name",
    Sort.LINE: "LOB",
    Sort.SUBMITTED_AT: "Submitted date",
    Sort.STATUS: "Status",
    Sort.ASSIGNED_TO: "Assigned to",
    Sort.TARGET_ON: "Target response date",
}
# The newest first, where nothing else is asked for.
DOWNWARDS = Sort.SUBMITTED_AT
STATUSES = {each.value: each.label for each in SubmissionStatus}
OPTIONAL = SPELLINGS[Listing.SUBMISSIONS].columns
DRAFTS = SubmissionStatus.DRAFT.value
# The parts of an address that say how the list is drawn, whatever it holds.
DRAWN = ("sort", "order", "columns")
# Said, so that the list does not begin with the view with which it begins for this person.
EVERYTHING = {"view": address.PLAIN}
# What each view is called, and what it puts into the address.
VIEWS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "all": ("All", EVERYTHING),
    "mine": ("Mine", {"mine": "1"}),
    "at_risk": ("At risk", {"at_risk": "1"}),
    "waiting": ("Information requested", {"waiting": "1"}),
    "unassigned": ("Unassigned", {"unassigned": "1"}),
    "unrouted": ("Unrouted", {"unrouted": "1"}),
    "lapsed": ("Quotes lapsed", {"lapsed": "1"}),
    "drafts": ("Drafts", {"status": DRAFTS}),
}
FOR_UNDERWRITERS = ("unassigned", "unrouted", "lapsed")
# Whose turn it is, as who looks at all of them says it.
TURNS = {
    Turn.PRODUCER.value: "The producer's",
    Turn.AGENCY.value: "The agency's",
    Turn.BOTH.value: "The producer's and the agency's",
    Turn.CARRIER.value: "The carrier's",
}


@dataclass(frozen=True)
class Asked:
    """A list as the address states it. `columns` are those to be shown beside the Submission ID; `given` are the parts
    that were understood."""

    wanted: Filter
    sort: Sort
    descending: bool
    page: int
    columns: tuple[str, ...]
    given: Mapping[str, str]

    @property
    def offset(self) -> int:
        return (self.page - 1) * address.PAGE

    @property
    def narrowed(self) -> bool:
        return self.wanted != Filter()

    def href(self, **changes: str) -> str:
        """The first page of the same list with parts changed; "" takes a part away."""
        return address.address(PLACE, {**self.given, **changes})


@dataclass
class View:
    """A view that many want: a link, and whether it is what is shown."""

    label: str
    href: str
    here: bool


def read(parameters: Mapping[str, str]) -> Asked:
    given: dict[str, str] = {}
    text, page = address.read_simple(parameters)
    _take(given, "q", text)
    statuses = tuple(SubmissionStatus(each) for each in parameters.get("status", "").split(",") if each in STATUSES)
    _take(given, "status", ",".join(statuses))
    line = parameters.get("line", "")
    _take(given, "line", line if line in LINES else "")
    to = parameters.get("assigned_to", "")
    _take(given, "assigned_to", to if len(to) <= 40 and to.isascii() and to.isalnum() else "")
    turn = parameters.get("turn", "")
    _take(given, "turn", turn if turn in TURNS else "")
    for each in FLAGS:
        _take(given, each, "1" if parameters.get(each) else "")
    sort = Sort(parameters["sort"]) if parameters.get("sort") in set(Sort) else DOWNWARDS
    order = parameters.get("order", "")
    descending = order == "desc" if order in ("asc", "desc") else sort is DOWNWARDS
    _take(given, "sort", "" if sort is DOWNWARDS else sort.value)
    _take(given, "order", "" if descending is (sort is DOWNWARDS) else order)
    asked_for = parameters.get("columns", "").split(",")
    shown = tuple(each for each in OPTIONAL if each in asked_for) or OPTIONAL
    _take(given, "columns", "" if shown == OPTIONAL else ",".join(shown))
    _take(given, "view", address.view_of(parameters))
    wanted = Filter(
        text=text,
        statuses=statuses,
        line=given.get("line", ""),
        assigned_to=given.get("assigned_to", ""),
        mine="mine" in given,
        unassigned="unassigned" in given,
        unrouted="unrouted" in given,
        at_risk="at_risk" in given,
        waiting="waiting" in given,
        own="own" in given,
        offered="offered" in given,
        lapsed="lapsed" in given,
        turn=Turn(given["turn"]) if "turn" in given else None,
    )
    return Asked(wanted, sort, descending, page, shown, given)


def href_of(wanted: Filter, sort: Sort = DOWNWARDS) -> str:
    """The address of the list that asks for this, for links from elsewhere."""
    parts = {name: "1" for name in FLAGS if getattr(wanted, name)}
    parts |= {"q": wanted.text, "line": wanted.line, "assigned_to": wanted.assigned_to, "turn": wanted.turn or ""}
    parts |= {"status": ",".join(wanted.statuses), "sort": "" if sort is DOWNWARDS else sort.value}
    return address.address(PLACE, parts)


def _take(given: dict[str, str], name: str, value: str) -> None:
    if value:
        given[name] = value


def asks(asked: Asked) -> Asks:
    """The same as a view keeps it."""
    wanted = asked.wanted
    filters: dict[str, Any] = {name: getattr(wanted, name) for name in ("text", "line", "assigned_to", "turn")}
    filters |= {"statuses": [each.value for each in wanted.statuses]} | {each: getattr(wanted, each) for each in FLAGS}
    narrowing = {name: value for name, value in filters.items() if value}
    columns = () if asked.columns == OPTIONAL else asked.columns
    return Asks(narrowing, asked.sort.value, asked.descending, columns)


def parts(asks: Asks) -> dict[str, str]:
    """A view as parts of the address."""
    filters, first = asks.filters, asks.sort == DOWNWARDS
    given = {"q": str(filters.get("text", "")), "status": ",".join(filters.get("statuses", ()))}
    given |= {name: str(filters.get(name, "")) for name in ("line", "assigned_to", "turn")}
    given |= {name: "1" for name in FLAGS if filters.get(name)}
    given["sort"] = "" if first else asks.sort
    given["order"] = "" if asks.descending is first else "desc" if asks.descending else "asc"
    return given | {"columns": ",".join(asks.columns)}


def words(asks: Asks) -> str:
    """What a view asks for, as people say it."""
    filters = asks.filters
    said = [f"“{filters['text']}”"] if "text" in filters else []
    said += [VIEWS[each][0] if each in VIEWS else each for each in FLAGS if filters.get(each)]
    said += [" or ".join(STATUSES[each] for each in filters["statuses"])] if "statuses" in filters else []
    said += [shipped(filters["line"]).title] if "line" in filters else []
    said += [f"{TURNS[filters['turn']]} turn"] if "turn" in filters else []
    said += ["Handled by one person"] if "assigned_to" in filters else []
    order = "" if asks.sort == DOWNWARDS and asks.descending else f", by {COLUMNS[Sort(asks.sort)]}"
    few = f", {len(asks.columns) + 1} columns" if asks.columns else ""
    return (", ".join(said) or "All that were submitted") + order + few


def columns(asked: Asked) -> list[Column]:
    """The headers of what is shown: the sorted one turns round, another one begins as people look at it first."""
    found = []
    for sort, label in COLUMNS.items():
        if sort is not Sort.NUMBER and sort.value not in asked.columns:
            continue
        now, first = asked.sort is sort, sort is DOWNWARDS
        descending = not asked.descending if now else first
        order = "" if descending is first else "desc" if descending else "asc"
        href = asked.href(sort="" if first else sort.value, order=order)
        state = ("descending" if asked.descending else "ascending") if now else "none"
        found.append(Column(label, href, state))
    return found


def views(asked: Asked, *, underwrites: bool, hands_in: bool) -> list[View]:
    """What is offered to this person. A view is shown as being here where it is all that was asked for."""
    order = {name: asked.given[name] for name in DRAWN if name in asked.given}
    now = {name: value for name, value in asked.given.items() if name not in order} or EVERYTHING
    return [
        # Drafts have a page of their own, on which they are thrown away too.
        View(label, DRAFTS_PLACE if name == "drafts" else address.address(PLACE, {**parts, **order}), now == parts)
        for name, (label, parts) in VIEWS.items()
        if (underwrites or name not in FOR_UNDERWRITERS) and (hands_in or name != "drafts")
    ]


def lines() -> list[Choice]:
    return sorted((Choice(each, shipped(each).title) for each in LINES), key=lambda one: one.label)


def neighbours(asked: Asked, total: int) -> tuple[str, str]:
    """The addresses of the page before and the page after, "" where there is none."""
    given = dict(asked.given)
    return address.simple_neighbours(PLACE, given.pop("q", ""), asked.page, total, **given)
