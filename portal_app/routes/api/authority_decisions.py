"""`/authority-decisions`: may this be bound, and why not?"""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from portal_app.models.enums import BindAction, BindOutcome, IssueOutcome
from portal_app.routes.api import credentials, parameters, problems, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.credentials import Amount, Day
from portal_app.services.authority import decide, decisions
from portal_app.services.authority.answers import STATED, Rule, Verdict
from portal_app.services.authority.facts import Facts
from portal_app.services.door import the_door

router = APIRouter(tags=["authority"], responses=problems.OF_A_ROLE)
ASKED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT
PostalCode = Annotated[str, Field(max_length=10, pattern=r"^[^\x00]*$", examples=["02903"])]


class FactsByHand(credentials.Sent):
    """What somebody wants to bind; what is left out is not known, and a rule that needs it refers. The producer code
    has to be one that the caller may see."""

    action: BindAction
    producer_code: credentials.Code = ""
    carrier: parameters.LocatorOrEmpty = ""
    line: parameters.Code = ""
    state: credentials.State = ""
    postal_code: PostalCode = ""
    effective: Day | None = None
    premium: Amount | None = None
    insured_value: Amount | None = None
    limit: Amount | None = None
    deductible: Amount | None = None
    losses: Amount | None = None
    class_codes: credentials.Names = []

    def facts(self) -> Facts:
        named = self.given("postal_code")
        return Facts(**named, postal_codes=(self.postal_code,))


class AskedAnswers(parameters.Asked):
    """A part of a list, of those alone that came out so where that is said."""

    outcome: BindOutcome | SkipJsonSchema[None] = None


class AuthorityFacts(shapes.Shape):
    """What was asked about, as it was known. A risk in more than one state has them all in `states` and no `state`."""

    action: BindAction
    producer_code: str
    carrier: str
    carrier_name: str
    line: str
    line_name: str
    state: str
    states: list[str]
    postal_codes: list[str]
    effective: date | None
    premium: shapes.Money | None
    insured_value: shapes.Money | None
    limit: shapes.Money | None
    deductible: shapes.Money | None
    losses: shapes.Money | None
    class_codes: list[str]


class RuleAnswer(shapes.Shape):
    """What one rule says: what was found, and what would make it pass where it does not."""

    rule: Rule
    name: str
    verdict: Verdict
    found: str
    would_pass: str


class RuleLookedAt(shapes.Shape):
    """A grant or a moratorium that was looked at, as it stood then."""

    locator: str
    version: int


class AuthorityDecision(shapes.Shape):
    """An answer, rule by rule in their order. `revision` is the number of the rules by which it was given. `quote`,
    `policy` and `transaction` are locators, empty where it was about another thing or put by hand. `binderDays` is how
    long a binder may run where a grant says so. `issue` says what became of the transaction where it was answered since
    `askedBy` issued it: they decided what it refers."""

    locator: str
    quote: str
    policy: str
    transaction: str
    asked_by: str
    asked_at: datetime
    revision: int
    action: BindAction
    outcome: BindOutcome
    binder_days: int | None
    issue: IssueOutcome | None
    answers: list[RuleAnswer]
    facts: AuthorityFacts
    rules: list[RuleLookedAt]

    @classmethod
    def of(cls, answer: decisions.Decided) -> Self:
        found: dict[str, Any] = asdict(answer)
        found["answers"] = [each | {"name": STATED[each["rule"]].name} for each in found["answers"]]
        found["rules"] = [{"locator": locator, "version": version} for locator, version in answer.rules]
        return cls.model_validate(found)


class AuthorityDecisions(shapes.Listed[AuthorityDecision]):
    pass


@router.post("/authority-decisions", status_code=201, responses=problems.WRITTEN)
async def decide_by_hand(caller: Caller, sent: FactsByHand, answer: Response) -> AuthorityDecision:
    """Whether one could bind something, by facts that one puts oneself."""
    return _made(await the_door().act(decide.by_hand, caller, facts=sent.facts()), answer)


@router.get("/authority-decisions", dependencies=parameters.GIVEN_ONCE)
async def list_authority_decisions(caller: Caller, asked: Annotated[AskedAnswers, Query()]) -> AuthorityDecisions:
    """What was answered by hand, the newest first: one's own, or everybody's to those who set authority and see the
    business."""
    return _page(await the_door().act(decisions.by_hand, caller, **asked.model_dump()), asked)


@router.get("/authority-decisions/{locator}", responses=problems.MISSING)
async def get_authority_decision(caller: Caller, locator: parameters.Locator) -> AuthorityDecision:
    """One answer."""
    return AuthorityDecision.of(await the_door().act(decisions.one, caller, locator=locator))


@router.post("/quotes/{locator}/authority-decisions", status_code=201, responses=ASKED)
async def decide_for_quote(caller: Caller, locator: parameters.Locator, answer: Response) -> AuthorityDecision:
    """Whether one may bind the quote."""
    return _made(await the_door().act(decide.for_quote, caller, quote=locator), answer)


@router.get("/quotes/{locator}/authority-decisions", dependencies=parameters.GIVEN_ONCE, responses=problems.MISSING)
async def list_quote_authority_decisions(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> AuthorityDecisions:
    """What was answered about a quote, the newest first."""
    found = await the_door().act(decisions.of_quote, caller, quote=locator, **asked.model_dump())
    return _page(found, asked)


@router.post("/transactions/{locator}/authority-decisions", status_code=201, responses=ASKED)
async def decide_for_transaction(caller: Caller, locator: parameters.Locator, answer: Response) -> AuthorityDecision:
    """Whether one may bind a drafted change or renewal, by the term as it would be."""
    return _made(await the_door().act(decide.for_transaction, caller, transaction=locator), answer)


@router.get(
    "/transactions/{locator}/authority-decisions", dependencies=parameters.GIVEN_ONCE, responses=problems.MISSING
)
async def list_transaction_authority_decisions(
    caller: Caller, locator: parameters.Locator, asked: Annotated[parameters.Asked, Query()]
) -> AuthorityDecisions:
    """What was answered about a transaction of a policy, the newest first."""
    found = await the_door().act(decisions.of_transaction, caller, transaction=locator, **asked.model_dump())
    return _page(found, asked)


def _made(found: decisions.Decided, answer: Response) -> AuthorityDecision:
    answer.headers["Location"] = f"/api/v1/authority-decisions/{found.locator}"
    return AuthorityDecision.of(found)


def _page(found: decisions.Decisions, asked: parameters.Asked) -> AuthorityDecisions:
    return AuthorityDecisions.page([AuthorityDecision.of(row) for row in found.rows], found.total, asked.offset)
