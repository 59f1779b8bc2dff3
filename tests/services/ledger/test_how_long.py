"""A renewal lasts as long as the term before it, year after year."""

from datetime import date

import pytest

from portal_app.services.ledger.rules import as_long
from portal_app.services.sync.projection import Term


@pytest.mark.criterion("LEDGER-25")
@pytest.mark.parametrize(
    ("effective", "expiration", "day", "until"),
    [
        (date(2026, 6, 1), date(2027, 6, 1), date(2027, 6, 1), date(2028, 6, 1)),
        (date(2024, 2, 29), date(2025, 3, 1), date(2025, 3, 1), date(2026, 3, 1)),
        (date(2024, 2, 29), date(2025, 2, 28), date(2025, 2, 28), date(2026, 2, 28)),
        (date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29), date(2029, 2, 28)),
        (date(2026, 8, 31), date(2027, 2, 28), date(2027, 2, 28), date(2027, 8, 28)),
        (date(2026, 12, 15), date(2027, 1, 15), date(2027, 1, 15), date(2027, 2, 15)),
        (date(2026, 1, 30), date(2026, 3, 2), date(2026, 3, 2), date(2026, 4, 2)),
        (date(2026, 6, 1), date(2026, 6, 20), date(2026, 6, 20), date(2026, 7, 9)),
    ],
)
def test_a_term_lasts_as_long_as_the_one_before(effective: date, expiration: date, day: date, until: date) -> None:
    assert as_long(Term(effective, {"expiration": expiration.isoformat()}, ""), day) == until
