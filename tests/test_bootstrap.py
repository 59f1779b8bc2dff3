"""Where the portal must not start, it says so before it has written anything."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app import encryption
from portal_app.bootstrap import open_portal, stamp
from portal_app.database import Database
from portal_app.models.enums import DatabaseUse
from portal_app.services import door as doors
from portal_app.services.access import system
from portal_app.services.door import Tx
from portal_app.settings import Settings, SettingsError
from tests.world import Clock, make_door


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(doors, "_installed", None)
    monkeypatch.setattr(encryption, "_installed", None)
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.criterion("RUN-02")
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_the_demo_serves_loopback_only_also_where_an_address_is_given(tmp_path: Path, host: str) -> None:
    settings = Settings(data_dir=tmp_path, demo=True, host=host, public_url="https://portal.example.com")
    with pytest.raises(SettingsError, match="PORTAL_HOST"):
        open_portal(settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.criterion("RUN-05")
def test_what_is_opened_is_for_its_owner_alone_and_closes_whole(tmp_path: Path) -> None:
    door = open_portal(Settings(data_dir=tmp_path / "data"))
    assert doors.the_door() is door
    door.close()
    found = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
    assert [path.name for path in found if path.stat().st_mode & 0o077] == []


@pytest.mark.criterion("RUN-02")
@pytest.mark.both_databases
def test_two_processes_that_find_the_database_new_at_the_same_moment_both_go_by_what_the_first_said(
    database: Database, tmp_path: Path, clock: Clock
) -> None:
    door = make_door(database, tmp_path, clock)
    told: list[DatabaseUse] = []
    second = threading.Thread(target=lambda: told.append(door.run(stamp, system("start"))))
    with database.write() as db:
        demo = door.settings.model_copy(update={"demo": True})
        stamp(Tx(db, system("start"), door.clock(), demo, door.ports))
        second.start()
        second.join(0.3)
        assert told == [], "it waits to see whether the first is kept"
    second.join()
    assert told == [DatabaseUse.DEMO]
    door.close()
