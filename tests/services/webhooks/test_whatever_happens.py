"""Whatever happens on the way: each event that was written is taken once, those about one record in their order."""

import json
from random import Random

import pytest

from portal_app.models.enums import WebhookState
from portal_app.services import outbox
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.webhooks import hooks
from portal_app.services.webhooks.queue import TOPIC
from tests.receiver import Receiver
from tests.services.webhooks.conftest import happened, hooked, rows
from tests.world import Agency, Clock

RECORDS = [f"01J000000000000000000REC{number:02d}" for number in range(3)]
# What neither gives an event up nor is a success.
UNWELL = (301, 401, 404, 408, 429, 500, 503, 410)
STEPS = 60


@pytest.mark.criterion("HOOK-04")
@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_lost_or_out_of_order(
    door: Door, agency: Agency, there: Receiver, clock: Clock, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(seed)
    monkeypatch.setattr(outbox, "MOST_ATTEMPTS", 1000)
    locator = hooked(door, agency, there).locator
    written: list[tuple[str, int]] = []
    taken: list[tuple[str, int]] = []
    for number in range(STEPS):
        match chance.choice(
            ["happens", "happens", "happens", "delivers", "delivers", "waits", "rests", *["goes on"] * 3]
        ):
            case "happens":
                record = chance.choice(RECORDS)
                happened(door, locator=record, step=number)
                if door.run(hooks.one, agency.admin(), locator=locator).state is WebhookState.ACTIVE:
                    written.append((record, number))
            case "delivers":
                taken += _taken(door, there, chance.choice([204, 204, *UNWELL]))
            case "waits":
                clock.forward(seconds=chance.choice([1, 40, 700, 15_000]))
            case "rests":
                door.run(hooks.pause, agency.admin(), locator=locator)
            case "goes on":
                door.run(hooks.resume, agency.admin(), locator=locator)
    door.run(hooks.resume, agency.admin(), locator=locator)
    for _ in range(3):
        clock.forward(hours=5)
        taken += _taken(door, there, 204)

    assert len(written) >= 5
    assert sorted(taken) == sorted(written), "each once, and all of them"
    for record in RECORDS:
        assert [step for each, step in taken if each == record] == [step for each, step in written if each == record]
    assert [row["locator"] for row in rows(door) if row["topic"] == TOPIC and row["delivered_at"] is None] == []


def _taken(door: Door, there: Receiver, status: int) -> list[tuple[str, int]]:
    """Deliver to a receiver that answers so. What it took, in the order in which that came."""
    there.status = status
    there.arrived.clear()
    deliver_due(door, holder="me")
    come = [json.loads(each.body)["data"] for each in there.arrived]
    return [(each["locator"], each["step"]) for each in come] if status == 204 else []
