"""The policy ledger: snapshots and a difference against the bare query of its rows, a wide hierarchy against its own.

python -m bench ledger
"""

import gc
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.table import Line
from portal_app import migrations
from portal_app.database import Database
from portal_app.models.enums import Origin, ProducerKind, ProducerState, Role, TransactionKind, TransactionState
from portal_app.models.types import new_locator
from portal_app.routes.api.producer_bodies import ProducerTree
from portal_app.services.access import Gate, system
from portal_app.services.door import Door, Tx, reads, utc_now
from portal_app.services.ledger.differences import of_terms
from portal_app.services.ledger.snapshots import snapshot
from portal_app.services.producers.tree import hierarchy
from portal_app.services.producers.views import Node
from portal_app.services.scope import down_from
from portal_app.services.sync import bulk
from tests.world import actor, build_agency, make_door

AT_MOST = 3.0
SYSTEM = system("bench")
BEGINS, RENEWED = datetime(2026, 6, 1, 4, tzinfo=UTC), datetime(2027, 6, 1, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Size:
    """`transactions` on one policy, `producers` below one, each asked for `rounds` times."""

    transactions: int = 200
    producers: int = 5000
    rounds: int = 60


@dataclass(frozen=True)
class Place:
    """What is measured: one policy, and the producer at the top."""

    door: Door
    policy_id: int
    locator: str
    top: str
    top_id: int


@reads(Gate.SYSTEM)
def bare_rows(tx: Tx, *, policy_id: int) -> int:
    """The rows of a policy's ledger, and nothing made of them."""
    return len(tx.db.execute(select(bulk.LEDGER).where(bulk.LEDGER.c.policy_id == policy_id)).all())


@reads(Gate.SYSTEM)
def bare_downline(tx: Tx, *, top: int) -> int:
    """The rows of a producer and of everybody below, and nothing made of them."""
    return len(tx.db.execute(select(bulk.PRODUCER).where(bulk.PRODUCER.c.id.in_(down_from(top)))).all())


def measure(size: Size | None = None) -> list[Line]:
    """Each work and its floor in turn, through the door."""
    size = size or Size()
    person = actor(Role.PRINCIPAL)
    # As the process that serves does: what is loaded is not looked through for garbage again and again.
    gc.freeze()
    with agency(size) as place:
        run = place.door.run
        by_effect = partial(run, snapshot, person, locator=place.locator, at=BEGINS + timedelta(days=199))
        by_issue = partial(run, snapshot, person, locator=place.locator, at=utc_now(), by_issued_time=True)
        rows = partial(run, bare_rows, SYSTEM, policy_id=place.policy_id)
        terms = partial(run, of_terms, person, locator=place.locator)
        tree = partial(run, hierarchy, person, locator=place.top)
        bare = partial(run, bare_downline, SYSTEM, top=place.top_id)
        if bare() <= size.producers or tree().child_producers == []:
            raise RuntimeError("The hierarchy is not the one that was made.")
        return [
            *compared(f"Snapshot by effective time of {size.transactions} transactions", by_effect, rows, size.rounds),
            *compared(f"Snapshot by issued time of {size.transactions} transactions", by_issue, rows, size.rounds),
            *compared(f"Difference of two terms of {size.transactions} transactions", terms, rows, size.rounds),
            *compared(f"Hierarchy of {size.producers} producers", tree, bare, size.rounds),
            *compared("  as the API answers it", lambda: answered(tree()), bare, size.rounds),
        ]


def answered(top: Node) -> str:
    return ProducerTree.of(top).model_dump_json(by_alias=True)


def compared(what: str, ours: Callable[[], Any], floor: Callable[[], Any], rounds: int) -> list[Line]:
    warm = [(took(ours), took(floor)) for _ in range(rounds + 3)][3:]
    ratio = median(one for one, _ in warm) / median(other for _, other in warm)
    told = f"{median(one for one, _ in warm) * 1000:.2f} ms, bare {median(other for _, other in warm) * 1000:.2f} ms"
    return [Line(what, told), Line("  : the bare query", f"{ratio:.2f}", f"≤ {AT_MOST:g}", ratio <= AT_MOST)]


def took(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@contextmanager
def agency(size: Size) -> Iterator[Place]:
    """A new database with one policy that much happened to, and a wide hierarchy in four levels."""
    with tempfile.TemporaryDirectory(prefix="portal-measured-") as name:
        database = Database(f"sqlite:///{name}/portal.db")
        migrations.upgrade(database)
        door = make_door(database, Path(name), utc_now)
        with database.write() as db:
            found = build_agency(db)
            policy = found.policies["maya"]
            db.execute(insert(bulk.LEDGER), transactions(policy.id or 0, size.transactions))
            producers(db, found.house.id or 0, size.producers)
        yield Place(door, policy.id or 0, policy.locator, found.house.locator, found.house.id or 0)
        door.close()


def transactions(policy_id: int, count: int) -> list[dict[str, Any]]:
    """An issuance, changes of what a policy has most of, a day apart, and a renewal."""
    begun = {
        "number": "HO-101", "line": "homeowners", "carrier": "Granite Mutual", "effective": "2026-06-01",
        "expiration": "2027-06-01", "status": "active", "premium": "1234.50", "producer_code": "HL-maya",
        "account": "C-HO-101",
    }  # fmt: skip
    covers = [{"name": f"Cover {n}", "limit": "100,000", "deductible": "500", "premium": "9.00"} for n in range(6)]
    changes = [{"premium": "1300.00", "coverages": covers}, {"producer_code": "HL-daniel"}, {"description": "Remark"}]
    rows: list[dict[str, Any]] = [
        {
            "locator": new_locator(),
            "policy_id": policy_id,
            "kind": TransactionKind.CHANGE if number else TransactionKind.ISSUANCE,
            "state": TransactionState.ISSUED,
            "origin": Origin.PORTAL,
            "term_effective": BEGINS.date(),
            "effective_at": BEGINS + timedelta(days=number),
            "known_at": BEGINS,
            "issued_at": BEGINS,
            "changes": changes[number % 3] if number else begun,
        }
        for number in range(count)
    ]
    days = {"effective": "2027-06-01", "expiration": "2028-06-01", "premium": "1350.00"}
    when = {"term_effective": RENEWED.date(), "effective_at": RENEWED, "changes": days}
    return [*rows[:-1], rows[-1] | {"kind": TransactionKind.RENEWAL} | when]


def producers(db: Session, top: int, count: int) -> None:
    """Producers with a code each, ten below each."""
    first = 1000
    parents = [top if number < 10 else first + number // 10 - 1 for number in range(count)]
    common: dict[str, Any] = {"state": ProducerState.VALIDATED, "data": {}, "created_at": BEGINS}
    named = {"type": "Producer", "kind": ProducerKind.INDIVIDUAL, "npn": ""} | common
    rows = [{"id": first + number, "locator": new_locator(), "name": str(number)} for number in range(count)]
    db.execute(
        insert(bulk.PRODUCER), [row | named | {"parent_id": parent} for row, parent in zip(rows, parents, strict=True)]
    )
    codes = [{"locator": new_locator(), "code": f"X-{row['id']}", "producer_id": row["id"]} for row in rows]
    db.execute(insert(bulk.PRODUCER_CODE), [row | {"type": "ProducerCode"} | common for row in codes])
