"""Reads a search from the address, and writes addresses of lists.

What the address says is anybody's to write: it is checked here and clamped; what is not understood is left out, and
named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from portal_app.models.enums import PolicyStatus
from portal_app.services.policies.views import Choice, Filters, Query, Sort
from portal_app.services.saved_views.listings import Asks
from portal_app.state import wording
from portal_app.state.rows import Column, Pill

PAGE = 50
# In place of a view: everything, and not what the list begins with.
PLAIN = "all"
LAST_PAGE = 100_000
LONGEST_TEXT = 200
LONGEST_SHOWN = 40

COLUMNS = {
    Sort.INSURED: "Insured name",
    Sort.NUMBER: "Policy #",
    Sort.LINE: "LOB",
    Sort.CARRIER: "Carrier",
    Sort.EFFECTIVE: "Effective date",
    Sort.EXPIRATION: "Expiration date",
    Sort.PREMIUM: "Premium",
    Sort.STATUS: "Status",
}
CHOICES = {"line": "LOB", "status": "Status", "carrier": "Carrier"}
DAYS = {
    "effective_from": "Effective from",
    "effective_to": "Effective to",
    "expiring_from": "Expiring from",
    "expiring_to": "Expiring to",
}
OF_THE_TRAIL = ("who", "action", "kind", "record", "from", "to", "address")
OF_SUBMISSIONS = (
    "assigned_to",
    "turn",
    "mine",
    "unassigned",
    "unrouted",
    "at_risk",
    "waiting",
    "own",
    "offered",
    "lapsed",
)
KNOWN = (
    "q", *CHOICES, *DAYS, "account", "sort", "order", "role", "standing", "state", "outcome",
    *OF_THE_TRAIL, *OF_SUBMISSIONS, "columns", "view", "page", "stops", "export",
)  # fmt: skip


@dataclass
class Asked:
    """A search as the address states it. `given` are the parts that were understood, `ignored` says what was not."""

    query: Query
    given: dict[str, str]
    ignored: list[str] = field(default_factory=list)
    pills: list[Pill] = field(default_factory=list)

    def href(self, **changes: str) -> str:
        """The first page of the same list with parts changed; "" takes a part away."""
        return address("/policies", {**self.given, **changes})


def address(path: str, parts: Mapping[str, str]) -> str:
    filled = {name: parts[name] for name in KNOWN if parts.get(name)}
    return f"{path}?{urlencode(filled)}" if filled else path


def policies(**parts: str) -> str:
    """The address of a list of policies, for links from elsewhere."""
    return address("/policies", parts)


def read(parameters: Mapping[str, str], filters: Filters) -> Asked:
    given: dict[str, str] = {}
    ignored: list[str] = []
    text = parameters.get("q", "").strip()[:LONGEST_TEXT]
    if text:
        given["q"] = text
    for name, choices in _choices(filters).items():
        _take_choice(name, parameters.get(name, ""), choices, given, ignored)
    days = {name: _take_day(name, parameters.get(name, ""), given, ignored) for name in DAYS}
    if account := _locator(parameters.get("account", "")):
        given["account"] = account
    sort, descending = _take_order(parameters, given, ignored)
    if view := view_of(parameters):
        given["view"] = view
    page = _page(parameters.get("page", ""))
    ignored += [f"“{_short(name)}”" for name in parameters if name not in KNOWN]
    query = Query(
        text=text,
        line=given.get("line", ""),
        status=given.get("status", ""),
        carrier=given.get("carrier", ""),
        account=account,
        effective_from=days["effective_from"],
        effective_to=days["effective_to"],
        expiring_from=days["expiring_from"],
        expiring_to=days["expiring_to"],
        sort=sort,
        descending=descending,
        offset=(page - 1) * PAGE,
        count=PAGE,
    )
    asked = Asked(query, given, ignored)
    asked.pills = _pills(asked, filters)
    return asked


def asks(parameters: Mapping[str, str]) -> Asks:
    """What the address asks of the list of policies, as a view keeps it; the service looks at what stands in it."""
    named = ("line", "status", "carrier", "account", *DAYS)
    filters = {"text": parameters.get("q", "").strip()[:LONGEST_TEXT]} | {each: parameters.get(each) for each in named}
    sort = parameters.get("sort") or Sort.INSURED.value
    return Asks({name: value for name, value in filters.items() if value}, sort, parameters.get("order") == "desc")


def parts(asks: Asks) -> dict[str, str]:
    """A view of policies as parts of the address."""
    given = {"q" if name == "text" else name: str(value) for name, value in asks.filters.items()}
    given["sort"] = "" if asks.sort == Sort.INSURED else asks.sort
    return given | {"order": "desc" if asks.descending else ""}


def words(asks: Asks) -> str:
    """What a view of policies asks for, as people say it."""
    filters = asks.filters
    said = [f"“{filters['text']}”"] if "text" in filters else []
    said += [filters["line"].replace("_", " ").capitalize()] if "line" in filters else []
    said += [PolicyStatus(filters["status"]).label] if "status" in filters else []
    said += [f"One {each}" for each in ("carrier", "account") if each in filters]
    said += [
        f"{label} {wording.day(date.fromisoformat(filters[each]))}" for each, label in DAYS.items() if each in filters
    ]
    order = "" if asks.sort == Sort.INSURED and not asks.descending else f", by {COLUMNS[Sort(asks.sort)]}"
    return (", ".join(said) or "All policies") + order


def columns(asked: Asked) -> list[Column]:
    """The headers: the sorted one turns round, another one sorts upwards."""
    found = []
    for sort, label in COLUMNS.items():
        now = asked.query.sort is sort
        turned = "desc" if now and not asked.query.descending else ""
        state = ("descending" if asked.query.descending else "ascending") if now else "none"
        href = asked.href(sort="" if sort is Sort.INSURED else sort.value, order=turned)
        found.append(Column(label, href, state, numeric=sort is Sort.PREMIUM))
    return found


def neighbours(asked: Asked, total: int) -> tuple[str, str]:
    """The addresses of the page before and the page after, "" where there is none."""
    return _neighbours("/policies", asked.given, asked.query.offset // PAGE + 1, total)


def _choices(filters: Filters) -> dict[str, tuple[Choice, ...]]:
    return {"line": filters.lines, "status": filters.statuses, "carrier": filters.carriers}


def _take_choice(name: str, value: str, choices: tuple[Choice, ...], given: dict[str, str], ignored: list[str]) -> None:
    if not value:
        return
    if any(choice.value == value for choice in choices):
        given[name] = value
    else:
        ignored.append(f"{CHOICES[name]} “{_short(value)}”")


def _take_day(name: str, value: str, given: dict[str, str], ignored: list[str]) -> date | None:
    if not value:
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        ignored.append(f"{DAYS[name]} “{_short(value)}”")
        return None
    given[name] = found.isoformat()
    return found


def _take_order(parameters: Mapping[str, str], given: dict[str, str], ignored: list[str]) -> tuple[Sort, bool]:
    asked = parameters.get("sort", "")
    try:
        sort = Sort(asked) if asked else Sort.INSURED
    except ValueError:
        ignored.append(f"sorting by “{_short(asked)}”")
        return Sort.INSURED, False
    if asked and sort is not Sort.INSURED:
        given["sort"] = sort.value
    if parameters.get("order") == "desc":
        given["order"] = "desc"
    return sort, "order" in given


def view_of(parameters: Mapping[str, str]) -> str:
    """The locator of the view that is looked at, or `PLAIN`."""
    return _locator(parameters.get("view", ""))


def _page(value: str) -> int:
    return min(max(int(value), 1), LAST_PAGE) if value.isascii() and value.isdigit() and len(value) < 10 else 1


def _locator(value: str) -> str:
    return value if len(value) <= 40 and value.isascii() and value.isalnum() else ""


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"


def _pills(asked: Asked, filters: Filters) -> list[Pill]:
    pills = []
    for name, choices in _choices(filters).items():
        label = next((choice.label for choice in choices if choice.value == asked.given.get(name)), "")
        if label:
            pills.append(Pill(f"{CHOICES[name]}: {label}", asked.href(**{name: ""})))
    for first, last, word in (
        ("effective_from", "effective_to", "Effective"),
        ("expiring_from", "expiring_to", "Expiring"),
    ):
        start, end = getattr(asked.query, first), getattr(asked.query, last)
        if start or end:
            pills.append(Pill(f"{word} {_range(start, end)}", asked.href(**{first: "", last: ""})))
    if asked.query.account:
        pills.append(Pill("One account", asked.href(account="")))
    return pills


def _range(start: date | None, end: date | None) -> str:
    if start and end:
        return f"{wording.day(start)} – {wording.day(end)}"
    return f"from {wording.day(start)}" if start else f"to {wording.day(end)}"


def read_simple(parameters: Mapping[str, str], named: str = "page") -> tuple[str, int]:
    """Text and page of a list that has no other filters. Of two lists on one page the second has its own name for its
    page."""
    return parameters.get("q", "").strip()[:LONGEST_TEXT], _page(parameters.get(named, ""))


def simple_neighbours(
    path: str, text: str, page: int, total: int, /, named: str = "page", **more: str
) -> tuple[str, str]:
    return _neighbours(path, {"q": text, **more}, page, total, named)


def page_of(place: int) -> str:
    """The page on which the row of that place stands, the first having place 0; "" for the first page."""
    return str(place // PAGE + 1) if place >= PAGE else ""


def _neighbours(path: str, given: Mapping[str, str], page: int, total: int, named: str = "page") -> tuple[str, str]:
    """Beyond the end the page before is the last one that holds something."""
    last = max(1, -(-total // PAGE))
    before = min(page - 1, last)
    earlier = address(path, {**given, named: str(before) if before > 1 else ""}) if page > 1 else ""
    later = address(path, {**given, named: str(page + 1)}) if page < last else ""
    return earlier, later
