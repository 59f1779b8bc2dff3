"""A feed that renews a policy whose producer code was given here: the code holds, and somebody is asked."""

from datetime import date
from decimal import Decimal

import pytest

from portal_app.database import Database
from portal_app.models.enums import Resolution
from portal_app.services.door import Door
from portal_app.services.sync import bulk, conflicts
from tests.services.ledger.conftest import CHANGE, PRINCIPAL, Desk, System, asked, at, check_order, check_rebuild
from tests.services.ledger.test_feed_and_portal import NEXT, TO_2, decide
from tests.services.sync.test_policies import Stored


@pytest.mark.criterion("LEDGER-39")
def test_a_code_that_was_given_here_holds_for_the_term_by_which_the_feed_renews(
    desk: Desk,
    ams: System,
    stored: Stored,
    database: Database,
    door: Door,
) -> None:
    desk.issued(CHANGE, at(2026, 9, 1), TO_2)
    ams.says(effective=NEXT, premium=Decimal(1400))

    assert (desk.codes(at(2026, 10, 1)), desk.codes(at(2027, 9, 1))) == (("HL-2", "HL-1"), ("HL-2", "HL-2"))
    assert desk.snapshot(at(2027, 9, 1)).premium == Decimal("1400.00")
    [conflict] = door.run(conflicts.listed, PRINCIPAL).rows
    assert (conflict.first, conflict.second, conflict.term_effective) == ("HL-2", "HL-1", NEXT)
    ams.says(effective=NEXT, premium=Decimal(1500))
    assert desk.codes(at(2027, 9, 1)) == ("HL-2", "HL-2"), "it said nothing of the code"
    assert len(door.run(conflicts.listed, PRINCIPAL).rows) == 1
    ams.says(effective=date(2028, 6, 1), producer_code="HL-2")
    assert desk.codes(at(2028, 9, 1)) == ("HL-2", "HL-2")
    assert [each.term_effective for each in door.run(conflicts.listed, PRINCIPAL).rows] == [NEXT], "that one is agreed"
    check_order(stored(bulk.LEDGER))
    check_rebuild(database, door)


@pytest.mark.criterion("LEDGER-39")
@pytest.mark.parametrize("resolution", [Resolution.FIRST, Resolution.SECOND])
def test_a_code_that_was_cleared_here_stays_so_when_the_feed_renews(
    desk: Desk,
    ams: System,
    database: Database,
    door: Door,
    resolution: Resolution,
) -> None:
    desk.issued(CHANGE, at(2026, 9, 1), asked(clearProducerCode=True))
    ams.says(effective=NEXT)

    assert desk.codes(at(2027, 9, 1))[0] == ""
    [conflict] = door.run(conflicts.listed, PRINCIPAL).rows
    assert (conflict.first, conflict.second, conflict.term_effective) == ("", "HL-1", NEXT)
    decide(door, resolution)
    assert desk.codes(at(2027, 9, 1))[0] == ("" if resolution is Resolution.FIRST else "HL-1")
    # What somebody decided for the agency's system is what the next term begins with.
    ams.says(effective=date(2028, 6, 1))
    agreed = resolution is Resolution.SECOND
    assert len(door.run(conflicts.listed, PRINCIPAL).rows) == (0 if agreed else 1)
    assert desk.codes(at(2028, 9, 1))[0] == ("HL-1" if agreed else "")
    check_rebuild(database, door)
