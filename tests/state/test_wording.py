from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from portal_app.state import wording
from portal_app.state.policy import way_through

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 20, 15, 5, tzinfo=UTC)


@pytest.mark.criterion("LOOK-10")
@pytest.mark.parametrize(
    ("when", "read"),
    [
        (NOW, "10:05 AM"),
        (NOW + timedelta(hours=3), "1:05 PM"),
        (NOW - timedelta(hours=10, minutes=5), "12:00 AM"),
        (NOW - timedelta(hours=11), "Nov 19, 11:05 PM"),
        (NOW - timedelta(days=365), "Nov 20, 2025, 10:05 AM"),
        (None, ""),
    ],
)
def test_a_moment_is_told_in_the_agencys_zone_with_as_much_date_as_it_needs(when: datetime | None, read: str) -> None:
    assert wording.moment(when, NEW_YORK, NOW) == read


@pytest.mark.criterion("LOOK-10")
def test_data_that_missed_two_runs_is_not_fresh() -> None:
    assert not wording.is_stale(NOW - wording.FRESH, NOW)
    assert wording.is_stale(NOW - wording.FRESH - timedelta(seconds=1), NOW)
    assert not wording.is_stale(None, NOW)


@pytest.mark.parametrize(
    ("amount", "exact", "rounded"),
    [
        (Decimal("1234.5"), "$1,234.50", "$1,234"),
        (Decimal("-12.34"), "-$12.34", "-$12"),
        (Decimal(0), "$0.00", "$0"),
        (Decimal("999999.99"), "$999,999.99", "$1,000,000"),
    ],
)
def test_money(amount: Decimal, exact: str, rounded: str) -> None:
    assert wording.money(amount) == exact
    assert wording.round_money(amount) == rounded


def test_counts_and_spans() -> None:
    assert wording.count(1, "policy", "policies") == "1 policy"
    assert wording.count(1437, "policy", "policies") == "1,437 policies"
    assert wording.span(0, 50, 437) == "1–50 of 437"
    assert wording.span(400, 37, 437) == "401–437 of 437"
    assert wording.span(500, 0, 437) == "0 of 437"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ruth Calloway", "RC"), ("Ana Maria de Souza", "AS"), ("Cher", "C"), ("", ""), ("— Kim", "K")],
)
def test_initials(name: str, letters: str) -> None:
    assert wording.initials(name) == letters


@pytest.mark.parametrize(
    ("today", "told", "share"),
    [
        (date(2026, 5, 31), "Begins in 1 day", 0),
        (date(2026, 6, 1), "365 days left in this term", 0),
        (date(2026, 11, 30), "183 days left in this term", 50),
        (date(2027, 5, 31), "1 day left in this term", 100),
        (date(2027, 6, 1), "Ends today", 100),
        (date(2027, 6, 3), "Ended 2 days ago", 100),
    ],
)
def test_the_way_through_a_term(today: date, told: str, share: int) -> None:
    assert way_through(date(2026, 6, 1), date(2027, 6, 1), today) == (told, share)
