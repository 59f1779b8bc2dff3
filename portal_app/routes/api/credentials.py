"""What is sent and answered about licenses, appointments, education and cover, each thing in one spelling."""

import re
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from portal_app.models.enums import CredentialState
from portal_app.routes.api import parameters, shapes
from portal_app.routes.api.producer_bodies import ValidationResult
from portal_app.services.licensing import records
from portal_app.services.licensing.appointments import Appointment
from portal_app.services.licensing.licenses import License
from portal_app.services.licensing.records import FIRST_DAY, LAST_DAY

_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def _iso_time(value: object) -> object:
    """Python would take numbers as seconds and days as midnights."""
    whole = isinstance(value, str) and _DATE_TIME.fullmatch(value.upper())
    if not whole and not isinstance(value, datetime):
        raise PydanticCustomError("moment", "Should be a time with its zone such as 2026-06-01T04:00:00Z")
    return value


def _sane(value: datetime) -> datetime:
    if not FIRST_DAY.year < value.year < LAST_DAY.year:
        raise PydanticCustomError("moment", "Should be a time between 1901 and 2198")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_iso_time), AfterValidator(_sane)]
Day = Annotated[parameters.Day, Field(ge=FIRST_DAY, le=LAST_DAY)]
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]
Names = Annotated[list[Name], Field(max_length=records.MOST_NAMES)]
Code = Annotated[str, Field(max_length=128, pattern=r"^[^\x00]*$", examples=["HL-110"])]
Codes = Annotated[list[Code], Field(max_length=records.MOST_NAMES)]
State = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$", examples=["RI"])]
States = Annotated[list[State], Field(max_length=records.MOST_NAMES)]
Locators = Annotated[list[parameters.LocatorOrEmpty], Field(max_length=records.MOST_NAMES)]
Version = Annotated[int, Field(ge=0, le=2**31 - 2, strict=True)]
Truth = Annotated[bool, Field(strict=True)]
Producer = Annotated[str, Field(pattern=rf"^{parameters.LOCATOR}$")]


def _decimal(value: object) -> object:
    """Text alone: a number of JSON is a float to many who read it."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,2})?", value):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value
    raise PydanticCustomError("amount", 'Should be text such as "24.00", with at most two decimals')


Amount = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,2})?$", "examples": ["24.00"]}),
]


def unnamed(value: object) -> Any:
    """A field that stays as it is where it is not named: the description then tells no default of it."""
    return Field(default_factory=lambda: value)


class Sent(BaseModel):
    """The base of bodies. A field that it does not know is refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", validate_by_name=False)

    def given(self, *others: str) -> dict[str, Any]:
        """What was named, but for the fields that are no terms."""
        named = {name: getattr(self, name) for name in self.model_fields_set if name not in others}
        return {name: tuple(value) if isinstance(value, list) else value for name, value in named.items()}


class AskedOfProducer(parameters.Asked):
    """A part of a list, of one producer where a locator is given."""

    producer: parameters.LocatorOrEmpty = ""


class AskedOn(parameters.Narrowed):
    """On which day; the agency's today where none is given."""

    on: parameters.Day | SkipJsonSchema[None] = None


class Holder(shapes.Shape):
    """The producer whose record it is."""

    locator: str
    name: str


class Credential(shapes.Shape):
    """What a license and an appointment have in common. `version` is what a change is made on top of;
    `validationResult` is null before the first validation."""

    locator: str
    version: int
    state: CredentialState
    producer: Holder
    validation_result: ValidationResult | None = None
    created_at: datetime


def said_of(element_type: str, answer: License | Appointment) -> dict[str, Any]:
    """A credential field by field, its terms among the others, with what came of its validation as it is told of
    producers too."""
    found: dict[str, Any] = asdict(answer)
    found |= found.pop("terms")
    if (last := answer.validation) is not None:
        errors = [f"{to_camel(name)}: {why}" for name, why in last.problems.items()]
        items = [{"element_type": element_type, "locator": answer.locator, "errors": errors}] if errors else []
        found["validation_result"] = {"success": last.success, "validation_items": items}
    return found
