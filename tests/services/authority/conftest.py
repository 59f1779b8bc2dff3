"""Maya's quote, which every rule lets through but that of authority, and who asks about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.enums import BindAction, GranteeKind, QuoteState
from portal_app.models.policies import Carrier, LineOfBusiness
from portal_app.models.quotes import Quote
from portal_app.services.access import Actor
from portal_app.services.authority import grants, moratoria
from portal_app.services.authority.grants import Grant
from portal_app.services.authority.moratoria import Moratorium
from portal_app.services.authority.terms import GrantTerms, MoratoriumTerms
from portal_app.services.door import Door
from tests.services.licensing.conftest import Write, appointment_of, carrier, license_of  # noqa: F401
from tests.services.producers.configured import SEED, with_configuration
from tests.world import NOW, Agency

ASKING = {
    **SEED,
    "producerManagement": SEED["producerManagement"] | {"qualification": {"lines": {"homeowners": "appointment"}}},
}
GIVEN = GrantTerms(GranteeKind.AGENCY, (BindAction.NEW,), date(2026, 1, 1), states=("RI",), max_premium=Decimal(10_000))
STORM = MoratoriumTerms(
    name="Storm Ida",
    peril="Wind",
    reason="A named storm is near.",
    actions=(BindAction.NEW, BindAction.ENDORSE),
    begins_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
    zip_prefixes=("029",),
)
Allow, Stop = Callable[..., Grant], Callable[..., Moratorium]


@pytest.fixture
def asking(door: Door) -> Door:
    """The door of an agency that asks for an appointment for homeowners, and for nothing else."""
    return with_configuration(door, ASKING)


@pytest.fixture
def allow(door: Door, agency: Agency) -> Allow:
    """Grants authority, by the administrator."""

    def write(by: Actor | None = None, **given: Any) -> Grant:
        return door.run(grants.add, by or agency.admin(), terms=replace(GIVEN, **given))

    return write


@pytest.fixture
def stop(door: Door, agency: Agency) -> Stop:
    """Sets a moratorium, by the administrator."""

    def write(by: Actor | None = None, **given: Any) -> Moratorium:
        return door.run(moratoria.add, by or agency.admin(), terms=replace(STORM, **given))

    return write


def add_quote(database: Database, agency: Agency, owner: str = "maya", **given: Any) -> Quote:
    """An underwritten quote of a home in Providence, under that producer's code."""
    with database.write() as db:
        line = db.scalars(select(LineOfBusiness).where(LineOfBusiness.code == "homeowners")).one()
        of: dict[str, Any] = {
            "state": QuoteState.UNDERWRITTEN,
            "account_id": db.scalars(select(Account.id)).first(),
            "line_id": line.id,
            "carrier_id": db.scalars(select(Carrier.id)).first(),
            "producer_code_id": agency.codes[owner].id,
            "effective": date(2026, 12, 1),
            "expiration": date(2027, 12, 1),
            "jurisdiction": "RI",
            "postal_code": "02903",
            "premium": Decimal(9000),
            "created_at": NOW,
            "created_by": "maya@agency.test",
        }
        quote = Quote(**(of | given))
        db.add(quote)
    return quote


@pytest.fixture
def quote(database: Database, agency: Agency) -> Quote:
    return add_quote(database, agency)
