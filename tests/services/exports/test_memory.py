"""A hundred thousand rows take no more memory than five thousand."""

import asyncio
import tracemalloc

import pytest
from sqlalchemy import insert

from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.types import new_locator
from portal_app.services.door import Door
from portal_app.services.exports import stream
from portal_app.services.exports.kinds import Kind
from tests.world import NOW, Agency

FEW, MANY = 5_000, 100_000


def fill(database: Database, first: int, behind: int) -> None:
    rows = [
        {"locator": new_locator(), "feed": "t", "source_id": str(number), "kind": "business",
         "name": f"Bakery {number:06}", "email": f"client{number}@example.test", "phone": "555-0100",
         "street": f"{number} Main Street", "city": "Mystic", "state": "CT", "postal_code": "06355", "as_of": NOW}
        for number in range(first, behind)
    ]  # fmt: skip
    with database.write() as db:
        db.execute(insert(Account), rows)


def most_held(door: Door, agency: Agency) -> tuple[int, int]:
    """The most memory that an export holds at once, in bytes, and how many rows it sent."""

    async def thrown_away() -> int:
        export = await stream.begin(door, agency.read_only(), kind=Kind.ACCOUNTS, asked="Bakery ")
        return sum([chunk.count(b"\r\n") async for chunk in export.chunks()]) - 1

    tracemalloc.start()
    try:
        rows = asyncio.run(thrown_away())
        return tracemalloc.get_traced_memory()[1], rows
    finally:
        tracemalloc.stop()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.criterion("EXPORT-15")
def test_a_long_export_holds_no_more_than_a_short_one(door: Door, agency: Agency, database: Database) -> None:
    fill(database, 0, FEW)
    short, rows = most_held(door, agency)
    assert rows == FEW
    fill(database, FEW, MANY)
    long, rows = most_held(door, agency)
    assert rows == MANY
    assert long < short * 1.5 + 2**20
    assert long < 16 * 2**20
