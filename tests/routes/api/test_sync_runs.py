"""`/sync-runs`: when the agency's system was read, and what came of it."""

import pytest

from tests.routes.api.conftest import Cast


@pytest.mark.criterion("API-14")
def test_runs_are_listed_with_their_counts_the_newest_first(cast: Cast, runs: list[str]) -> None:
    answer = cast.csr.json("/sync-runs")
    assert [item["locator"] for item in answer["items"]] == runs[::-1]
    assert answer["items"][2] == {
        "locator": runs[0],
        "feed": "agency-system",
        "kind": "policies",
        "state": "succeeded",
        "startedAt": "2026-11-20T15:00:00Z",
        "endedAt": "2026-11-20T15:00:03.250000Z",
        "dataAsOf": "2026-11-20T14:00:00Z",
        "files": 1,
        "rowsRead": 12,
        "rowsAdded": 4,
        "rowsChanged": 3,
        "rowsUnchanged": 4,
        "rowsQuarantined": 1,
        "message": "",
    }


@pytest.mark.criterion("API-14")
def test_runs_are_narrowed_to_a_feed_and_cut_into_pages(cast: Cast, runs: list[str]) -> None:
    first = cast.csr.json("/sync-runs", feed="agency-system", count=1)
    assert [item["locator"] for item in first["items"]] == [runs[1]]
    assert (first["total"], first["listCompleted"]) == (2, False)
    last = cast.csr.json("/sync-runs", feed="agency-system", count=1, offset=1)
    assert ([item["locator"] for item in last["items"]], last["listCompleted"]) == ([runs[0]], True)
    assert cast.csr.json("/sync-runs", feed="unknown")["total"] == 0


@pytest.mark.criterion("API-14")
def test_who_may_see_the_feeds_sees_the_runs(cast: Cast, runs: list[str]) -> None:
    for person in (cast.principal, cast.csr, cast.admin, cast.read_only):
        assert person.json("/sync-runs")["total"] == 3
    assert cast.maya.get("/sync-runs").status_code == 403


@pytest.mark.criterion("API-14")
def test_a_run_is_fetched_by_its_locator(cast: Cast, runs: list[str]) -> None:
    listed = cast.csr.json("/sync-runs")["items"][2]
    assert cast.csr.json(f"/sync-runs/{runs[0]}") == listed
    assert cast.csr.get("/sync-runs/01J00000000000000000000000").status_code == 404
