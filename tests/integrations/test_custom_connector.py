"""The port: settings, folder, files, and what becomes of a file that somebody is writing."""

import errno
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrations.custom.connector import CustomConnector
from portal_app.models.enums import Cadence, FeedKind
from portal_app.services.ports import FeedBatch, FeedConnector, FeedUnavailable
from portal_app.settings import FeedSettings, KindSettings, SettingsError
from tests.integrations.agency import MAPS, Agency

POLICIES, CLIENTS, COMMISSIONS, PRODUCERS = (
    FeedKind.POLICIES,
    FeedKind.CLIENTS,
    FeedKind.COMMISSIONS,
    FeedKind.PRODUCERS,
)
CONTENT = "Code,Name,Kind,Parent,NPN\nHL-1,Ann,,,\n"


def as_port(connector: FeedConnector) -> FeedConnector:
    return connector


def as_batch(batch: FeedBatch) -> FeedBatch:
    return batch


@pytest.mark.criterion("FEED-26")
def test_it_is_the_port(agency: Agency) -> None:
    connector = as_port(agency.connector(*FeedKind))
    assert connector.name == "agency"
    daily = [COMMISSIONS]
    assert list(connector.kinds(Cadence.HOURLY)) == [kind for kind in FeedKind if kind not in daily]
    assert list(connector.kinds(Cadence.DAILY)) == daily


@pytest.mark.criterion("FEED-26")
def test_a_kind_without_settings_is_not_brought(agency: Agency) -> None:
    connector = agency.connector(POLICIES)
    assert list(connector.kinds(Cadence.HOURLY)) == [POLICIES]
    assert list(connector.kinds(Cadence.DAILY)) == []


@pytest.mark.criterion("FEED-19")
def test_files_come_oldest_first_then_by_name_and_stay_where_they_are(agency: Agency) -> None:
    agency.writes(PRODUCERS, CONTENT, "producers-old.csv", age=300)
    agency.writes(PRODUCERS, CONTENT + "HL-2,Bo,,,\n", "producers-new.csv", age=100)
    for name in ("producers-b.csv", "producers-a.csv", "producers-c.csv"):
        os.utime(agency.writes(PRODUCERS, CONTENT, name), (1_700_000_000, 1_700_000_000))
    for other in ("producers.csv.part", "clients.csv"):
        agency.writes(PRODUCERS, CONTENT, other)
    (agency.folder / "producers.csv").mkdir()
    before = {path: path.stat().st_mtime_ns for path in agency.folder.iterdir()}
    batches = agency.connector(PRODUCERS).batches(PRODUCERS)
    assert [as_batch(batch).name for batch in batches] == [
        "producers-a.csv",
        "producers-b.csv",
        "producers-c.csv",
        "producers-old.csv",
        "producers-new.csv",
    ]
    assert batches[0].exported_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert [len(list(batch.rows())) for batch in batches] == [1, 1, 1, 1, 2]
    assert {path: path.stat().st_mtime_ns for path in agency.folder.iterdir()} == before


@pytest.mark.criterion("FEED-19")
def test_many_files_come_by_age_and_not_by_name(agency: Agency) -> None:
    for number in range(20):
        agency.writes(PRODUCERS, CONTENT, f"producers-{number:02}.csv", age=100 + 50 * (number * 7 % 20))
    batches = agency.connector(PRODUCERS).batches(PRODUCERS)
    ages = [batch.exported_at for batch in batches]
    assert ages == sorted(ages)
    assert [batch.name for batch in batches] != sorted(batch.name for batch in batches)


@pytest.mark.criterion("FEED-19")
def test_hidden_files_are_not_taken(agency: Agency) -> None:
    agency.writes(PRODUCERS, CONTENT, ".producers.csv")
    agency.reads(PRODUCERS)
    agency.settings[PRODUCERS]["files"] = "*.csv"
    assert agency.connector().batches(PRODUCERS) == []


@pytest.mark.criterion("FEED-19")
def test_a_batch_is_known_by_its_content_whatever_its_name(agency: Agency) -> None:
    for name, content in (
        ("producers-1.csv", CONTENT),
        ("producers-2.csv", CONTENT),
        ("producers-3.csv", CONTENT + "\n"),
    ):
        agency.writes(PRODUCERS, content, name)
    first, second, third = (batch.digest for batch in agency.connector(PRODUCERS).batches(PRODUCERS))
    assert first == second != third


@pytest.mark.criterion("FEED-19")
def test_a_file_in_a_folder_of_the_folder(agency: Agency) -> None:
    (agency.folder / "out").mkdir()
    agency.writes(PRODUCERS, CONTENT, "out/producers.csv")
    agency.reads(PRODUCERS)
    agency.settings[PRODUCERS]["files"] = "out/*.csv"
    assert agency.batch(PRODUCERS).name == "out/producers.csv"


@pytest.mark.criterion("FEED-19")
def test_a_file_written_anew_is_another_batch_of_the_same_connector(agency: Agency) -> None:
    agency.writes(PRODUCERS, CONTENT, age=100)
    connector = agency.connector(PRODUCERS)
    (first,) = connector.batches(PRODUCERS)
    assert connector.batches(PRODUCERS) == [first]
    agency.writes(PRODUCERS, CONTENT.replace("Ann", "Bea"), age=50)
    (second,) = connector.batches(PRODUCERS)
    assert second.digest != first.digest
    assert [row.cells["Name"] for row in second.rows()] == ["Bea"]
    (agency.folder / "producers.csv").unlink()
    assert connector.batches(PRODUCERS) == []


@pytest.mark.criterion("FEED-20")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_fresh_file_whose_last_line_has_no_end_waits(agency: Agency, encoding: str) -> None:
    path = agency.writes(PRODUCERS, CONTENT.rstrip().encode(encoding), age=0)
    connector = agency.connector(PRODUCERS)
    assert connector.batches(PRODUCERS) == []
    past = time.time() - 3
    os.utime(path, (past, past))
    assert len(connector.batches(PRODUCERS)) == 1
    agency.writes(PRODUCERS, CONTENT.encode(encoding), age=0)
    assert len(connector.batches(PRODUCERS)) == 1


@pytest.mark.criterion("FEED-20")
def test_nothing_written_after_the_look_at_a_file_is_read(agency: Agency) -> None:
    rows = "".join(f"HL-{n},{'Ann' * 100},,,\n" for n in range(20_000))
    path = agency.writes(PRODUCERS, CONTENT + rows)
    batch = agency.batch(PRODUCERS)
    reading = batch.rows()
    assert next(reading).source_id == "HL-1"
    with path.open("a") as file:
        file.write("HL-X,added,,,\n")
    read = []
    with pytest.raises(FeedUnavailable, match="still being written"):
        read += [row.source_id for row in reading]
    assert "HL-X" not in read
    with pytest.raises(FeedUnavailable, match="still being written"):
        next(batch.rows())


@pytest.mark.criterion("FEED-20")
def test_another_file_in_its_place_is_not_taken_for_it(agency: Agency) -> None:
    path = agency.writes(PRODUCERS, CONTENT)
    stamp = path.stat()
    batch = agency.batch(PRODUCERS)
    other = agency.writes(PRODUCERS, CONTENT.replace("Ann", "Bea"), "other.csv")
    os.utime(other, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    other.replace(path)
    with pytest.raises(FeedUnavailable):
        list(batch.rows())


@pytest.mark.criterion("FEED-21")
def test_a_folder_that_is_not_there_and_one_that_is_a_file(agency: Agency) -> None:
    for name in ("nowhere", "producers.csv"):
        agency.writes(PRODUCERS, CONTENT)
        settings = FeedSettings(
            name="agency",
            folder=agency.folder / name,
            producers=KindSettings(files="*.csv", columns=dict(MAPS[PRODUCERS])),
        )
        with pytest.raises(FeedUnavailable, match=f"{name} cannot be read"):
            CustomConnector(settings).batches(PRODUCERS)


@pytest.mark.criterion("FEED-21")
def test_a_file_that_cannot_be_read(agency: Agency) -> None:
    (agency.folder / "producers.csv").symlink_to("/proc/self/mem")
    with pytest.raises(FeedUnavailable, match=os.strerror(errno.EIO)):
        agency.connector(PRODUCERS).batches(PRODUCERS)


@pytest.mark.criterion("FEED-21")
def test_a_file_that_went_away_meanwhile(agency: Agency) -> None:
    path = agency.writes(PRODUCERS, CONTENT)
    batch = agency.batch(PRODUCERS)
    path.unlink()
    with pytest.raises(FeedUnavailable, match=r"producers\.csv cannot be read"):
        list(batch.rows())


@pytest.mark.criterion("FEED-22")
def test_a_wrong_map_is_refused_with_the_whole_list(tmp_path: Path) -> None:
    needed = ("client_id", "number", "line", "carrier", "effective", "expiration", "status", "premium")
    groups = {"vehicles": {"year": "Year {n}", "colour": "C"}, "locations": "Street"}
    wrong = FeedSettings(
        name="agency",
        folder=tmp_path,
        producers=KindSettings(files="/etc/*", columns={"code": " ", "nmae": "N"}, delimiter='"', encoding="base64"),
        clients=KindSettings(
            files="../*", columns={"client_id": "Id", "name": {"first": "N"}, "kind": "K"}, encoding="no-such"
        ),
        policies=KindSettings(
            files="",
            columns={**{field: field for field in needed}, **groups},
            values={"line": {"PET": "pets"}, "client_id": {"a": "b"}, "no": {}},
            delimiter=", ",
        ),
    )
    lines = "bop, commercial_auto, commercial_property, general_liability, homeowners, personal_auto, umbrella"
    with pytest.raises(SettingsError) as refused:
        CustomConnector(wrong)
    assert refused.value.problems == [
        "feed agency: producers.columns.nmae: there is no such field.",
        "feed agency: producers.columns.code: must not be empty.",
        "feed agency: producers.columns.name: needed (the person's or organisation's name).",
        "feed agency: producers.files: must be a name pattern inside the folder, such as policies*.csv.",
        "feed agency: producers.delimiter: must be one character, such as ; or a tab.",
        "feed agency: producers.encoding: 'base64' is not an encoding such as utf-8 or cp1252.",
        "feed agency: clients.columns.name: must be the name of one column.",
        "feed agency: clients.files: must be a name pattern inside the folder, such as policies*.csv.",
        "feed agency: clients.encoding: 'no-such' is not an encoding such as utf-8 or cp1252.",
        "feed agency: policies.columns.vehicles.colour: there is no such field.",
        "feed agency: policies.columns.vehicles.vin: needed.",
        "feed agency: policies.columns.vehicles: either every column bears {n} or none does.",
        "feed agency: policies.columns.locations: must be a table of its parts.",
        f"feed agency: policies.values.line: 'pets' is not one of {lines}, workers_compensation.",
        "feed agency: policies.values.client_id: words of this field are not translated.",
        "feed agency: policies.values.no: words of this field are not translated.",
        "feed agency: policies.files: must be a name pattern inside the folder, such as policies*.csv.",
        "feed agency: policies.delimiter: must be one character, such as ; or a tab.",
    ]


@pytest.mark.criterion("FEED-19")
def test_with_a_mended_map_the_same_file_says_something_new(agency: Agency) -> None:
    agency.writes(PRODUCERS, CONTENT)
    before, again = (agency.connector(PRODUCERS).batches(PRODUCERS)[0].digest for _ in range(2))
    agency.settings[PRODUCERS]["values"] = {"kind": {"X": "individual"}}
    assert before == again
    assert agency.connector(PRODUCERS).batches(PRODUCERS)[0].digest != before


@pytest.mark.criterion("FEED-55")
def test_whether_files_hold_everything_is_as_set(agency: Agency) -> None:
    agency.writes(POLICIES, "")
    assert not agency.batch(POLICIES).complete

    agency.reads(POLICIES, complete=True)
    assert agency.batch(POLICIES).complete
