"""What happens to licenses and appointments is stored for the webhooks that ask for it, with the change itself."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from integrations.webhooks.sender import HttpSender
from portal_app.database import Database
from portal_app.models.producers import Producer
from portal_app.services.door import Door
from portal_app.services.errors import Conflict
from portal_app.services.licensing import appointments, importing, licenses
from portal_app.services.licensing.sheet import read
from portal_app.services.ports import Ports
from portal_app.services.webhooks import hooks
from tests.services.licensing.conftest import APPOINTED, WHOLE
from tests.services.licensing.test_importing import HEADER, MAYAS
from tests.services.webhooks.conftest import LOOPBACK, rows
from tests.world import Agency, Clock, make_door

LICENSE, APPOINTMENT = "producers.producerlicense", "producers.producerappointment"
LIFE = ["create", "update", "validate", "discard"]


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, Ports(webhooks=HttpSender(LOOPBACK)))
    yield door
    door.threads.shutdown()


@pytest.fixture(autouse=True)
def asked_for(door: Door, agency: Agency) -> None:
    """Nobody is there: what is told waits in the outbox."""
    for events in ([f"{LICENSE}.*", f"{APPOINTMENT}.*"], ["policy.transaction.issue"]):
        door.run(hooks.create, agency.admin(), url="http://127.0.0.1:9/", events=events, description="")


def waiting(door: Door) -> list[tuple[str, dict[str, Any]]]:
    """The events that wait, each with what it says of its record."""
    bodies = [json.loads(each["payload"]["body"]) for each in rows(door) if each["topic"] == "webhook"]
    return [(each["type"], each["data"]) for each in bodies]


@pytest.mark.criterion("LIC-08")
def test_a_licenses_life_is_told_step_by_step(door: Door, agency: Agency) -> None:
    admin, terms = agency.admin(), replace(WHOLE, lines=())
    locator = door.run(licenses.create, admin, producer=agency.maya.locator, terms=terms)
    door.run(licenses.validate, admin, locator=locator)
    door.run(licenses.change, admin, locator=locator, version=1, given={"lines": WHOLE.lines})
    door.run(licenses.validate, admin, locator=locator)
    door.run(licenses.discard, admin, locator=locator)
    with pytest.raises(Conflict):
        door.run(licenses.discard, admin, locator=locator)
    told = waiting(door)
    assert [event for event, _ in told] == [f"{LICENSE}.{step}" for step in LIFE], "what was refused is not told"
    assert [data["state"] for _, data in told] == ["draft", "draft", "validated", "discarded"]
    same = {"locator": locator, "producerLocator": agency.maya.locator, "licenseNumber": "3000123"}
    assert all(data == same | {"state": data["state"]} for _, data in told)


@pytest.mark.criterion("LIC-08")
def test_an_appointments_life_is_told_step_by_step(door: Door, agency: Agency, carrier: str) -> None:
    admin = agency.admin()
    locator = door.run(appointments.create, admin, producer=agency.branch.locator, terms=APPOINTED)
    door.run(appointments.change, admin, locator=locator, version=1, given={"carrier": carrier})
    door.run(appointments.validate, admin, locator=locator)
    door.run(appointments.discard, admin, locator=locator)
    told = waiting(door)
    assert [event for event, _ in told] == [f"{APPOINTMENT}.{step}" for step in LIFE]
    assert told[-1][1] == {
        "locator": locator,
        "producerLocator": agency.branch.locator,
        "appointmentNumber": "A-77",
        "state": "discarded",
    }


@pytest.mark.criterion("LIC-08")
def test_what_a_file_brings_is_told_once_it_is_done(door: Door, agency: Agency, database: Database) -> None:
    with database.write() as db:
        db.execute(update(Producer).where(Producer.id == agency.maya.id).values(npn="1000001"))
    sheet = read("\n".join([HEADER, *MAYAS]).encode())
    report = door.run(importing.preview, agency.admin(), sheet=sheet)
    assert waiting(door) == [], "looking tells nothing"
    door.run(importing.apply, agency.admin(), sheet=sheet, fingerprint=report.fingerprint)
    assert [event for event, _ in waiting(door)] == [f"{LICENSE}.create", f"{LICENSE}.validate"]
