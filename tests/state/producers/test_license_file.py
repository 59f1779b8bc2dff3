"""Licenses from a file, as a tab holds them: looked at first, then exactly that, or nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from portal_app.models.enums import Role
from portal_app.models.licensing import LicenseFile, ProducerLicense
from portal_app.services.access import Actor, system
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden, Invalid, NotFound
from portal_app.services.licensing import licenses, waiting_file
from portal_app.services.licensing.terms import LicenseTerms
from portal_app.services.producers import find
from portal_app.state.producers.license_file import LicenseFileState
from tests.services.producers.acting import ADMIN, patch
from tests.world import Agency, Clock, actor, add_user

Opens = Callable[..., Any]
HEAD = "NPN,State,License Number,Status,Line of Authority,Effective Date,Shoe Size\n"
GOOD = "1234567,RI,3000123,Active,Property,01/01/2026,9\n"
BAD = "1234567,RI,3000124,Active,Boats,01/01/2026,9\n99,RI,1,Active,Property,01/01/2026,9\n"


async def arriving(content: bytes) -> AsyncIterator[bytes]:
    for begin in range(0, len(content), 1024 * 1024):
        yield content[begin : begin + 1024 * 1024]


def sent(door: Door, actor: Actor, text: str) -> dict[str, str]:
    """What the static script puts into the form."""
    taken = waiting_file.take_in(door, actor, arriving(text.encode()), filename="nipr.csv")
    return {"file": json.dumps({"locator": asyncio.run(taken), "filename": "nipr.csv"})}


def person(door: Door, role: Role) -> Actor:
    with door.database.write() as db:
        user = add_user(db, role)
        db.flush()
        return actor(role, user_id=user.id)


@pytest.fixture
def admin(door: Door, agency: Agency) -> Actor:
    """An administrator who is a person: files are theirs."""
    maya = door.run(find.producer, ADMIN, locator=agency.maya.locator)
    patch(door, maya, npn="1234567")
    return person(door, Role.ADMIN)


def kept(door: Door) -> tuple[int, int]:
    with door.database.read() as db:
        return tuple(db.scalar(select(func.count()).select_from(each)) or 0 for each in (LicenseFile, ProducerLicense))  # type: ignore[return-value]


@pytest.mark.criterion("PRODPAGE-18")
def test_a_file_is_looked_at_row_by_row_and_then_done(opens: Opens, door: Door, admin: Actor) -> None:
    page = opens(LicenseFileState, "/producers/licenses", admin)
    asyncio.run(page.load())
    asyncio.run(page.look({}))
    assert page.problems == {"file": "Choose a file first."}
    asyncio.run(page.look(sent(door, admin, "no;csv\n")))
    assert page.problems["file"].endswith(".")
    assert not page.looked
    asyncio.run(page.look(sent(door, admin, HEAD + GOOD + BAD)))
    assert (page.looked, page.may_apply, page.ignored) == (True, True, "Shoe Size")
    assert page.summary == ["3 rows in the file", "1 license would be new", "2 rows that cannot be taken"]
    assert [(each.line, each.column) for each in page.refused] == [("3", "Line of Authority"), ("4", "NPN")]
    [entry] = page.entries
    assert (entry.outcome, entry.license, entry.producer, entry.lines) == ("New", "3000123, RI", "Maya Alvarez", "2")
    assert entry.differences[-2:] == ["Status by the state: Active", "Effective date: Jan 1, 2026"]
    assert kept(door) == (1, 0), "nothing is changed by looking"
    asyncio.run(page.apply())
    assert (page.applied, page.may_apply, page.flash) == (True, False, "Done: 1 license taken from the file.")
    assert kept(door) == (0, 1)
    asyncio.run(page.apply())
    assert kept(door) == (0, 1)


@pytest.mark.criterion("PRODPAGE-18")
def test_where_a_record_changed_meanwhile_nothing_is_done_and_it_is_looked_at_anew(
    opens: Opens, door: Door, admin: Actor, agency: Agency
) -> None:
    page = opens(LicenseFileState, "/producers/licenses", admin)
    asyncio.run(page.look(sent(door, admin, HEAD + GOOD)))
    draft = LicenseTerms(license_number="3000123", jurisdictions=("RI",))
    door.run(licenses.create, ADMIN, producer=agency.maya.locator, terms=draft)
    asyncio.run(page.apply())
    assert (page.applied, page.flash_kind) == (False, "bad")
    assert "Nothing was changed" in page.flash
    assert page.entries[0].outcome == "Changed", "as it is now"
    assert door.run(licenses.listed, ADMIN).rows[0].state.value == "draft"
    asyncio.run(page.apply())
    assert door.run(licenses.listed, ADMIN).rows[0].state.value == "validated"


@pytest.mark.criterion("PRODPAGE-18")
def test_a_waiting_file_is_its_senders_small_and_soon_gone(
    opens: Opens, door: Door, admin: Actor, agency: Agency, clock: Clock
) -> None:
    for content, why in ((b"", "is empty"), (b"x" * (5 * 1024 * 1024 + 1), "at most 5 MB")):
        with pytest.raises(Invalid, match=why):
            asyncio.run(waiting_file.take_in(door, admin, arriving(content), filename="x.csv"))
    with pytest.raises(Forbidden):
        asyncio.run(waiting_file.take_in(door, agency.csr(), arriving(b"x"), filename="x.csv"))
    locator = json.loads(sent(door, admin, HEAD)["file"])["locator"]
    with pytest.raises(NotFound):
        door.run(waiting_file.held, person(door, Role.PRINCIPAL), locator=locator)
    assert door.run(waiting_file.held, admin, locator=locator).content == HEAD.encode()
    sent(door, admin, HEAD + GOOD)
    assert kept(door)[0] == 1, "a newer one takes its place"
    clock.forward(hours=25)
    assert door.run(waiting_file.forget_old, system("test")) == 1
    page = opens(LicenseFileState, "/producers/licenses", admin)
    asyncio.run(page.look({"file": json.dumps({"locator": locator})}))
    assert (page.looked, page.problems) == (False, {"file": "The file is not there any more. Choose it once more."})
