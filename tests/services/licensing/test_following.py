"""A code that moves, a producer who moves and a number that is corrected leave no license and no appointment behind
that can be changed no more."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import CredentialState
from portal_app.models.producers import Producer
from portal_app.services.door import Door
from portal_app.services.errors import DomainError
from portal_app.services.licensing import appointments, importing, licenses
from portal_app.services.licensing.appointments import Appointment
from portal_app.services.licensing.licenses import License
from portal_app.services.licensing.sheet import read
from portal_app.services.producers import change, impact
from portal_app.services.producers.change import CodeChanges, ProducerChanges
from tests.services.licensing.conftest import NEXT_JANUARY, Write
from tests.world import Agency

Show = Callable[[str], Any]
LATER = {"expiration_time": NEXT_JANUARY + timedelta(days=365)}


@pytest.fixture
def shown(door: Door, agency: Agency) -> Callable[[str], License]:
    return lambda locator: door.run(licenses.one, agency.admin(), locator=locator)


@pytest.fixture
def appointed(door: Door, agency: Agency) -> Callable[[str], Appointment]:
    return lambda locator: door.run(appointments.one, agency.admin(), locator=locator)


@pytest.fixture
def move(door: Door, agency: Agency) -> Callable[[str, Producer], None]:
    """Gives a code to another producer."""

    def moved(name: str, to: Producer) -> None:
        changes = CodeChanges(producer_locator=to.locator)
        door.run(change.change_code, agency.admin(), locator=agency.codes[name].locator, changes=changes)

    return moved


def renumber(door: Door, agency: Agency, npn: str) -> None:
    door.run(change.change_producer, agency.admin(), locator=agency.maya.locator, changes=ProducerChanges(npn=npn))


def deeds(door: Door, locator: str) -> list[str]:
    with door.database.read() as db:
        found = select(AuditEvent.action).where(AuditEvent.subject == locator).order_by(AuditEvent.id)
        return list(db.scalars(found))


@pytest.mark.criterion("CODE-09")
def test_a_code_that_moves_goes_off_the_licenses_of_who_had_it(
    door: Door, agency: Agency, license_of: Write, shown: Show, move: Callable[..., None]
) -> None:
    renumber(door, agency, "777")
    held = license_of(agency.maya, license_number="L-1", producer_codes=("HL-maya",))
    draft = license_of(agency.maya, license_number="L-2", draft=True, producer_codes=("HL-maya",))
    gone = license_of(agency.maya, license_number="L-3", producer_codes=("HL-maya",))
    door.run(licenses.discard, agency.admin(), locator=gone)
    before = shown(held)

    move("maya", agency.daniel)

    found = shown(held)
    assert found == replace(before, version=before.version + 1, terms=replace(before.terms, producer_codes=()))
    assert (shown(draft).terms.producer_codes, shown(gone).terms.producer_codes) == ((), ("HL-maya",))
    assert deeds(door, held) == ["license.created", "license.validated", "license.changed"]
    assert deeds(door, gone)[-1] == "license.discarded"
    door.run(licenses.change, agency.admin(), locator=held, version=found.version, given=LATER)
    text = "NPN,State,License Number,Status,LOA,Expires\n777,RI,L-1,Active,Casualty,2029-01-01\n"
    looked = door.run(importing.preview, agency.admin(), sheet=read(text.encode()))
    assert (looked.changed, looked.refused) == (1, ())
    assert license_of(agency.daniel, license_number="D-1", producer_codes=("HL-maya",))


@pytest.mark.criterion("CODE-09")
def test_a_code_that_moves_stays_on_appointments_of_those_above_and_goes_off_the_others(
    door: Door, agency: Agency, appointment_of: Write, appointed: Show, move: Callable[..., None]
) -> None:
    codes = ("HL-branch", "HL-maya")
    own = appointment_of(agency.maya, producer_codes=("HL-maya",))
    branch = appointment_of(agency.branch, producer_codes=codes)
    house = appointment_of(agency.house, producer_codes=codes)
    assert appointed(branch).terms.producer_codes == codes

    move("maya", agency.daniel)
    assert [appointed(each).terms.producer_codes for each in (own, branch, house)] == [(), codes, codes]
    assert deeds(door, own)[-1] == "appointment.changed"
    assert deeds(door, branch)[-1] == "appointment.validated", "Daniel is below them too"

    move("maya", agency.house)
    assert [appointed(each).terms.producer_codes for each in (branch, house)] == [("HL-branch",), codes]
    for each in (own, branch, house):
        found = appointed(each)
        given = {"termination_date": date(2026, 12, 31), "reason": "Over"}
        door.run(appointments.change, agency.admin(), locator=each, version=found.version, given=given)
        assert appointed(each).state is CredentialState.VALIDATED


@pytest.mark.criterion("CODE-09")
@pytest.mark.both_databases
def test_a_code_that_moves_while_a_license_is_changed_is_on_neither(
    door: Door, agency: Agency, license_of: Write, shown: Show, move: Callable[..., None]
) -> None:
    held = license_of(agency.maya)

    def list_it() -> None:
        # Refused where the code had moved already.
        with contextlib.suppress(DomainError):
            found = shown(held)
            begin.wait()
            given = {"producer_codes": ("HL-maya",)}
            door.run(licenses.change, agency.admin(), locator=held, version=found.version, given=given)

    def move_it() -> None:
        begin.wait()
        move("maya", agency.daniel)

    for _ in range(4):
        begin = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(list_it), pool.submit(move_it)]:
                done.result()
        assert shown(held).terms.producer_codes == ()
        move("maya", agency.maya)


@pytest.mark.criterion("PROD-26")
def test_appointments_cease_to_list_the_codes_of_a_producer_who_goes_elsewhere(
    door: Door, agency: Agency, appointment_of: Write, appointed: Show
) -> None:
    house = appointment_of(agency.house, producer_codes=("HL-branch", "HL-house", "HL-maya"))
    branch = appointment_of(agency.branch, producer_codes=("HL-maya",))
    changes = ProducerChanges(parent_locator="")
    door.run(change.change_producer, agency.admin(), locator=agency.branch.locator, changes=changes)
    assert appointed(house).terms.producer_codes == ("HL-house",)
    assert appointed(branch).terms.producer_codes == ("HL-maya",), "Maya went along"
    given = {"appointment_number": "A-78"}
    door.run(appointments.change, agency.admin(), locator=house, version=appointed(house).version, given=given)


@pytest.mark.criterion("PROD-26")
def test_licenses_take_a_corrected_number_over(door: Door, agency: Agency, license_of: Write, shown: Show) -> None:
    renumber(door, agency, "777")
    held = license_of(agency.maya, license_number="L-1", npn="0777")
    silent = license_of(agency.maya, license_number="L-2")
    other = license_of(agency.maya, license_number="L-3", draft=True, npn="999")
    for npn in ("778", ""):
        renumber(door, agency, npn)
        assert [shown(each).terms.npn for each in (held, silent, other)] == [npn, "", "999"]
        given = {"type": f"Type {npn}"}
        door.run(licenses.change, agency.admin(), locator=held, version=shown(held).version, given=given)
    assert deeds(door, held).count("license.changed") == 4
    assert deeds(door, silent)[-1] == "license.validated"


@pytest.mark.criterion("PROD-14")
def test_what_hangs_on_a_code_and_a_producer_counts_licenses_and_appointments(
    door: Door, agency: Agency, license_of: Write, appointment_of: Write
) -> None:
    license_of(agency.maya, license_number="L-1", producer_codes=("HL-maya",))
    license_of(agency.maya, license_number="L-2", draft=True)
    gone = license_of(agency.maya, license_number="L-3", producer_codes=("HL-maya",))
    door.run(licenses.discard, agency.admin(), locator=gone)
    appointment_of(agency.house, producer_codes=("HL-maya",))
    appointment_of(agency.branch)
    of_code = door.run(impact.impact_of_code, agency.admin(), locator=agency.codes["maya"].locator)
    of_maya, of_house = (
        door.run(impact.impact, agency.admin(), locator=each.locator) for each in (agency.maya, agency.house)
    )
    assert (of_code.licenses, of_code.appointments) == (1, 1)
    assert (of_maya.licenses, of_maya.appointments) == (2, 1)
    assert (of_house.licenses, of_house.appointments) == (2, 2)
