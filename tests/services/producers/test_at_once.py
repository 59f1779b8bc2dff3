"""Eight processes that number codes at the same moment give no code twice."""

import copy
import json
import multiprocessing
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.producers import ProducerCode
from portal_app.services.door import Door, Tx
from portal_app.services.errors import InvalidData
from portal_app.services.producers import create
from portal_app.services.producers.create import NumberFailed
from portal_app.services.producers.numbering import LOOKS_ALIKE
from tests.servers import ROOT
from tests.services.producers.acting import ADMIN, code, producer
from tests.services.producers.configured import SEED, with_configuration
from tests.world import Clock, make_door

pytestmark = pytest.mark.both_databases

PROCESSES, EACH = 8, 6
# Two types that count each by itself, at the same moment, under one plan.
BY_TYPE = copy.deepcopy(SEED)
BY_TYPE["numberingPlans"]["ExampleNumberingPlan"]["scope"] = "type"
BY_TYPE["producerManagement"]["producerCodes"]["Other"] = {
    "extend": "ExampleProducerCode",
    "numberingString": "Other",
}


def together(url: str, folder: Path, owners: list[str]) -> int:
    """Run in a process of its own, which forks one for each owner: what all need is loaded once. Returns how many of
    them failed."""
    forked = multiprocessing.get_context("fork")
    gate = forked.Barrier(len(owners))
    running = [forked.Process(target=number_codes, args=(url, folder, owner, gate)) for owner in owners]
    for each in running:
        each.start()
    for each in running:
        each.join()
    return sum(each.exitcode != 0 for each in running)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def number_codes(url: str, folder: Path, owner: str, gate: Any) -> None:
    """What each process does, as soon as all are there."""
    door = with_configuration(make_door(Database(url), folder, Clock()), BY_TYPE)
    door.patience = 60
    gate.wait(60)
    for _ in range(EACH):
        for kind in ("ExampleProducerCode", "Other"):
            made = door.run(create.create_code, ADMIN, producer_locator=owner, type=kind)
            assert not isinstance(made, NumberFailed)
            say(made.code or "")


@pytest.mark.criterion("CODE-03")
@pytest.mark.criterion("CODE-13")
@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_eight_processes_at_once_give_no_code_twice(
    dialect: str, request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> None:
    if dialect == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "portal.db")
        url = f"sqlite:///{tmp_path / 'portal.db'}"
    else:
        url = request.getfixturevalue("fresh_postgres")
    door = with_configuration(make_door(Database(url, pool_size=1), tmp_path, clock), BY_TYPE)
    owners = [producer(door, name=str(number)) for number in range(PROCESSES)]
    # Somebody took one of those that will come.
    code(door, owners[0], code="ExampleText-0020")

    given = sorted(_together(url, tmp_path, [each.locator for each in owners]))

    numbers = [number for number in range(7, 7 + PROCESSES * EACH + 1) if number != 20]
    others = range(7, 7 + PROCESSES * EACH)
    assert given == [*(f"ExampleText-{each:04d}" for each in numbers), *(f"Other-{each:04d}" for each in others)]
    with door.database.read() as db:
        assert sorted(db.scalars(select(ProducerCode.code))) == sorted([*given, "ExampleText-0020"])
    door.close()


def _together(url: str, folder: Path, owners: list[str]) -> list[str]:
    told = json.dumps([url, str(folder), owners])
    program = "import json, pathlib, sys; from tests.services.producers.test_at_once import together; "
    program += f"url, folder, owners = json.loads({told!r}); sys.exit(together(url, pathlib.Path(folder), owners))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.criterion("CODE-03")
@pytest.mark.criterion("CODE-01")
@pytest.mark.criterion("CODE-14")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "ExampleText-0008"),
        ("ExampleText-0007", "There is a code like this already."),
        ("exampletext-0007", LOOKS_ALIKE.format("ExampleText-0007")),
    ],
)
def test_who_comes_second_to_a_code_that_is_not_yet_committed_gets_the_next_or_is_told(
    door: Door, given: str | None, expected: str
) -> None:
    first, second = producer(door, name="A"), producer(door, name="B")
    answers: list[str | None] = []

    def number() -> None:
        try:
            answers.append(code(door, second, "ExampleProducerCode", code=given).code)
        except InvalidData as error:
            answers.append(error.sentence)

    other = threading.Thread(target=number)
    with door.database.write() as db:
        tx = Tx(db, ADMIN, door.clock(), door.settings, door.ports)
        create.create_code(tx, producer_locator=first.locator, type="Unplanned", code="ExampleText-0007")
        other.start()
        other.join(1)
        assert answers == [], "it waits to see whether the first is kept"
    other.join()
    assert answers == [expected]
