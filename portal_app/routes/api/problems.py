"""What goes wrong, told to programs: RFC 9457, `application/problem+json`."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any, get_args

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic_core import core_schema
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import compile_path

from portal_app.logs import log
from portal_app.services import errors
from portal_app.services.exports.kinds import Kind
from portal_app.services.submissions.answering import SavedMeanwhile

MEDIA_TYPE = "application/problem+json"
RETRY_SOON, RETRY_LATER = "2", "900"
# What stands before the fields of an export in a body.
EXPORTS = frozenset(kind.value for kind in Kind)
LONGEST_NAME = 80
KINDS_OF_EXPORT = f"Should be one of: {', '.join(sorted(EXPORTS))}."
WHOLE, OBJECT, SIGNS = (
    "Should be a whole number.",
    "Should be an object { … }.",
    "Holds characters that cannot stand here.",
)
PLAINLY = {
    "json_invalid": "Should be JSON.",
    "missing": "This is missing.",
    "union_tag_invalid": KINDS_OF_EXPORT,
    "union_tag_not_found": KINDS_OF_EXPORT,
    "string_pattern_mismatch": SIGNS,
    "string_unicode": SIGNS,
    "string_type": "Should be a text.",
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_parsing_size": WHOLE,
    "int_from_float": WHOLE,
    "bool_type": "Should be true or false.",
    "bool_parsing": "Should be true or false.",
    "list_type": "Should be a list [ … ].",
    "dict_type": OBJECT,
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "none_required": "Should be null.",
}
# Of these a part of the sentence is in the error.
BOUNDS = {
    "greater_than": "Should be more than {gt}.",
    "greater_than_equal": "Should be at least {ge}.",
    "less_than": "Should be less than {lt}.",
    "less_than_equal": "Should be at most {le}.",
    "string_too_short": "Should have at least {min_length} characters.",
    "string_too_long": "Should have at most {max_length:,} characters.",
    "too_short": "Should have at least {min_length} entries.",
    "too_long": "Should have at most {max_length:,} entries.",
    "enum": "Should be one of: {expected}.",
    "literal_error": "Should be one of: {expected}.",
}
TOO_SHORT = frozenset({"string_too_short", "too_short"})
# All that the library says in its own words; what is said in those of the portal has another type.
OF_THE_LIBRARY = frozenset(get_args(core_schema.ErrorType))


class Problem(BaseModel):
    """`problems` says what cannot be taken, and why; `reference` finds a fault of the portal in its log."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    problems: dict[str, str] = {}
    reference: str = ""


class SavedSinceProblem(Problem):
    """A problem of a group of answers that somebody saved since it was looked at: when, `by` whom (an email address),
    and `theirs`, the rows that are there under `version`. Who saves with that version puts their own in their place."""

    version: int
    at: datetime
    by: str
    theirs: list[dict[str, Any]]


class ProblemResponse(JSONResponse):
    media_type = MEDIA_TYPE


STATUS: dict[type[errors.DomainError], HTTPStatus] = {
    errors.SignInNeeded: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.ConfirmFirst: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unexpected: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


async def domain_error(request: Request, error: errors.DomainError) -> ProblemResponse:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), HTTPStatus.BAD_REQUEST)
    headers = {}
    if status is HTTPStatus.UNAUTHORIZED:
        wrong = ', error="invalid_token"' if "authorization" in request.headers else ""
        headers["WWW-Authenticate"] = f'Bearer realm="portal"{wrong}'
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = RETRY_LATER if status is HTTPStatus.TOO_MANY_REQUESTS else RETRY_SOON
    more: dict[str, Any] = {}
    if isinstance(error, errors.Invalid):
        as_named = str if isinstance(error, errors.InvalidCells | errors.InvalidData) else to_camel
        more["problems"] = {as_named(name): sentence for name, sentence in error.problems.items()}
    if isinstance(error, errors.Unexpected):
        more["reference"] = error.reference
    if isinstance(error, SavedMeanwhile):
        there = {"version": error.version, "at": error.at, "by": error.by, "theirs": error.theirs}
        return _answer(status, error.sentence, headers, shape=SavedSinceProblem, **there)
    return _answer(status, error.sentence, headers, **more)


async def wrong_request(_: Request, error: RequestValidationError) -> ProblemResponse:
    """Names the fields and never repeats what they held."""
    told: dict[str, str] = {}
    for each in error.errors():
        # What may be absent is told twice: what it should be, and that it could be nothing. The first helps.
        told.setdefault(_named(each["loc"], each["type"], error.body), _plainly(each))
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, "The request cannot be understood.", problems=told)


def _named(place: tuple[int | str, ...], kind: str, sent: Any) -> str:
    """The parameter, or the path of the field in the body, `rows[0].name`; the body itself where it has no fields. Of
    an export `filters` is left out before the field."""
    if kind.startswith("union_tag"):
        return "kind"
    if len(place) == 1 or kind == "json_invalid":
        return str(place[0])
    if place[0] != "body":
        return str(place[1])[:LONGEST_NAME]
    path = path_in(sent, place[1:], absent=kind == "missing")
    return path.removeprefix("filters.") or "body"


def path_in(sent: Any, parts: Sequence[int | str], *, absent: bool = False) -> str:
    """The path of what was sent that the parts lead to. What is no part of it, such as which of several types was
    tried, is passed over; the last one may be `absent`."""
    path, at = "", sent
    for number, part in enumerate(parts):
        if isinstance(part, int):
            if isinstance(at, list) and part < len(at):
                path, at = f"{path}[{part}]", at[part]
        elif part.isprintable() and ((isinstance(at, Mapping) and part in at) or (absent and number == len(parts) - 1)):
            path, at = f"{path}.{part}" if path else part, at.get(part) if isinstance(at, Mapping) else None
    return path[:LONGEST_NAME]


def _plainly(each: Mapping[str, Any]) -> str:
    kind, about = str(each["type"]), each.get("ctx", {})
    if kind == "extra_forbidden":
        return f"There is no such {'field' if each['loc'][0] == 'body' else 'parameter'}."
    if kind in ("too_short", "too_long") and isinstance(each.get("input"), str):
        kind = f"string_{kind}"
    if kind in TOO_SHORT and about["min_length"] == 1:
        return "Should not be empty."
    if kind in BOUNDS:
        return BOUNDS[kind].format(**{name: _unquoted(value) for name, value in about.items()})
    if kind in OF_THE_LIBRARY:
        return PLAINLY.get(kind, "Cannot be taken as it is written.")
    return f"{each['msg']}."


def _unquoted(value: Any) -> Any:
    return value.replace("'", "") if isinstance(value, str) else value


@contextmanager
def told_by(sent: BaseModel, **called: str) -> Iterator[None]:
    """Names what is wrong with a configuration that was made of `sent` by the paths of what was sent. `called` are the
    names that stand in the configuration for others of the body."""
    try:
        yield
    except errors.InvalidData as refused:
        body = sent.model_dump(mode="json", by_alias=True, exclude_unset=True)
        found: dict[str, str] = {}
        for name, sentence in refused.problems.items():
            if name.startswith("content["):
                place, _, why = sentence.partition(": ")
                parts = [int(part) if part.isdigit() else called.get(part, part) for part in place.split(".")]
                name = path_in(body, parts)
                name, sentence = (name, why) if name else ("body", sentence)
            found[name] = f"{found[name]} {sentence}" if name in found else sentence
        raise errors.InvalidData(found) from None


async def http_error(request: Request, error: HTTPException) -> ProblemResponse:
    """What the framework refuses: an address or a method that there is not."""
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED and (taken := _taken_by(request)):
        headers["Allow"] = ", ".join(taken)
    detail = {
        HTTPStatus.NOT_FOUND: "There is nothing under this address.",
        HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method.",
        HTTPStatus.BAD_REQUEST: "The body cannot be read.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: error.detail,
    }.get(status, f"{status.phrase}.")
    return _answer(status, detail, headers)


def _taken_by(request: Request) -> list[str]:
    """Every method that the address takes. Each is a route of its own, and the framework names only the first one's."""
    asked = str(request.scope["path"]).removeprefix(request.scope.get("root_path", ""))
    for path, operations in request.app.openapi()["paths"].items():
        if compile_path(path)[0].fullmatch(asked):
            return sorted(method.upper() for method in operations)
    return []


async def fault(_: Request, error: Exception) -> ProblemResponse:
    unexpected = errors.Unexpected(secrets.token_hex(4))
    log.error("request failed", reference=unexpected.reference, exc_info=error)
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, unexpected.sentence, reference=unexpected.reference)


def _answer(
    status: HTTPStatus,
    detail: str,
    headers: Mapping[str, str] | None = None,
    *,
    shape: type[Problem] = Problem,
    **more: Any,
) -> ProblemResponse:
    told = shape(title=status.phrase, status=status, detail=detail, **more)
    kept = told.model_dump(mode="json", exclude_defaults=True)
    return ProblemResponse(kept | {"type": told.type}, status, headers)


A_PROBLEM = {"$ref": "#/components/schemas/Problem"}
EITHER = {"anyOf": [{"$ref": "#/components/schemas/SavedSinceProblem"}, A_PROBLEM]}
ANSWERS: dict[Any, Any] = {
    errors.DomainError: domain_error,
    RequestValidationError: wrong_request,
    HTTPException: http_error,
    Exception: fault,
}


def _declared(description: str, *headers: str, schema: Mapping[str, Any] = A_PROBLEM) -> dict[str, Any]:
    told: dict[str, Any] = {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}
    if headers:
        told["headers"] = {name: {"required": True, "schema": {"type": "string"}} for name in headers}
    return told


# For the description: what every route may answer, and what only some may.
EVERYWHERE: dict[int | str, dict[str, Any]] = {
    401: _declared("No token, or one that does not count.", "WWW-Authenticate"),
    429: _declared("Too many wrong tokens from this address, or too many exports.", "Retry-After"),
    500: _declared("A fault of the portal, with a reference to its log."),
    503: _declared("The portal is busy, or its database cannot be used now; try again.", "Retry-After"),
}
OF_A_ROLE: dict[int | str, dict[str, Any]] = {
    403: _declared("The person's role does not include this."),
    422: _declared("A parameter cannot be taken; `problems` says which and why."),
}
WITH_A_BODY: dict[int | str, dict[str, Any]] = {400: _declared("The body is no text that could be JSON.")}
MISSING: dict[int | str, dict[str, Any]] = {404: _declared("There is no such record, or it is not yours to see.")}
WRITTEN: dict[int | str, dict[str, Any]] = {
    400: _declared("The body cannot be read."),
    403: _declared("The person's role does not include this, or the token may only read."),
    413: _declared("The body is too large."),
    422: _declared("The body cannot be taken; `problems` says which fields and why."),
}
AGAINST_IT: dict[int | str, dict[str, Any]] = {409: _declared("How it stands speaks against it; `detail` says why.")}
SAVED_SINCE: dict[int | str, dict[str, Any]] = {
    409: _declared("Somebody saved it since, and what they saved; or it takes no answers any more.", schema=EITHER)
}
