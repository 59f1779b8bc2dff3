"""How much one transaction writes, and how long others have their turn after it."""

import time

import pytest

from portal_app.services.sync.pace import FEW_ROWS, MOST_ROWS, Pace


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock's hand and how long was slept."""
    hand = [0.0, 0.0]

    def sleep(seconds: float) -> None:
        hand[0] += seconds
        hand[1] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: hand[0])
    monkeypatch.setattr(time, "sleep", sleep)
    return hand


@pytest.mark.criterion("FEED-49")
@pytest.mark.parametrize(("took", "room"), [(0.05, 0.03), (0.15, 0.06), (0.5, 0.11)])
def test_the_longer_a_transaction_took_the_longer_others_have_their_turn(
    took: float, room: float, now: list[float]
) -> None:
    pace = Pace()
    pace.wait()
    now[0] += took
    pace.wrote(MOST_ROWS)

    pace.wait()

    assert now[1] == pytest.approx(room)


@pytest.mark.criterion("FEED-49")
def test_little_and_late_transactions_wait_for_nobody(now: list[float]) -> None:
    pace = Pace()
    pace.wait()
    pace.wrote(FEW_ROWS - 1)
    pace.wait()
    pace.wrote(MOST_ROWS)
    now[0] += 1
    pace.wait()

    assert now[1] == 0


@pytest.mark.criterion("FEED-49")
def test_transactions_shrink_on_a_slow_machine_and_grow_again(now: list[float]) -> None:
    pace = Pace()
    sizes = []
    for took in (0.2,) * 6 + (0.01,) * 6:
        pace.wait()
        now[0] += took
        pace.wrote(pace.rows)
        sizes.append(pace.rows)

    assert sizes[:6] == [66, 44, 29, 20, 20, 20]
    assert sizes[-1] == MOST_ROWS
