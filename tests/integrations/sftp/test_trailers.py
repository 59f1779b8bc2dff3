"""Trailers all the way: from the server into the database, or not at all."""

import pytest

from portal_app.models.enums import RunState
from tests.integrations.sftp.agency import TRAILER, Agency, Opening

AMOUNTS = ["100.00", "20.50", "-0.50"]


@pytest.mark.criterion("SFTP-14")
def test_a_file_that_comes_to_what_its_trailer_says_comes_in(agency: Agency, opening: Opening) -> None:
    agency.trailer = TRAILER
    agency.commissions(AMOUNTS, "TRAILER,3,120.00")
    portal = opening(agency)

    run = portal.sync()["commissions"]

    assert (run.state, run.rows_read, run.rows_quarantined) == (RunState.SUCCEEDED, 3, 0)
    assert portal.commissions() == 3


@pytest.mark.criterion("SFTP-15")
@pytest.mark.parametrize("trailer", ["", "TRAILER,4,120.00", "TRAILER,3,120.01"])
def test_one_that_does_not_brings_nothing_until_it_is_corrected(trailer: str, agency: Agency, opening: Opening) -> None:
    agency.trailer = TRAILER
    (agency.folder / "done").mkdir()
    agency.settings["archive"] = "done"
    agency.commissions(AMOUNTS, trailer)
    portal = opening(agency)

    run = portal.sync()["commissions"]

    assert (run.state, run.rows_read, portal.commissions()) == (RunState.FAILED, 0, 0)
    assert run.message.startswith("commissions.csv: The ")
    assert (agency.folder / "commissions.csv").exists()
    agency.commissions(AMOUNTS, "TRAILER,3,120.00", hour=1)
    assert portal.sync()["commissions"].state is RunState.SUCCEEDED
    assert portal.commissions() == 3
    assert [path.name for path in (agency.folder / "done").iterdir()] == ["commissions.csv"]
