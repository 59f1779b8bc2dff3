"""Column maps that people save, held against real files."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal_app.database import Database
from portal_app.models.enums import FeedKind, Role, RunState
from portal_app.models.sync import ColumnMap
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.ports import ColumnSeen, Ports
from portal_app.services.sync import bulk, column_maps, mending, quarantine
from portal_app.services.sync.column_maps import Moved, assigned
from portal_app.services.sync.freshness import RunRow
from portal_app.services.sync.runs import run_feed
from tests.integrations.agency import GOOD, Agency, csv_of
from tests.services.sync.test_policies import Stored
from tests.world import Clock, actor, make_door

PRINCIPAL, ADMIN = actor(Role.PRINCIPAL), actor(Role.ADMIN)
CLIENTS = FeedKind.CLIENTS
CLIENT = GOOD[CLIENTS]
Runs = Callable[[], dict[str, RunRow]]
Looks = Callable[..., column_maps.Look]


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    folder = tmp_path / "exports"
    folder.mkdir()
    return Agency(folder)


@pytest.fixture
def door(database: Database, tmp_path: Path, clock: Clock, agency: Agency) -> Iterator[Door]:
    door = make_door(database, tmp_path, clock, Ports(feeds={"agency": agency.connector(CLIENTS)}))
    yield door
    door.threads.shutdown()


@pytest.fixture
def runs(door: Door, clock: Clock) -> Runs:
    def run() -> dict[str, RunRow]:
        clock.forward(minutes=5)
        return {each.kind.value: each for each in run_feed(door, feed="agency")}

    return run


@pytest.fixture
def look(door: Door) -> Looks:
    def at(columns: column_maps.Columns | None = None, who: Role = Role.PRINCIPAL) -> column_maps.Look:
        return door.run(column_maps.look, actor(who), feed="agency", kind=CLIENTS, columns=columns)

    return at


def exported(agency: Agency, *rows: Mapping[str, str], age: float) -> None:
    agency.writes(CLIENTS, csv_of([list(rows[0]), *(list(row.values()) for row in rows)]), age=age)


def drifted(row: Mapping[str, str], **renamed: str) -> dict[str, str]:
    return {renamed.get(name.replace(" ", "_"), name): text for name, text in row.items()}


def column(look: column_maps.Look, heading: str) -> ColumnSeen:
    assert look.preview is not None
    return next(each for each in look.preview.columns if each.heading == heading)


@pytest.mark.criterion("FEED-69")
def test_each_column_is_shown_with_its_field_and_what_is_wrong(agency: Agency, look: Looks) -> None:
    bad = {**CLIENT, "Client ID": "C2", "Born": "soon", "Extra": "x"}
    exported(agency, {**CLIENT, "Extra": "y"}, bad, age=600)

    found = look()

    assert found.preview is not None
    assert (found.preview.rows, found.preview.fine, found.preview.lacking, found.moved) == (2, 1, (), ())
    born = column(found, "Born")
    assert (born.field, born.samples) == ("birth_date", ("99/99/9999", "xxxx"))
    [remark] = born.remarks
    assert remark.startswith("1 of 2 rows: ")
    assert "date" in remark
    assert column(found, "Extra") == ColumnSeen("Extra", ("y", "x"), "", ())
    assert {each.path for each in found.fields} >= {"client_id", "email", "birth_date"}
    assert found.version == 0


@pytest.mark.criterion("FEED-69")
def test_who_may_not_see_the_business_sees_the_shape_of_cells(agency: Agency, look: Looks) -> None:
    exported(agency, CLIENT, age=600)
    found = look(who=Role.ADMIN)
    assert column(found, "Name").samples == ("xxxx xxxxxxxxx",)
    assert column(found, "Tax ID").samples == ("999-99-9999",)
    text = repr(found)
    assert not any(value in text for value in (CLIENT["Name"], CLIENT["Tax ID"], CLIENT["Born"], CLIENT["Licence"]))


@pytest.mark.criterion("FEED-69")
def test_of_what_is_personal_nobody_sees_more_than_the_shape(agency: Agency, look: Looks) -> None:
    extra = {"Insured DOB": "04/12/1970", "Spouse": "987-65-4329", "City of birth": "Warwick"}
    exported(agency, {**CLIENT, **extra, "Born": "13/45/1980"}, age=600)
    found = look()
    for heading, shape in (
        ("Tax ID", "999-99-9999"), ("Born", "99/99/9999"), ("Insured DOB", "99/99/9999"), ("Spouse", "999-99-9999"),
    ):  # fmt: skip
        assert column(found, heading).samples == (shape,)
    assert column(found, "Licence").samples != (CLIENT["Licence"],)
    assert not any(value in repr(found) for value in (CLIENT["Tax ID"], CLIENT["Licence"], "13/45/1980"))
    assert (column(found, "Name").samples, column(found, "City of birth").samples) == ((CLIENT["Name"],), ("Warwick",))
    tried = look(assigned(look().columns, "Client ID", "birth_date"))
    assert column(tried, "Born").samples == ("99/99/9999",), "what it was before it is still"


@pytest.mark.criterion("FEED-69")
def test_columns_that_differ_by_a_number_are_one(tmp_path: Path) -> None:
    agency = Agency(tmp_path)
    agency.reads(FeedKind.POLICIES, columns={"vehicles": {"vin": "VIN {n}", "make": "Make {n}"}})
    row = {**GOOD[FeedKind.POLICIES], "VIN 1": "1HGCM82633A004352", "VIN 2": "", "Make 1": "Honda", "Make 2": ""}
    row |= {"Driver 1": "A", "Driver 2": "B", "Line 7": "single"}
    agency.writes(FeedKind.POLICIES, csv_of([list(row), list(row.values())]))
    connector = agency.connector(FeedKind.POLICIES)

    preview = connector.preview(FeedKind.POLICIES, connector.columns(FeedKind.POLICIES))

    assert preview is not None
    told = {each.heading: each.field for each in preview.columns}
    assert (told["VIN {n}"], told["Make {n}"], told["Driver {n}"], told["Line 7"]) == (
        "vehicles.vin", "vehicles.make", "", "",
    )  # fmt: skip
    assert preview.fine == 1


@pytest.mark.criterion("FEED-70")
def test_a_header_that_drifted_is_shown_old_to_new_and_never_taken_in_before_somebody_saves(
    agency: Agency, runs: Runs, look: Looks, stored: Stored, door: Door
) -> None:
    exported(agency, CLIENT, age=600)
    runs()
    [before] = stored(bulk.ACCOUNT)
    new = {**CLIENT, "Name": "Rosa Whitfield-Ames"}
    exported(agency, drifted(new, Name="Client Name", Born="Anno"), age=500)

    run = runs()["clients"]
    assert run.state is RunState.FAILED
    assert '"Name", "Born"' in run.message
    assert stored(bulk.ACCOUNT) == [before]

    found = look()
    assert found.moved == (Moved("name", "Name", "Client Name"), Moved("birth_date", "Born", ""))
    assert found.columns["name"] == "Client Name"
    assert column(found, "Anno").field == ""
    assert found.preview is not None
    assert found.preview.lacking == ("Born",)

    mended = assigned(found.columns, "Anno", "birth_date")
    tried = look(mended)
    assert tried.preview is not None
    assert (tried.preview.fine, tried.preview.lacking) == (1, ())
    door.run(column_maps.save, PRINCIPAL, feed="agency", kind=CLIENTS, columns=mended, version=0)
    run = runs()["clients"]
    assert (run.state, run.rows_changed) == (RunState.SUCCEEDED, 1)
    [after] = stored(bulk.ACCOUNT)
    assert (after["name"], after["id"]) == ("Rosa Whitfield-Ames", before["id"])
    assert look().moved == ()


@pytest.mark.criterion("FEED-70")
def test_the_run_after_a_map_was_saved_does_not_blame_the_file_before_the_drift(
    agency: Agency, runs: Runs, look: Looks, stored: Stored, door: Door, clock: Clock
) -> None:
    clock.now = datetime.now(UTC)
    good = csv_of([list(CLIENT), list(CLIENT.values())])
    agency.writes(CLIENTS, good, name="clients-1.csv", age=600)
    assert runs()["clients"].state is RunState.SUCCEEDED
    new = drifted({**CLIENT, "Name": "Rosa Whitfield-Ames"}, Name="Client Name")
    agency.writes(CLIENTS, csv_of([list(new), list(new.values())]), name="clients-2.csv", age=500)
    assert runs()["clients"].state is RunState.FAILED

    door.run(column_maps.save, PRINCIPAL, feed="agency", kind=CLIENTS, columns=look().columns, version=0)
    run = runs()["clients"]

    assert (run.state, run.message, run.files, run.rows_changed) == (RunState.SUCCEEDED, "", 1, 1)
    assert [each["name"] for each in stored(bulk.ACCOUNT)] == ["Rosa Whitfield-Ames"]
    assert (runs()["clients"].message, runs()["clients"].rows_read) == ("", 0)


@pytest.mark.criterion("FEED-76")
def test_each_field_that_drifted_finds_its_own_column(agency: Agency, look: Looks) -> None:
    new = drifted({**CLIENT, "Client Status": "x"}, Name="Name of Client", Tax_ID="Federal Tax No", Born="DOB")
    exported(agency, {"Client Status": new.pop("Client Status"), **new}, age=600)
    assert {each.old: each.new for each in look().moved} == {
        "Name": "Name of Client", "Tax ID": "Federal Tax No", "Born": "DOB",
    }  # fmt: skip


@pytest.mark.criterion("FEED-71")
def test_a_saved_map_counts_everywhere_and_the_second_of_two_is_told(
    agency: Agency, runs: Runs, look: Looks, door: Door, database: Database, tmp_path: Path, clock: Clock
) -> None:
    wrong = {**drifted(CLIENT, Name="Client Name"), "Born": "soon"}
    exported(agency, wrong, age=600)
    save = {"feed": "agency", "kind": CLIENTS, "version": 0}
    columns = look().columns
    door.run(column_maps.save, ADMIN, columns=columns, **save)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        door.run(column_maps.save, PRINCIPAL, columns=columns, **save)  # type: ignore[arg-type]

    other = make_door(database, tmp_path, clock, Ports(feeds={"agency": agency.connector(CLIENTS)}))
    [run] = run_feed(other, feed="agency")
    assert (run.state, run.rows_quarantined) == (RunState.SUCCEEDED, 1)
    [held] = other.run(quarantine.listed, PRINCIPAL).rows
    row = other.run(mending.one, PRINCIPAL, locator=held.locator)
    assert "Client Name" in [cell.heading for cell in row.cells]

    door.run(column_maps.save, ADMIN, feed="agency", kind=CLIENTS, columns=None, version=1)
    assert look().version == 2
    assert [each.field for each in look().moved] == ["name"]
    with database.read() as db:
        assert [(each.version, each.columns is None) for each in db.query(ColumnMap).order_by("version")] == [
            (1, False),
            (2, True),
        ]


@pytest.mark.criterion("FEED-71")
def test_going_back_to_the_map_before_undoes_what_the_other_did(
    agency: Agency, runs: Runs, look: Looks, stored: Stored, door: Door
) -> None:
    exported(agency, {**CLIENT, "Nickname": "Rosie"}, age=600)
    runs()
    columns = look().columns
    door.run(
        column_maps.save, ADMIN, feed="agency", kind=CLIENTS, columns=assigned(columns, "Nickname", "name"), version=0
    )
    runs()
    assert [each["name"] for each in stored(bulk.ACCOUNT)] == ["Rosie"]

    door.run(column_maps.save, ADMIN, feed="agency", kind=CLIENTS, columns=None, version=1)
    runs()
    assert [each["name"] for each in stored(bulk.ACCOUNT)] == [CLIENT["Name"]]
    assert runs()["clients"].rows_read == 0


@pytest.mark.criterion("FEED-70")
def test_rows_that_wait_follow_a_heading_that_was_renamed(agency: Agency, runs: Runs, look: Looks, door: Door) -> None:
    exported(agency, {**CLIENT, "Born": "soon"}, age=600)
    runs()
    [before] = door.run(quarantine.listed, PRINCIPAL).rows
    renamed = drifted({**CLIENT, "Client ID": "C2"}, Born="Birth", Name="Client Name")
    exported(agency, renamed, age=500)
    columns = assigned(look().columns, "Birth", "birth_date")
    door.run(column_maps.save, PRINCIPAL, feed="agency", kind=CLIENTS, columns=columns, version=0)
    runs()

    [after] = door.run(quarantine.listed, PRINCIPAL).rows
    assert after.reasons == tuple(reason.replace("Born", "Birth") for reason in before.reasons)
    row = door.run(mending.one, PRINCIPAL, locator=after.locator)
    assert {cell.heading for cell in row.cells} == set(renamed)


@pytest.mark.criterion("FEED-69")
def test_a_personal_column_goes_into_its_own_field_alone(agency: Agency, look: Looks, door: Door) -> None:
    exported(agency, {**CLIENT, "Notes": "923-02-4054"}, age=600)
    columns = look().columns
    for heading, field in (("Tax ID", "street"), ("Licence", "city"), ("Born", "email"), ("Notes", "street")):
        with pytest.raises(Invalid, match=heading):
            door.run(
                column_maps.save, PRINCIPAL, feed="agency", kind=CLIENTS,
                columns=assigned(columns, heading, field), version=0,
            )  # fmt: skip
    swapped = assigned(assigned(columns, "Tax ID", ""), "Notes", "tax_id")
    door.run(column_maps.save, PRINCIPAL, feed="agency", kind=CLIENTS, columns=swapped, version=0)


@pytest.mark.criterion("FEED-69")
def test_no_remark_repeats_a_cell_to_who_may_not_see_it(agency: Agency, look: Looks) -> None:
    exported(agency, {**CLIENT, "Kind": "Rosa"}, age=600)
    told = look(assigned(look().columns, "Name", "kind"), who=Role.ADMIN)
    assert not any(word in repr(told) for word in ("Rosa", "Whitfield"))


@pytest.mark.criterion("FEED-71")
def test_a_map_that_cannot_be_used_is_refused_with_the_reason(agency: Agency, look: Looks, door: Door) -> None:
    exported(agency, CLIENT, age=600)
    without = assigned(look().columns, "Client ID", "")
    with pytest.raises(Invalid, match="client_id"):
        door.run(column_maps.save, PRINCIPAL, feed="agency", kind=CLIENTS, columns=without, version=0)
    with pytest.raises(Invalid, match="no such field"):
        door.run(column_maps.save, PRINCIPAL, feed="agency", kind=CLIENTS, columns={"shoe": "Name"}, version=0)
    for role in (Role.PRODUCER, Role.CSR, Role.READ_ONLY):
        with pytest.raises(Forbidden):
            door.run(column_maps.save, actor(role), feed="agency", kind=CLIENTS, columns=None, version=0)
    for feed, kind in (("epic", CLIENTS), ("agency", FeedKind.POLICIES)):
        with pytest.raises(NotFound):
            door.run(column_maps.look, PRINCIPAL, feed=feed, kind=kind)


@pytest.mark.criterion("FEED-69")
@pytest.mark.parametrize(("content", "said"), [("", "empty"), ("PK\x03\x04....", "workbook")])
def test_a_file_that_cannot_be_read_says_so(content: str, said: str, agency: Agency, look: Looks) -> None:
    assert look().preview is None
    agency.writes(CLIENTS, content, age=600)
    assert said in look().unreadable


@pytest.mark.criterion("FEED-72")
def test_assigning_a_field_frees_what_it_and_its_column_held() -> None:
    columns = {"name": "A", "email": "B", "vehicles": {"vin": "V {n}", "make": "M {n}"}}
    assert assigned(columns, "A", "email") == {"email": "A", "vehicles": {"vin": "V {n}", "make": "M {n}"}}
    assert assigned(columns, "A", "") == {"email": "B", "vehicles": {"vin": "V {n}", "make": "M {n}"}}
    assert assigned(columns, "M {n}", "vehicles.vin")["vehicles"] == {"vin": "M {n}"}
    assert assigned({"name": "A"}, "V {n}", "vehicles.vin") == {"name": "A", "vehicles": {"vin": "V {n}"}}
