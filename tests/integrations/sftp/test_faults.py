"""What goes wrong on the way: in each case nothing comes in half, and the next run brings the rows, once."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import paramiko
import pytest

from portal_app.models.enums import Cadence, FeedKind, RunState
from portal_app.services import leases
from portal_app.services.access import system
from portal_app.services.ports import FeedUnavailable
from portal_app.services.sync import runs
from portal_app.services.sync.runs import run_feed
from tests.integrations.sftp.agency import HOUR, Agency, Opening, expected
from tests.integrations.sftp.faulty import Faulty, faulty
from tests.integrations.sftp.wire import wire
from tests.world import NOW

# What goes wrong on the way is no business of the database's.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

CLIENT = "Client,Name,Kind\nC1,Client 1,person\n"
LONG = range(20_000)


@pytest.fixture(scope="module")
def bad_server() -> Iterator[Faulty]:
    with faulty(paramiko.RSAKey.generate(2048), "open sesame") as server:
        yield server


@pytest.fixture
def bad(bad_server: Faulty, agency: Agency) -> Faulty:
    bad_server.files.clear()
    bad_server.told.clear()
    agency.settings |= {"port": bad_server.port, "host_key": bad_server.host_key, "user": "portal", "folder": "."}
    agency.settings |= {"key_file": None, "password": "open sesame"}
    return bad_server


@pytest.mark.criterion("SFTP-05")
def test_a_connection_that_breaks_in_the_middle_of_a_file_leaves_nothing_half(agency: Agency, opening: Opening) -> None:
    path = agency.clients(LONG)
    with wire(agency.server.port) as way:
        agency.settings["port"] = way.port
        portal = opening(agency)
        way.cut_after = path.stat().st_size // 2

        runs = portal.sync()

        assert {run.state for run in runs.values()} == {RunState.FAILED}
        assert "broke off" in runs["clients"].message
        assert (portal.clients(), portal.here()) == ({}, [])
        agency.clients(range(500))
        assert portal.sync()["clients"].state is RunState.SUCCEEDED
        assert portal.clients() == expected(range(500))


@pytest.mark.criterion("SFTP-13")
def test_a_server_that_falls_silent_in_the_middle_of_a_file_is_given_up(agency: Agency, opening: Opening) -> None:
    path = agency.clients(LONG)
    with wire(agency.server.port) as way:
        agency.settings |= {"port": way.port, "silence_seconds": 0.5}
        portal = opening(agency)
        way.cut_after, way.stalls = path.stat().st_size // 2, True

        run = portal.sync()["clients"]

    assert (run.state, portal.clients(), portal.here()) == (RunState.FAILED, {}, [])
    assert "broke off" in run.message


@pytest.mark.criterion("SFTP-05")
@pytest.mark.parametrize("cut_after", [0, 20, 900, 2500])
def test_a_connection_that_breaks_before_anything_is_told_in_a_sentence(
    cut_after: int, agency: Agency, opening: Opening
) -> None:
    agency.clients([1])
    with wire(agency.server.port) as way:
        agency.settings["port"] = way.port
        portal = opening(agency)
        way.cut_after = cut_after

        run = portal.sync()["clients"]

        assert run.state is RunState.FAILED
        assert run.message.endswith(".")
        assert "Reference" not in run.message
        assert portal.sync()["clients"].state is RunState.SUCCEEDED
        assert portal.clients() == expected([1])


@pytest.mark.criterion("SFTP-05")
def test_what_came_whole_before_is_taken_in_while_the_server_is_away(agency: Agency, opening: Opening) -> None:
    agency.clients(range(3))
    with wire(agency.server.port) as way:
        agency.settings["port"] = way.port
        portal = opening(agency)
        connector = portal.door.ports.feeds["agency"]
        with connector.session(lambda: None) as at_work:
            at_work.batches(FeedKind.CLIENTS)
        way.target = None
        agency.settings["connect_seconds"] = 0.5

        run = opening(agency).sync()["clients"]

    assert (run.state, portal.clients()) == (RunState.FAILED, expected(range(3)))
    assert run.message == f"127.0.0.1:{way.port} does not answer as an SFTP server."


@pytest.mark.criterion("SFTP-13")
def test_a_server_that_says_nothing_and_one_that_is_not_there_end_in_time(agency: Agency, opening: Opening) -> None:
    agency.clients([1])
    with wire(None) as way:
        agency.settings |= {"port": way.port, "connect_seconds": 0.5}
        begun = time.monotonic()
        silent = opening(agency).sync()["clients"]
        assert time.monotonic() - begun < 30
    gone = opening(agency).sync()["clients"]

    assert (silent.state, gone.state) == (RunState.FAILED, RunState.FAILED)
    assert gone.message == f"127.0.0.1:{way.port} cannot be reached (Connection refused)."


@pytest.mark.criterion("SFTP-06")
@pytest.mark.parametrize("told", [-10, 10])
def test_a_file_that_comes_with_other_bytes_than_the_server_tells_does_not_come(
    told: int, bad: Faulty, agency: Agency, opening: Opening
) -> None:
    bad.files["clients.csv"] = CLIENT.encode()
    bad.told["clients.csv"] = len(CLIENT) + told
    portal = opening(agency)

    run = portal.sync()["clients"]

    assert (run.state, portal.clients(), portal.here()) == (RunState.FAILED, {}, [])
    assert f"of the {len(CLIENT) + told} bytes that the server tells" in run.message
    bad.told.clear()
    assert portal.sync()["clients"].state is RunState.SUCCEEDED
    assert portal.clients() == expected([1])


@pytest.mark.criterion("SFTP-06")
def test_one_file_that_cannot_be_had_keeps_no_other_back(bad: Faulty, agency: Agency, opening: Opening) -> None:
    bad.files |= {"clients-1.csv": CLIENT.encode(), "clients-2.csv": CLIENT.replace("1", "2").encode()}
    bad.told["clients-1.csv"] = 5000
    portal = opening(agency)

    run = portal.sync()["clients"]

    assert (run.state, portal.clients()) == (RunState.FAILED, expected([2]))
    assert "clients-1.csv came with" in run.message


@pytest.mark.criterion("SFTP-03")
@pytest.mark.parametrize("name", ["../clients.csv", "/tmp/clients.csv", "clients\0.csv", "..", "clients.csv/../../x"])
def test_a_name_that_leads_elsewhere_is_refused(name: str, bad: Faulty, agency: Agency, opening: Opening) -> None:
    bad.files |= {name: CLIENT.replace("1", "9").encode(), "clients.csv": CLIENT.encode()}
    portal = opening(agency)
    around = {path.name for path in portal.door.settings.folder.rglob("*.csv")}

    run = portal.sync()["clients"]

    assert (run.state, portal.clients()) == (RunState.SUCCEEDED, expected([1]))
    after = {
        path.relative_to(portal.door.settings.folder).as_posix() for path in portal.door.settings.folder.rglob("*.csv")
    }
    assert (around, after) == (set(), {"feeds/agency/clients.csv"})


def changes_while_fetched(agency: Agency, opening: Opening, change: str) -> str:
    path, half = agency.folder / "clients.csv", agency.clients(LONG)
    steps = iter(range(3))

    def go_on() -> None:
        if next(steps, None) == 2:
            if change == "gone":
                path.unlink()
            else:
                with path.open("a") as file:
                    file.write("C-X,Late,person\n" if change == "longer" else "")
                moment = NOW.timestamp() - HOUR
                os.utime(half, (moment, moment))

    portal = opening(agency)
    with portal.door.ports.feeds["agency"].session(go_on) as at_work:
        assert at_work.batches(FeedKind.CLIENTS) == []
        said = at_work.put_away(FeedKind.CLIENTS, [])
    assert portal.here() == []
    return " ".join(said)


@pytest.mark.criterion("SFTP-06")
@pytest.mark.parametrize("change", ["longer", "touched"])
def test_a_file_that_changes_while_it_is_fetched_waits(change: str, agency: Agency, opening: Opening) -> None:
    said = changes_while_fetched(agency, opening, change)

    assert said == "clients.csv is still being written; the next run fetches it."


@pytest.mark.criterion("SFTP-06")
def test_a_file_that_goes_away_while_it_is_fetched_is_told(agency: Agency, opening: Opening) -> None:
    with pytest.raises(FeedUnavailable, match=r"clients\.csv cannot be fetched \(No such file\)"):
        changes_while_fetched(agency, opening, "gone")


@pytest.mark.criterion("SFTP-06")
def test_a_new_file_that_grows_between_two_looks_is_not_fetched(agency: Agency, opening: Opening) -> None:
    path = agency.clients([1])
    agency.settings["quiet_seconds"] = 0.2
    portal = opening(agency)

    def go_on() -> None:
        with path.open("a") as file:
            file.write("C2,Client 2,person\n")

    with portal.door.ports.feeds["agency"].session(go_on) as at_work:
        assert at_work.batches(FeedKind.CLIENTS) == []
        assert at_work.put_away(FeedKind.CLIENTS, []) == [
            "clients.csv is still being written; the next run fetches it."
        ]
    runs = portal.sync()
    assert runs["clients"].state is RunState.SUCCEEDED
    assert set(portal.clients()) == {"C1", "C2"}


@contextmanager
def no_file_longer_than(most: int) -> Iterator[None]:
    """As on a disk that is full: the kernel refuses what goes beyond."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.criterion("SFTP-12")
def test_where_there_is_no_room_nothing_stays_and_the_run_says_why(agency: Agency, opening: Opening) -> None:
    path = agency.clients(LONG)
    portal = opening(agency)
    session = portal.door.ports.feeds["agency"].session(lambda: None)
    with no_file_longer_than(path.stat().st_size // 2), session as at_work:
        assert at_work.batches(FeedKind.CLIENTS) == []
        with pytest.raises(FeedUnavailable, match=r"clients\.csv cannot be stored in .*File too large"):
            at_work.put_away(FeedKind.CLIENTS, [])
    assert portal.here() == []

    agency.clients(range(10))
    assert portal.sync()["clients"].state is RunState.SUCCEEDED
    assert portal.clients() == expected(range(10))


@pytest.mark.criterion("SFTP-12")
def test_drafts_of_a_process_that_died_are_swept_away(agency: Agency, opening: Opening) -> None:
    agency.clients([1])
    portal = opening(agency)
    folder = portal.door.settings.folder / "feeds/agency"
    folder.mkdir(parents=True)
    (folder / ".abc.part").write_text("half")

    portal.sync()

    assert portal.here() == ["clients.csv"]


@pytest.mark.criterion("SFTP-16")
def test_a_run_that_is_told_to_stop_while_it_fetches_ends_and_leaves_nothing(agency: Agency, opening: Opening) -> None:
    agency.clients([1])
    agency.settings["quiet_seconds"] = 60
    portal, stop = opening(agency), Event()
    stop.set()

    [run] = run_feed(portal.door, feed="agency", cadence=Cadence.HOURLY, stop=stop)

    assert (run.state, portal.here(), portal.clients()) == (RunState.INTERRUPTED, [], {})


@pytest.mark.criterion("SFTP-16")
def test_the_lease_is_kept_while_files_are_fetched_and_who_lost_it_takes_nothing_in(
    agency: Agency, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "RENEWED_SECONDS", -1.0)
    agency.clients(range(5))
    agency.settings["quiet_seconds"] = 0.1
    portal = opening(agency)
    portal.sync()
    with portal.door.database.read() as db:
        assert portal.clients() == expected(range(5))
        assert db is not None
    lease = portal.door.run(leases.acquire, system("test"), name="sync:agency", holder="slow", seconds=60)
    assert lease is not None
    going_on = runs._going_on(portal.door, system("test"), lease, Event())
    going_on()
    portal.door.clock.forward(minutes=5)  # type: ignore[attr-defined]
    assert portal.door.run(leases.acquire, system("test"), name="sync:agency", holder="other", seconds=60)
    with pytest.raises(leases.Lost):
        going_on()
