"""Home's figures are the figures of the lists that they lead to."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from urllib.parse import parse_qsl, urlsplit

import pytest

from portal_app.models.enums import PolicyStatus, Role
from portal_app.models.policies import Carrier, LineOfBusiness, Policy, PolicyTerm
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.home.book import book as figures
from portal_app.services.home.renewals import renewals
from portal_app.services.policies import search
from portal_app.services.policies.views import Filters, Found
from portal_app.state import address
from portal_app.state.home import in_force
from tests.world import Agency, actor, add_policy

pytestmark = pytest.mark.both_databases

TODAY = date(2026, 11, 20)


@pytest.fixture
def book(door: Door, agency: Agency) -> Agency:
    """Policies of two producers around every edge of what Home counts."""
    with door.database.write() as db:
        lines = list(db.query(LineOfBusiness))
        carrier = db.query(Carrier).one()
        random = Random(7)
        ends = [-9, -8, -7, -1, 0, 1, 2, 29, 30, 31, 60, 61, 90, 91, 200]
        for number, (days, status) in enumerate((days, status) for days in ends for status in PolicyStatus):
            ending = TODAY + timedelta(days=days)
            policy = add_policy(
                db, number=f"X-{number}", insured=f"Client {number}", line=random.choice(lines), carrier=carrier,
                code=agency.codes[random.choice(["maya", "daniel"])], effective=ending.replace(year=ending.year - 1),
                status=status,
            )  # fmt: skip
            if number % 4 == 0:
                db.add(_renewal(policy.id or 0, policy.expiration))
    return agency


def _renewal(policy_id: int, begins: date) -> PolicyTerm:
    return PolicyTerm(
        policy_id=policy_id, number="R", effective=begins, expiration=begins + timedelta(days=365),
        status=PolicyStatus.PENDING, premium=Decimal("10.00"),
    )  # fmt: skip


def listed(door: Door, person: Actor, href: str) -> Found:
    filters: Filters = door.run(search.filters, person)
    asked = address.read(dict(parse_qsl(urlsplit(href).query)), filters)
    assert asked.ignored == []
    return door.run(search.find, person, query=asked.query)


@pytest.mark.criterion("HOME-01")
@pytest.mark.parametrize("who", ["principal", "producer", "csr", "read_only"])
def test_each_figure_is_the_total_of_the_list_that_it_leads_to(door: Door, book: Agency, who: str) -> None:
    person = getattr(book, who)()
    found, ends = door.run(figures, person), door.run(renewals, person)
    running = in_force(TODAY)
    assert found.in_force == listed(door, person, address.policies(**running)).total > 0
    assert found.premium == Decimal("1234.50") * found.in_force
    for window in ends.windows:
        days = {"expiring_from": window.first.isoformat(), "expiring_to": window.last.isoformat()}
        assert window.policies == listed(door, person, address.policies(**{**running, **days})).total > 0
        assert window.premium == Decimal("1234.50") * window.policies
    for line in found.lines:
        assert line.policies == listed(door, person, address.policies(**running, line=line.code)).total
    assert sum(line.policies for line in found.lines) == found.in_force


@pytest.mark.criterion("HOME-02")
def test_what_is_renewed_already_is_not_told_as_ending(door: Door, book: Agency) -> None:
    found = door.run(renewals, book.principal())
    assert sum(window.renewed for window in found.windows) > 0
    with door.database.read() as db:
        renewed = {term.policy_id for term in db.query(PolicyTerm)}
        ids = {policy.locator: policy.id for policy in db.query(Policy)}
    shown = {ids[row.locator] for row in (*found.next_to_end, *found.lapsed)}
    assert shown
    assert shown & renewed == set()


@pytest.mark.criterion("HOME-02")
def test_next_comes_first_and_lapsed_reaches_back_seven_days(door: Door, book: Agency) -> None:
    found = door.run(renewals, book.principal())
    ends = [row.expiration for row in found.next_to_end]
    assert ends == sorted(ends)
    assert min(ends) > TODAY
    gone = [row.expiration for row in found.lapsed]
    assert gone == sorted(gone, reverse=True)
    assert TODAY - timedelta(days=7) <= min(gone) <= max(gone) <= TODAY
    assert {row.status for row in found.lapsed} <= {PolicyStatus.ACTIVE, PolicyStatus.EXPIRED}
    assert found.lapsed_total >= len(found.lapsed)


def test_an_empty_book_has_no_figures_to_divide_by(door: Door, agency: Agency) -> None:
    nobody = actor(Role.PRODUCER, None)
    found = door.run(figures, nobody)
    assert (found.in_force, found.premium, found.lines) == (0, Decimal(0), ())
    assert door.run(renewals, nobody).next_to_end == ()
