"""The address of a list is anybody's to write."""

from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.policies.views import Choice, Filters, Query, Sort
from portal_app.state import address

FILTERS = Filters(
    lines=(Choice("homeowners", "Homeowners"), Choice("personal_auto", "Personal auto")),
    carriers=(Choice("01CARRIER", "Granite Mutual"),),
    statuses=(Choice("active", "Active"), Choice("expired", "Expired")),
)


def parameters(href: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(href).query))


@pytest.mark.criterion("SEARCH-21")
def test_what_the_address_says_is_what_is_asked() -> None:
    asked = address.read(
        {
            "q": " elm street ", "line": "homeowners", "status": "active", "carrier": "01CARRIER", "page": "3",
            "effective_from": "2026-01-01", "effective_to": "2026-06-30", "expiring_from": "2026-12-01",
            "expiring_to": "2027-06-30", "sort": "premium", "order": "desc", "account": "01ACCOUNT",
        },
        FILTERS,
    )  # fmt: skip
    assert asked.query == Query(
        text="elm street", line="homeowners", status="active", carrier="01CARRIER", account="01ACCOUNT",
        effective_from=date(2026, 1, 1), effective_to=date(2026, 6, 30), expiring_from=date(2026, 12, 1),
        expiring_to=date(2027, 6, 30), sort=Sort.PREMIUM, descending=True, offset=100, count=50,
    )  # fmt: skip
    assert asked.ignored == []
    assert [pill.label for pill in asked.pills] == [
        "LOB: Homeowners", "Status: Active", "Carrier: Granite Mutual", "Effective Jan 1, 2026 – Jun 30, 2026",
        "Expiring Dec 1, 2026 – Jun 30, 2027", "One account",
    ]  # fmt: skip


@pytest.mark.criterion("SEARCH-22")
def test_what_is_not_understood_is_left_out_and_named() -> None:
    asked = address.read(
        {"line": "spaceships", "status": "active", "effective_from": "soon", "sort": "rowid", "colour": "red"}, FILTERS
    )
    assert asked.query == Query(status="active")
    assert asked.ignored == ["LOB “spaceships”", "Effective from “soon”", "sorting by “rowid”", "“colour”"]
    assert parameters(asked.href(page="2")) == {"status": "active", "page": "2"}


@pytest.mark.criterion("SEARCH-22")
@pytest.mark.parametrize(
    ("number", "offset"),
    [("", 0), ("1", 0), ("2", 50), ("0", 0), ("-4", 0), ("²", 0), ("9" * 30, 0), ("999999", 4_999_950), ("2.5", 0)],
)
def test_the_page_is_clamped(number: str, offset: int) -> None:
    assert address.read({"page": number}, FILTERS).query.offset == offset


@pytest.mark.criterion("SEARCH-22")
@given(st.dictionaries(st.sampled_from([*address.KNOWN, "utm"]), st.text(max_size=300)))
def test_no_address_breaks_the_list(said: dict[str, str]) -> None:
    asked = address.read(said, FILTERS)
    assert len(asked.query.text) <= address.LONGEST_TEXT
    assert 0 <= asked.query.offset < address.LAST_PAGE * address.PAGE
    assert all(len(each) < 80 for each in asked.ignored)


@pytest.mark.criterion("SEARCH-21")
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "q": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
            "line": st.sampled_from(["homeowners", "personal_auto"]),
            "status": st.sampled_from(["active", "expired"]),
            "effective_from": st.dates().map(date.isoformat),
            "expiring_to": st.dates().map(date.isoformat),
            "sort": st.sampled_from(list(Sort)).map(str),
            "order": st.just("desc"),
            "page": st.integers(1, 50).map(str),
        },
    )
)
def test_a_link_leads_to_the_same_search(said: dict[str, str]) -> None:
    asked = address.read(said, FILTERS)
    again = address.read(parameters(asked.href(page=said.get("page", ""))), FILTERS)
    assert again.query == asked.query
    assert again.ignored == []


@pytest.mark.criterion("SEARCH-23")
def test_a_header_sorts_upwards_and_the_sorted_one_turns_round() -> None:
    columns = {each.label: each for each in address.columns(address.read({"sort": "premium", "q": "elm"}, FILTERS))}
    assert list(columns) == [
        "Insured name", "Policy #", "LOB", "Carrier", "Effective date", "Expiration date", "Premium", "Status",
    ]  # fmt: skip
    assert {label: each.sorted for label, each in columns.items() if each.sorted != "none"} == {"Premium": "ascending"}
    assert parameters(columns["Premium"].href) == {"q": "elm", "sort": "premium", "order": "desc"}
    assert parameters(columns["Status"].href) == {"q": "elm", "sort": "status"}
    assert parameters(columns["Insured name"].href) == {"q": "elm"}


@pytest.mark.criterion("SEARCH-24")
@pytest.mark.parametrize(
    ("number", "total", "before", "after"),
    [
        ("1", 437, "", "/policies?status=active&page=2"),
        ("2", 437, "/policies?status=active", "/policies?status=active&page=3"),
        ("9", 437, "/policies?status=active&page=8", ""),
        ("99", 437, "/policies?status=active&page=9", ""),
        ("99", 20, "/policies?status=active", ""),
        ("1", 50, "", ""),
        ("1", 0, "", ""),
    ],
)
def test_the_pages_before_and_after(number: str, total: int, before: str, after: str) -> None:
    asked = address.read({"status": "active", "page": number}, FILTERS)
    assert address.neighbours(asked, total) == (before, after)
