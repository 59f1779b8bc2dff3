"""What lists and records are asked with, each taken in one spelling only."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from portal_app.services.errors import Invalid, NotFound

LOCATOR = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"
MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
EARLIEST, LATEST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
MOST = 200
FARTHEST = 1_000_000_000


def _iso_day(value: object) -> object:
    """Python would take numbers as seconds and times as days."""
    whole = isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
    if not whole and not isinstance(value, date):
        raise PydanticCustomError("day", "Should be a date such as 2026-06-01")
    return value


def _truth(value: object) -> object:
    if isinstance(value, str) and value not in ("true", "false"):
        raise PydanticCustomError("truth", "Should be true or false")
    return value


def _whole_number(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise PydanticCustomError("whole_number", "Should be a whole number")
    return value


WHOLE_NUMBER = BeforeValidator(_whole_number)


def _moment(value: object) -> object:
    """RFC 3339, with its zone: what has none would mean another moment to each who reads it."""
    if not isinstance(value, str) or not re.fullmatch(MOMENT, value, re.IGNORECASE):
        naive = isinstance(value, str) and re.fullmatch(MOMENT, f"{value}Z", re.IGNORECASE)
        wanted = "Should be a time with its zone, such as 2025-01-01T00:00:00Z"
        raise PydanticCustomError("moment", f"It lacks its zone. {wanted}" if naive else wanted)
    try:
        found = datetime.fromisoformat(value.upper())
    except ValueError:
        raise PydanticCustomError("moment", "There is no such time") from None
    # Beyond these no calendar of another zone can tell it.
    return EARLIEST if found.year < EARLIEST.year else LATEST if found.year > LATEST.year else found.astimezone(UTC)


Day = Annotated[date, BeforeValidator(_iso_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Text = Annotated[str, Field(max_length=MOST, pattern=r"^[^\x00]*$")]
Code = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]*$")]
FeedName = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]*$")]
LocatorOrEmpty = Annotated[str, Field(pattern=rf"^({LOCATOR})?$")]


class Narrowed(BaseModel):
    """What narrows a list. A name that it does not know is refused, for it is usually a typing error."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, given: Any) -> Any:
        """What does not narrow is left out; only a body could say that it is nothing."""
        if isinstance(given, dict) and None in given.values():
            raise PydanticCustomError("nothing", "Leave out what is not asked for")
        return given


class Asked(Narrowed):
    """What is asked of a list: a part of it."""

    offset: Annotated[int, Field(ge=0, le=FARTHEST), BeforeValidator(_whole_number)] = 0
    count: Annotated[int, Field(ge=1, le=MOST), BeforeValidator(_whole_number)] = 50


def given_once(request: Request) -> None:
    """Raises Invalid where a parameter comes twice: whichever were taken, the other would be passed over in silence."""
    names = [name for name, _ in request.query_params.multi_items()]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Invalid(dict.fromkeys(sorted(twice), "Give this once."))


GIVEN_ONCE = [Depends(given_once)]


InPath = Annotated[str, Path(json_schema_extra={"pattern": f"^{LOCATOR}$"})]


def _locator(locator: InPath) -> str:
    """What cannot be a locator names no record, and is answered like one that is not there."""
    if not re.fullmatch(LOCATOR, locator):
        raise NotFound
    return locator


def _token(token: InPath) -> str:
    return _locator(token)


def _message(message: InPath) -> str:
    return _locator(message)


def _item(item: InPath) -> str:
    return _locator(item)


def _document(document: InPath) -> str:
    return _locator(document)


Locator = Annotated[str, Depends(_locator)]
DocumentLocator = Annotated[str, Depends(_document)]
TokenLocator = Annotated[str, Depends(_token)]
ItemLocator = Annotated[str, Depends(_item)]
MessageLocator = Annotated[str, Depends(_message)]
