"""What a row is known by: from file to file, twice in one file, and where it has no number of its own."""

import pytest

from portal_app.models.enums import FeedKind
from portal_app.services.ports import PolicyRecord, RowProblem
from tests.integrations.agency import GOOD, POLICY_COLUMNS, PRODUCER_HEADER, Agency, csv_of

POLICIES, COMMISSIONS, PRODUCERS = FeedKind.POLICIES, FeedKind.COMMISSIONS, FeedKind.PRODUCERS


@pytest.mark.criterion("FEED-14")
def test_the_name_of_a_row_is_that_of_its_record(agency: Agency) -> None:
    agency.writes(
        POLICIES, csv_of([list(GOOD[POLICIES]), list({**GOOD[POLICIES], "Policy ID": " P \u00a0 1 "}.values())])
    )
    connector = agency.connector(POLICIES)
    (row,) = connector.batches(POLICIES)[0].rows()
    record = connector.record(POLICIES, row)
    assert isinstance(record, PolicyRecord)
    assert row.source_id == record.source_id == "P 1/2026-03-01"
    assert record.policy_id == "P 1"


@pytest.mark.criterion("FEED-14")
def test_without_an_id_a_policy_is_known_by_carrier_and_number_however_spaced(agency: Agency) -> None:
    columns = {field: name for field, name in POLICY_COLUMNS.items() if field != "policy_id"}
    words = {"carrier": {"GM": "Granite Mutual"}}
    agency.settings[POLICIES] = {"files": "*.csv", "columns": columns, "values": words}
    names = set()
    for number, carrier in (("PA 10-01", "Granite Mutual"), ("pa1001", "granite  mutual"), ("PA-1001", "gm")):
        record = agency.record(POLICIES, Policy_Number=number, Carrier=carrier)
        assert isinstance(record, PolicyRecord)
        assert record.policy_id == "granite mutual|pa1001"
        names |= {record.source_id, *(row.source_id for row in agency.batch(POLICIES).rows())}
    assert names == {"granite mutual|pa1001/2026-03-01"}


@pytest.mark.criterion("FEED-14")
def test_a_name_too_long_to_be_kept_is_none(agency: Agency) -> None:
    (row,) = agency.rows(PRODUCERS, csv_of([list(GOOD[PRODUCERS]), ["H" * 201, "Ann", "", "", ""]]))
    assert row.source_id == ""
    with pytest.raises(RowProblem, match="longer than 128"):
        agency.connector(PRODUCERS).record(PRODUCERS, row)


@pytest.mark.criterion("FEED-15")
def test_a_record_that_repeats_is_passed_over_or_set_aside(agency: Agency) -> None:
    text = f"{PRODUCER_HEADER},Printed\nHL-1,Ann,,,,1\nHL-2,Bo,,,,1\nHL-1,Ann,,,,2\nHL-2,Bob,,,,2\n,Cy,,,,\n,Cy,,,,\n"
    rows = agency.rows(PRODUCERS, text)
    assert [(row.line, row.source_id, row.problem) for row in rows] == [
        (2, "HL-1", None),
        (3, "HL-2", None),
        (5, "HL-2", "The same record stands in line 3 of this file with other content."),
        (6, "", None),
        (7, "", None),
    ]


@pytest.mark.criterion("FEED-16")
def test_equal_commission_lines_count_each_and_the_same_file_again_is_nothing_new(agency: Agency) -> None:
    line, other = "PA-1,03/05/2026,NBS,100,15%,15.00,HL-1\n", "PA-2,03/05/2026,NBS,100,15%,15.00,HL-1\n"
    header = "Policy,Date,Type,Premium,Rate,Commission,Producer\n"
    names = [row.source_id for row in agency.rows(COMMISSIONS, header + line + other + line)]
    assert len(set(names)) == 3
    assert [row.source_id for row in agency.rows(COMMISSIONS, header + line + line + other)] == [
        names[0],
        names[2],
        names[1],
    ]
    agency.reads(COMMISSIONS, values={"type": {"NBS": "renewal"}})
    again = agency.rows(
        COMMISSIONS, header.replace("\n", ",Printed\n") + (line + other + line).replace("\n", ",today\n")
    )
    assert [row.source_id for row in again] == names


@pytest.mark.criterion("FEED-16")
def test_a_commission_line_with_a_number_of_its_own_is_known_by_it(agency: Agency) -> None:
    agency.reads(COMMISSIONS, columns={"line_id": "Line No"})
    header = "Line No,Policy,Date,Type,Premium,Rate,Commission,Producer\n"
    (row,) = agency.rows(COMMISSIONS, header + "77,PA-1,03/05/2026,NBS,100,15%,15.00,HL-1\n")
    assert row.source_id == "77"
