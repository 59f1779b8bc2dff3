"""Sign-ins a second: whole checks of a password, with their look-up, count and audit row, against bare argon2.

python -m bench sign-ins
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from argon2 import PasswordHasher

from bench.table import Line
from portal_app import migrations
from portal_app.database import Database
from portal_app.models.enums import Role
from portal_app.services.door import Door, utc_now
from portal_app.services.identity import hashing, sign_in
from tests.world import add_user, make_door

PASSWORD = "Quiet-Harbor-Ledger-58"
AT_LEAST = 0.9


@dataclass(frozen=True)
class Size:
    """`checks` of bare argon2 and as many sign-ins for each processor, in each round; `people` sign in at the same
    time."""

    rounds: int = 7
    checks: int = 50
    people: int = 16


def measure(size: Size | None = None) -> list[Line]:
    """One thread of argon2, one for each processor, and the whole sign-in in turn."""
    size = size or Size()
    cores = os.cpu_count() or 1
    bare, all_bare, whole = [], [], []
    with agency(size.people) as door:
        password_hash = hashing.make_here(PASSWORD)
        for _ in range(size.rounds):
            bare.append(bare_rate(password_hash, size.checks, 1))
            all_bare.append(bare_rate(password_hash, size.checks * cores, cores))
            whole.append(asyncio.run(sign_in_rate(door, size.people, size.checks * cores)))
    ratio = median(ours / theirs for ours, theirs in zip(whole, bare, strict=True)) / cores
    beside = median(ours / theirs for ours, theirs in zip(whole, all_bare, strict=True))
    return [
        Line("argon2 alone, one thread", f"{median(bare):.1f}/s"),
        Line(f"argon2 alone, {cores} threads", f"{median(all_bare):.1f}/s"),
        Line(f"whole sign-ins, {size.people} at a time", f"{median(whole):.1f}/s"),
        Line(f"  sign-ins : {cores} threads of argon2 alone", f"{beside:.2f}"),
        Line(f"  sign-ins : {cores} × one thread of argon2", f"{ratio:.2f}", f"≥ {AT_LEAST}", ratio >= AT_LEAST),
    ]


@contextmanager
def agency(people: int) -> Iterator[Door]:
    """A new database with so many people who know the password."""
    with tempfile.TemporaryDirectory(prefix="portal-measured-") as name:
        database = Database(f"sqlite:///{name}/portal.db")
        migrations.upgrade(database)
        door = make_door(database, Path(name), utc_now)
        known = hashing.make_here(PASSWORD)
        with database.write() as db:
            for number in range(people):
                user = add_user(db, Role.CSR, address(number), totp_secret="A" * 32, totp_enrolled_at=utc_now())
                user.password_hash = known
        yield door
        door.close()


def address(number: int) -> str:
    return f"person{number}@agency.test"


def bare_rate(password_hash: str, checks: int, threads: int) -> float:
    """Checks a second with the portal's own parameters, and with nothing around them."""
    hasher = PasswordHasher(time_cost=hashing.PASSES, memory_cost=hashing.MEMORY_KIB, parallelism=hashing.LANES)
    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: hasher.verify(password_hash, PASSWORD), range(checks)))
    return checks / (time.perf_counter() - begun)


async def sign_in_rate(door: Door, people: int, count: int) -> float:
    """Sign-ins a second while that many people sign in again and again."""
    left = iter(range(count))

    async def person(number: int) -> None:
        for _ in left:
            outcome = await sign_in.with_password(door, email=address(number), password=PASSWORD, address="127.0.0.1")
            if not isinstance(outcome, sign_in.Passed):
                raise RuntimeError(f"Not signed in: {outcome}")

    begun = time.perf_counter()
    await asyncio.gather(*(person(number) for number in range(people)))
    return count / (time.perf_counter() - begun)
