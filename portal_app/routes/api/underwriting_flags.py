"""`/underwriting-flags`, and those of a quote or of a drafted transaction, which is underwritten here too."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Query
from pydantic import Field

from portal_app.models.enums import FlagCause, FlagLevel, ProducerState
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.transactions import Transaction
from portal_app.services.door import the_door
from portal_app.services.underwriting import flags, requests
from portal_app.services.underwriting.flags import LONGEST_NOTE, LONGEST_TAG
from portal_app.services.underwriting.outcome import Outcome

router = APIRouter(tags=["underwriting"], responses=problems.OF_A_ROLE | problems.MISSING)
FLAGGED = problems.WRITTEN | problems.AGAINST_IT


class NewFlag(credentials.Sent):
    """A flag that is set by hand."""

    level: FlagLevel
    tag: Annotated[str, Field(max_length=LONGEST_TAG, pattern=r"^[^\x00]*$", examples=["Old roof"])]
    note: Annotated[str, Field(max_length=LONGEST_NOTE, pattern=r"^[^\x00]*$")] = ""


class Flag(shapes.Shape):
    """A flag. It stands on `quote`, or on `transaction` of `policy`: locators, empty where it does not. `cause` is a
    `producer` that was found not valid, under `producerCode`, or a `person`. With `removedAt` it stands no more."""

    locator: str
    quote: str
    policy: str
    transaction: str
    cause: FlagCause
    level: FlagLevel
    tag: str
    note: str
    producer_code: str
    created_at: datetime
    created_by: str
    removed_at: datetime | None
    removed_by: str


class Flags(shapes.Listed[Flag]):
    pass


class Link(shapes.Shape):
    """A step of the way up from a producer code."""

    kind: Literal["producer_code", "producer"]
    locator: str
    called: str
    state: ProducerState


class Underwriting(shapes.Shape):
    """What underwriting came to. `way` is the producer code that is carried, its producer and everybody above,
    `invalid` those that are not validated; `flags` are all that were raised, `counting` the locators of those that
    count."""

    outcome: Outcome
    way: list[Link]
    invalid: list[Link]
    flags: list[Flag]
    counting: list[str]


class UnderwrittenTransaction(Underwriting):
    """What underwriting came to, and the draft."""

    transaction: Transaction

    @classmethod
    def of(cls, answer: requests.TransactionUnderwriting) -> Self:
        return cls.model_validate(told(answer.result) | {"transaction": asdict(answer.transaction)})


def told(result: requests.Underwriting) -> dict[str, Any]:
    """What underwriting came to, for a shape."""
    return asdict(result)


@router.get("/quotes/{locator}/underwriting")
async def get_underwriting_of_quote(caller: Caller, locator: parameters.Locator) -> Underwriting:
    """What underwriting would come to now. It asks for none, and sets no flag."""
    return Underwriting.of(await the_door().act(requests.standing_of_quote, caller, locator=locator))


@router.get("/quotes/{locator}/underwriting-flags", dependencies=parameters.GIVEN_ONCE)
async def list_flags_of_quote(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> Flags:
    """The quote's flags, removed ones among them, in the order in which they were raised."""
    return Flags.part(await the_door().act(flags.of_a_quote, caller, locator=locator), asked)


@router.post("/quotes/{locator}/underwriting-flags", status_code=HTTPStatus.CREATED, responses=FLAGGED)
async def add_flag_to_quote(caller: Caller, locator: parameters.Locator, sent: NewFlag) -> Flag:
    """Flag a quote that is not underwritten."""
    return Flag.of(await the_door().act(flags.add_to_quote, caller, locator=locator, **sent.model_dump()))


@router.post("/transactions/{locator}/underwrite", responses=problems.AGAINST_IT)
async def underwrite_transaction(caller: Caller, locator: parameters.Locator) -> UnderwrittenTransaction:
    """Underwrite a drafted transaction, by the producer code that its term has once it is applied."""
    done = await the_door().act(requests.underwrite_transaction, caller, locator=locator)
    return UnderwrittenTransaction.of(done)


@router.get("/transactions/{locator}/underwriting-flags", dependencies=parameters.GIVEN_ONCE)
async def list_flags_of_transaction(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> Flags:
    """The transaction's flags, removed ones among them; also after it was issued."""
    return Flags.part(await the_door().act(flags.of_a_transaction, caller, locator=locator), asked)


@router.post("/transactions/{locator}/underwriting-flags", status_code=HTTPStatus.CREATED, responses=FLAGGED)
async def add_flag_to_transaction(caller: Caller, locator: parameters.Locator, sent: NewFlag) -> Flag:
    """Flag a drafted transaction."""
    return Flag.of(await the_door().act(flags.add_to_transaction, caller, locator=locator, **sent.model_dump()))


@router.get("/underwriting-flags/{locator}")
async def get_flag(caller: Caller, locator: parameters.Locator) -> Flag:
    """One flag, also a removed one."""
    return Flag.of(await the_door().act(flags.flag, caller, locator=locator))


@router.delete("/underwriting-flags/{locator}", responses=problems.AGAINST_IT)
async def remove_flag(caller: Caller, locator: parameters.Locator) -> Flag:
    """Remove a flag of any level; it is kept, with who removed it and when."""
    return Flag.of(await the_door().act(flags.remove, caller, locator=locator))
