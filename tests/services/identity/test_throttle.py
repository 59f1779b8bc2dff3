"""How failures from one address are counted."""

import pytest

from portal_app.models.identity import AttemptCount
from portal_app.services.door import Door
from portal_app.services.identity import bearer, throttle
from tests.services.identity.conftest import anonymous
from tests.world import Clock

pytestmark = pytest.mark.both_databases


def fail(door: Door, times: int, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        door.run(bearer.count_wrong, anonymous(address))


def is_held_back(door: Door, address: str = "192.0.2.1") -> bool:
    return door.run(bearer.is_held_back, anonymous(address))


@pytest.mark.criterion("AUTH-08")
def test_the_quarter_of_an_hour_begins_with_the_first_failure(door: Door, clock: Clock) -> None:
    fail(door, 1)
    clock.forward(minutes=14)
    fail(door, throttle.LIMIT - 1)
    assert is_held_back(door)
    clock.forward(minutes=1)
    assert not is_held_back(door)


@pytest.mark.criterion("AUTH-08")
def test_after_a_quarter_of_an_hour_counting_begins_anew(door: Door, clock: Clock) -> None:
    fail(door, throttle.LIMIT)
    clock.forward(minutes=15)
    fail(door, throttle.LIMIT - 1)
    assert not is_held_back(door)
    fail(door, 1)
    assert is_held_back(door)


@pytest.mark.criterion("API-04")
def test_wrong_tokens_of_one_ipv6_network_count_together(door: Door) -> None:
    for number in range(throttle.LIMIT):
        fail(door, 1, f"2001:db8::{number + 1:x}")
    assert is_held_back(door, "2001:db8::ffff")
    assert not is_held_back(door, "2001:db8:0:1::1")


@pytest.mark.criterion("DATA-01")
def test_an_address_is_kept_as_a_keyed_hash(door: Door) -> None:
    fail(door, 1)
    with door.database.read() as db:
        kept = db.query(AttemptCount).one().key_hash
    assert len(kept) == 32
    assert b"192.0.2.1" not in kept
