"""The rules of qualification on facts alone: whatever somebody holds and whatever is asked."""

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.enums import CredentialState, LicenseStatus, LineOfAuthority, QualificationCheck
from portal_app.models.policies import LineOfBusiness
from portal_app.services.licensing import lines
from portal_app.services.licensing.holdings import AppointmentHeld, Authority, Holdings, LicenseHeld
from portal_app.services.licensing.qualification import Question, judged
from tests.services.licensing import plainly

FIRST = date(2026, 1, 1)
# Few of each, so that they meet.
days = st.integers(0, 9).map(lambda number: FIRST + timedelta(days=number))
maybe_days = st.none() | days
states = st.sampled_from(["RI", "CT"])
products = st.frozensets(st.sampled_from(["homeowners", "bop"]), max_size=2)
codes = st.frozensets(st.sampled_from(["HL-1", "HL-2"]), max_size=1)
business = st.sampled_from([*lines.COVERED_BY, "boats"])
authorities = st.sampled_from(list(LineOfAuthority))


@st.composite
def licenses(draw: Any, number: int = 0) -> LicenseHeld:
    return LicenseHeld(
        id=number or draw(st.integers(1, 4)),
        number="L-1",
        state=draw(st.sampled_from([CredentialState.VALIDATED] * 3 + [CredentialState.DRAFT])),
        status=draw(st.sampled_from([LicenseStatus.ACTIVE] * 3 + [LicenseStatus.SUSPENDED])),
        status_on=draw(maybe_days),
        jurisdictions=draw(st.frozensets(states, min_size=1)),
        products=draw(products),
        lines=tuple(draw(st.lists(st.builds(Authority, authorities, maybe_days, maybe_days), min_size=1, max_size=4))),
        begins=draw(maybe_days),
        ends=draw(maybe_days),
        codes=draw(codes),
    )


appointments = st.builds(
    AppointmentHeld,
    number=st.just("A-1"),
    state=st.sampled_from([CredentialState.VALIDATED] * 3 + [CredentialState.DISCARDED]),
    carrier_id=st.sampled_from([1, 1, 2, None]),
    jurisdictions=st.frozensets(states, min_size=1),
    products=products,
    lines=st.frozensets(authorities),
    begins=maybe_days,
    terminated_on=maybe_days,
    licenses=st.frozensets(st.integers(1, 4), max_size=2),
    codes=codes,
)
holdings = st.builds(
    Holdings,
    licenses=st.lists(licenses(), max_size=4).map(tuple),
    appointments=st.lists(appointments, max_size=3).map(tuple),
    others=st.lists(licenses(), max_size=2).map(tuple),
)
questions = st.builds(
    Question,
    line=business,
    state=states,
    carrier_id=st.sampled_from([1, 1, 1, None]),
    on=days,
    check=st.sampled_from(list(QualificationCheck)),
    today=days,
    code=st.sampled_from(["", "HL-1", "HL-2"]),
)


def in_force(asked: Question, number: int = 9) -> LicenseHeld:
    """A license that suffices for whatever is asked."""
    return LicenseHeld(
        id=number,
        number="L-9",
        state=CredentialState.VALIDATED,
        status=LicenseStatus.ACTIVE,
        status_on=None,
        jurisdictions=frozenset({asked.state}),
        products=frozenset(),
        lines=tuple(Authority(each) for each in lines.authorities_for(asked.line)),
        begins=asked.on,
        ends=asked.on,
    )


def plain_answer(there: Holdings, asked: Question) -> bool:
    about = (asked.line, asked.state, asked.on, asked.today, asked.check.value, asked.code)
    return plainly.qualified(there, asked.carrier_id, *about)


@pytest.mark.criterion("LIC-10")
@given(holdings, questions)
def test_the_answer_is_that_of_the_rules_written_down_plainly(there: Holdings, asked: Question) -> None:
    assert judged(there, asked).passes == plain_answer(there, asked)


def appointed(asked: Question) -> AppointmentHeld:
    """An appointment that suffices for whatever is asked."""
    return AppointmentHeld(
        number="A-9",
        state=CredentialState.VALIDATED,
        carrier_id=1,
        jurisdictions=frozenset({asked.state}),
        products=frozenset(),
        lines=frozenset(lines.authorities_for(asked.line)),
        begins=asked.on,
        terminated_on=None,
    )


@st.composite
def nearly(draw: Any, whole: Any, other: Any) -> Any:
    """What suffices, with at most two of its fields as they are in another."""
    names = [each.name for each in fields(whole) if each.name != "id"]
    changed = draw(
        st.sampled_from([[], *([name] for name in names), *(names[at : at + 2] for at in range(len(names)))])
    )
    another = draw(other)
    return replace(whole, **{name: getattr(another, name) for name in changed})


@st.composite
def said_otherwise(draw: Any, held: LicenseHeld) -> LicenseHeld:
    """The license as it is, or with another status or another day of it."""
    status = draw(st.sampled_from([LicenseStatus.ACTIVE, LicenseStatus.ACTIVE, LicenseStatus.SUSPENDED]))
    return replace(held, status=status, status_on=draw(maybe_days))


@pytest.mark.criterion("LIC-10")
@settings(max_examples=400)
@given(questions, st.data())
def test_the_answer_is_the_same_where_little_is_missing(asked: Question, data: st.DataObject) -> None:
    check = data.draw(st.sampled_from(["license", "appointment"]).map(QualificationCheck))
    asked = replace(asked, line=data.draw(st.sampled_from([*lines.COVERED_BY])), carrier_id=1, check=check)
    resting = replace(appointed(asked), licenses=frozenset({3}))
    there = Holdings(
        licenses=(data.draw(nearly(data.draw(said_otherwise(in_force(asked))), licenses())),),
        appointments=(data.draw(nearly(data.draw(st.sampled_from([appointed(asked), resting])), appointments)),),
        others=(data.draw(nearly(in_force(asked, number=3), licenses())),),
    )
    found = judged(there, asked)
    assert found.passes == plain_answer(there, asked)
    event(f"{asked.check}: {found.passes}")


@pytest.mark.criterion("LIC-11")
@given(holdings, questions, licenses(number=5))
def test_another_license_never_turns_a_pass_into_a_fail(there: Holdings, asked: Question, more: LicenseHeld) -> None:
    assume(judged(there, asked).passes)
    for added in (more, in_force(asked)):
        assert judged(replace(there, licenses=(*there.licenses, added)), asked).passes


@pytest.mark.criterion("LIC-11")
@given(questions, st.integers(1, 400), st.booleans())
def test_a_license_counts_on_its_days_and_never_outside_of_them(asked: Question, away: int, before: bool) -> None:
    asked = replace(asked, check=QualificationCheck.LICENSE)
    held = in_force(asked)
    assert judged(Holdings((held,)), asked).passes is (asked.line in lines.COVERED_BY)
    other = replace(asked, on=asked.on + timedelta(days=-away if before else away))
    assert not judged(Holdings((held,)), other).passes
    assert not judged(Holdings((), (), (held,)), asked).passes, "another's license licenses nobody else"


@pytest.mark.criterion("LIC-12")
@given(holdings, questions)
def test_every_rule_says_what_it_found_and_what_would_pass(there: Holdings, asked: Question) -> None:
    found = judged(there, asked)
    expected = {"none": [], "license": ["license"], "appointment": ["license", "appointment"]}[asked.check]
    assert [each.rule for each in found.reasons] == expected
    assert found.passes is all(each.passes for each in found.reasons)
    for each in found.reasons:
        assert each.found.endswith(".")
        assert bool(each.would_pass) is not each.passes
    assert bool(found.would_pass) is not found.passes


@pytest.mark.criterion("LIC-12")
@given(questions, st.sampled_from(sorted(lines.COVERED_BY)))
def test_what_would_pass_passes(asked: Question, line: str) -> None:
    asked = replace(asked, line=line, carrier_id=1, check=QualificationCheck.APPOINTMENT)
    assert not judged(Holdings(), asked).passes
    assert judged(Holdings((in_force(asked),), (appointed(asked),)), asked).passes


@pytest.mark.criterion("LIC-13")
def test_every_line_of_business_is_in_the_one_table(database: Database) -> None:
    with database.read() as db:
        assert set(db.scalars(select(LineOfBusiness.code))) == set(lines.COVERED_BY)
    assert lines.told("homeowners") == "Personal Lines or Property"
    assert lines.told("bop") == "Property and Casualty"
    assert {line: sorted("+".join(sorted(each)) for each in sets) for line, sets in lines.COVERED_BY.items()} == {
        line: sorted("+".join(sorted(each.split("+"))) for each in options)
        for line, options in plainly.MAY_WRITE.items()
    }
