"""What waits for whoever hands business in, and which responses are at risk."""

from datetime import date, timedelta

import pytest

from portal_app.models.enums import RequestedItemKind
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden
from portal_app.services.home.at_risk import at_risk
from portal_app.services.home.queue import queue
from portal_app.services.home.turns import Turns, turns
from portal_app.services.submissions import assigning, information
from portal_app.services.submissions.information import Wanted
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import NAMED
from tests.world import Clock

TODAY = date(2026, 11, 20)


def found(desk: Desk, who: Actor) -> Turns:
    return desk.door.run(turns, who)


def ask(desk: Desk, locator: str) -> None:
    items = [Wanted(RequestedItemKind.TEXT, each) for each in ("Roof year", "Wiring")]
    asked = desk.door.run(information.ask, desk.cast.underwriter, locator=locator, items=items)
    given = {"locator": locator, "item": asked.items[0].locator, "value": "2018"}
    desk.door.run(information.answer, desk.cast.maya, **given)


@pytest.mark.criterion("HOME-04")
def test_what_is_asked_waits_for_the_producer_the_longest_first(desk: Desk, clock: Clock) -> None:
    first, second, _ = (desk.cast.submitted(name=name) for name in ("Ada Quill", "Bo Reed", "Cy Stone"))
    for each in (second, first):
        clock.forward(hours=1)
        ask(desk, each)
    waits = found(desk, desk.cast.maya).asked
    assert [(each.insured_name, each.items, each.answered) for each in waits.rows] == [
        ("Bo Reed", 2, 1),
        ("Ada Quill", 2, 1),
    ]
    assert (waits.total, waits.rows[1].asked_at) == (2, clock.now)
    assert waits.rows[0].number == "SUB-2026-000002"
    assert found(desk, desk.cast.daniel).asked.total == 0
    desk.door.run(information.cancel, desk.cast.underwriter, locator=first)
    assert [each.locator for each in found(desk, desk.cast.maya).asked.rows] == [second]


@pytest.mark.criterion("HOME-04")
def test_quotes_wait_with_the_days_of_their_validity(desk: Desk, clock: Clock) -> None:
    later, sooner, gone = (desk.reviewed(name=name) for name in ("Ada Quill", "Bo Reed", "Cy Stone"))
    for locator, until in ((later, 20), (later, 12), (sooner, 3), (gone, 1)):
        desk.offered(locator, valid_until=TODAY + timedelta(days=until))
    desk.underwritten(sooner, valid_until=TODAY)  # not offered: nothing that the producer knows of
    clock.forward(days=2)
    waits = found(desk, desk.cast.maya).quoted
    assert [(each.insured_name, each.quotes, each.days_left) for each in waits.rows] == [
        ("Bo Reed", 1, 1),
        ("Ada Quill", 2, 10),
    ]
    assert waits.total == 2, "where none is valid any more the agency goes on"
    lapsed = desk.door.run(queue, desk.cast.underwriter).lapsed
    assert [(each.insured_name, each.ended_on, each.assigned_to) for each in lapsed.rows] == [
        ("Cy Stone", TODAY + timedelta(days=1), lapsed.rows[0].assigned_to)
    ]
    assert found(desk, desk.cast.daniel).quoted.total == 0


@pytest.mark.criterion("HOME-04")
def test_drafts_say_how_far_they_are_and_are_their_makers_alone(desk: Desk, clock: Clock) -> None:
    whole = desk.cast.filled(name="Ada Quill")
    clock.forward(hours=1)
    begun = desk.cast.begin(desk.cast.maya)
    desk.cast.save(begun.locator, NAMED, {"name": "Bo Reed"}, version=begun.groups[NAMED].version)
    drafts = found(desk, desk.cast.maya).drafts
    assert [(each.insured_name, each.complete, each.sections, each.go_on) for each in drafts.rows] == [
        ("Bo Reed", 0, 4, "applicant"),
        ("Ada Quill", 2, 4, "coverage"),
    ]
    assert (drafts.total, drafts.rows[1].locator) == (2, whole)
    for other in (desk.cast.daniel, desk.cast.principal, desk.cast.csr):
        assert found(desk, other).drafts.total == 0


@pytest.mark.criterion("HOME-04")
def test_a_csr_is_told_of_their_own_work_principal_and_read_only_of_the_agencys(desk: Desk) -> None:
    cast = desk.cast
    own = cast.submitted(cast.csr, name="Bo Reed")
    other = desk.reviewed(name="Ada Quill")
    for each in (own, other):
        ask_without_answer(desk, each)
    desk.door.run(assigning.pick_up, cast.underwriter, locator=own)
    told = {name: found(desk, who) for name, who in people(desk).items()}
    waits = {name: {each.locator for each in each.asked.rows} for name, each in told.items()}
    assert waits == {"csr": {own}, "maya": {own, other}, "principal": {own, other}, "read-only": {own, other}}
    assert [name for name, each in told.items() if each.own] == ["csr"]
    assert [name for name, each in told.items() if each.whole] == ["principal", "read-only"]
    with pytest.raises(Forbidden):
        found(desk, cast.agency.admin())


def people(desk: Desk) -> dict[str, Actor]:
    cast = desk.cast
    return {"csr": cast.csr, "maya": cast.maya, "principal": cast.principal, "read-only": cast.agency.read_only()}


def ask_without_answer(desk: Desk, locator: str) -> None:
    items = [Wanted(RequestedItemKind.TEXT, "Roof year")]
    desk.door.run(information.ask, desk.cast.underwriter, locator=locator, items=items)


@pytest.mark.criterion("HOME-05")
def test_responses_at_risk_come_by_their_date(door: Door, desk: Desk, clock: Clock) -> None:
    first = desk.cast.submitted(name="Ada Quill")
    assert door.run(at_risk, desk.cast.principal).rows == ()
    clock.forward(days=3)  # Monday, on which it is due
    second = desk.cast.submitted(desk.cast.daniel, name="Bo Reed")
    third = desk.cast.submitted(name="Cy Stone")
    assert [(each.locator, each.days_left) for each in door.run(at_risk, desk.cast.principal).rows] == [(first, 0)]
    clock.forward(days=1)
    rows = door.run(at_risk, desk.cast.principal).rows
    days = {each.locator: each.days_left for each in rows}
    assert list(days) == [first, second, third]
    assert days[first] == -1
    assert days[second] == days[third] == 0
    ask_without_answer(desk, third)
    assert [each.locator for each in door.run(at_risk, desk.cast.maya).rows] == [first], "the clock of the other stands"
    assert [each.locator for each in door.run(at_risk, desk.cast.daniel).rows] == [second]
    assert door.run(at_risk, desk.cast.csr).total == 0, "others' work"
    assert door.run(at_risk, desk.cast.underwriter).total == 2, "who underwrites answers for all"
