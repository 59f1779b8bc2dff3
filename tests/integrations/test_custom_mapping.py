"""Cells to records: each kind whole, and every reason for which a row is refused."""

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.custom.mapping import MAPPINGS, clients, commissions, policies, producers
from integrations.custom.values import NOT_MONEY
from portal_app.models.enums import AccountKind, FeedKind, PolicyStatus, ProducerKind
from portal_app.services.ports import (
    AddressRecord,
    ClientRecord,
    CommissionRecord,
    CoverageRecord,
    FeedRecord,
    PolicyRecord,
    ProducerRecord,
    RawRow,
    RowProblem,
    VehicleRecord,
)
from tests.integrations.agency import GOOD, POLICY_COLUMNS, Agency, csv_of, must_say_why

POLICIES, CLIENTS, COMMISSIONS, PRODUCERS = (
    FeedKind.POLICIES,
    FeedKind.CLIENTS,
    FeedKind.COMMISSIONS,
    FeedKind.PRODUCERS,
)
REPEATED = {
    "vehicles": {"vin": "VIN {n}", "year": "Year {n}", "make": "Make {n}"},
    "locations": {"street": "Street {n}", "city": "City {n}", "state": "State {n}", "postal_code": "ZIP {n}"},
    "coverages": {"name": "Coverage {n}", "limit": "Limit {n}", "deductible": "Deductible {n}", "premium": "Part {n}"},
}


@pytest.mark.criterion("FEED-13")
def test_a_policy_whole(agency: Agency) -> None:
    agency.reads(
        POLICIES, columns={**REPEATED, "insured_name": "Insured", "carrier_naic": "NAIC", "cancelled_on": "Cancelled"}
    )
    vehicles = {
        "VIN_1": "1HGCM82633A004352",
        "Year_1": "2021",
        "Make_1": "Honda",
        "VIN_2": "",
        "Year_2": "",
        "Make_2": "",
    }
    vehicles |= {"VIN_3": "5YJ3E1EA7KF317000", "Year_3": "", "Make_3": ""}
    places = {"Street_1": "12 Elm Street", "City_1": "Quincy", "State_1": "ma", "ZIP_1": "2169"}
    places |= {"Street_2": "", "City_2": "", "State_2": "", "ZIP_2": ""}
    coverages = {"Coverage_1": "Bodily injury", "Limit_1": "100,000/300,000", "Deductible_1": "", "Part_1": "$400.00"}
    coverages |= {"Coverage_2": "Collision", "Limit_2": "", "Deductible_2": "$500", "Part_2": ""}
    cells = {"Insured": "Rosa  Whitfield ", "NAIC": "99001", "Cancelled": "2026-09-30", "Status": "CANCELLED"}
    cells |= {"Remark": " two\r\nlines "}
    record = agency.record(POLICIES, **cells, **vehicles, **places, **coverages)
    assert record == PolicyRecord(
        source_id="P1/2026-03-01",
        policy_id="P1",
        client_id="C1",
        number="PA-1001",
        line="personal_auto",
        carrier="Granite Mutual",
        effective=date(2026, 3, 1),
        expiration=date(2027, 3, 1),
        status=PolicyStatus.CANCELLED,
        premium=Decimal("1234.50"),
        producer_code="HL-110",
        carrier_naic="99001",
        insured_name="Rosa Whitfield",
        description="two\nlines",
        cancelled_on=date(2026, 9, 30),
        coverages=(
            CoverageRecord("Bodily injury", "100,000/300,000", "", Decimal("400.00")),
            CoverageRecord("Collision", "", "$500", None),
        ),
        vehicles=(VehicleRecord("1HGCM82633A004352", 2021, "Honda"), VehicleRecord("5YJ3E1EA7KF317000")),
        locations=(AddressRecord("12 Elm Street", "Quincy", "MA", "02169"),),
    )


@pytest.mark.criterion("FEED-13")
def test_a_group_may_stand_once_without_a_number(agency: Agency) -> None:
    agency.reads(POLICIES, columns={"vehicles": {"vin": "VIN"}})
    record = agency.record(POLICIES, VIN="1HGCM82633A004352")
    assert isinstance(record, PolicyRecord)
    assert record.vehicles == (VehicleRecord("1HGCM82633A004352"),)


@pytest.mark.criterion("FEED-05")
def test_a_group_of_which_a_column_is_missing_refuses_the_file(agency: Agency) -> None:
    agency.reads(POLICIES, columns=REPEATED)
    header = [*POLICY_COLUMNS.values(), "VIN 1", "Year 1", "Make 1", "VIN 3", "Year 3", "Make 3"]
    with pytest.raises(RowProblem) as refused:
        agency.rows(POLICIES, csv_of([header]))
    (reason,) = refused.value.reasons
    for name in ("VIN 2", "Year 2", "Make 2", "Street 1", "Coverage 1"):
        assert f'"{name}"' in reason
    agency.reads(POLICIES, columns={"vehicles": REPEATED["vehicles"]})
    header = [*POLICY_COLUMNS.values(), "VIN 1", "Year 1", "Make 1", "VIN 2"]
    with pytest.raises(RowProblem) as refused:
        agency.rows(POLICIES, csv_of([header]))
    assert refused.value.reasons == ('The header lacks the columns "Year 2", "Make 2".',)


def test_a_client_whole(agency: Agency) -> None:
    agency.reads(CLIENTS, columns={"email": "Mail", "phone": "Phone", "street": "Street", "city": "City"})
    record = agency.record(CLIENTS, Mail="rosa@example.com", Phone="617-555-0101", Street="1 Elm St", City="Boston")
    assert record == ClientRecord(
        source_id="C1",
        name="Rosa Whitfield",
        kind=AccountKind.PERSON,
        email="rosa@example.com",
        phone="617-555-0101",
        address=AddressRecord("1 Elm St", "Boston", "MA", "02116"),
        birth_date=date(1980, 7, 4),
        tax_id="912-34-5678",
        driver_license="S12345678",
    )


def test_a_client_with_the_least(agency: Agency) -> None:
    record = agency.record(CLIENTS, Kind="Business", State="", ZIP="", Born="", Tax_ID="", Licence="")
    assert record == ClientRecord(source_id="C1", name="Rosa Whitfield", kind=AccountKind.BUSINESS)


def test_a_producer_and_a_commission_line(agency: Agency) -> None:
    record = agency.record(PRODUCERS)
    assert record == ProducerRecord("HL-110", "Maya Alvarez", ProducerKind.INDIVIDUAL, "HL-100", "9900110")
    line = agency.record(COMMISSIONS, Commission="(12.34)", Rate="", Type="xlc")
    assert isinstance(line, CommissionRecord)
    assert line == CommissionRecord(
        line.source_id,
        "PA-1001",
        date(2026, 3, 5),
        None,
        "cancellation",
        Decimal("1234.50"),
        None,
        Decimal("-12.34"),
        "HL-110",
    )


@pytest.mark.criterion("FEED-07")
def test_bare_rates_are_per_cent_where_the_settings_say_so(agency: Agency) -> None:
    assert agency.reasons(COMMISSIONS, Rate="15") != []
    agency.reads(COMMISSIONS, rates="percent")
    line = agency.record(COMMISSIONS, Rate="15")
    assert isinstance(line, CommissionRecord)
    assert line.rate == Decimal("0.15")


@pytest.mark.criterion("FEED-06")
def test_dates_are_read_day_first_where_the_settings_say_so(agency: Agency) -> None:
    agency.reads(POLICIES, dates="day first")
    record = agency.record(POLICIES, Effective_Date="01/03/2026", Expiration_Date="2027-03-01")
    assert isinstance(record, PolicyRecord)
    assert (record.effective, record.source_id) == (date(2026, 3, 1), "P1/2026-03-01")


@pytest.mark.criterion("FEED-08")
def test_the_agencys_words_are_translated_and_ours_are_known(agency: Agency) -> None:
    words = {
        "line": {"PAUTO": "personal_auto"},
        "status": {"A": "active", "Expired": "non_renewed"},
        "carrier": {"GRANMUT": "Granite Mutual"},
        "producer_code": {"HOUSE": ""},
    }
    agency.reads(POLICIES, values=words)
    record = agency.record(POLICIES, Line="pauto", Status="expired", Carrier="granmut", Producer="House")
    assert isinstance(record, PolicyRecord)
    assert (record.line, record.status, record.carrier) == ("personal_auto", PolicyStatus.NON_RENEWED, "Granite Mutual")
    assert record.producer_code == ""
    for ours in ("workers_compensation", "Workers Compensation", "WORKERS-COMPENSATION"):
        record = agency.record(POLICIES, Line=ours, Carrier="Blue Heron", Producer="HL-1")
        assert isinstance(record, PolicyRecord)
        assert (record.line, record.carrier, record.producer_code) == ("workers_compensation", "Blue Heron", "HL-1")


@pytest.mark.criterion("FEED-08")
def test_a_word_that_nobody_knows_is_named_with_its_column(agency: Agency) -> None:
    assert agency.reasons(POLICIES, Line="PET") == [
        'Column "Line" says "PET", which is not in the feed\'s list of values.'
    ]
    assert agency.reasons(COMMISSIONS, Type="RIX") == [
        'Column "Type" says "RIX", which is not in the feed\'s list of values.'
    ]


@pytest.mark.criterion("FEED-09")
def test_every_reason_is_given_at_once_and_names_the_column_as_the_file_does(agency: Agency) -> None:
    agency.writes(
        POLICIES,
        "POLICY ID,client id,policy number,LINE,carrier,EFFECTIVE date,expiration DATE,status,premium,producer,remark\n"
        ",,,PET,,13/01/2026,,?!,12.345,,\n",
    )
    connector = agency.connector(POLICIES)
    (batch,) = connector.batches(POLICIES)
    (row,) = batch.rows()
    assert row.source_id == ""
    with pytest.raises(RowProblem) as refused:
        connector.record(POLICIES, row)
    assert refused.value.reasons == (
        'Column "POLICY ID" is empty.',
        'Column "client id" is empty.',
        'Column "policy number" is empty.',
        'Column "carrier" is empty.',
        'Column "LINE" says "PET", which is not in the feed\'s list of values.',
        'Column "EFFECTIVE date" is not a date: MM/DD/YYYY and YYYY-MM-DD are read.',
        'Column "expiration DATE" is empty.',
        'Column "status" says something that is not in the feed\'s list of values.',
        f'Column "premium" {NOT_MONEY}.',
    )


@pytest.mark.criterion("FEED-09")
def test_a_hundred_reasons_are_summed_up(agency: Agency) -> None:
    agency.reads(POLICIES, columns={"vehicles": {"vin": "VIN {n}"}})
    reasons = agency.reasons(POLICIES, **{f"VIN_{n}": "?" for n in range(1, 51)})
    assert len(reasons) == 11
    assert reasons[-1] == "There are 40 more reasons."


@pytest.mark.criterion("FEED-10")
def test_no_reason_repeats_a_personal_value(agency: Agency) -> None:
    personal = ["Rosa Whitfield" * 20, "31/12/1980", "912-34-56789", "S/12345678", "021167", "07/04/80"]
    reasons = agency.reasons(
        CLIENTS, Name=personal[0], Born=personal[1], Tax_ID=personal[2], Licence=personal[3], ZIP=personal[4]
    ) + agency.reasons(CLIENTS, Born=personal[5], Kind="Rosa")
    assert len(reasons) == 7
    for value in [*personal, "Rosa"]:
        assert value not in " ".join(reasons)


@pytest.mark.criterion("FEED-10")
@pytest.mark.parametrize("kind", [POLICIES, CLIENTS, COMMISSIONS, PRODUCERS])
def test_a_number_that_slipped_into_any_column_is_repeated_by_none(agency: Agency, kind: FeedKind) -> None:
    for slipped in ("912345678", "912-34-5678", "07/04/1980 912345678"):
        for column in GOOD[kind]:
            reasons = agency.reasons(kind, **{column.replace(" ", "_"): slipped})
            assert slipped not in " ".join(reasons)


@pytest.mark.criterion("FEED-11")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Expiration_Date": "03/01/2026"}, 'Column "Expiration Date" is not after "Effective Date".'),
        ({"Expiration_Date": "02/28/2026"}, 'Column "Expiration Date" is not after "Effective Date".'),
        ({"Cancelled": "02/28/2026"}, 'Column "Cancelled" is not between "Effective Date" and "Expiration Date".'),
        ({"Cancelled": "03/02/2027"}, 'Column "Cancelled" is not between "Effective Date" and "Expiration Date".'),
        ({"Policy_Number": ""}, 'Column "Policy Number" is empty.'),
        ({"Policy_Number": "X" * 65}, 'Column "Policy Number" is longer than 64 characters.'),
        ({"Policy_Number": "--/--"}, 'Column "Policy Number" has neither a letter nor a digit.'),
        ({"Client_ID": " "}, 'Column "Client ID" is empty.'),
        ({"Carrier": ""}, 'Column "Carrier" is empty.'),
        ({"Line": ""}, 'Column "Line" is empty.'),
        ({"Status": ""}, 'Column "Status" is empty.'),
        ({"Premium": ""}, 'Column "Premium" is empty.'),
        ({"NAIC": "99-01"}, 'Column "NAIC" is not a number of 1 to 5 digits.'),
        ({"Remark": "x" * 2001}, 'Column "Remark" is longer than 2000 characters.'),
    ],
)
def test_why_a_policy_is_refused(agency: Agency, changes: dict[str, str], reason: str) -> None:
    agency.reads(POLICIES, columns={"cancelled_on": "Cancelled", "carrier_naic": "NAIC"})
    assert agency.reasons(POLICIES, **{"Cancelled": "", "NAIC": "", **changes}) == [reason]


@pytest.mark.criterion("FEED-11")
def test_a_cancellation_on_either_end_of_the_term_stands(agency: Agency) -> None:
    agency.reads(POLICIES, columns={"cancelled_on": "Cancelled"})
    for day in ("03/01/2026", "03/01/2027"):
        assert agency.reasons(POLICIES, Cancelled=day) == []


@pytest.mark.criterion("FEED-12")
def test_why_what_a_policy_covers_is_refused(agency: Agency) -> None:
    agency.reads(POLICIES, columns=REPEATED)
    good = {f"{part.replace(' {n}', '')}_1": "" for parts in REPEATED.values() for part in parts.values()}
    assert agency.reasons(POLICIES, **good) == []
    assert agency.reasons(
        POLICIES,
        **{**good, "VIN_1": "1HGCM82633A00435O", "Year_1": "21", "State_1": "Mass", "ZIP_1": "021", "Limit_1": "5"},
    ) == [
        'Column "VIN 1" is not a VIN: it has 17 characters, and one of them is I, O, Q or no letter or digit.',
        'Column "Year 1" is not a year of four digits.',
        'Column "State 1" is not a state: two letters are expected.',
        'Column "ZIP 1" is not a ZIP code: five or nine digits are expected.',
        'Column "Coverage 1" is empty.',
    ]


@pytest.mark.criterion("FEED-11")
def test_why_a_producer_is_refused(agency: Agency) -> None:
    assert agency.reasons(PRODUCERS, Code="", Name="", NPN="12345678901") == [
        'Column "Code" is empty.',
        'Column "Name" is empty.',
        'Column "NPN" is not a number of 1 to 10 digits.',
    ]
    assert agency.reasons(PRODUCERS, NPN="١٢") == ['Column "NPN" is not a number of 1 to 10 digits.']
    assert agency.reasons(PRODUCERS, Parent="HL-110") == ['Column "Parent" names the row\'s own "Code".']


@pytest.mark.criterion("FEED-24")
@pytest.mark.parametrize("character", ["\x01", "\x07", "\x1b", "\x7f", "\x85", "\u202e", "\u2066"])
def test_control_characters_are_refused(agency: Agency, character: str) -> None:
    assert agency.reasons(CLIENTS, Name=f"Rosa{character}Whitfield") == ['Column "Name" holds a control character.']


@pytest.mark.criterion("FEED-24")
def test_line_breaks_and_odd_spaces_inside_a_name_become_one_space(agency: Agency) -> None:
    record = agency.record(CLIENTS, Name="\u00a0Rosa \t\r\n  Whitfield ")
    assert isinstance(record, ClientRecord)
    assert record.name == "Rosa Whitfield"


@pytest.mark.criterion("FEED-24")
def test_spaces_inside_a_cell_are_folded(agency: Agency) -> None:
    record = agency.record(CLIENTS, Name=" Rosa   Whitfield ")
    assert isinstance(record, ClientRecord)
    assert record.name == "Rosa Whitfield"


@pytest.mark.criterion("FEED-09")
def test_a_row_mended_by_hand_is_mapped_by_its_headers(agency: Agency) -> None:
    connector = agency.connector(POLICIES)
    mended = RawRow(7, "", dict(GOOD[POLICIES]), b"")
    record = connector.record(POLICIES, mended)
    assert isinstance(record, PolicyRecord)
    assert record.source_id == "P1/2026-03-01"


@pytest.mark.parametrize(
    ("kind", "module", "record"),
    [
        (PRODUCERS, producers, ProducerRecord),
        (CLIENTS, clients, ClientRecord),
        (COMMISSIONS, commissions, CommissionRecord),
        (POLICIES, policies, PolicyRecord),
    ],
)
def test_the_slots_agree_with_the_fields(kind: FeedKind, module: object, record: type) -> None:
    for slot, field in enumerate(MAPPINGS[kind].fields):
        if not field.parts:
            assert getattr(module, field.name.upper()) == slot
    if kind is POLICIES:
        names = {field.name for field in MAPPINGS[kind].fields}
        assert names == {field.name for field in fields(record)} - {"source_id"}


CELLS = st.lists(
    st.one_of(st.text(max_size=20), st.sampled_from(list(GOOD[POLICIES].values()))), min_size=22, max_size=22
)


@pytest.mark.criterion("FEED-27")
@given(CELLS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_the_cells_of_a_policy_there_is_a_record_or_a_reason(agency: Agency, texts: list[str]) -> None:
    agency.reads(POLICIES, columns=REPEATED)
    header = [*POLICY_COLUMNS.values()]
    for parts in REPEATED.values():
        header += [name.replace("{n}", "1") for name in parts.values()]
    connector = agency.connector(POLICIES)
    row = RawRow(2, "", dict(zip(header, texts, strict=True)), b"")
    try:
        record = connector.record(POLICIES, row)
    except RowProblem as refused:
        must_say_why(refused)
    else:
        assert isinstance(record, FeedRecord)
        assert isinstance(record, PolicyRecord)
        assert record.expiration > record.effective
