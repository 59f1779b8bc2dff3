"""A submission of Maya's with quotes, in one word."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal_app.models.enums import BindAction, GranteeKind
from portal_app.models.policies import Carrier
from portal_app.models.quotes import Quote
from portal_app.services.access import Actor
from portal_app.services.authority import grants
from portal_app.services.authority.terms import GrantTerms
from portal_app.services.binding import bind, bindability
from portal_app.services.binding.bind import Bound
from portal_app.services.binding.bindability import Bindability
from portal_app.services.quotes import of_submissions
from portal_app.services.quotes.terms import QuoteTerms
from portal_app.services.quotes.views import QuoteView
from portal_app.services.submissions import assigning
from portal_app.services.underwriting import requests
from tests.services.submissions.acting import Cast

GIVEN = GrantTerms(
    GranteeKind.AGENCY,
    (BindAction.NEW,),
    date(2026, 1, 1),
    states=("RI",),
    max_premium=Decimal(10_000),
    binder_days=30,
)


class Desk:
    """Where submissions are quoted and bound."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.door = cast, cast.door
        with self.door.database.read() as db:
            self.carrier = db.scalars(select(Carrier.locator)).one()

    def allow(self, **given: Any) -> None:
        self.door.run(grants.add, self.cast.agency.admin(), terms=replace(GIVEN, **given))

    def reviewed(self, who: Actor | None = None, **named: Any) -> str:
        """A submission that an underwriter picked up."""
        locator = self.cast.submitted(who, **named)
        self.door.run(assigning.pick_up, self.cast.underwriter, locator=locator)
        return locator

    def quoted(self, submission: str, document: str = "", **given: Any) -> QuoteView:
        """A draft of a quote."""
        terms: dict[str, Any] = {
            "line": "homeowners",
            "carrier": self.carrier,
            "effective": date(2027, 1, 15),
            "expiration": date(2028, 1, 15),
            "valid_until": date(2026, 12, 20),
            "jurisdiction": "RI",
            "postal_code": "02903",
            "premium": Decimal("1450.00"),
            "limit": Decimal(350_000),
            "deductible": Decimal(1000),
            "terms": "Wind deductible 2 %.",
        }
        return self.door.run(
            of_submissions.create,
            self.cast.underwriter,
            submission=submission,
            terms=QuoteTerms(**(terms | given)),
            document=document,
        )

    def underwritten(self, submission: str, **given: Any) -> QuoteView:
        made = self.quoted(submission, **given)
        return self.door.run(requests.underwrite_quote, self.cast.underwriter, locator=made.locator).quote

    def offered(self, submission: str = "", **given: Any) -> QuoteView:
        made = self.underwritten(submission or self.reviewed(), **given)
        return self.door.run(of_submissions.offer, self.cast.underwriter, locator=made.locator, doubts_confirmed=True)

    def bind(self, quote: str, who: Actor | None = None, version: int | None = None, *, no_loss: bool = False) -> Bound:
        return self.door.run(bind.bind, who or self.cast.maya, quote=quote, version=version, no_loss=no_loss)

    def asks(self, quote: str, who: Actor | None = None) -> Bindability:
        return self.door.run(bindability.bindability, who or self.cast.maya, quote=quote)

    def row(self, quote: str) -> Quote:
        """As it is stored."""
        with self.door.database.read() as db:
            row = db.scalars(select(Quote).where(Quote.locator == quote)).one()
            db.expunge(row)
            return row
