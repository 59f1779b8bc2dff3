"""Reads from the address which submissions are wanted, and writes addresses of that list. What the address says is
anybody's to write: what is not understood is left out."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal_app.models.enums import SubmissionStatus
from portal_app.services.intake.forms import LINES
from portal_app.services.intake.shipped import shipped
from portal_app.services.policies.views import Choice
from portal_app.services.submissions.find import Filter, Sort
from portal_app.state import address
from portal_app.state.rows import Column

PLACE = "/submissions"
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
FLAGS = ("mine", "unassigned", "unrouted", "at_risk", "waiting", "own")
DRAFTS = SubmissionStatus.DRAFT.value
# What each view is called, and what it puts into the address.
VIEWS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "all": ("All", {}),
    "mine": ("Mine", {"mine": "1"}),
    "at_risk": ("At risk", {"at_risk": "1"}),
    "waiting": ("Information requested", {"waiting": "1"}),
    "unassigned": ("Unassigned", {"unassigned": "1"}),
    "unrouted": ("Unrouted", {"unrouted": "1"}),
    "drafts": ("Drafts", {"status": DRAFTS}),
}
FOR_UNDERWRITERS = ("unassigned", "unrouted")


@dataclass(frozen=True)
class Asked:
    """A list as the address states it. `given` are the parts that were understood."""

    wanted: Filter
    sort: Sort
    descending: bool
    page: int
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
    for each in FLAGS:
        _take(given, each, "1" if parameters.get(each) else "")
    sort = Sort(parameters["sort"]) if parameters.get("sort") in set(Sort) else DOWNWARDS
    order = parameters.get("order", "")
    descending = order == "desc" if order in ("asc", "desc") else sort is DOWNWARDS
    _take(given, "sort", "" if sort is DOWNWARDS else sort.value)
    _take(given, "order", "" if descending is (sort is DOWNWARDS) else order)
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
    )
    return Asked(wanted, sort, descending, page, given)


def href_of(wanted: Filter, sort: Sort = DOWNWARDS) -> str:
    """The address of the list that asks for this, for links from elsewhere."""
    parts = {name: "1" for name in FLAGS if getattr(wanted, name)}
    parts |= {"q": wanted.text, "line": wanted.line, "assigned_to": wanted.assigned_to}
    parts |= {"status": ",".join(wanted.statuses), "sort": "" if sort is DOWNWARDS else sort.value}
    return address.address(PLACE, parts)


def _take(given: dict[str, str], name: str, value: str) -> None:
    if value:
        given[name] = value


def columns(asked: Asked) -> list[Column]:
    """The headers: the sorted one turns round, another one begins as people look at it first."""
    found = []
    for sort, label in COLUMNS.items():
        now, first = asked.sort is sort, sort is DOWNWARDS
        descending = not asked.descending if now else first
        order = "" if descending is first else "desc" if descending else "asc"
        href = asked.href(sort="" if first else sort.value, order=order)
        state = ("descending" if asked.descending else "ascending") if now else "none"
        found.append(Column(label, href, state))
    return found


def views(asked: Asked, *, underwrites: bool, hands_in: bool) -> list[View]:
    """What is offered to this person. A view is shown as being here where it is all that was asked for."""
    order = {name: asked.given[name] for name in ("sort", "order") if name in asked.given}
    now = {name: value for name, value in asked.given.items() if name not in order}
    return [
        View(label, address.address(PLACE, {**parts, **order}), now == parts)
        for name, (label, parts) in VIEWS.items()
        if (underwrites or name not in FOR_UNDERWRITERS) and (hands_in or name != "drafts")
    ]


def lines() -> list[Choice]:
    return sorted((Choice(each, shipped(each).title) for each in LINES), key=lambda one: one.label)


def neighbours(asked: Asked, total: int) -> tuple[str, str]:
    """The addresses of the page before and the page after, "" where there is none."""
    given = dict(asked.given)
    return address.simple_neighbours(PLACE, given.pop("q", ""), asked.page, total, **given)
