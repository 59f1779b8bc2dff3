"""Rows mended, conflicts decided, dry runs and column maps, by programs: the worker's part is done here."""

from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from portal_app.jobs import sync_feeds
from portal_app.jobs.job import Work
from portal_app.models.enums import FeedKind
from portal_app.services.door import Door
from portal_app.services.sync.runs import run_feed
from tests.integrations.agency import GOOD, PRODUCER_HEADER, Agency, csv_of
from tests.routes.api.conftest import Cast
from tests.routes.api.test_users import NOBODY

POLICY, CLIENT = GOOD[FeedKind.POLICIES], GOOD[FeedKind.CLIENTS]


@pytest.fixture
def files(door: Door, tmp_path: Path) -> Agency:
    """A folder of exports: one client, and a policy with a premium that is none."""
    folder = tmp_path / "exports"
    folder.mkdir()
    files = Agency(folder)
    files.writes(FeedKind.PRODUCERS, f"{PRODUCER_HEADER}\nHL-110,Maya Alvarez,,,\n")
    files.writes(FeedKind.CLIENTS, csv_of([list(CLIENT), list(CLIENT.values())]))
    exported(files, {**POLICY, "Premium": "lots"}, age=600)
    connector = files.connector(FeedKind.PRODUCERS, FeedKind.CLIENTS, FeedKind.POLICIES)
    door.ports = replace(door.ports, feeds={"agency": connector})
    return files


def exported(files: Agency, *rows: dict[str, str], age: float) -> None:
    files.writes(FeedKind.POLICIES, csv_of([list(POLICY), *(list(row.values()) for row in rows)]), age=age)


@pytest.mark.criterion("REST-14")
def test_a_row_is_opened_mended_and_left_out(cast: Cast, files: Agency, door: Door) -> None:
    run_feed(door, feed="agency")
    csr = cast.writing(cast.csr)
    [held] = csr.json("/quarantine")["items"]
    place = f"/quarantine/{held['locator']}"

    row = csr.json(place)
    assert (row["line"], row["mended"], row["loose"]) == (2, False, [])
    cells = {cell["heading"]: cell["text"] for cell in row["cells"]}
    assert [cell["heading"] for cell in row["cells"] if cell["problem"]] == ["Premium"]

    answer = csr.post(
        f"{place}/mending", {"version": row["version"], "cells": {**cells, "Premium": "none", "Status": "?"}}
    )
    assert (answer.status_code, set(answer.json()["problems"])) == (422, {"Premium", "Status"})
    assert csr.done(
        "POST", f"{place}/mending", {"version": row["version"], "cells": {**cells, "Premium": "12", "Client ID": "C9"}}
    ) == {"waitsFor": ['Column "Client ID" names a client who is not among the clients taken in.']}
    again = {"version": row["version"], "cells": {**cells, "Premium": "12"}}
    assert csr.post(f"{place}/mending", again).status_code == 409
    again["version"] = csr.json(place)["version"]
    assert csr.done("POST", f"{place}/mending", again) == {"waitsFor": []}
    run_feed(door, feed="agency")
    assert csr.json("/quarantine")["total"] == 0
    assert csr.get(place).status_code == 404

    exported(files, {**POLICY, "Premium": "12"}, {**POLICY, "Policy ID": "P2", "Premium": "lots"}, age=500)
    run_feed(door, feed="agency")
    [held] = csr.json("/quarantine")["items"]
    csr.done("DELETE", f"/quarantine/{held['locator']}")
    assert csr.json("/quarantine")["total"] == 0


@pytest.mark.criterion("REST-14")
def test_who_may_not_mend_sees_no_cell(cast: Cast, files: Agency, door: Door) -> None:
    run_feed(door, feed="agency")
    [held] = cast.admin.json("/quarantine")["items"]
    place = f"/quarantine/{held['locator']}"
    for person in (cast.admin, cast.read_only, cast.maya):
        writes = cast.writing(person)
        assert writes.get(place).status_code == 403
        assert writes.post(f"{place}/mending", {"version": "", "cells": {}}).status_code == 403
        assert writes.send("DELETE", place).status_code == 403
    assert cast.csr.post(f"{place}/mending", {"version": "", "cells": {}}).status_code == 403, "a token that only reads"


@pytest.mark.criterion("REST-15")
def test_a_conflict_is_listed_and_decided(cast: Cast, files: Agency, door: Door) -> None:
    exported(files, POLICY, age=600)
    run_feed(door, feed="agency")
    exported(files, {**POLICY, "Effective Date": "03/08/2026"}, age=500)
    run_feed(door, feed="agency")
    csr = cast.writing(cast.csr)

    [conflict] = csr.json("/conflicts")["items"]
    assert (conflict["kind"], conflict["first"], conflict["second"]) == ("same_time_twice", "2026-03-01", "2026-03-08")
    one = f"/conflicts/{conflict['locator']}"
    assert csr.json(one) == conflict
    assert (cast.admin.get(one).status_code, csr.get(f"/conflicts/{NOBODY}").status_code) == (403, 404)
    place = f"{one}/resolution"
    assert csr.post(place, {"resolution": "gone"}).status_code == 422
    assert cast.writing(cast.admin).post(place, {"resolution": "both"}).status_code == 403
    assert cast.admin.get("/conflicts").status_code == 403
    csr.done("POST", place, {"resolution": "second"})
    assert csr.post(place, {"resolution": "second"}).status_code == 404
    assert csr.json("/conflicts")["total"] == 0
    assert csr.get(one).status_code == 404
    policy = csr.json(f"/policies/{conflict['policy']}")
    assert [term["effective"] for term in policy["terms"]] == ["2026-03-08"]


@pytest.mark.criterion("REST-16")
def test_a_dry_run_is_asked_for_and_told(cast: Cast, files: Agency, door: Door) -> None:
    admin = cast.writing(cast.admin)
    asked = admin.done("POST", "/feeds/agency/dry-runs")
    assert (asked["endedAt"], asked["kinds"], asked["examples"]) == (None, [], None)
    sync_feeds.dry(Work(door, "worker", Event()))

    told = cast.csr.json(f"/dry-runs/{asked['locator']}")
    kinds = {each["kind"]: each for each in told["kinds"]}
    assert (kinds["clients"]["added"], kinds["policies"]["quarantined"]) == (1, 1)
    assert told["examples"] == [{"what": "New client", "name": CLIENT["Name"], "fields": []}]
    assert cast.admin.json(f"/dry-runs/{asked['locator']}")["examples"] is None
    assert cast.csr.json("/sync-runs", feed="agency")["total"] == 0
    listed = cast.csr.json("/dry-runs", count=1)
    assert (listed["items"], listed["total"], listed["listCompleted"]) == ([told], 1, True)
    assert cast.csr.json("/dry-runs", offset=1)["items"] == []
    assert cast.maya.get("/dry-runs").status_code == 403
    later = admin.done("POST", "/feeds/agency/dry-runs")
    assert [each["locator"] for each in cast.csr.json("/dry-runs")["items"]] == [later["locator"], told["locator"]]
    assert cast.csr.json("/dry-runs", count=1)["listCompleted"] is False
    assert admin.post("/feeds/nobody/dry-runs").status_code == 404
    assert cast.writing(cast.csr).post("/feeds/agency/dry-runs").status_code == 403
    admin.done("POST", "/feeds/agency/approval")
    assert admin.post("/feeds/nobody/approval").status_code == 404
    assert cast.writing(cast.csr).post("/feeds/agency/approval").status_code == 403


@pytest.mark.criterion("REST-17")
def test_a_column_map_is_told_and_saved(cast: Cast, files: Agency, door: Door) -> None:
    renamed = {("Insured" if name == "Name" else name): text for name, text in CLIENT.items()}
    files.writes(FeedKind.CLIENTS, csv_of([list(renamed), list(renamed.values())]), age=500)
    admin = cast.writing(cast.admin)
    place = "/feeds/agency/columns/clients"

    told = admin.json(place)
    assert (told["version"], told["moved"]) == (0, [{"field": "name", "old": "Name", "new": ""}])
    assert CLIENT["Name"] not in str(told)
    columns = {**told["columns"], "name": "Insured"}
    wrong = admin.send("PUT", place, {"version": 0, "columns": {"shoe": "Insured"}})
    assert (wrong.status_code, "no such field" in wrong.text) == (422, True)
    tried = cast.admin.done("POST", f"{place}/trial", {"columns": columns})
    assert (tried["version"], tried["fine"], tried["lacking"]) == (0, 1, []), "a trial reads, and saves nothing"
    assert cast.maya.post(f"{place}/trial", {"columns": columns}).status_code == 403
    saved = admin.done("PUT", place, {"version": 0, "columns": columns})
    assert (saved["version"], saved["fine"], saved["lacking"]) == (1, 1, [])
    assert admin.send("PUT", place, {"version": 0, "columns": columns}).status_code == 409
    assert cast.writing(cast.csr).send("PUT", place, {"version": 1}).status_code == 403
    assert cast.csr.json(place)["seen"][1]["samples"] == [CLIENT["Name"]]
    assert admin.get("/feeds/agency/columns/commissions").status_code == 404
    assert admin.done("PUT", place, {"version": 1})["version"] == 2
