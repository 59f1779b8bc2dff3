"""Quotes of submissions: drawn up, offered, bound, or referred to who may bind them."""

from dataclasses import asdict
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Self
from urllib.parse import quote

from fastapi import APIRouter, Response
from pydantic import Field

from portal_app.models.enums import BindOutcome
from portal_app.routes.api import credentials, parameters, problems, quotes, shapes
from portal_app.routes.api.auth import Caller
from portal_app.routes.api.credentials import Amount, Day
from portal_app.routes.api.media import BINARY
from portal_app.routes.api.quotes import Quote, Quotes, Version
from portal_app.routes.api.submissions import Key
from portal_app.services.binding import bindability, by_program, refer
from portal_app.services.binding.bind import Bound
from portal_app.services.binding.bindability import Bindability
from portal_app.services.door import the_door
from portal_app.services.idempotency import Asked
from portal_app.services.papers import making
from portal_app.services.quotes import doubting, of_submissions
from portal_app.services.quotes.terms import QuoteTerms
from portal_app.services.submissions.moving import LONGEST_REASON

router = APIRouter(responses=problems.OF_A_ROLE)
STEPPED = problems.WRITTEN | problems.MISSING | problems.AGAINST_IT

EVIDENCE: dict[int | str, dict[str, Any]] = {200: {"description": "The file.", "content": {"application/pdf": BINARY}}}

Note = Annotated[str, Field(max_length=LONGEST_REASON, pattern=r"^[^\x00]*$")]


class NewQuoteOfSubmission(credentials.Sent):
    """A draft to be. It has the line of the submission, and its producer code unless another of the same producer is
    named. `document` is the locator of the carrier's quote among the submission's documents. What is left out is not
    known yet."""

    line: quotes.Line
    carrier: quotes.Locator
    producer_code: quotes.ProducerCode | None = None
    effective: Day
    expiration: Day
    valid_until: Day | None = None
    jurisdiction: quotes.State = ""
    postal_code: quotes.PostalCode = ""
    premium: Amount | None = None
    insured_value: Amount | None = None
    limit: Amount | None = None
    deductible: Amount | None = None
    losses: Amount | None = None
    class_codes: quotes.ClassCodes = []
    terms: quotes.Terms = ""
    document: parameters.LocatorOrEmpty = ""

    def asked(self) -> QuoteTerms:
        return QuoteTerms(**self.given("document"))


class Paper(credentials.Sent):
    """The carrier's quote among the submission's documents; empty for none."""

    document: parameters.LocatorOrEmpty
    version: Version | None = None


class SteppedOn(credentials.Sent):
    """`version` is the quote's that was looked at: where somebody changed it since, nothing is done."""

    version: Version | None = None


class AskedOffer(SteppedOn):
    """Where the quote is not what the submission asks for, as `doubts` tells, `doubtsConfirmed` says that it is meant:
    else it is not offered, and each doubt is told with its field."""

    doubts_confirmed: bool = False


class Doubt(shapes.Shape):
    """What differs from what the submission asks for, or from what is usual, and the field of the quote."""

    field: str
    sentence: str


class Doubts(shapes.Listed[Doubt]):
    pass


class AskedBind(SteppedOn):
    """Where the cover begins in the past, `noLoss` says that the insured states what `bindability` tells."""

    no_loss: bool = False


class Referral(credentials.Sent):
    """The underwriters read the note."""

    note: Note = ""
    version: Version | None = None


class Refusal(credentials.Sent):
    """Who asked the underwriters reads the reason."""

    reason: Note
    version: Version | None = None


class Reason(shapes.Shape):
    """What stands in the way: a rule of binding authority, or the quote's own `state`, `validity`, `term`, `premium` or
    `book`, whose producer code it is under. One that is `referable` underwriters may decide."""

    rule: str
    found: str
    would_pass: str
    referable: bool


class QuoteBindability(shapes.Shape):
    """Whether you could bind it now. `outcome` is null where the quote is none that is bound at all; `mayRefuse` tells
    that somebody else asked the underwriters to bind it, and you are one. `noLoss` is what the insured has to state
    where the cover begins in the past, else empty."""

    can_bind: bool
    may_refer: bool
    may_refuse: bool
    outcome: BindOutcome | None
    reasons: list[Reason]
    binder_until: date | None
    version: int
    no_loss: str

    @classmethod
    def told(cls, answer: Bindability) -> Self:
        return cls.model_validate(asdict(answer))


class BoundQuote(shapes.Shape):
    """What became of it. Where it is not `bound`, `reasons` say why, and `policy` and `number` are empty; `decision` is
    the locator of the answer that was kept."""

    bound: bool
    policy: str
    number: str
    binder_until: date | None
    reasons: list[Reason]
    may_refer: bool
    decision: str
    quote: Quote

    @classmethod
    def told(cls, answer: Bound) -> Self:
        names = ("policy", "number", "binder_until", "may_refer")
        return cls(
            **{name: getattr(answer, name) for name in names},
            bound=answer.policy != "",
            reasons=[Reason.of(each) for each in answer.reasons],
            decision=answer.decision.locator,
            quote=Quote.of(answer.quote),
        )


@router.get("/submissions/{locator}/quotes", responses=problems.MISSING, tags=["submissions"])
async def list_quotes_of_submission(caller: Caller, locator: parameters.Locator) -> Quotes:
    """The quotes of a submission, the newest first; who handed it in sees those that were offered."""
    found = await the_door().act(of_submissions.listed, caller, submission=locator)
    return Quotes.page([asdict(each) for each in found], len(found), 0)


@router.post("/submissions/{locator}/quotes", status_code=HTTPStatus.CREATED, responses=STEPPED, tags=["submissions"])
async def create_quote_of_submission(
    caller: Caller, locator: parameters.Locator, sent: NewQuoteOfSubmission, answer: Response
) -> Quote:
    """Draw up a quote of a submission. Where it has no account yet, one is made of its answers."""
    made = await the_door().act(
        of_submissions.create, caller, submission=locator, terms=sent.asked(), document=sent.document
    )
    answer.headers["Location"] = f"/api/v1/quotes/{made.locator}"
    return Quote.of(made)


@router.get(
    "/submissions/{locator}/evidence",
    responses=EVIDENCE | problems.MISSING,
    response_class=Response,
    tags=["submissions"],
)
async def get_evidence(caller: Caller, locator: parameters.Locator) -> Response:
    """The evidence file in one PDF, made now: application, timeline, decisions and the list of documents. Personal
    values are masked."""
    name, content = await making.evidence_file(the_door(), caller, submission=locator)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/pdf", headers=headers)


@router.post("/quotes/{locator}/document", responses=STEPPED, tags=["quotes"])
async def attach_document(caller: Caller, locator: parameters.Locator, sent: Paper) -> Quote:
    """Put the carrier's quote to a draft, or take it away."""
    done = await the_door().act(
        of_submissions.attach, caller, locator=locator, document=sent.document, version=sent.version
    )
    return Quote.of(done)


@router.post("/quotes/{locator}/offer", responses=STEPPED, tags=["quotes"])
async def offer_quote(caller: Caller, locator: parameters.Locator, sent: AskedOffer) -> Quote:
    """Offer an underwritten quote to who handed the submission in."""
    given = sent.model_dump()
    return Quote.of(await the_door().act(of_submissions.offer, caller, locator=locator, **given))


@router.get("/quotes/{locator}/doubts", responses=problems.MISSING, tags=["quotes"])
async def list_doubts(caller: Caller, locator: parameters.Locator) -> Doubts:
    """What about a quote differs from what its submission asks for: dates, a premium far from the target or of nearly
    nothing, a term that is not usual. Nothing of it keeps anybody from binding."""
    found = await the_door().act(doubting.of_quote, caller, locator=locator)
    return Doubts.page([asdict(each) for each in found], len(found), 0)


@router.get("/quotes/{locator}/bindability", responses=problems.MISSING, tags=["quotes"])
async def get_bindability(caller: Caller, locator: parameters.Locator) -> QuoteBindability:
    """Whether you could bind a quote now, and everything that stands in the way. Nothing is kept."""
    return QuoteBindability.told(await the_door().act(bindability.bindability, caller, quote=locator))


@router.post("/quotes/{locator}/bind", responses=STEPPED, tags=["quotes"])
async def bind_quote(caller: Caller, locator: parameters.Locator, sent: AskedBind, key: Key = None) -> BoundQuote:
    """Bind an offered quote. Where you may not, `bound` is false, and the answer is kept with every reason."""
    request = f"POST /quotes/{locator}/bind"
    done = await the_door().act(
        by_program.bind_once,
        caller,
        asked=None if key is None else Asked(key, request, sent.model_dump(mode="json")),
        tell=_told,
        quote=locator,
        version=sent.version,
        no_loss=sent.no_loss,
    )
    return BoundQuote.model_validate(done)


@router.post("/quotes/{locator}/refer", responses=STEPPED, tags=["quotes"])
async def refer_quote(caller: Caller, locator: parameters.Locator, sent: Referral) -> QuoteBindability:
    """Ask the underwriters to bind a quote that you may not bind."""
    done = await the_door().act(refer.refer, caller, quote=locator, note=sent.note, version=sent.version)
    return QuoteBindability.told(done)


@router.post("/quotes/{locator}/refuse", responses=STEPPED, tags=["quotes"])
async def refuse_quote(caller: Caller, locator: parameters.Locator, sent: Refusal) -> Quote:
    """Refuse to bind a quote that somebody else asked the underwriters to bind."""
    done = await the_door().act(refer.refuse, caller, quote=locator, reason=sent.reason, version=sent.version)
    return Quote.of(done)


def _told(done: Bound) -> dict[str, Any]:
    return BoundQuote.told(done).model_dump(mode="json", by_alias=True)
