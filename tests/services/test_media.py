"""What breaks off while a file arrives leaves nothing behind."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal_app.models.enums import Role
from portal_app.models.media import Media
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, NoRoom
from portal_app.services.media import library, removing, taking
from portal_app.services.media.files import Content
from tests.world import actor

pytestmark = pytest.mark.both_databases

ADMIN = actor(Role.ADMIN)
PDF = b"%PDF-1.7 a license"


class BrokenOff(Exception):
    pass


async def breaking_off() -> AsyncIterator[bytes]:
    yield PDF
    raise BrokenOff


async def in_small_parts() -> AsyncIterator[bytes]:
    for each in PDF:
        yield bytes([each])


def files(folder: Path) -> list[Path]:
    return [each for each in (folder / "media").rglob("*") if each.is_file()]


@pytest.mark.criterion("MEDIA-02")
def test_who_breaks_off_leaves_nothing(door: Door, tmp_path: Path) -> None:
    with pytest.raises(BrokenOff):
        asyncio.run(taking.take_in(door, ADMIN, breaking_off(), filename="a.pdf"))
    assert files(tmp_path) == []
    with door.database.read() as db:
        assert db.scalar(select(func.count()).select_from(Media)) == 0


@pytest.mark.criterion("MEDIA-02")
def test_a_type_is_told_however_small_the_parts_are_and_what_was_forgotten_goes(door: Door, tmp_path: Path) -> None:
    incoming = tmp_path / "media/incoming"
    incoming.mkdir(parents=True)
    for name, age in (("old", 2 * 24 * 3600), ("new", 0)):
        (incoming / name).write_bytes(b"x")
        moment = (incoming / name).stat().st_mtime - age
        os.utime(incoming / name, (moment, moment))
    made = asyncio.run(taking.take_in(door, ADMIN, in_small_parts(), filename="a.pdf"))
    assert made.versions[0].content_type == "application/pdf"
    assert sorted(each.name for each in files(tmp_path)) == sorted(["new", made.versions[0].digest])


@pytest.mark.criterion("MEDIA-06")
def test_a_file_whose_bytes_are_taken_away_while_it_arrives_is_not_written_down(door: Door, tmp_path: Path) -> None:
    made = asyncio.run(taking.take_in(door, ADMIN, in_small_parts(), filename="a.pdf"))
    content = Content(made.versions[0].digest, len(PDF), "application/pdf")
    asyncio.run(removing.take_away(door, ADMIN, locator=made.locator))
    with pytest.raises(Conflict, match="Send it again"):
        door.run(library.add, ADMIN, content=content, filename="a.pdf")
    assert files(tmp_path) == []


@pytest.mark.criterion("MEDIA-02")
def test_a_folder_that_cannot_be_written_is_told(door: Door, tmp_path: Path) -> None:
    (tmp_path / "media").write_bytes(b"a file where the folder should be")
    with pytest.raises(NoRoom):
        asyncio.run(taking.take_in(door, ADMIN, in_small_parts(), filename="a.pdf"))
