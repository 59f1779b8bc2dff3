"""What is fetched, when, and once: against a real sshd, down to the rows in the database."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal_app.models.enums import FeedKind, RunState
from portal_app.services.sync import bulk
from portal_app.services.sync.runs import run_feed
from portal_app.services.sync.scratch import scratch_door
from tests.integrations.sftp.agency import HOUR, Agency, Opening, expected
from tests.integrations.sftp.wire import wire
from tests.world import NOW


@pytest.mark.criterion("SFTP-02")
def test_what_lies_there_comes_in_whole_and_once(agency: Agency, opening: Opening) -> None:
    agency.clients(range(30))
    agency.commissions(["100.00", "20.50"])
    portal = opening(agency)

    first, second = portal.sync(), portal.sync()

    assert [run.state for run in first.values()] == [RunState.SUCCEEDED] * 2
    assert portal.clients() == expected(range(30))
    assert portal.commissions() == 2
    assert portal.here() == ["clients.csv", "commissions.csv"]
    assert [(run.state, run.rows_read, run.files) for run in second.values()] == [(RunState.SUCCEEDED, 0, 0)] * 2
    assert first["clients"].data_as_of == NOW - timedelta(hours=24)
    assert {path.name for path in agency.folder.iterdir()} == {"clients.csv", "commissions.csv"}


@pytest.mark.criterion("SFTP-02")
def test_a_run_makes_one_connection_and_fetches_nothing_twice(agency: Agency, opening: Opening) -> None:
    agency.clients(range(3))
    agency.commissions(["1.00"])
    with wire(agency.server.port) as way:
        agency.settings["port"] = way.port
        portal = opening(agency)
        portal.sync()
        assert way.connections == 1
        inodes = _inodes(portal.door.settings.folder / "feeds/agency")
        portal.sync()
        assert way.connections == 2
        assert _inodes(portal.door.settings.folder / "feeds/agency") == inodes


def _inodes(folder: object) -> dict[str, int]:
    return {entry.name: entry.inode() for entry in os.scandir(str(folder))}


@pytest.mark.criterion("SFTP-03")
def test_what_is_not_the_feeds_is_left_alone(agency: Agency, opening: Opening) -> None:
    agency.clients([1])
    row = "Client,Name,Kind\nC9,Nobody,person\n"
    for name in (".clients.csv", "clients.csv.part", "other.csv", "clients.csv.filepart", "clients.csv.TMP"):
        agency.writes(name, row)
    (agency.folder / "clients-folder.csv").mkdir()
    (agency.folder / "clients-link.csv").symlink_to(agency.folder / "other.csv")
    portal = opening(agency)

    runs = portal.sync()

    assert portal.clients() == expected([1])
    assert portal.here() == ["clients.csv"]
    assert runs["clients"].message == ""


@pytest.mark.criterion("SFTP-03")
@pytest.mark.parametrize("name", ["clients\n.csv", "clients\\.csv", "clients\x1b[2J.csv"])
def test_a_name_that_cannot_be_one_here_is_told_and_left_alone(name: str, agency: Agency, opening: Opening) -> None:
    agency.clients([1])
    agency.clients([9], name=name)
    portal = opening(agency)

    run = portal.sync()["clients"]

    assert (run.state, portal.clients()) == (RunState.SUCCEEDED, expected([1]))
    assert run.message == "Left alone: 1 file whose name cannot be one here."
    assert portal.here() == ["clients.csv"]


@pytest.mark.criterion("SFTP-04")
def test_a_corrected_file_of_the_same_name_is_fetched_anew(agency: Agency, opening: Opening) -> None:
    agency.clients(range(5), hour=1)
    portal = opening(agency)
    portal.sync()
    agency.clients(range(5), called="Person", hour=2)

    run = portal.sync()["clients"]

    assert (run.rows_changed, run.files, run.data_as_of) == (5, 1, NOW - timedelta(hours=22))
    assert portal.clients() == expected(range(5), "Person")


@pytest.mark.criterion("SFTP-04")
def test_a_file_under_another_name_and_one_sent_again_bring_nothing(agency: Agency, opening: Opening) -> None:
    path = agency.clients(range(5))
    portal = opening(agency)
    portal.sync()
    path.rename(agency.folder / "clients-renamed.csv")
    agency.clients(range(5), name="clients-again.csv")

    run = portal.sync()["clients"]

    assert (run.state, run.rows_read, run.files) == (RunState.SUCCEEDED, 0, 0)
    assert portal.clients() == expected(range(5))


@pytest.mark.criterion("SFTP-04")
def test_an_older_export_that_comes_late_changes_nothing(agency: Agency, opening: Opening) -> None:
    agency.clients([1], hour=5)
    portal = opening(agency)
    portal.sync()
    agency.clients([1], name="clients-old.csv", called="Stale", hour=2)

    run = portal.sync()["clients"]

    assert portal.clients() == expected([1])
    assert run.message == "Not read, for newer data is here already: clients-old.csv."


@pytest.mark.criterion("SFTP-17")
def test_what_is_gone_there_is_dropped_here_but_for_the_newest(agency: Agency, opening: Opening) -> None:
    old, new = agency.clients([1], name="clients-1.csv", hour=1), agency.clients([2], name="clients-2.csv", hour=2)
    portal = opening(agency)
    portal.sync()
    assert portal.here() == ["clients-1.csv", "clients-2.csv"]
    old.unlink()
    new.unlink()

    assert portal.sync()["clients"].state is RunState.SUCCEEDED
    assert portal.here() == ["clients-2.csv"]
    assert portal.clients() == expected([1, 2])


@pytest.mark.criterion("SFTP-17")
def test_a_file_that_was_refused_stands_in_nobodys_way_once_it_is_gone_there(agency: Agency, opening: Opening) -> None:
    broken = agency.writes("clients-broken.csv", "no,header\nat,all\n", hour=1)
    agency.clients([1], hour=2)
    portal = opening(agency)
    assert portal.sync()["clients"].state is RunState.FAILED
    broken.unlink()
    portal.sync()

    assert portal.sync()["clients"].state is RunState.SUCCEEDED
    assert portal.here() == ["clients.csv"]


@pytest.mark.criterion("SFTP-07")
def test_what_was_taken_in_is_moved_to_the_archive_and_nothing_else(agency: Agency, opening: Opening) -> None:
    (agency.folder / "done").mkdir()
    agency.settings["archive"] = "done"
    agency.clients([1], name="clients-1.csv", hour=1)
    agency.clients([2], name="clients-2.csv", hour=2)
    agency.writes("commissions.csv", "no,header\nat,all\n")
    portal = opening(agency)

    portal.sync()

    assert {path.name for path in (agency.folder / "done").iterdir()} == {"clients-1.csv", "clients-2.csv"}
    assert (agency.folder / "commissions.csv").exists()
    assert portal.here() == ["clients-2.csv", "commissions.csv"]
    assert portal.sync()["clients"].rows_read == 0
    assert portal.clients() == expected([1, 2])


@pytest.mark.criterion("SFTP-07")
def test_a_dry_run_moves_and_drops_nothing(agency: Agency, opening: Opening) -> None:
    (agency.folder / "done").mkdir()
    agency.settings["archive"] = "done"
    agency.clients([1], name="clients-1.csv", hour=1)
    portal = opening(agency)
    portal.sync()
    assert portal.here() == ["clients-1.csv"]
    agency.clients([1, 2], name="clients-2.csv", hour=2)

    with scratch_door(portal.door) as copy:
        [run] = [run for run in run_feed(copy, feed="agency", for_real=False) if run.kind.value == "clients"]

    assert (run.state, run.rows_added) == (RunState.SUCCEEDED, 1)
    assert (agency.folder / "clients-2.csv").exists()
    assert portal.here() == ["clients-1.csv", "clients-2.csv"]
    assert portal.clients() == expected([1])
    assert portal.sync()["clients"].rows_added == 1
    assert not (agency.folder / "clients-2.csv").exists()


@pytest.mark.criterion("SFTP-07")
def test_the_archive_keeps_what_bears_the_same_name_already(agency: Agency, opening: Opening) -> None:
    (agency.folder / "done").mkdir()
    agency.settings["archive"] = "done"
    portal = opening(agency)
    for hour in (1, 2, 3):
        agency.clients([hour], hour=hour)
        assert portal.sync()["clients"].message == ""

    kept = sorted(path.read_text().split(",")[-2] for path in (agency.folder / "done").iterdir())
    assert kept == ["Client 1", "Client 2", "Client 3"]
    assert portal.clients() == expected([1, 2, 3])
    assert not (agency.folder / "clients.csv").exists()


@pytest.mark.criterion("SFTP-07")
def test_where_nothing_can_be_moved_the_data_comes_in_and_the_run_says_so(agency: Agency, opening: Opening) -> None:
    agency.settings["archive"] = "nowhere"
    agency.clients(range(4))
    portal = opening(agency)

    run = portal.sync()["clients"]

    assert (run.state, portal.clients()) == (RunState.SUCCEEDED, expected(range(4)))
    assert run.message == "Not moved to nowhere: clients.csv (No such file)."
    assert (agency.folder / "clients.csv").exists()
    (agency.folder / "nowhere").mkdir()
    again = portal.sync()["clients"]
    assert (again.message, again.rows_read) == ("", 0)
    assert not (agency.folder / "clients.csv").exists()


@pytest.mark.criterion("SFTP-07")
def test_what_came_in_its_place_meanwhile_is_not_moved_unread(agency: Agency, opening: Opening) -> None:
    (agency.folder / "done").mkdir()
    agency.settings["archive"] = "done"
    agency.clients([1], hour=1)
    portal = opening(agency)
    connector = portal.door.ports.feeds["agency"]
    with connector.session(lambda: None) as at_work:
        batches = at_work.batches(FeedKind.CLIENTS)
        agency.clients([1], called="Corrected", hour=2)
        at_work.put_away(FeedKind.CLIENTS, batches)
    assert list((agency.folder / "done").iterdir()) == []

    portal.sync()

    assert portal.clients() == expected([1], "Corrected")
    assert [path.name for path in (agency.folder / "done").iterdir()] == ["clients.csv"]


@pytest.mark.criterion("SFTP-04")
def test_a_time_still_to_come_keeps_no_later_file_out(agency: Agency, opening: Opening) -> None:
    path = agency.clients([1])
    ahead = NOW.timestamp() + 48 * HOUR
    os.utime(path, (ahead, ahead))
    portal = opening(agency)
    portal.sync()
    agency.clients([1], called="Later", hour=23)
    with portal.door.database.read() as db:
        assert db.scalars(select(bulk.FEED_FILE.c.exported_at)).all() == [NOW]
    os.utime(agency.folder / "clients.csv", (NOW.timestamp() + HOUR, NOW.timestamp() + HOUR))
    portal.door.clock.forward(hours=2)  # type: ignore[attr-defined]

    portal.sync()

    assert portal.clients() == expected([1], "Later")
