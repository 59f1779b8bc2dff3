"""Business days: counted by intervals, and equal to a count from one close of business to the next."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.configuration.versions import ConfigurationProblems
from portal_app.services.routing.clock import Standing, Wait, at_risk, first_day, standing, target
from portal_app.services.routing.holidays import Holiday, Holidays, business, closed_between, federal
from portal_app.services.routing.reading import read_holidays
from portal_app.services.routing.writing import holidays_text

CHICAGO = ZoneInfo("America/Chicago")
PLAIN = Holidays()
NEVER = datetime(2026, 1, 1, tzinfo=UTC)


def at(day: str, hour: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=CHICAGO)


def due(submitted: datetime, days: int, *waited: Wait, holidays: Holidays = PLAIN, now: datetime = NEVER) -> str:
    return target(submitted, days, holidays, CHICAGO, waited, now=now).isoformat()


@pytest.mark.criterion("CLOCK-01")
@pytest.mark.parametrize(
    ("submitted", "expected"),
    [
        (at("2026-03-02"), "2026-03-04"),
        (at("2026-03-02", "16:59:59"), "2026-03-04"),
        (at("2026-03-02", "17:00"), "2026-03-05"),
        (at("2026-03-05"), "2026-03-09"),
        (at("2026-03-07"), "2026-03-11"),
        # Across a holiday that is observed on the Friday before, and across Thanksgiving.
        (at("2026-07-01"), "2026-07-06"),
        (at("2026-11-25"), "2026-11-30"),
        # Still Monday in Chicago.
        (datetime(2026, 3, 2, 22, 30, tzinfo=UTC), "2026-03-04"),
    ],
)
def test_an_answer_is_due_in_business_days_of_the_agency(submitted: datetime, expected: str) -> None:
    assert due(submitted, 2) == expected


@pytest.mark.criterion("CLOCK-02")
def test_the_days_on_which_the_producer_is_asked_do_not_count() -> None:
    monday = at("2026-03-02")
    asked = Wait(at("2026-03-02", "11:00"), at("2026-03-04", "11:00"))
    assert due(monday, 2, asked) == "2026-03-06"
    assert due(monday, 2, asked, asked, Wait(at("2026-03-03"), at("2026-03-04", "09:00"))) == "2026-03-06"
    within = Wait(at("2026-03-02", "11:00"), at("2026-03-02", "12:00"))
    assert due(monday, 2, within) == "2026-03-04", "answered before the close of the same day"
    weekend = Wait(at("2026-03-06", "18:00"), at("2026-03-08"))
    assert due(at("2026-03-05"), 2, weekend) == "2026-03-09", "nobody would have worked"
    late = Wait(at("2026-03-05"), at("2026-03-09"))
    assert due(monday, 2, late) == "2026-03-04", "it was due before they were asked"
    still = Wait(at("2026-03-03"))
    assert due(monday, 2, still, now=at("2026-03-06")) == "2026-03-09"
    assert due(monday, 2, still, now=at("2026-03-09")) == "2026-03-10"


@pytest.mark.criterion("CLOCK-03")
def test_a_date_stands_in_time_at_risk_or_overdue() -> None:
    monday = date(2026, 3, 9)
    told = [
        standing(monday, PLAIN, CHICAGO, now=now)
        for now in (at("2026-03-06"), at("2026-03-06", "17:00"), at("2026-03-08"), at("2026-03-09", "16:59"))
    ]
    assert told == [Standing.IN_TIME, Standing.AT_RISK, Standing.AT_RISK, Standing.AT_RISK]
    assert standing(monday, PLAIN, CHICAGO, now=at("2026-03-09", "17:00")) is Standing.OVERDUE
    assert [at_risk(monday, PLAIN, CHICAGO, now=at(day)) for day in ("2026-03-06", "2026-03-09", "2026-03-10")] == [
        False, True, True,
    ]  # fmt: skip


@pytest.mark.criterion("CLOCK-04")
def test_federal_holidays_are_observed_by_rule() -> None:
    assert [f"{each.day:%m-%d}" for each in federal(2026)] == [
        "01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25",
    ]  # fmt: skip
    assert federal(2021)[-1] == Holiday(date(2021, 12, 31), "New Year's Day"), "of 2022, which falls on a Saturday"
    assert date(2022, 1, 1) not in {each.day for each in federal(2022)}
    assert date(2023, 1, 2) in {each.day for each in federal(2023)}, "a Sunday"
    assert "Juneteenth" not in {each.name for each in federal(2020)}
    own = Holidays(True, time(16), (Holiday(date(2026, 12, 24), "Christmas Eve"), Holiday(date(2026, 12, 25), "Ours")))
    closed = closed_between(own, date(2026, 12, 1), date(2027, 1, 1))
    assert [each.name for each in closed] == ["Christmas Eve", "Ours", "New Year's Day"]
    assert read_holidays(holidays_text(own)) == own


@pytest.mark.criterion("CLOCK-05")
def test_everything_that_is_wrong_with_holidays_is_told_with_its_path() -> None:
    wrong = """{"federal": 1, "closesAt": "25:00", "days": [{"date": "2026-02-30", "name": ""}], "zone": ""}"""
    with pytest.raises(ConfigurationProblems) as told:
        read_holidays(wrong)
    places = {each.split(":")[0] for each in told.value.problems}
    assert places == {"zone", "federal", "closesAt", "days.0.name", "days.0.date"}
    twice = '{"date": "2026-12-24", "name": "Eve"}'
    with pytest.raises(ConfigurationProblems, match="more than once"):
        read_holidays(f'{{"federal": false, "closesAt": "17:00", "days": [{twice}, {twice}]}}')
    with pytest.raises(ConfigurationProblems, match="stands twice"):
        read_holidays('{"federal": true, "federal": false}')


moments = st.integers(0, 396 * 24 * 60).map(lambda each: NEVER + timedelta(minutes=each))
days_off = st.sets(st.dates(date(2026, 1, 1), date(2027, 3, 1)), max_size=30)
calendars = st.builds(
    lambda on, closes, off: Holidays(on, closes, tuple(Holiday(each, "Off") for each in sorted(off))),
    st.booleans(), st.sampled_from((time(12), time(17), time(23, 59))), days_off,
)  # fmt: skip
waits = st.lists(
    st.tuples(moments, st.none() | st.timedeltas(timedelta(), timedelta(days=40))).map(
        lambda each: Wait(each[0], None if each[1] is None else each[0] + each[1])
    ),
    max_size=4,
)
some_days = st.integers(1, 15)
NOW = datetime(2026, 10, 1, tzinfo=UTC)


def naive(submitted: datetime, days: int, holidays: Holidays, waited: list[Wait]) -> date:
    """From close to close: one that passes while the producer is asked does not count."""
    day, works = submitted.astimezone(CHICAGO).date() - timedelta(days=1), business(holidays)
    while True:
        day += timedelta(days=1)
        close = datetime.combine(day, holidays.closes_at, CHICAGO).astimezone(UTC)
        if not works(day) or close <= submitted:
            continue
        if any(each.since < close <= (NOW if each.until is None else each.until) for each in waited):
            continue
        if days == 0:
            return day
        days -= 1


@pytest.mark.criterion("CLOCK-06")
@given(moments, some_days, calendars, waits)
def test_the_count_by_intervals_equals_the_count_by_days(
    submitted: datetime, days: int, holidays: Holidays, waited: list[Wait]
) -> None:
    assert target(submitted, days, holidays, CHICAGO, waited, now=NOW) == naive(submitted, days, holidays, waited)


@pytest.mark.criterion("CLOCK-06")
@given(moments, moments, some_days, calendars, waits, waits)
def test_nothing_later_longer_or_more_waited_for_is_due_earlier(
    one: datetime, other: datetime, days: int, holidays: Holidays, waited: list[Wait], more: list[Wait]
) -> None:
    def found(moment: datetime, days: int, waited: list[Wait]) -> date:
        return target(moment, days, holidays, CHICAGO, waited, now=NOW)

    early, late = sorted((one, other))
    assert found(early, days, waited) <= found(late, days, waited)
    assert found(early, days, waited) < found(early, days + 1, waited)
    assert found(early, days, waited) <= found(early, days, waited + more)
    assert first_day(early, holidays, CHICAGO) <= found(early, days, waited)
