"""One holder at a time: who comes late is told, and other leases are left alone."""

from datetime import timedelta

import pytest

from portal_app.models.jobs import Lease
from portal_app.services import leases
from portal_app.services.access import system
from portal_app.services.door import Door
from tests.world import Clock

pytestmark = pytest.mark.both_databases

WORKER = system("test")


def take(door: Door, name: str, holder: str, seconds: int = 5) -> leases.Held | None:
    return door.run(leases.acquire, WORKER, name=name, holder=holder, seconds=seconds)


def held(door: Door, name: str, holder: str) -> leases.Held:
    found = take(door, name, holder)
    assert found is not None
    return found


def row(door: Door, name: str) -> Lease:
    with door.database.read() as db:
        found = db.get(Lease, name)
        assert found is not None
        db.expunge(found)
        return found


@pytest.mark.criterion("AUDIT-04")
def test_a_lease_is_free_to_the_second_at_which_it_runs_out(door: Door, clock: Clock) -> None:
    held(door, "x", "one")
    clock.forward(seconds=4, milliseconds=999)
    assert take(door, "x", "two") is None
    clock.forward(milliseconds=1)
    assert take(door, "x", "two") is not None


@pytest.mark.criterion("AUDIT-04")
def test_two_leases_know_nothing_of_each_other(door: Door, clock: Clock) -> None:
    mine, other = held(door, "x", "one"), held(door, "y", "two")
    assert (mine.token, other.token) == (1, 1)
    door.run(leases.renew, WORKER, lease=mine, seconds=60)
    assert row(door, "y").expires_at == clock.now + timedelta(seconds=5)
    door.run(leases.release, WORKER, lease=mine)
    assert row(door, "y").holder == "two"
    assert take(door, "z", "three") is not None
    assert (row(door, "x").holder, row(door, "x").token) == ("", 1)
    assert take(door, "x", "three") is not None
    assert (row(door, "y").holder, row(door, "y").token) == ("two", 1)


@pytest.mark.criterion("AUDIT-04")
def test_who_lost_a_lease_takes_it_from_nobody_by_giving_it_back(door: Door, clock: Clock) -> None:
    late = held(door, "x", "one")
    clock.forward(seconds=6)
    held(door, "x", "two")
    door.run(leases.release, WORKER, lease=late)
    assert row(door, "x").holder == "two"
    assert take(door, "x", "three") is None
    with pytest.raises(leases.Lost):
        door.run(leases.renew, WORKER, lease=late, seconds=60)


@pytest.mark.criterion("AUDIT-04")
def test_the_same_process_that_comes_again_counts_as_a_new_holder(door: Door, clock: Clock) -> None:
    before = held(door, "x", "one")
    assert take(door, "x", "one") is None
    clock.forward(seconds=5)
    assert held(door, "x", "one").token > before.token
