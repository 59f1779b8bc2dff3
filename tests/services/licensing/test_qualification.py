"""May this producer write this line in this state on this day? Asked of what is written down."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from portal_app.database import Database
from portal_app.models.enums import Grant, LicenseStatus, QualificationCheck
from portal_app.models.policies import Carrier
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Actor
from portal_app.services.door import SERVICES, Door, Tx, reads
from portal_app.services.errors import Invalid, NotFound
from portal_app.services.licensing import appointments, holdings, licenses, qualification, records
from portal_app.services.licensing.qualification import Qualification
from portal_app.services.licensing.terms import LineTerms
from portal_app.services.producers import create, lifecycle
from portal_app.services.producers.configuration import QualificationRules
from tests.services.licensing import plainly
from tests.services.licensing.conftest import JANUARY, NEXT_JANUARY, Write
from tests.world import Agency

MARCH = date(2026, 3, 1)
LICENSE, APPOINTMENT = QualificationCheck.LICENSE, QualificationCheck.APPOINTMENT


@pytest.fixture
def ask(door: Door, agency: Agency) -> Any:
    def asked(owner: Producer, actor: Actor | None = None, **given: Any) -> Qualification:
        about = {"line": "homeowners", "state": "RI", "on": MARCH, "check": LICENSE} | given
        return door.run(qualification.ask, actor or agency.csr(), producer=owner.locator, **about)

    return asked


@pytest.mark.criterion("LIC-12")
def test_it_names_what_was_found_and_what_would_make_it_pass(agency: Agency, ask: Any, license_of: Write) -> None:
    found = ask(agency.maya)
    assert not found.passes
    [reason] = found.reasons
    assert reason.found == "No validated license for Rhode Island covers homeowners on Mar 1, 2026."
    assert reason.would_pass == "A license with the line Personal Lines or Property that is in force that day would."
    license_of(agency.maya, license_number="D-1", draft=True)
    license_of(agency.maya, license_number="C-1", lines=(LineTerms("casualty"),))
    assert ask(agency.maya).reasons[0].found.endswith("D-1 is draft. License C-1 covers Casualty that day.")
    license_of(agency.maya)
    found = ask(agency.maya)
    assert (found.passes, found.would_pass) == (True, "")
    assert found.reasons[0].found == "License 3000123 for Rhode Island covers homeowners on Mar 1, 2026."


@pytest.mark.criterion("LIC-14")
@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"effective_time": datetime(2026, 3, 2, 5, tzinfo=UTC)}, "is not in force yet"),
        ({"expiration_time": datetime(2026, 3, 1, 5, tzinfo=UTC)}, "expired on Feb 28, 2026"),
        ({"status": LicenseStatus.SUSPENDED}, "is suspended"),
        ({"status": LicenseStatus.REVOKED, "status_date": MARCH}, "is revoked since Mar 1, 2026"),
        ({"status_date": date(2026, 12, 1)}, "is active from Dec 1, 2026 on"),
        ({"products": ("bop",)}, "is not for homeowners"),
        ({"lines": (LineTerms("property", None, date(2026, 2, 28)),)}, "covers no line of authority that day"),
        ({"lines": (LineTerms("surplus_lines"),)}, "covers Surplus Lines that day"),
    ],
)
def test_a_license_that_does_not_count_says_why(
    given: dict[str, Any], fault: str, agency: Agency, ask: Any, license_of: Write
) -> None:
    license_of(agency.maya, **given)
    found = ask(agency.maya)
    assert not found.passes
    assert f"License 3000123 {fault}." in found.reasons[0].found


@pytest.mark.criterion("LIC-17")
@pytest.mark.parametrize(
    ("status", "since", "passing"),
    [
        # Asked on Nov 20, 2026, of September 1, November 9, 10 and 20, and December 24 and 25.
        (LicenseStatus.CANCELLED, date(2026, 11, 10), "yy...."),
        (LicenseStatus.SUSPENDED, date(2026, 12, 25), "yyyyy."),
        (LicenseStatus.SUSPENDED, None, "......"),
        (LicenseStatus.ACTIVE, date(2026, 11, 10), "yyyyyy"),
        (LicenseStatus.ACTIVE, date(2026, 12, 25), ".....y"),
        (LicenseStatus.ACTIVE, None, "yyyyyy"),
    ],
)
def test_what_the_state_says_holds_from_its_day_on(
    status: LicenseStatus, since: date | None, passing: str, agency: Agency, ask: Any, license_of: Write
) -> None:
    license_of(agency.maya, status=status, status_date=since)
    asked = [date(2026, 9, 1), date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 20)]
    asked += [date(2026, 12, 24), date(2026, 12, 25)]
    assert "".join("y" if ask(agency.maya, on=day).passes else "." for day in asked) == passing
    assert not ask(agency.maya, on=date(2025, 12, 31)).passes, "before its term"


@pytest.mark.criterion("LIC-18")
def test_what_the_configuration_asks_of_the_line_is_asked_where_no_check_is_named(
    door: Door, agency: Agency, carrier: str, license_of: Write
) -> None:
    rules = QualificationRules(QualificationCheck.LICENSE, {"umbrella": APPOINTMENT, "bop": QualificationCheck.NONE})
    configured = replace(door.ports.producers, qualification=rules)
    own = replace(door, ports=replace(door.ports, producers=configured))
    license_of(agency.maya)

    def asked(line: str) -> dict[str, bool]:
        about = {"producer": agency.maya.locator, "line": line, "state": "RI", "carrier": carrier}
        return {each.rule: each.passes for each in own.run(qualification.ask, agency.csr(), **about).reasons}

    assert asked("homeowners") == {"license": True}
    assert asked("umbrella") == {"license": True, "appointment": False}
    assert asked("bop") == {}


@pytest.mark.criterion("LIC-12")
def test_that_the_producer_has_retired_is_told_beside_what_was_found(
    door: Door, agency: Agency, ask: Any, license_of: Write
) -> None:
    license_of(agency.maya)
    door.run(lifecycle.retire_producer, agency.admin(), locator=agency.maya.locator)
    found = ask(agency.maya)
    assert (found.passes, found.reasons[0].found.endswith("Mar 1, 2026. The producer has retired.")) == (True, True)


@pytest.mark.criterion("LIC-14")
def test_days_are_those_of_the_agencys_clock(agency: Agency, ask: Any, license_of: Write) -> None:
    license_of(agency.maya)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [ask(agency.maya, on=day).passes for day in days] == [False, True, True, False]
    license_of(agency.daniel, effective_time=JANUARY + timedelta(hours=12), expiration_time=NEXT_JANUARY)
    assert [ask(agency.daniel, on=day).passes for day in days] == [False, True, True, False]


@pytest.mark.criterion("LIC-14")
def test_two_licenses_may_cover_a_line_together(agency: Agency, ask: Any, license_of: Write) -> None:
    license_of(agency.maya, license_number="P-1", lines=(LineTerms("property"),))
    assert not ask(agency.maya, line="bop").passes
    license_of(agency.maya, license_number="C-1", lines=(LineTerms("casualty"),))
    found = ask(agency.maya, line="bop")
    assert found.passes
    assert found.reasons[0].found.startswith("Licenses C-1, P-1 for Rhode Island cover business owners (BOP)")


@pytest.mark.criterion("LIC-15")
def test_nobody_is_licensed_by_those_above_or_below(agency: Agency, ask: Any, license_of: Write) -> None:
    license_of(agency.branch)
    assert [ask(each).passes for each in (agency.house, agency.branch, agency.maya)] == [False, True, False]


@pytest.mark.criterion("APPT-10")
def test_an_appointment_asks_for_a_license_and_a_carrier_too(
    agency: Agency, carrier: str, ask: Any, license_of: Write, appointment_of: Write
) -> None:
    appointment_of(agency.maya)
    found = ask(agency.maya, check=APPOINTMENT, carrier=carrier)
    assert [each.passes for each in found.reasons] == [False, True]
    license_of(agency.maya)
    assert ask(agency.maya, check=APPOINTMENT, carrier=carrier).passes
    found = ask(agency.maya, check=APPOINTMENT)
    assert (found.passes, found.would_pass) == (False, "Name the carrier.")


@pytest.mark.criterion("APPT-10")
@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"effective_date": date(2026, 3, 2)}, "is not in force yet"),
        ({"termination_date": MARCH, "reason": "x"}, "was terminated on Mar 1, 2026"),
        ({"products": ("bop",)}, "is not for homeowners"),
        ({"draft": True}, "is draft"),
        ({"lines": ("casualty",)}, ""),
        ({"jurisdictions": ("CT",)}, ""),
    ],
)
def test_an_appointment_that_does_not_count_says_why(
    given: dict[str, Any], fault: str, agency: Agency, carrier: str, ask: Any, license_of: Write, appointment_of: Write
) -> None:
    license_of(agency.maya)
    appointment_of(agency.maya, **given)
    found = ask(agency.maya, check=APPOINTMENT, carrier=carrier)
    told = "No validated appointment by Granite Mutual for Rhode Island covers homeowners on Mar 1, 2026."
    assert not found.passes
    assert found.reasons[1].found == (f"{told} Appointment A-77 {fault}." if fault else told)


@pytest.mark.criterion("APPT-10")
def test_another_carriers_appointment_does_not_count(
    door: Door, agency: Agency, carrier: str, ask: Any, license_of: Write, appointment_of: Write
) -> None:
    license_of(agency.maya)
    with door.database.write() as db:
        db.add(other := Carrier(name="Basin Casualty"))
        db.flush()
        locator = other.locator
    appointment_of(agency.maya)
    assert not ask(agency.maya, check=APPOINTMENT, carrier=locator).passes


@pytest.mark.criterion("APPT-11")
def test_an_individual_works_under_an_organisation_whose_appointment_lists_their_code(
    door: Door, agency: Agency, database: Database, carrier: str, ask: Any, license_of: Write, appointment_of: Write
) -> None:
    for number, owner in enumerate((agency.maya, agency.daniel)):
        license_of(owner, license_number=f"N-{number}")
    appointment_of(agency.house, producer_codes=("HL-house", "HL-maya"))

    def passes(owner: Producer) -> bool:
        return bool(ask(owner, check=APPOINTMENT, carrier=carrier).passes)

    assert (passes(agency.maya), passes(agency.daniel)) == (True, False)
    with database.write() as db:
        db.execute(update(ProducerCode).where(ProducerCode.code == "HL-maya").values(producer_id=agency.daniel.id))
    assert (passes(agency.maya), passes(agency.daniel)) == (False, True)
    with database.write() as db:
        db.execute(update(Producer).where(Producer.id == agency.branch.id).values(parent_id=None))
    assert (passes(agency.maya), passes(agency.daniel)) == (False, False), "they are not below it any more"


@pytest.mark.criterion("LIC-19")
def test_a_license_that_names_codes_is_for_these_alone(door: Door, agency: Agency, ask: Any, license_of: Write) -> None:
    second_code(door, agency)
    license_of(agency.maya, license_number="L-1", producer_codes=("HL-maya",))
    assert ask(agency.maya, producer_code="HL-maya").passes
    other = ask(agency.maya, producer_code="HL-maya-2")
    assert not other.passes
    assert other.reasons[0].found.endswith("License L-1 is for the producer code HL-maya alone.")
    any_of_theirs = ask(agency.maya)
    assert any_of_theirs.passes
    assert any_of_theirs.reasons[0].found.endswith("License L-1 is for the producer code HL-maya alone.")
    with pytest.raises(NotFound, match="not this producer's"):
        ask(agency.maya, producer_code="HL-daniel")
    license_of(agency.maya, license_number="L-2")
    assert ask(agency.maya, producer_code="HL-maya-2").passes
    assert "alone" not in ask(agency.maya).reasons[0].found


@pytest.mark.criterion("APPT-13")
def test_an_appointment_that_names_codes_of_the_producer_is_for_these_alone(
    door: Door, agency: Agency, carrier: str, ask: Any, license_of: Write, appointment_of: Write
) -> None:
    second_code(door, agency)
    license_of(agency.maya)
    license_of(agency.house, license_number="H-1")
    appointment_of(agency.house, producer_codes=("HL-maya",))

    def passes(owner: Producer, code: str) -> list[bool]:
        found = ask(owner, check=APPOINTMENT, carrier=carrier, producer_code=code)
        return [each.passes for each in found.reasons]

    assert passes(agency.maya, "HL-maya") == [True, True]
    assert passes(agency.maya, "HL-maya-2") == [True, False]
    assert passes(agency.house, "HL-house") == [True, True], "it names none of the organisation's own codes"
    told = ask(agency.maya, check=APPOINTMENT, carrier=carrier, producer_code="HL-maya-2").reasons[1].found
    assert told.endswith("Appointment A-77 is for the producer code HL-maya alone.")
    appointment_of(agency.maya, producer_codes=("HL-maya-2",))
    assert passes(agency.maya, "HL-maya-2") == [True, True]


def second_code(door: Door, agency: Agency) -> None:
    """Maya writes under two codes."""
    about = {"producer_locator": agency.maya.locator, "type": "ProducerCode", "code": "HL-maya-2"}
    made = door.run(create.create_code, agency.admin(), **about)
    door.run(lifecycle.validate_code, agency.admin(), locator=made.locator)


@pytest.mark.criterion("APPT-12")
def test_an_appointment_falls_with_the_licenses_that_it_rests_on(
    door: Door, agency: Agency, carrier: str, ask: Any, license_of: Write, appointment_of: Write
) -> None:
    organisations = license_of(agency.branch, license_number="B-1")
    license_of(agency.maya)
    appointment_of(agency.branch, licenses=(organisations,), producer_codes=("HL-maya",))
    assert ask(agency.maya, check=APPOINTMENT, carrier=carrier).passes
    door.run(licenses.discard, agency.admin(), locator=organisations)
    found = ask(agency.maya, check=APPOINTMENT, carrier=carrier)
    assert [each.passes for each in found.reasons] == [True, False]
    assert "rests on licenses that do not cover homeowners that day." in found.reasons[1].found


@pytest.mark.criterion("LIC-16")
def test_the_answer_does_not_depend_on_who_asks_and_strangers_get_none(
    agency: Agency, carrier: str, ask: Any, license_of: Write, appointment_of: Write
) -> None:
    license_of(agency.maya)
    appointment_of(agency.house, producer_codes=("HL-maya",))
    people = [agency.producer(), agency.branch_manager(Grant.DOWNLINE), agency.admin(), agency.read_only()]
    answers = {ask(agency.maya, person, check=APPOINTMENT, carrier=carrier) for person in people}
    assert [each.passes for each in answers] == [True]
    for stranger in (agency.other_producer(), agency.branch_manager()):
        with pytest.raises(NotFound):
            ask(agency.maya, stranger)


@pytest.mark.criterion("LIC-16")
def test_what_is_asked_has_to_be_there_and_today_is_asked_where_no_day_is_named(
    agency: Agency, ask: Any, license_of: Write
) -> None:
    with pytest.raises(Invalid, match="This is no state"):
        ask(agency.maya, state="ri")
    with pytest.raises(NotFound, match="no such carrier"):
        ask(agency.maya, carrier="01J00000000000000000000000")
    unknown = ask(agency.maya, line="boats", on=date.max)
    assert unknown.reasons[0].found == "No validated license for Rhode Island covers boats on Dec 31, 9999."
    assert (unknown.passes, unknown.would_pass) == (False, "No line of authority is known to cover boats.")
    assert not ask(agency.maya, on=date.min).passes
    license_of(agency.maya)
    assert "Nov 20, 2026" in ask(agency.maya, on=None).reasons[0].found
    assert ask(agency.daniel, check=QualificationCheck.NONE) == Qualification(True)


@pytest.fixture(scope="module")
def as_stored() -> Any:
    """The answer of the service and that of the plain rules, in one transaction."""

    @reads(qualification.Permission.VIEW_PRODUCERS)
    def both(tx: Tx, *, producer_id: int, carrier_id: int, **asked: Any) -> tuple[bool, bool]:
        there = holdings.of(tx, producer_id)
        answer = qualification.qualified(tx, producer_id=producer_id, carrier_id=carrier_id, **asked)
        line, state, on, check = (asked[name] for name in ("line", "state", "on", "check"))
        return answer.passes, plainly.qualified(there, carrier_id, line, state, on, records.today(tx), check)

    yield both
    del SERVICES[both]


@pytest.mark.criterion("LIC-10")
def test_what_is_written_down_answers_as_the_plain_rules_do(
    door: Door, agency: Agency, as_stored: Any, license_of: Write, appointment_of: Write
) -> None:
    short = (LineTerms("property", date(2026, 3, 1), date(2026, 4, 30)), LineTerms("casualty"))
    license_of(agency.maya, license_number="L-1", lines=short, expiration_time=datetime(2026, 6, 1, 4, tzinfo=UTC))
    license_of(agency.maya, license_number="L-2", lines=(LineTerms("personal_lines"),), jurisdictions=("CT", "RI"))
    license_of(agency.maya, license_number="L-3", products=("bop",), expiration_time=None)
    license_of(agency.maya, license_number="L-4", draft=True)
    resting = license_of(agency.branch, license_number="B-1", expiration_time=datetime(2026, 4, 1, 4, tzinfo=UTC))
    appointment_of(agency.maya, lines=("casualty",), products=("bop", "umbrella"))
    appointment_of(agency.branch, licenses=(resting,), producer_codes=("HL-maya",), lines=("property",))
    appointment_of(agency.house, producer_codes=("HL-daniel",))
    with door.database.read() as db:
        carrier_id = db.scalars(select(Carrier.id)).one()
    answers = []

    @settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        line=st.sampled_from([*plainly.MAY_WRITE, "boats"]),
        state=st.sampled_from(["RI", "CT"]),
        on=st.dates(date(2025, 12, 30), date(2027, 1, 2)),
        check=st.sampled_from(list(QualificationCheck)),
    )
    def answer_alike(**asked: Any) -> None:
        found, plain = door.run(
            as_stored, agency.csr(), producer_id=agency.maya.id or 0, carrier_id=carrier_id, **asked
        )
        answers.append((asked["check"], found))
        assert found == plain

    answer_alike()
    assert {each for check, each in answers if check is LICENSE} == {True, False}
    assert door.run(appointments.listed, agency.csr()).total == 3
