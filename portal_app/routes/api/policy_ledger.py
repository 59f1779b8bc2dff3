"""The ledger of a policy under `/policies/{locator}`: what is drafted on it, its transactions, terms and segments, and
what it was at a moment."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import PolicyStatus, TransactionKind
from portal_app.routes.api import parameters, problems, shapes, transactions
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.transactions import CHANGED, ProducerInfo, Segment, Transaction, Transactions
from portal_app.services.door import the_door
from portal_app.services.ledger import differences, drafts, reading, snapshots
from portal_app.services.ledger.differences import CODES, PLAIN, Mark

Percent = Annotated[
    Decimal,
    PlainSerializer(lambda share: f"{share:.1f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]$", "examples": ["4.2"]}),
]
FieldName = Annotated[
    str,
    BeforeValidator(to_camel),
    WithJsonSchema({"type": "string", "enum": [to_camel(name) for name in (*PLAIN, *CODES)]}),
]

router = APIRouter(prefix="/policies/{locator}", tags=["policies"], responses=problems.OF_A_ROLE | problems.MISSING)


class Body(BaseModel):
    """`version` is the policy's newest transaction that you have seen: where another was issued since, this is
    refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")

    instructions: transactions.Instructions = []
    version: parameters.LocatorOrEmpty = ""


class Drafted(Body):
    """Takes effect at `effectiveTime`, which lies in a term of the policy."""

    effective_time: parameters.Moment


class Renewal(Body):
    """Where `effectiveTime` is left out, the new term begins when the last one ends."""

    effective_time: parameters.Moment | SkipJsonSchema[None] = None


class AskedSnapshot(parameters.Narrowed):
    date: parameters.Moment
    by_issued_time: parameters.Truth = False
    known_at: parameters.Moment | SkipJsonSchema[None] = None


class TermItem(shapes.Shape):
    """A term by everything that is issued; `effective` is what it is fetched by."""

    effective: date
    expiration: date
    number: str
    status: PolicyStatus
    premium: shapes.Money
    producer_info: ProducerInfo


class Terms(shapes.Listed[TermItem]):
    version: str


class Segments(shapes.Listed[Segment]):
    pass


class Above(shapes.Shape):
    locator: str
    name: str


class Snapshot(shapes.Shape):
    """`producers` are who held the producer code on the date, and everybody who stood above them then, from the
    bottom up, by the names that they bear today; before the portal knew a producer, whoever stood there first. With
    `knownAt` it is as it was known then: what was moved later counts as if it had stayed."""

    policy: str
    at: datetime
    by_issued_time: bool
    term_effective: date
    term_expiration: date
    segment: Segment
    in_force: bool
    number: str
    line: str
    carrier: str
    insured_name: str
    description: str
    status: PolicyStatus
    premium: shapes.Money
    producer_info: ProducerInfo
    producers: list[Above]
    coverages: list[shapes.Coverage]
    vehicles: list[shapes.Vehicle]
    locations: list[str]


class AskedDifference(parameters.Narrowed):
    """The days on which two terms begin."""

    from_: Annotated[parameters.Day | SkipJsonSchema[None], Field(alias="from")] = None
    to: parameters.Day | SkipJsonSchema[None] = None


class AskedMoments(parameters.Narrowed):
    before: parameters.Moment
    after: parameters.Moment
    by_issued_time: parameters.Truth = False


class FieldDifference(shapes.Shape):
    """Dates as 2026-06-01, money as 1234.50; empty where there is none."""

    name: FieldName
    mark: Mark
    before: str
    after: str


class CoverageDifference(shapes.Shape):
    name: str
    mark: Mark
    before: shapes.Coverage | None
    after: shapes.Coverage | None


class VehicleDifference(shapes.Shape):
    mark: Mark
    before: shapes.Vehicle | None
    after: shapes.Vehicle | None


class LocationDifference(shapes.Shape):
    mark: Mark
    location: str


class Compared(shapes.Shape):
    """`premiumPercent` is that of the premium before, to a tenth; none where that was nothing."""

    premium_change: shapes.Money
    premium_percent: Percent | None
    fields: list[FieldDifference]
    coverages: list[CoverageDifference]
    vehicles: list[VehicleDifference]
    locations: list[LocationDifference]


class Difference(shapes.Shape):
    """Two terms by the days on which they begin, and how each thing of the second stands to the first."""

    policy: str
    before: date
    after: date
    compared: Compared


@router.post("/change", status_code=201, responses=CHANGED)
async def draft_change(caller: Caller, locator: parameters.Locator, asked: Drafted) -> Transaction:
    """Draft a change. Nothing of the policy changes until it is issued."""
    return await _draft(caller, locator, TransactionKind.CHANGE, asked, asked.effective_time)


@router.post("/renew", status_code=201, responses=CHANGED)
async def draft_renewal(caller: Caller, locator: parameters.Locator, asked: Renewal) -> Transaction:
    """Draft a renewal, which carries the last term forward."""
    return await _draft(caller, locator, TransactionKind.RENEWAL, asked, asked.effective_time)


@router.post("/cancel", status_code=201, responses=CHANGED)
async def draft_cancellation(caller: Caller, locator: parameters.Locator, asked: Drafted) -> Transaction:
    """Draft the cancellation of an active term."""
    return await _draft(caller, locator, TransactionKind.CANCELLATION, asked, asked.effective_time)


@router.post("/reinstate", status_code=201, responses=CHANGED)
async def draft_reinstatement(caller: Caller, locator: parameters.Locator, asked: Drafted) -> Transaction:
    """Draft the reinstatement of a cancelled term."""
    return await _draft(caller, locator, TransactionKind.REINSTATEMENT, asked, asked.effective_time)


async def _draft(caller: Caller, policy: str, kind: TransactionKind, asked: Body, at: datetime | None) -> Transaction:
    instructions = [each.raw() for each in asked.instructions]
    drafted = await the_door().act(
        drafts.draft, caller, policy=policy, kind=kind, effective_at=at, asked=instructions, version=asked.version
    )
    return Transaction.of(drafted)


@router.get("/transactions", dependencies=parameters.GIVEN_ONCE)
async def list_transactions(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> Transactions:
    """The policy's transactions, drafts and reversed ones among them, the newest first."""
    found = await the_door().act(reading.transactions, caller, policy=locator, **asked.model_dump())
    return Transactions.page([asdict(row) for row in found.rows], found.total, asked.offset, version=found.version)


@router.get("/terms", dependencies=parameters.GIVEN_ONCE)
async def list_terms(caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]) -> Terms:
    """The policy's terms, the newest first."""
    found = await the_door().act(reading.terms, caller, policy=locator)
    some = [asdict(each) for each in found.rows[asked.offset : asked.offset + asked.count]]
    return Terms.page(some, len(found.rows), asked.offset, version=found.version)


@router.get("/terms/{effective}/segments", dependencies=parameters.GIVEN_ONCE)
async def list_segments(
    caller: Caller,
    locator: parameters.Locator,
    effective: parameters.Day,
    asked: Annotated[parameters.Asked, Query()],
) -> Segments:
    """The segments of the term that begins on that day, the oldest first."""
    return Segments.part(await the_door().act(reading.segments_of, caller, policy=locator, term=effective), asked)


@router.get("/snapshot", dependencies=parameters.GIVEN_ONCE)
async def get_snapshot(
    caller: Caller, locator: parameters.Locator, asked: Annotated[AskedSnapshot, Query()]
) -> Snapshot:
    """The policy on a date. By effective time: what is in force then by all that is issued now, or that was issued by
    `knownAt`. By issued time: what the record said after the last transaction that was issued by then; `knownAt` is not
    looked at."""
    found = await the_door().act(
        snapshots.snapshot,
        caller,
        locator=locator,
        at=asked.date,
        by_issued_time=asked.by_issued_time,
        known_at=asked.known_at,
    )
    return Snapshot.of(found)


@router.get("/snapshot/difference", dependencies=parameters.GIVEN_ONCE)
async def get_snapshot_difference(
    caller: Caller, locator: parameters.Locator, asked: Annotated[AskedMoments, Query()]
) -> Compared:
    """What differs between the policy at two moments, by either clock."""
    found = await the_door().act(differences.of_moments, caller, locator=locator, **asked.model_dump())
    return Compared.of(found)


@router.get("/difference", dependencies=parameters.GIVEN_ONCE)
async def get_difference(
    caller: Caller, locator: parameters.Locator, asked: Annotated[AskedDifference, Query()]
) -> Difference:
    """What differs between two terms, which are named by the days on which they begin: the last one and the one before
    it, unless you say which."""
    found = await the_door().act(differences.of_terms, caller, locator=locator, before=asked.from_, after=asked.to)
    return Difference.of(found)
