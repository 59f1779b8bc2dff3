"""`/exports`: a list as a file. Posted by the lists' own buttons, with the filters that the list shows."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from portal_app.models.enums import Role, SubmissionStatus
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import Forbidden, Invalid, TooMany
from portal_app.services.exports import stream, users
from portal_app.services.exports.kinds import Kind
from portal_app.services.exports.stream import Export
from portal_app.services.identity.roster import Standing
from portal_app.services.policies.views import Query
from portal_app.services.saved_views.listings import FLAGS
from portal_app.services.submissions.find import Filter
from portal_app.services.submissions.turns import Turn
from portal_app.services.trail import events

FIELD_LIMIT = 4096
MOST_FIELDS = 20
PLACES = {
    Kind.POLICIES: "/policies",
    Kind.ACCOUNTS: "/accounts",
    Kind.SUBMISSIONS: "/submissions",
    Kind.USERS: "/admin/users",
    Kind.ACCESS_REVIEW: "/admin/audit",
    Kind.AUDIT: "/admin/audit",
}
"""The list to which a kind belongs, and where a refusal is told."""
Fields = Mapping[str, str]


async def post_export(request: Request) -> Response:
    async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=FIELD_LIMIT) as form:
        given = _fields(form)
    kind = Kind(given.pop("kind")) if given.get("kind") in set(Kind) else None
    if kind is None:
        return RedirectResponse("/", 303)
    try:
        export = await stream.begin(the_door(), current_actor.get(), kind=kind, asked=asked(kind, given))
    except Invalid:
        return _back(kind, {}, "unclear")
    except TooMany:
        return _back(kind, given, "too_many")
    except Forbidden:
        return RedirectResponse("/denied", 303)
    return file_of(export)


def file_of(export: Export) -> StreamingResponse:
    """The answer, sent while it is read."""
    about = {
        "Content-Disposition": f'attachment; filename="{export.file_name}"',
        "Cache-Control": "no-store",
        "Export-Rows": str(export.rows),
        "Export-Total": str(export.measured.rows),
    }
    return StreamingResponse(export.chunks(), media_type="text/csv; charset=utf-8", headers=about)


def asked(kind: Kind, given: Fields) -> Any:
    """The filters of a kind. Raises Invalid where a field is none of its own or says what it cannot say."""
    reader = READERS[kind]
    if unknown := set(given) - set(reader.names):
        raise Invalid(dict.fromkeys(sorted(unknown), "There is no such filter."))
    try:
        return reader.read(given)
    except ValueError:
        raise Invalid({"filters": "The filters cannot be understood."}) from None


class Reader:
    """Which fields a kind takes, and what is made of them."""

    def __init__(self, read: Callable[[Fields], Any], *names: str) -> None:
        self.read, self.names = read, names


def _policies(given: Fields) -> Query:
    texts: dict[str, Any] = {name: given.get(name, "") for name in ("text", "line", "status", "carrier", "account")}
    days: dict[str, Any] = {
        name: _day(given, name) for name in ("effective_from", "effective_to", "expiring_from", "expiring_to")
    }
    return Query(**texts, **days)


def _submissions(given: Fields) -> Filter:
    texts: dict[str, Any] = {name: given.get(name, "") for name in ("text", "line", "assigned_to", "account")}
    flags: dict[str, Any] = {name: bool(given.get(name)) for name in FLAGS}
    statuses = tuple(SubmissionStatus(each) for each in given.get("statuses", "").split(",") if each)
    turn = Turn(given["turn"]) if given.get("turn") else None
    return Filter(**texts, **flags, statuses=statuses, turn=turn)


def _users(given: Fields) -> users.Asked:
    role, standing = given.get("role"), given.get("standing")
    return users.Asked(given.get("text", ""), Role(role) if role else None, Standing(standing) if standing else None)


def _trail(given: Fields) -> events.Asked:
    texts = {name: given.get(name, "") for name in ("who", "action", "kind_of_record", "record", "address")}
    kind = texts.pop("kind_of_record")
    return events.Asked(**texts, kind=kind, from_day=_day(given, "from_day"), to_day=_day(given, "to_day"))


def _day(given: Fields, name: str) -> date | None:
    return date.fromisoformat(given[name]) if given.get(name) else None


READERS = {
    Kind.POLICIES: Reader(
        _policies, "text", "line", "status", "carrier", "account", "effective_from", "effective_to", "expiring_from",
        "expiring_to",
    ),
    Kind.SUBMISSIONS: Reader(_submissions, *(each.name for each in fields(Filter))),
    Kind.ACCOUNTS: Reader(lambda given: given.get("text", ""), "text"),
    Kind.USERS: Reader(_users, "text", "role", "standing"),
    Kind.ACCESS_REVIEW: Reader(lambda _: None),
    Kind.AUDIT: Reader(_trail, "who", "action", "kind_of_record", "record", "from_day", "to_day", "address"),
}  # fmt: skip


def _fields(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str) and value}


def _back(kind: Kind, given: Fields, reason: str) -> RedirectResponse:
    """To the list as it was, with a code for the sentence."""
    named = {IN_THE_ADDRESS.get(name, name): value for name, value in given.items()}
    return RedirectResponse(f"{PLACES[kind]}?{urlencode({**named, 'export': reason})}", 303)


IN_THE_ADDRESS = {"text": "q", "statuses": "status", "from_day": "from", "to_day": "to", "kind_of_record": "kind"}

ROUTES = [Route("/exports", post_export, methods=["POST"])]
