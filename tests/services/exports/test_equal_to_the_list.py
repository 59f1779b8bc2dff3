"""Whatever is asked, an export holds what the list of the same person holds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.policies import Carrier, LineOfBusiness
from portal_app.services import accounts
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.exports import accounts as accounts_export
from portal_app.services.exports import policies as policies_export
from portal_app.services.exports.kinds import Part
from portal_app.services.policies import search
from portal_app.services.policies.views import Query
from tests.services.policies.scan import everybody
from tests.services.policies.test_equal_to_the_scan import fill, pieces, queries
from tests.world import Agency

pytestmark = pytest.mark.both_databases

EXAMPLES = 80


@pytest.fixture
def books(agency: Agency, database: Database) -> Agency:
    with database.write() as db:
        fill(db, agency)
    return agency


def agencywide(books: Agency) -> list[Actor]:
    """Those who may export; what a producer's own book would be is tested with the services' requirement lifted."""
    return [person for person in everybody(books) if person.role in ("principal", "csr", "read_only")]


@pytest.mark.criterion("EXPORT-14")
def test_policies(books: Agency, database: Database, door: Door) -> None:
    with database.read() as db:
        lines = list(db.scalars(select(LineOfBusiness.code)))
        carriers, clients = list(db.scalars(select(Carrier.locator))), list(db.scalars(select(Account.locator)))
    people = agencywide(books)

    @settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(queries(lines, carriers, clients), st.sampled_from(people), st.integers(1, 60))
    def check(query: Query, person: Actor, most: int) -> None:
        whole = Query(**{name: getattr(query, name) for name in Query.__slots__} | {"offset": 0, "count": 200})
        found = door.run(search.find, person, query=whole)
        measured = door.run(policies_export.measure, person, asked=query)
        assert measured.rows == found.total
        rows, last = [], 0
        while True:
            part: Part = door.run(policies_export.part, person, asked=query, measured=measured, after=last, most=most)
            if not part.last:
                break
            assert part.last > last
            assert len(part.rows) <= most
            rows, last = [*rows, *part.rows], part.last
        shown = [(row.insured_name, row.number, row.premium, row.effective) for row in found.rows]
        taken = [(row[0], row[1], row[6], row[4]) for row in rows]
        assert sorted(taken, key=repr) == sorted(shown, key=repr)

    check()


@pytest.mark.criterion("EXPORT-14")
def test_accounts(books: Agency, door: Door) -> None:
    people = agencywide(books)

    @settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.sampled_from(["", "account 1", "1", "CLIENT"]) | pieces, st.sampled_from(people), st.integers(1, 60))
    def check(text: str, person: Actor, most: int) -> None:
        found = door.run(accounts.find_accounts, person, text=text, count=200)
        measured = door.run(accounts_export.measure, person, asked=text)
        assert measured.rows == found.total
        rows, last = [], 0
        while (
            part := door.run(accounts_export.part, person, asked=text, measured=measured, after=last, most=most)
        ).last:
            rows, last = [*rows, *part.rows], part.last
        shown = [(row.name, row.kind, row.city, row.state, row.policies) for row in found.rows]
        assert sorted(row[:5] for row in rows) == sorted(shown)

    check()
