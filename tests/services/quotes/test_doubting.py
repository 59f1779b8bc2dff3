"""What of a quote is not as its submission asks for is told and confirmed, and can be bound all the same."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from portal_app.models.audit import AuditEvent
from portal_app.models.quotes import QuoteOffer
from portal_app.services.door import Door
from portal_app.services.errors import Invalid, NotFound
from portal_app.services.quotes import doubting, of_submissions
from portal_app.services.quotes.doubting import Asks, doubts
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import Cast
from tests.world import Agency

BEGINS, ENDS = date(2027, 1, 15), date(2028, 1, 15)
ASKS = Asks(BEGINS, ENDS, Decimal(1200))


@pytest.fixture
def desk(door: Door, agency: Agency) -> Desk:
    return Desk(Cast(door, agency))


@pytest.mark.criterion("QUOTE-14")
@pytest.mark.parametrize(
    ("asks", "effective", "expiration", "premium", "told"),
    [
        (ASKS, BEGINS, ENDS, Decimal(1200), {}),
        (ASKS, BEGINS, ENDS, None, {}),
        (ASKS, BEGINS, ENDS, Decimal(600), {}),
        (ASKS, BEGINS, ENDS, Decimal(2400), {}),
        (Asks(BEGINS, date(2027, 4, 1)), BEGINS, date(2027, 4, 1), Decimal(300), {}),
        (Asks(), date(2028, 2, 29), date(2029, 2, 28), Decimal(300), {}),
        (Asks(), date(2027, 8, 31), date(2028, 2, 29), Decimal(300), {}),
        (
            ASKS,
            date(2029, 2, 1),
            date(2030, 2, 1),
            Decimal("2400.01"),
            {
                "premium": "The submission's target premium is $1,200.00; $2,400.01 is more than twice of it.",
                "effective": "The submission asks for Jan 15, 2027; the quote begins Feb 1, 2029.",
                "expiration": "The submission asks for a term until Jan 15, 2028; the quote ends Feb 1, 2030.",
            },
        ),
        (
            Asks(BEGINS),
            BEGINS,
            date(2077, 1, 15),
            Decimal("0.01"),
            {
                "premium": "$0.01 is hardly a premium.",
                "expiration": "A term from Jan 15, 2027 to Jan 15, 2077 is neither 6 nor 12 months, as is usual.",
            },
        ),
        (
            ASKS,
            BEGINS,
            ENDS,
            Decimal(599),
            {"premium": "The submission's target premium is $1,200.00; $599.00 is less than half of it."},
        ),
        (
            Asks(),
            date(9999, 12, 1),
            date(9999, 12, 31),
            None,
            {"expiration": "A term from Dec 1, 9999 to Dec 31, 9999 is neither 6 nor 12 months, as is usual."},
        ),
    ],
)
def test_what_differs_from_what_is_asked_for_is_told(
    asks: Asks, effective: date, expiration: date, premium: Decimal | None, told: dict[str, str]
) -> None:
    assert {each.field: each.sentence for each in doubts(asks, effective, expiration, premium)} == told


@pytest.mark.criterion("QUOTE-14")
def test_what_is_not_as_asked_for_is_offered_once_somebody_says_that_it_is_meant(door: Door, desk: Desk) -> None:
    submission, underwriter, maya = desk.reviewed(), desk.cast.underwriter, desk.cast.maya
    as_asked = desk.underwritten(submission)
    other = desk.underwritten(submission, effective=date(2027, 3, 1), expiration=date(2028, 3, 1))
    told = door.run(doubting.of_submission, underwriter, submission=submission)
    assert {name: [each.field for each in found] for name, found in told.items()} == {
        as_asked.locator: [],
        other.locator: ["effective", "expiration"],
    }
    with pytest.raises(Invalid, match="Confirm that it is meant") as refused:
        door.run(of_submissions.offer, underwriter, locator=other.locator)
    assert list(refused.value.problems) == ["effective", "expiration"]
    read = (told[other.locator][0].sentence,)
    with pytest.raises(Invalid) as refused:
        door.run(of_submissions.offer, underwriter, locator=other.locator, doubts_confirmed=read)
    assert list(refused.value.problems) == ["expiration"], "what was not read is not confirmed"
    assert desk.row(other.locator).offer is QuoteOffer.NOT_OFFERED
    assert door.run(of_submissions.offer, underwriter, locator=as_asked.locator).offer is QuoteOffer.OFFERED
    door.run(of_submissions.offer, underwriter, locator=other.locator, doubts_confirmed=True)
    with door.database.read() as db:
        details = list(db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "quote.offered")))
    assert ["confirmed" in each for each in details] == [False, True]
    assert [each.field for each in door.run(doubting.of_quote, maya, locator=other.locator)] == [
        "effective",
        "expiration",
    ]
    desk.allow()
    assert desk.bind(other.locator).number, "what is confirmed can be bound"
    for service, named in ((doubting.of_quote, {"locator": other.locator}),
                           (doubting.of_submission, {"submission": submission})):  # fmt: skip
        with pytest.raises(NotFound):
            door.run(service, desk.cast.daniel, **named)
