"""Taking in a feed: against its floor, against the same load without indexes, in memory, and beside another writer.

    python -m bench.feed [--policies 100000] [--database postgresql]

Each measurement runs in a process of its own. Times are what the clock says: run it on a machine that is at rest.
"""

import argparse
import csv
import json
import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text, update

from bench import data
from integrations.custom.connector import CustomConnector
from portal_app import migrations
from portal_app.database import Database
from portal_app.encryption import install, keyring
from portal_app.models import metadata
from portal_app.models.enums import FeedKind
from portal_app.services.door import utc_now
from portal_app.services.ports import Ports
from portal_app.services.sync.runs import run_feed
from tests.jobs import exports
from tests.world import KEYS, make_door

KINDS = (FeedKind.PRODUCERS, FeedKind.CLIENTS, FeedKind.POLICIES)
WRITE_EVERY = 0.05
LONGEST_WAIT = 0.2


def write_files(folder: Path, policies: int) -> None:
    """Exports of an agency of that size: 2.5 policies a client, one or two vehicles, two coverages, a location."""
    folder.mkdir(parents=True, exist_ok=True)
    chance, known = random.Random(5), data.surnames()
    clients = max(policies * 2 // 5, 1)
    codes = [f"HL-{number}" for number in range(200)]
    exports.write_csv(folder / "producers.csv", ("code", "name"), [{"code": code, "name": code} for code in codes])
    _write(
        folder / "clients.csv",
        ("client_id", "name", "kind"),
        ({"client_id": f"C{n}", "name": data.name_of(chance, known), "kind": "person"} for n in range(clients)),
    )
    headings = [*exports.POLICY_COLUMNS]
    for part, fields in {**exports.PARTS, "locations": exports.LOCATION}.items():
        headings += [f"{part} {number} {field}" for number in range(1, exports.MOST + 1) for field in fields]
    _write(folder / "policies.csv", headings, (_policy(chance, n, clients, codes) for n in range(policies)))
    _date(folder, 1_795_000_000)


def _write(path: Path, headings: Any, rows: Iterator[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, headings, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _policy(chance: random.Random, number: int, clients: int, codes: list[str]) -> dict[str, str]:
    effective = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
    row = {
        "policy_id": f"P{number}",
        "client_id": f"C{number % clients}",
        "number": f"PA-{number:07}",
        "line": "personal_auto",
        "carrier": f"Carrier {number % 40}",
        "effective": effective.strftime("%m/%d/%Y"),
        "expiration": effective.replace(year=2027).strftime("%m/%d/%Y"),
        "status": "active",
        "premium": f"${chance.randrange(100_000, 900_000) / 100:,.2f}",
        "producer_code": codes[number % len(codes)],
    }
    for vehicle in range(1, 2 + number % 2):
        row[f"vehicles {vehicle} vin"] = "".join(chance.choices(data.LETTERS, k=17))
        row[f"vehicles {vehicle} year"] = str(chance.randrange(2005, 2027))
        row[f"vehicles {vehicle} make"], row[f"vehicles {vehicle} model"] = chance.choice(data.MODELS)
    for coverage, name in enumerate(("Liability", "Collision"), 1):
        row[f"coverages {coverage} name"], row[f"coverages {coverage} limit"] = name, "100,000"
        row[f"coverages {coverage} premium"] = "310.00"
    place, state, code = chance.choice(data.PLACES)
    row["locations 1 street"] = f"{chance.randrange(1, 2000)} {chance.choice(data.ROADS)} St"
    row |= {"locations 1 city": place, "locations 1 state": state, "locations 1 postal_code": f"{code}01"}
    return row


def _date(folder: Path, moment: int) -> None:
    for path in folder.glob("*.csv"):
        os.utime(path, (moment, moment))


def touch(folder: Path, moment: int) -> None:
    """Export anew with one policy changed: another file, and the same rows but for one."""
    path = folder / "policies.csv"
    content = path.read_bytes()
    head, _, last = content.rstrip(b"\r\n").rpartition(b"\n")
    path.write_bytes(head + b"\n" + re.sub(rb"P[AB]\d*-", f"PB{moment % 1000}-".encode(), last, count=1) + b"\r\n")
    _date(folder, moment)


@dataclass
class Sample:
    """The memory of this process's own (MB) at points of the way; the database's file, mapped, does not count."""

    memory: list[float]

    def take(self) -> None:
        status = Path("/proc/self/status").read_text()
        self.memory.append(int(status.partition("RssAnon:")[2].split()[0]) / 1000)


def floor(folder: Path) -> float:
    """Reading, hashing and mapping alone (s)."""
    install(KEYS)
    feed = CustomConnector(exports.settings(folder))
    digest = keyring().digest
    begun = time.perf_counter()
    for kind in KINDS:
        for batch in feed.batches(kind):
            for row in batch.rows():
                digest(row.fingerprint)
                feed.record(kind, row)
    return time.perf_counter() - begun


def load(url: str, folder: Path, *, without_indexes: bool = False) -> dict[str, Any]:
    """Run the feed; seconds, and memory half-way and at the end."""
    database = Database(url)
    if without_indexes:
        drop_indexes(database)
    feed = CustomConnector(exports.settings(folder))
    door = make_door(database, folder, utc_now, Ports(feeds={feed.name: feed}))
    sample = Sample([])
    begun = time.perf_counter()
    watched = _watched(feed, sample)
    runs = run_feed(watched(door), feed=feed.name)
    seconds = time.perf_counter() - begun
    sample.take()
    read = sum(run.rows_read for run in runs)
    half = sample.memory[len(sample.memory) // 2]
    return {"seconds": seconds, "rows": read, "memory_half": half, "memory_end": sample.memory[-1]}


def _watched(feed: CustomConnector, sample: Sample) -> Any:
    """Take a sample each 5,000 rows."""
    from dataclasses import replace

    class Watching(CustomConnector):
        def batches(self, kind: FeedKind) -> Any:
            return [_WatchedBatch(batch, sample) for batch in super().batches(kind)]

    watching = object.__new__(Watching)
    watching.__dict__.update(feed.__dict__)
    return lambda door: replace(door, ports=Ports(feeds={feed.name: watching}))


class _WatchedBatch:
    def __init__(self, batch: Any, sample: Sample) -> None:
        self._batch, self._sample = batch, sample
        self.name, self.digest = batch.name, batch.digest
        self.exported_at, self.complete = batch.exported_at, batch.complete

    def rows(self, start: int = 0) -> Iterator[Any]:
        for number, row in enumerate(self._batch.rows(start)):
            if number % 5000 == 0:
                self._sample.take()
            yield row


def drop_indexes(database: Database) -> None:
    """Everything that only speeds reading up, and the triggers that keep the search."""
    with database.write() as db:
        if database.dialect == "sqlite":
            found = "SELECT type, name FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
            for kind, name in db.execute(text(found)).all():
                if kind == "trigger" or not name.startswith("uq_"):
                    db.execute(text(f"DROP {kind} {name}"))
        else:
            triggers = "SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
            for name, table in db.execute(text(triggers)).all():
                db.execute(text(f"DROP TRIGGER {name} ON {table}"))
            indexes = "SELECT indexrelid::regclass FROM pg_index JOIN pg_class ON oid = indrelid WHERE NOT indisunique"
            for (name,) in db.execute(text(f"{indexes} AND relnamespace = 'public'::regnamespace")).all():
                db.execute(text(f"DROP INDEX {name}"))


def write_beside(url: str, until: Any, waits: Any) -> None:
    """Another process that writes one small row every 50 ms; hands back how long it waited for each turn (s)."""
    database, beat = Database(url), metadata.tables["heartbeat"]
    found = []
    while not until.is_set():
        begun = time.perf_counter()
        with database.write() as db:
            # The lock is taken here; what follows, its own commit above all, is no waiting for others.
            db.execute(update(beat).values(beat_at=utc_now()))
            found.append(time.perf_counter() - begun)
        time.sleep(WRITE_EVERY)
    waits.put(found)


def in_child(function: str, *arguments: Any, **given: Any) -> Any:
    """Call a function of this module in a new process."""
    call = json.dumps([function, [str(each) for each in arguments], given])
    done = subprocess.run(
        [sys.executable, "-m", "bench.feed", "--call", call], check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def called(call: str) -> None:
    function, arguments, given = json.loads(call)
    if function == "floor":
        print(json.dumps(floor(Path(arguments[0]))))
    else:
        print(json.dumps(load(arguments[0], Path(arguments[1]), **given)))


@contextmanager
def fresh(kind: str, folder: Path, name: str) -> Iterator[str]:
    """The address of an empty, migrated database."""
    if kind == "sqlite":
        path = folder / f"{name}.db"
        for each in folder.glob(f"{name}.db*"):
            each.unlink()
        url = f"sqlite:///{path}"
        migrations.upgrade(Database(url))
        yield url
    else:
        from tests.servers import postgres

        with postgres() as url:
            migrations.upgrade(Database(url))
            yield url


def measure(kind: str, policies: int, folder: Path) -> dict[str, Any]:
    files = folder / "files"
    write_files(files, policies)
    base = in_child("floor", files)
    with fresh(kind, folder, "bare") as url:
        bare = in_child("load", url, files, without_indexes=True)
    with fresh(kind, folder, "full") as url:
        first = in_child("load", url, files)
        touch(files, 1_795_000_100)
        unchanged = in_child("load", url, files)
        alone = _beside(url, None, alone=min(5.0, policies / 1000))
        touch(files, 1_795_000_200)
        beside = _beside(url, files)
    write_files(files, policies)
    with fresh(kind, folder, "beside") as url:
        loading = _beside(url, files)
    return {
        "rows": first["rows"],
        "floor rows/s": round(first["rows"] / base),
        "unchanged rows/s": round(unchanged["rows"] / unchanged["seconds"]),
        "unchanged : floor (≥ 0.65)": round(base / unchanged["seconds"] * unchanged["rows"] / first["rows"], 2),
        "first load rows/s": round(first["rows"] / first["seconds"]),
        "without indexes rows/s": round(bare["rows"] / bare["seconds"]),
        "first load : without indexes (≥ 0.33)": round(bare["seconds"] / first["seconds"], 2),
        "memory MB first load, half-way → end": (round(first["memory_half"]), round(first["memory_end"])),
        "memory MB unchanged, half-way → end": (round(unchanged["memory_half"]), round(unchanged["memory_end"])),
        "other writer alone, p50 / p99 / max ms": alone,
        "other writer beside unchanged, p50 / p99 / max ms (max ≤ 200)": beside,
        "other writer beside first load, p50 / p99 / max ms (max ≤ 200)": loading,
    }


def _beside(url: str, files: Path | None, alone: float = 0.0) -> tuple[float, float, float]:
    until, waits = multiprocessing.Event(), multiprocessing.Queue()
    writer = multiprocessing.Process(target=write_beside, args=(url, until, waits))
    writer.start()
    if files:
        in_child("load", url, files)
    else:
        time.sleep(alone)
    until.set()
    found = sorted(waits.get())
    writer.join()
    at = (len(found) // 2, len(found) * 99 // 100, len(found) - 1)
    return tuple(round(found[each] * 1000, 1) for each in at)  # type: ignore[return-value]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policies", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--call", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.call:
        called(given.call)
        return
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    try:
        for name, value in measure(given.database, given.policies, folder).items():
            print(f"{name:60} {value}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
