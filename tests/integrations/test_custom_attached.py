"""Rows of billing, claims and documents: each kind whole, how it names its policy, and every reason for a refusal."""

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from integrations.custom.columns import Field
from integrations.custom.mapping import MAPPINGS, billing, claims, documents
from integrations.custom.values import NOT_A_DATE, NOT_MONEY
from portal_app.models.enums import BillMode, Cadence, ClaimStatus, DocumentCategory, FeedKind
from portal_app.services.ports import BillingRecord, ClaimRecord, DocumentRecord, PolicyName
from portal_app.settings import SettingsError
from tests.integrations.agency import GOOD, Agency

BILLING, CLAIMS, DOCUMENTS = FeedKind.BILLING, FeedKind.CLAIMS, FeedKind.DOCUMENTS
DAY = NOT_A_DATE[False]
BY_NUMBER = {"policy_number": "Policy Number", "carrier": "Carrier"}


@pytest.mark.criterion("KIND-10")
def test_billing_whole(agency: Agency) -> None:
    assert agency.record(BILLING, Past_Due="12.34-") == BillingRecord(
        source_id="P1/2026-03-01",
        policy=PolicyName("P1"),
        mode=BillMode.DIRECT,
        effective=date(2026, 3, 1),
        payment_plan="Quarterly",
        billed=Decimal("1234.50"),
        paid=Decimal("925.88"),
        balance=Decimal("308.62"),
        past_due=Decimal("-12.34"),
        next_due_on=date(2026, 12, 1),
        next_due=Decimal("308.62"),
        last_paid_on=date(2026, 9, 2),
        last_paid=Decimal("308.63"),
    )


@pytest.mark.criterion("KIND-10")
def test_a_claim_whole(agency: Agency) -> None:
    record = agency.record(CLAIMS, Status="closed", Closed="10/01/2026", Remark=" two\r\nlines ")
    assert record == ClaimRecord(
        source_id="granite mutual|cl-7001",
        policy=PolicyName("", "PA-1001", "Granite Mutual"),
        number="CL-7001",
        status=ClaimStatus.CLOSED,
        lost_on=date(2026, 9, 3),
        reported_on=date(2026, 9, 4),
        closed_on=date(2026, 10, 1),
        cause="Hail",
        description="two\nlines",
        paid=Decimal("0.00"),
        reserved=Decimal("4000.00"),
        adjuster="Ida Moss",
        adjuster_phone="617-555-0109",
    )


@pytest.mark.criterion("KIND-10")
def test_a_document_whole(agency: Agency) -> None:
    assert agency.record(DOCUMENTS) == DocumentRecord(
        source_id="HD-1",
        policy=PolicyName("P1"),
        client_id="",
        category=DocumentCategory.ID_CARD,
        title="ID cards",
        dated=date(2026, 2, 20),
        effective=date(2026, 3, 1),
        file_name="cards.pdf",
    )


@pytest.mark.criterion("KIND-10")
def test_what_a_row_need_not_say_is_left_open(agency: Agency) -> None:
    needed = {BILLING: ("Policy ID", "Bill Mode"), CLAIMS: ("Policy Number", "Claim", "Status", "Loss")}
    needed[DOCUMENTS] = ("Policy ID", "Document", "Category", "Title", "Date")
    found = {}
    for kind, columns in needed.items():
        found[kind] = agency.record(kind, **{name.replace(" ", "_"): "" for name in GOOD[kind] if name not in columns})
    assert found[BILLING] == BillingRecord("P1", PolicyName("P1"), BillMode.DIRECT)
    assert found[CLAIMS] == ClaimRecord(
        "|cl-7001", PolicyName("", "PA-1001"), "CL-7001", ClaimStatus.OPEN, date(2026, 9, 3)
    )
    assert found[DOCUMENTS] == DocumentRecord(
        "HD-1", PolicyName("P1"), "", DocumentCategory.ID_CARD, "ID cards", date(2026, 2, 20)
    )


@pytest.mark.criterion("KIND-11")
def test_a_policy_is_named_by_id_or_by_number_and_carrier(agency: Agency) -> None:
    agency.reads(BILLING, columns=BY_NUMBER, values={"carrier": {"Granite Mut.": "Granite Mutual"}})
    by_id = agency.record(BILLING, Policy_Number="PA-9", Carrier="Basin Casualty")
    assert isinstance(by_id, BillingRecord)
    assert (by_id.source_id, by_id.policy) == ("P1/2026-03-01", PolicyName("P1"))
    by_number = agency.record(BILLING, Policy_ID="", Policy_Number="PA 10-01", Carrier="granite mut.")
    assert isinstance(by_number, BillingRecord)
    assert by_number.policy == PolicyName("", "PA 10-01", "Granite Mutual")
    assert by_number.source_id == "granite mutual|pa1001/2026-03-01"


@pytest.mark.criterion("KIND-11")
def test_a_document_without_a_policy_is_of_the_account(agency: Agency) -> None:
    found = agency.record(DOCUMENTS, Policy_ID="", Client_ID="C1")
    assert isinstance(found, DocumentRecord)
    assert (found.policy, found.client_id) == (None, "C1")
    both = agency.record(DOCUMENTS, Client_ID="C1")
    assert isinstance(both, DocumentRecord)
    assert (both.policy, both.client_id) == (PolicyName("P1"), "")
    assert agency.reasons(DOCUMENTS, Policy_ID="") == ['Column "Policy ID" is empty.']


@pytest.mark.criterion("KIND-11")
def test_a_claim_is_known_by_the_agencys_own_id_where_there_is_one(agency: Agency) -> None:
    agency.reads(CLAIMS, columns={"claim_id": "Key"})
    found = agency.record(CLAIMS, Key="K-7")
    assert isinstance(found, ClaimRecord)
    assert found.source_id == "K-7"


@pytest.mark.criterion("KIND-12")
@pytest.mark.parametrize(
    ("kind", "changes", "reason"),
    [
        (BILLING, {"Policy_ID": ""}, 'Column "Policy ID" is empty.'),
        (BILLING, {"Policy_ID": "P" * 129}, 'Column "Policy ID" is longer than 128 characters.'),
        (BILLING, {"Term": "02/30/2026"}, f'Column "Term" {DAY}.'),
        (BILLING, {"Bill_Mode": ""}, 'Column "Bill Mode" is empty.'),
        (BILLING, {"Bill_Mode": "X"}, 'Column "Bill Mode" says "X", which is not in the feed\'s list of values.'),
        (BILLING, {"Plan": "x" * 81}, 'Column "Plan" is longer than 80 characters.'),
        *((BILLING, {name.replace(" ", "_"): "1.234"}, f'Column "{name}" {NOT_MONEY}.') for name in (
            "Billed", "Paid", "Balance", "Past Due", "Due", "Last Payment"
        )),
        *((BILLING, {name.replace(" ", "_"): "soon"}, f'Column "{name}" {DAY}.') for name in ("Due On", "Paid On")),
        (CLAIMS, {"Policy_Number": ""}, 'Column "Policy Number" is empty.'),
        (CLAIMS, {"Policy_Number": "--"}, 'Column "Policy Number" has neither a letter nor a digit.'),
        (CLAIMS, {"Carrier": "x" * 121}, 'Column "Carrier" is longer than 120 characters.'),
        (CLAIMS, {"Claim": ""}, 'Column "Claim" is empty.'),
        (CLAIMS, {"Claim": "x" * 65}, 'Column "Claim" is longer than 64 characters.'),
        (CLAIMS, {"Status": ""}, 'Column "Status" is empty.'),
        (CLAIMS, {"Status": "Settled"}, 'Column "Status" says "Settled", which is not in the feed\'s list of values.'),
        (CLAIMS, {"Loss": ""}, 'Column "Loss" is empty.'),
        (CLAIMS, {"Reported": "09/02/2026"}, 'Column "Reported" is before "Loss".'),
        (CLAIMS, {"Closed": "09/02/2026"}, 'Column "Closed" is before "Loss".'),
        (CLAIMS, {"Cause": "x" * 121}, 'Column "Cause" is longer than 120 characters.'),
        (CLAIMS, {"Remark": "x" * 4001}, 'Column "Remark" is longer than 4000 characters.'),
        (CLAIMS, {"Paid": "?"}, f'Column "Paid" {NOT_MONEY}.'),
        (CLAIMS, {"Reserve": "?"}, f'Column "Reserve" {NOT_MONEY}.'),
        (CLAIMS, {"Adjuster": "x" * 121}, 'Column "Adjuster" is longer than 120 characters.'),
        (CLAIMS, {"Phone": "1" * 41}, 'Column "Phone" is longer than 40 characters.'),
        (DOCUMENTS, {"Document": ""}, 'Column "Document" is empty.'),
        (DOCUMENTS, {"Category": ""}, 'Column "Category" is empty.'),
        (DOCUMENTS, {"Category": "Tape"}, 'Column "Category" says "Tape", which is not in the feed\'s list of values.'),
        (DOCUMENTS, {"Title": ""}, 'Column "Title" is empty.'),
        (DOCUMENTS, {"Title": "x" * 201}, 'Column "Title" is longer than 200 characters.'),
        (DOCUMENTS, {"Date": ""}, 'Column "Date" is empty.'),
        (DOCUMENTS, {"Term": "2026"}, f'Column "Term" {DAY}.'),
        (DOCUMENTS, {"File": "x" * 256}, 'Column "File" is longer than 255 characters.'),
        (DOCUMENTS, {"Client_ID": "x" * 129}, 'Column "Client ID" is longer than 128 characters.'),
    ],
    ids=str,
)  # fmt: skip
def test_why_a_row_is_refused(agency: Agency, kind: FeedKind, changes: dict[str, str], reason: str) -> None:
    assert agency.reasons(kind, **changes) == [reason]


@pytest.mark.criterion("KIND-12")
def test_all_reasons_come_at_once(agency: Agency) -> None:
    assert agency.reasons(CLAIMS, Policy_Number="", Claim="", Status="", Loss="") == [
        'Column "Policy Number" is empty.',
        'Column "Claim" is empty.',
        'Column "Status" is empty.',
        'Column "Loss" is empty.',
    ]


@pytest.mark.criterion("KIND-12")
@pytest.mark.parametrize("kind", [BILLING, CLAIMS, DOCUMENTS])
def test_no_reason_repeats_what_may_be_a_persons_number(agency: Agency, kind: FeedKind) -> None:
    for slipped in ("912345678", "912-34-5678", "07/04/1980 912345678"):
        for column in GOOD[kind]:
            assert slipped not in " ".join(agency.reasons(kind, **{column.replace(" ", "_"): slipped}))


@pytest.mark.criterion("KIND-13")
@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (BILLING, "policy_id, policy_number"),
        (CLAIMS, "policy_id, policy_number"),
        (DOCUMENTS, "policy_id, policy_number, client_id"),
    ],
)
def test_a_map_without_any_name_of_a_policy_stops_the_start(agency: Agency, kind: FeedKind, names: str) -> None:
    agency.reads(kind)
    for name in ("policy_id", "policy_number", "client_id"):
        agency.settings[kind]["columns"].pop(name, None)
    with pytest.raises(SettingsError) as refused:
        agency.connector(kind)
    assert f"{kind.value}.columns: one of {names} is needed." in str(refused.value)


@pytest.mark.criterion("KIND-07")
def test_they_come_hourly_after_the_policies(agency: Agency) -> None:
    connector = agency.connector(*FeedKind)
    assert [*connector.kinds(Cadence.HOURLY), *connector.kinds(Cadence.DAILY)] == list(FeedKind)
    assert connector.kinds(Cadence.DAILY) == [FeedKind.COMMISSIONS]


@pytest.mark.parametrize(
    ("kind", "module", "record"),
    [(BILLING, billing, BillingRecord), (CLAIMS, claims, ClaimRecord), (DOCUMENTS, documents, DocumentRecord)],
)
def test_the_slots_agree_with_the_fields(kind: FeedKind, module: object, record: type) -> None:
    mapped: tuple[Field, ...] = MAPPINGS[kind].fields
    for slot, field in enumerate(mapped):
        assert getattr(module, field.name.upper()) == slot
    naming = {"policy_id", "policy_number", "carrier", "claim_id", "claim_number", "document_id"}
    assert {field.name for field in mapped} - naming == {each.name for each in fields(record)} - {
        "source_id", "policy", "number"
    }  # fmt: skip
