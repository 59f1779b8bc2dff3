"""Quotes of the fixed cast, in one word."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from portal_app.models.accounts import Account
from portal_app.models.enums import Grant, ProducerState
from portal_app.models.policies import Carrier
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.quotes import drafts
from portal_app.services.quotes.terms import QuoteTerms
from portal_app.services.quotes.views import QuoteView
from tests.world import Agency


def underwriter(agency: Agency) -> Actor:
    """A CSR to whom it is granted: not everybody who underwrites is a Principal."""
    return agency.csr(Grant.UNDERWRITING)


def places(door: Door, agency: Agency, name: str = "maya") -> tuple[str, str]:
    """The locators of the account of that policy, and of the carrier."""
    with door.database.read() as db:
        account = db.get_one(Account, agency.policies[name].account_id).locator
        return account, db.scalars(select(Carrier.locator)).one()


def quote(door: Door, agency: Agency, code: str | None = "HL-maya", *, of: str = "maya", **given: Any) -> QuoteView:
    """A draft that carries this code."""
    account, carrier = places(door, agency, of)
    terms: dict[str, Any] = {
        "line": "homeowners",
        "carrier": carrier,
        "effective": date(2027, 1, 1),
        "expiration": date(2028, 1, 1),
        "premium": Decimal("1200.00"),
        "producer_code": code,
    }
    return door.run(drafts.create, underwriter(agency), account=account, terms=QuoteTerms(**(terms | given)))


def put(door: Door, who: Producer | ProducerCode, state: ProducerState) -> None:
    with door.database.write() as db:
        db.execute(update(type(who)).where(type(who).id == who.id).values(state=state))
