"""`/transactions`: what a feed brought or people drafted on a policy; a draft is changed, issued or discarded."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import Origin, PolicyStatus, TransactionKind, TransactionState
from portal_app.routes.api import parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.services.door import the_door
from portal_app.services.errors import Conflict
from portal_app.services.ledger import drafts, issuing, outlook, reading
from portal_app.services.ledger.instructions import MOST

router = APIRouter(prefix="/transactions", tags=["transactions"], responses=problems.OF_A_ROLE)
CHANGED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT

ProducerCode = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]

DraftVersion = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", examples=["9f86d081884c7d659a2feaa0c55ad015"])]


class Instruction(BaseModel):
    """Sets or clears the producer code; sets the code of record, or reverts it to the current code."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)

    action: Literal["producers"]
    set_producer_code: ProducerCode | None = None
    clear_producer_code: bool = False
    set_producer_code_of_record: ProducerCode | None = None
    revert_producer_code_of_record: bool = False

    def raw(self) -> dict[str, Any]:
        """As it was given."""
        return self.model_dump(by_alias=True, exclude_unset=True)


Instructions = Annotated[list[Instruction], Field(max_length=MOST)]


class Redrafted(BaseModel):
    """What is to be another in a draft; what is left out stays. `version` is the policy's newest transaction that you
    have seen, `draftVersion` that of the draft: where it is another by now, this is refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    effective_time: parameters.Moment | SkipJsonSchema[None] = None
    instructions: Instructions | SkipJsonSchema[None] = None
    version: parameters.LocatorOrEmpty | SkipJsonSchema[None] = None
    draft_version: DraftVersion | SkipJsonSchema[None] = None


class AskedStep(parameters.Narrowed):
    """`draftVersion` is that of the draft that was looked at, where the step counts only on top of that."""

    draft_version: DraftVersion | SkipJsonSchema[None] = None


Step = Annotated[AskedStep, Query()]


class ProducerInfo(shapes.Shape):
    """Empty where there is none."""

    producer_code: str
    producer_code_of_record: str


class Segment(shapes.Shape):
    """A part of a term; `transaction` is the locator of the one from which it stems."""

    begins_at: datetime
    ends_at: datetime
    status: PolicyStatus
    premium: shapes.Money
    producer_info: ProducerInfo
    transaction: str


class Transaction(shapes.Shape):
    """`instructions` are as they were given, `processed` as they come out where they are applied: to set the code of
    record to the current code is processed as a revert; where there is no current code a revert changes nothing, which
    `nothingToRevertTo` says. `segments` are the term from this transaction on; those of a draft are what they would be.
    `draftVersion` is what a draft is changed, issued and discarded on top of, empty where it is none. `reversedBy` and
    `reapplies` are locators of other transactions."""

    locator: str
    policy: str
    kind: TransactionKind
    state: TransactionState
    origin: Origin
    term_effective: date
    effective_at: datetime
    created_at: datetime
    issued_at: datetime | None
    reversed_at: datetime | None
    reversed_by: str
    reapplies: str
    draft_version: str
    instructions: list[dict[str, Any]]
    processed: list[dict[str, Any]]
    segments: list[Segment]


class Transactions(shapes.Listed[Transaction]):
    """`version` is the policy's newest issued transaction: a draft that names it counts only on top of that."""

    version: str


class Again(shapes.Shape):
    locator: str
    kind: TransactionKind
    effective_at: datetime


class Outlook(shapes.Shape):
    """`draft` has its term's segments as they would be, `now` as they are. `again` would be reversed and applied again,
    `falls` only reversed; `returns` had fallen with the cancellation that is ended, and come back. `problem` says why
    it would be refused, and is empty where it would not be; `moved` that the policy has changed since its author
    looked: `version` is what it is now."""

    draft: Transaction
    now: list[Segment]
    again: list[Again]
    falls: list[Again]
    returns: list[Again]
    moved: bool
    version: str
    problem: str


@router.get("/{locator}", responses=problems.MISSING)
async def get_transaction(caller: Caller, locator: parameters.Locator) -> Transaction:
    """One transaction of a policy."""
    return Transaction.of(await the_door().act(reading.transaction, caller, locator=locator))


@router.patch("/{locator}", responses=CHANGED)
async def update_transaction(caller: Caller, locator: parameters.Locator, redrafted: Redrafted) -> Transaction:
    """Change a draft."""
    asked = None if redrafted.instructions is None else [each.raw() for each in redrafted.instructions]
    given: dict[str, Any] = {
        "effective_at": redrafted.effective_time,
        "version": redrafted.version,
        "draft_version": redrafted.draft_version or "",
    }
    return Transaction.of(await the_door().act(drafts.update, caller, locator=locator, asked=asked, **given))


@router.get("/{locator}/outlook", responses=problems.MISSING | problems.AGAINST_IT)
async def get_transaction_outlook(caller: Caller, locator: parameters.Locator) -> Outlook:
    """What issuing a draft would do as things stand."""
    return Outlook.of(await the_door().act(outlook.outlook, caller, locator=locator))


@router.post("/{locator}/issue", responses=CHANGED, dependencies=parameters.GIVEN_ONCE)
async def issue_transaction(caller: Caller, locator: parameters.Locator, asked: Step) -> Transaction:
    """Issue a draft. What was issued already and takes effect later is reversed and applied again behind it. What
    underwriting does not let through or a moratorium stops is a conflict that says so, and stays a draft; what binding
    authority said of it is among the transaction's authority decisions, as it is of one that was issued."""
    issued = await the_door().act(issuing.issue, caller, locator=locator, draft_version=asked.draft_version or "")
    if issued.refused:
        raise Conflict(issued.refused)
    return Transaction.of(issued.transaction)


@router.post("/{locator}/discard", responses=CHANGED, dependencies=parameters.GIVEN_ONCE)
async def discard_transaction(caller: Caller, locator: parameters.Locator, asked: Step) -> Transaction:
    """Give up a draft."""
    given_up = await the_door().act(drafts.discard, caller, locator=locator, draft_version=asked.draft_version or "")
    return Transaction.of(given_up)
