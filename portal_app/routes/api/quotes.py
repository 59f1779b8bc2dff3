"""`/quotes`: what a carrier would insure an account for, from draft through underwriting."""

from dataclasses import asdict
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import QuoteState
from portal_app.models.quotes import QuoteOffer
from portal_app.routes.api import credentials, parameters, problems, shapes, underwriting_flags
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.credentials import Amount, Day, unnamed
from portal_app.services.door import the_door
from portal_app.services.quotes import drafts, find
from portal_app.services.quotes.terms import LONGEST_TERMS, MOST_CLASS_CODES, QuoteTerms
from portal_app.services.underwriting import requests
from portal_app.services.underwriting.requests import QuoteUnderwriting

router = APIRouter(prefix="/quotes", tags=["quotes"], responses=problems.OF_A_ROLE)
CHANGED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT
STEPPED = problems.MISSING | problems.AGAINST_IT

Version = Annotated[int, Field(ge=1, le=2**31 - 2)]
ProducerCode = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]*$", examples=["9217262"])]
Line = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$", examples=["homeowners"])]
Locator = Annotated[str, Field(pattern=f"^{parameters.LOCATOR}$")]
State = Annotated[str, Field(max_length=2, pattern=r"^[^\x00]*$", examples=["RI"])]
PostalCode = Annotated[str, Field(max_length=10, pattern=r"^[^\x00]*$", examples=["02840"])]
ClassCode = Annotated[str, Field(max_length=10, pattern=r"^[^\x00]*$", examples=["91340"])]
ClassCodes = Annotated[list[ClassCode], Field(max_length=MOST_CLASS_CODES)]
Terms = Annotated[str, Field(max_length=LONGEST_TERMS, pattern=r"^[^\x00]*$")]


class NewQuote(credentials.Sent):
    """A draft to be. `account` and `carrier` are locators, `line` is the code of a line of business, `jurisdiction` the
    state of the risk. What is left out is not known yet."""

    account: Locator
    line: Line
    carrier: Locator
    producer_code: ProducerCode | None = None
    effective: Day
    expiration: Day
    valid_until: Day | None = None
    jurisdiction: State = ""
    postal_code: PostalCode = ""
    premium: Amount | None = None
    insured_value: Amount | None = None
    limit: Amount | None = None
    deductible: Amount | None = None
    losses: Amount | None = None
    class_codes: ClassCodes = []
    terms: Terms = ""

    def asked(self) -> QuoteTerms:
        return QuoteTerms(**self.given("account"))


class ChangedQuote(credentials.Sent):
    """What is to be otherwise; what is not named stays, and null takes away. `version` is the one that was looked at:
    where somebody changed the quote since, nothing is done."""

    version: Version | None = None
    line: Line = unnamed("")
    carrier: Locator = unnamed("")
    producer_code: ProducerCode | None = None
    effective: Day = unnamed(None)
    expiration: Day = unnamed(None)
    valid_until: Day | None = None
    jurisdiction: State = unnamed("")
    postal_code: PostalCode = unnamed("")
    premium: Amount | None = None
    insured_value: Amount | None = None
    limit: Amount | None = None
    deductible: Amount | None = None
    losses: Amount | None = None
    class_codes: ClassCodes = unnamed([])
    terms: Terms = unnamed("")


class AskedQuotes(parameters.Asked):
    """`text` is looked for in the insured's name and the producer code; `producerCode` is a whole code."""

    text: parameters.Text = ""
    account: parameters.LocatorOrEmpty = ""
    producer_code: Annotated[str, Field(max_length=128, pattern=r"^[^\x00]*$")] = ""
    state: QuoteState | SkipJsonSchema[None] = None


class AskedStep(parameters.Narrowed):
    """The version that was looked at, where the step counts only on top of that."""

    version: Annotated[int, Field(ge=1, le=2**31 - 2), parameters.WHOLE_NUMBER] | SkipJsonSchema[None] = None


Step = Annotated[AskedStep, Query()]


class Quote(shapes.Shape):
    """A quote. `account` is empty where the account is not yours to see, `producerCode` where it carries none; amounts
    that are null are not known. `version` is what a change is made on top of. `submission` is empty for a quote of
    none, `document` where the carrier's own paper is not on file. `refusal` says why underwriters who were asked to
    bind it did not."""

    locator: str
    state: QuoteState
    account: str
    insured_name: str
    line: str
    line_name: str
    carrier: str
    carrier_locator: str
    producer_code: str
    producer: str
    effective: date
    expiration: date
    valid_until: date | None
    jurisdiction: str
    postal_code: str
    premium: shapes.Money | None
    insured_value: shapes.Money | None
    limit: shapes.Money | None
    deductible: shapes.Money | None
    losses: shapes.Money | None
    class_codes: list[str]
    terms: str
    version: int
    created_at: datetime
    created_by: str
    underwritten_at: datetime | None
    submission: str
    offer: QuoteOffer
    offered_at: datetime | None
    document: str
    referred_at: datetime | None
    refused_at: datetime | None
    refused_by: str
    refusal: str
    bound_at: datetime | None
    bound_by: str


class Quotes(shapes.Listed[Quote]):
    pass


class UnderwrittenQuote(underwriting_flags.Underwriting):
    """What underwriting came to, and the quote as it stands now."""

    quote: Quote

    @classmethod
    def of(cls, answer: QuoteUnderwriting) -> Self:
        return cls.model_validate(underwriting_flags.told(answer.result) | {"quote": asdict(answer.quote)})


@router.get("", dependencies=parameters.GIVEN_ONCE)
async def list_quotes(caller: Caller, asked: Annotated[AskedQuotes, Query()]) -> Quotes:
    """The quotes that you may see, the newest first."""
    found = await the_door().act(find.listed, caller, **asked.model_dump())
    return Quotes.page([asdict(row) for row in found.rows], found.total, asked.offset)


@router.post("", status_code=HTTPStatus.CREATED, responses=problems.WRITTEN)
async def create_quote(caller: Caller, sent: NewQuote, answer: Response) -> Quote:
    """Draw up a quote for an account."""
    made = await the_door().act(drafts.create, caller, account=sent.account, terms=sent.asked())
    answer.headers["Location"] = f"/api/v1/quotes/{made.locator}"
    return Quote.of(made)


@router.get("/{locator}", responses=problems.MISSING)
async def get_quote(caller: Caller, locator: parameters.Locator) -> Quote:
    """One quote."""
    return Quote.of(await the_door().act(find.quote, caller, locator=locator))


@router.patch("/{locator}", responses=CHANGED)
async def update_quote(caller: Caller, locator: parameters.Locator, sent: ChangedQuote) -> Quote:
    """Change a draft."""
    given: dict[str, Any] = sent.given("version")
    return Quote.of(await the_door().act(drafts.update, caller, locator=locator, given=given, version=sent.version))


@router.post("/{locator}/underwrite", responses=STEPPED, dependencies=parameters.GIVEN_ONCE)
async def underwrite_quote(caller: Caller, locator: parameters.Locator, asked: Step) -> UnderwrittenQuote:
    """Underwrite a draft. With a producer that is not valid the outcome is `failed`, and the quote stays a draft."""
    done = await the_door().act(requests.underwrite_quote, caller, locator=locator, version=asked.version)
    return UnderwrittenQuote.of(done)


@router.post("/{locator}/reset", responses=STEPPED, dependencies=parameters.GIVEN_ONCE)
async def reset_quote(caller: Caller, locator: parameters.Locator, asked: Step) -> Quote:
    """Bring a quote back to draft; its flags stay."""
    return Quote.of(await the_door().act(drafts.reset, caller, locator=locator, version=asked.version))


@router.post("/{locator}/discard", responses=STEPPED, dependencies=parameters.GIVEN_ONCE)
async def discard_quote(caller: Caller, locator: parameters.Locator, asked: Step) -> Quote:
    """Throw a quote away for good."""
    return Quote.of(await the_door().act(drafts.discard, caller, locator=locator, version=asked.version))
