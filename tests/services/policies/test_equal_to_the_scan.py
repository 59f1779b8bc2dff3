"""Whatever is asked, the indexes answer what a scan of the visible policies answers."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.enums import PolicyStatus
from portal_app.models.policies import Carrier, LineOfBusiness, Policy, Vehicle
from portal_app.services.door import Door
from portal_app.services.policies import search, statements
from portal_app.services.policies.search import find
from portal_app.services.policies.views import Query, Sort
from portal_app.services.policies.words import add_words
from tests.services.policies.scan import everybody, scan
from tests.world import NOW, Agency

pytestmark = pytest.mark.both_databases

NAMES = (
    "Smith, John", "SMITH-JONES LLC", "Müller GmbH", "José Núñez", "O'Brien & Sons", "O’Brien", "100% Roofing_Co",
    "Łukasz \"Luke\" Nowak",
    "smith john", "Ann Smyth", "NEAR AND OR NOT", "山田 太郎", "Ἀθηνᾶ", "Al", "A", "Bar*n",
    "Zoë Nguyễn", "Straße 12", "Baron",
)  # fmt: skip
STREETS = ("12 Elm St, Providence RI 02903", "12 elm street", "9 Calle Ñandú, San José CA 95112", "100% Main_St", "")
VINS = ("1HGCM82633A004352", "1HGCM82633A004353", "JH4TB2H26CC000000", "5YJSA1DN5DFP14705", "")
NUMBERS = ("HO-1001", "HO-10012", "ho 1001", "PA/77-1", "7", "HO", "1HGCM82633A004352", "Z_9%", "É-55")


def fill(db: Session, agency: Agency, count: int = 150) -> None:
    """Books that overlap in every text, from one seed."""
    chance = random.Random(7)
    lines = db.scalars(select(LineOfBusiness)).all()
    carriers = [Carrier(name=name) for name in ("Zenith", "allied", "Bay State")]
    db.add_all(carriers)
    accounts = [Account(feed="f", source_id=f"A{n}", kind="person", name=f"Account {n}", as_of=NOW) for n in range(20)]
    db.add_all(accounts)
    db.flush()
    codes = [None, *(code.id for code in agency.codes.values())]
    for each in range(count):
        begins = date(2026, 1, 1) + timedelta(chance.randrange(60) * 10)
        number = chance.choice([*NUMBERS, f"HO-{each:05}"])
        vins = sorted({chance.choice(VINS) for _ in range(chance.randrange(4))} - {""})
        policy = Policy(
            feed="f", source_id=str(each), account_id=chance.choice(accounts).id or 0,
            line_id=chance.choice(lines).id or 0,
            carrier_id=chance.choice(carriers).id or 0, producer_code_id=chance.choice(codes), number=number,
            number_key="".join(filter(str.isalnum, number)).upper(), insured_name=chance.choice(NAMES),
            effective=begins, expiration=begins + timedelta(365), status=chance.choice(list(PolicyStatus)),
            premium=chance.randrange(5) * 100, vins="\n".join(vins),
            streets="\n".join(filter(None, (chance.choice(STREETS) for _ in range(2)))), as_of=NOW,
        )  # fmt: skip
        db.add(policy)
        db.flush()
        db.add_all(Vehicle(policy_id=policy.id or 0, position=at, vin=vin) for at, vin in enumerate(vins))
    add_words(db, NAMES)


@pytest.fixture
def books(database: Database, agency: Agency) -> Agency:
    with database.write() as db:
        fill(db, agency)
    return agency


@pytest.fixture(params=["as it is", "all walked", "no few rows"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """At this size the service would always take the short way; the others must answer the same."""
    if request.param == "all walked":
        monkeypatch.setattr(search, "SORTED_ROW", 1e9)
        monkeypatch.setattr(search, "FEW_HITS", 1)
    if request.param != "as it is":
        monkeypatch.setattr(search, "FEW", 0)
    return str(request.param)


pieces = st.one_of(
    st.sampled_from([*NAMES, *STREETS, *VINS, *NUMBERS]).flatmap(
        lambda whole: st.tuples(st.integers(0, len(whole)), st.integers(0, 20)).map(
            lambda cut: whole[cut[0] : cut[0] + cut[1]]
        )
    ),
    st.sampled_from([*NAMES, *STREETS, *VINS, *NUMBERS]),
    st.text(st.sampled_from("smith 10-%_*\"'\\()^:éÉñ\0\n\u2019太σΣ"), max_size=6),
    st.text(max_size=5),
    st.sampled_from(
        ["", "  ", "NEAR(a b)", "a OR b", "words:smith", "smith*", "\ud800smith", '"', "sm\0ith", "Smyht", "Brain"]
    ),
)
days = st.none() | st.dates(date(2026, 1, 1), date(2027, 9, 1))
seldom = st.integers(0, 3).map(lambda n: n == 0)


@st.composite
def queries(draw: st.DrawFn, lines: list[str], carriers: list[str], accounts: list[str]) -> Query:
    def maybe(values: list[str]) -> str:
        return draw(st.sampled_from(values)) if draw(seldom) else ""

    return Query(
        text=draw(pieces),
        line=maybe([*lines, "no such line"]),
        status=maybe([status.value for status in PolicyStatus]),
        carrier=maybe([*carriers, "no such carrier"]),
        account=maybe([*accounts, "no such account"]),
        effective_from=draw(days) if draw(seldom) else None,
        effective_to=draw(days) if draw(seldom) else None,
        expiring_from=draw(days) if draw(seldom) else None,
        expiring_to=draw(days) if draw(seldom) else None,
        sort=draw(st.sampled_from(Sort)),
        descending=draw(st.booleans()),
        offset=draw(st.sampled_from([0, 0, 0, 1, 7, 49, 50, 100, 10_000, -3])),
        count=draw(st.sampled_from([50, 50, 5, 1, 200, 0, 999, -1])),
    )


@pytest.mark.criterion("SEARCH-01")
@pytest.mark.criterion("SEARCH-05")
def test_every_answer_equals_the_scan(books: Agency, database: Database, door: Door, way: str) -> None:
    with database.read() as db:
        lines = list(db.scalars(select(LineOfBusiness.code)))
        carriers, accounts = list(db.scalars(select(Carrier.locator))), list(db.scalars(select(Account.locator)))
    people = everybody(books)

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(queries(lines, carriers, accounts), st.sampled_from(range(len(people))))
    def check(query: Query, person: int) -> None:
        actor = people[person]
        found = door.run(find, actor, query=query)
        rows, total = door.run(scan, actor, query=query)
        if found.corrected:
            assert door.run(scan, actor, query=Query(query.text))[1] == 0, "what is right is not corrected"
            taken = _texts(query.text, found.corrected)
            rows, total = door.run(scan, actor, query=query, texts=taken)
        assert ([row.locator for row in found.rows], found.total) == (rows, total)

    check()


def _texts(typed: str, corrected: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    from portal_app.services.policies.text import fold
    from tests.services.policies.scan import shown

    assert len({asked for asked, _ in corrected}) == 1, "in this vocabulary one word at a time is mended"
    return tuple(fold(shown(typed)).replace(asked, taken) for asked, taken in corrected)


@pytest.mark.criterion("SEARCH-06")
def test_pages_put_together_are_the_whole(books: Agency, door: Door, way: str) -> None:
    for sort in Sort:
        for text in ("", "smith", "10", "elm"):
            whole, total = door.run(scan, books.csr(), query=Query(text=text, sort=sort), everything=True)
            pages = [
                door.run(find, books.csr(), query=Query(text=text, sort=sort, offset=offset, count=7)).rows
                for offset in range(0, total + 7, 7)
            ]
            assert [row.locator for page in pages for row in page] == whole


@pytest.mark.criterion("SEARCH-05")
def test_nobody_finds_anothers_policies(books: Agency, database: Database, door: Door) -> None:
    with database.read() as db:
        owners = dict(db.execute(select(col(Policy.locator), col(Policy.producer_code_id))).all())
    own = books.codes["maya"].id
    for text in ("", "smith", "1HGCM82633A004352", "HO-1001", "12 elm", "sm", "smiht"):
        found = door.run(find, books.producer(), query=Query(text=text, count=200))
        assert found.total == len(found.rows)
        assert {owners[row.locator] for row in found.rows} <= {own}


def test_the_walks_have_their_indexes() -> None:
    assert set(Sort) - set(statements.WALKS) == {Sort.LINE, Sort.CARRIER}
