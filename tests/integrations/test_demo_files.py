"""The demo agency's files, read through its own feed: what is in them, and that they are what the generator makes."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from demo import book, cast, generate
from integrations.custom.connector import CustomConnector
from integrations.custom.values import NOT_A_DATE
from portal_app.models.enums import AccountKind, ClaimStatus, FeedKind, PolicyStatus, ProducerKind
from portal_app.services.access import KEPT_FOR
from portal_app.services.ports import (
    AddressRecord,
    BillingRecord,
    ClaimRecord,
    ClientRecord,
    CommissionRecord,
    DocumentRecord,
    FeedRecord,
    PolicyRecord,
    ProducerRecord,
    RowProblem,
)
from portal_app.settings import load_feeds

TODAY = book.TODAY


class Taken:
    """All that the feed brings, by kind: the records, and the reasons of the rows that were refused."""

    def __init__(self) -> None:
        (feed,) = load_feeds(generate.FOLDER / "feeds.toml")
        connector = CustomConnector(feed)
        self.records: dict[FeedKind, list[FeedRecord]] = {kind: [] for kind in FeedKind}
        self.refused: dict[FeedKind, list[str]] = {kind: [] for kind in FeedKind}
        for kind in FeedKind:
            (batch,) = connector.batches(kind)
            for row in batch.rows():
                try:
                    if row.problem:
                        raise RowProblem([row.problem])
                    self.records[kind].append(connector.record(kind, row))
                except RowProblem as problem:
                    self.refused[kind].append(str(problem))
        self.producers = [each for each in self.records[FeedKind.PRODUCERS] if isinstance(each, ProducerRecord)]
        self.clients = [each for each in self.records[FeedKind.CLIENTS] if isinstance(each, ClientRecord)]
        self.terms = [each for each in self.records[FeedKind.POLICIES] if isinstance(each, PolicyRecord)]
        self.billing = [each for each in self.records[FeedKind.BILLING] if isinstance(each, BillingRecord)]
        self.claims = [each for each in self.records[FeedKind.CLAIMS] if isinstance(each, ClaimRecord)]
        self.documents = [each for each in self.records[FeedKind.DOCUMENTS] if isinstance(each, DocumentRecord)]
        self.commissions = [each for each in self.records[FeedKind.COMMISSIONS] if isinstance(each, CommissionRecord)]


@pytest.fixture(scope="module")
def taken() -> Taken:
    return Taken()


@pytest.mark.criterion("DEMO-01")
def test_the_files_are_what_the_generator_makes(tmp_path: Path) -> None:
    generate.write(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(f"{kind.value}.csv" for kind in FeedKind)
    for name in names:
        made, kept = ((folder / name).read_bytes() for folder in (tmp_path, generate.FOLDER))
        assert made == kept, f"python -m demo.generate makes another {name}"


@pytest.mark.criterion("DEMO-01")
def test_the_files_look_like_exports_in_the_wild() -> None:
    files = {name: (generate.FOLDER / name).read_bytes() for name in ("clients.csv", "policies.csv", "commissions.csv")}
    assert files["clients.csv"].startswith(b"\xef\xbb\xbf")
    with pytest.raises(UnicodeDecodeError):
        files["policies.csv"].decode()
    policies = files["policies.csv"].decode("cp1252")
    assert re.search(r'"[^";]*\n[^";]*"', policies)
    assert re.search(r";\$\d,\d{3}\.\d\d;", policies)
    assert "($38.50)" in policies
    assert policies.endswith("\r\n\r\n\r\n" + ";" * 53 + "\r\n")
    assert re.search(rb",\d+\.\d\d-,", files["commissions.csv"])
    attached = {name: (generate.FOLDER / f"{name}.csv").read_bytes() for name in ("billing", "claims", "documents")}
    assert attached["billing"].decode("utf-16").startswith("Policy Key,Term Effective")
    assert attached["claims"].decode("utf-8-sig").startswith("Writing Company|")
    assert attached["documents"].startswith(b"Document Number\t")


@pytest.mark.criterion("DEMO-02")
def test_an_agency_of_a_size_worth_looking_at(taken: Taken) -> None:
    assert len(taken.clients) >= 320
    assert {client.kind for client in taken.clients} == set(AccountKind)
    assert len({term.policy_id for term in taken.terms}) >= 450
    assert {term.line for term in taken.terms} == set(cast.LINES)
    assert len({term.carrier for term in taken.terms}) == len({term.carrier_naic for term in taken.terms}) == 8
    assert {term.status for term in taken.terms} == set(PolicyStatus)
    terms = Counter(term.policy_id for term in taken.terms)
    assert set(terms.values()) >= {1, 2, 3}
    assert Counter(min(len(term.vehicles), 3) for term in taken.terms)[3] >= 20
    assert Counter(len(term.locations) for term in taken.terms)[3] >= 10
    assert all(term.coverages for term in taken.terms)
    assert len(taken.commissions) > 400
    assert any(line.amount < 0 for line in taken.commissions)


@pytest.mark.criterion("DEMO-02")
def test_three_levels_of_producers_and_two_books_that_differ(taken: Taken) -> None:
    above = {producer.code: producer.parent_code for producer in taken.producers}
    assert above["HL-110"] == "HL-100"
    assert above["HL-210"] == "HL-200"
    assert above["HL-100"] == above["HL-200"] == "HL-000"
    assert above["HL-000"] == ""
    assert all(parent in above for parent in above.values() if parent)
    kinds = {producer.code: producer.kind for producer in taken.producers}
    assert kinds["HL-000"] == ProducerKind.ORGANISATION
    assert kinds["HL-110"] == ProducerKind.INDIVIDUAL
    books = {code: [term for term in taken.terms if term.producer_code == code] for code in ("HL-110", "HL-210")}
    assert all(len({term.policy_id for term in terms}) > 55 for terms in books.values())
    clients = [{term.client_id for term in terms} for terms in books.values()]
    assert not clients[0] & clients[1]
    lines = [Counter(term.line for term in terms).most_common(1)[0][0] for terms in books.values()]
    assert lines[0] != lines[1]
    assert sum(not term.producer_code for term in taken.terms) >= 10


@pytest.mark.criterion("DEMO-02")
def test_what_the_records_say_of_each_other_agrees(taken: Taken) -> None:
    clients, codes = {client.source_id for client in taken.clients}, {producer.code for producer in taken.producers}
    assert [term.producer_code for term in taken.terms if term.producer_code not in codes | {""}] == ["HL-999"]
    assert [term.client_id for term in taken.terms if term.client_id not in clients] == ["C-99999"]
    assert {line.policy_number for line in taken.commissions} <= {term.number for term in taken.terms}
    assert {line.producer_code for line in taken.commissions} <= codes | {""}
    assert len({line.source_id for line in taken.commissions}) == len(taken.commissions)
    for term in taken.terms:
        if term.status is PolicyStatus.ACTIVE:
            assert term.effective <= TODAY
            assert date(2027, 1, 1) <= term.expiration < date(2028, 1, 1)
        elif term.status is PolicyStatus.PENDING:
            assert term.effective > TODAY
        elif term.status is PolicyStatus.CANCELLED:
            assert term.cancelled_on is not None
            assert term.cancelled_on <= TODAY
        else:
            assert term.expiration <= TODAY


@pytest.mark.criterion("DEMO-04")
def test_billing_claims_and_documents_belong_to_the_policies(taken: Taken) -> None:
    terms = {(term.policy_id, term.effective): term for term in taken.terms}
    named = {(term.carrier, term.number) for term in taken.terms}
    assert len(taken.billing) > 600
    assert len(taken.claims) > 100
    assert len(taken.documents) > 1000
    for owed in taken.billing:
        if owed.policy.policy_id == "P-99999":
            continue
        term = terms[owed.policy.policy_id, owed.effective or date.min]
        assert owed.balance == (owed.billed or 0) - (owed.paid or 0)
        assert 0 <= owed.balance <= term.premium
        assert owed.past_due is None or owed.past_due <= owed.balance
        assert owed.next_due_on is None or owed.next_due_on > TODAY
    assert {(claim.policy.carrier, claim.policy.number) for claim in taken.claims} <= named
    assert {claim.status for claim in taken.claims} == set(ClaimStatus)
    for claim in taken.claims:
        assert claim.lost_on <= (claim.reported_on or TODAY) <= TODAY
        assert (claim.closed_on is None) == (claim.status in (ClaimStatus.OPEN, ClaimStatus.REOPENED))
    policies, clients = {term.policy_id for term in taken.terms}, {client.source_id for client in taken.clients}
    assert {each.policy.policy_id for each in taken.documents if each.policy} <= policies
    assert {each.client_id for each in taken.documents if not each.policy} <= clients
    assert {each.category for each in taken.documents} >= set(KEPT_FOR)
    assert all(each.dated <= TODAY for each in taken.documents)


@pytest.mark.criterion("DEMO-02")
def test_places_vehicles_and_people_are_plausible_and_nobodys(taken: Taken) -> None:
    towns = {(city, state, code) for state, places in cast.TOWNS.items() for city, code in places}
    places = [place for term in taken.terms for place in term.locations]
    for address in [*places, *(client.address for client in taken.clients)]:
        assert isinstance(address, AddressRecord)
        assert (address.city, address.state, address.postal_code) in towns
    vins = {vehicle.vin for term in taken.terms for vehicle in term.vehicles}
    assert len(vins) > 300
    for vin in vins:
        assert book.vin(vin[:8], 2012 + " DEFGHJKLMNPRST".index(vin[9]), vin[10], int(vin[11:])) == vin
    for client in taken.clients:
        assert re.fullmatch(r"|9\d\d-[0-4]\d-\d{4}|00-\d{7}", client.tax_id)
        assert re.fullmatch(r"\(\d{3}\) 555-01\d\d", client.phone)
        assert client.email == "" or client.email.endswith("example.com")
    assert sum(client.birth_date is not None for client in taken.clients) > 100


@pytest.mark.criterion("DEMO-02")
def test_the_check_digit_is_that_of_the_standard() -> None:
    assert book.vin("1M8GDM9A", 2019, "P", 42788) == "1M8GDM9AXKP042788"  # the example of 49 CFR 565


@pytest.mark.criterion("DEMO-03")
def test_some_rows_belong_in_quarantine_each_for_another_reason(taken: Taken) -> None:
    assert taken.refused[FeedKind.PRODUCERS] == taken.refused[FeedKind.COMMISSIONS] == []
    assert taken.refused[FeedKind.BILLING] == [
        'Column "Bill Type" says "X", which is not in the feed\'s list of values.'
    ]
    assert [each.policy.policy_id for each in taken.billing if each.policy.policy_id == "P-99999"] == ["P-99999"]
    assert taken.refused[FeedKind.CLAIMS] == ['Column "Closed Date" is before "Loss Date".']
    assert taken.refused[FeedKind.DOCUMENTS] == [
        'Column "Document Type" says "TAPE", which is not in the feed\'s list of values.'
    ]
    assert taken.refused[FeedKind.CLIENTS] == [f'Column "Date of Birth" {NOT_A_DATE[False]}.']
    wanted = [
        "Effective Date.*not a date",
        "Policy Number.*empty",
        'Line Code.*"PET"',
        "Expiration Date.*not after",
        "Written Premium.*not an amount",
        "VIN 1.*not a VIN.*Location State 1.*Location Zip 1",
        "56 cells, more than the header's 54",
        "same record stands in line",
    ]
    reasons = taken.refused[FeedKind.POLICIES]
    assert len(reasons) == len(wanted)
    for reason, pattern in zip(reasons, wanted, strict=True):
        assert re.search(pattern, reason)
