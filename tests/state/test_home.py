"""Home as it is drawn: its figures lead to lists of as many, and a card that fails is told in its place."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import text

from portal_app.models.enums import FlagLevel, QuoteState, RequestedItemKind, SubmissionStatus
from portal_app.routes.api.home import get_home
from portal_app.routes.api.submissions import AskedSubmissions, list_submissions
from portal_app.services.access import Actor
from portal_app.services.binding import refer
from portal_app.services.door import Door
from portal_app.services.identity import roster
from portal_app.services.identity.roster import Standing
from portal_app.services.quotes import find as quotes
from portal_app.services.submissions import assigning, find, information, moves
from portal_app.services.submissions.find import Filter
from portal_app.services.submissions.information import Wanted
from portal_app.services.submissions.turns import Turn
from portal_app.services.underwriting import flags, requests
from portal_app.state import submission_address
from portal_app.state.home import HomeState
from portal_app.state.submission import SubmissionPageState
from portal_app.state.submission_list import SubmissionsState
from tests.services.binding.acting import Desk
from tests.services.submissions.acting import Cast
from tests.world import Agency, Clock

Opens = Callable[..., Any]
OF_BUSINESS = ("turns", "at_risk", "desk", "queue")


@pytest.fixture
def desk(door: Door, agency: Agency) -> Desk:
    return Desk(Cast(door, agency))


@pytest.fixture
def busy(desk: Desk, clock: Clock) -> Desk:
    """Seven of everything, so that no card shows all."""
    cast = desk.cast
    for number in range(7):
        who = cast.maya if number % 2 else cast.csr
        cast.filled(who, name=f"Draft {number}")
        cast.submitted(who, name=f"Waits {number}")
        asked = cast.submitted(who, name=f"Asked {number}")
        items = [Wanted(RequestedItemKind.TEXT, "Roof year")]
        desk.door.run(information.ask, cast.underwriter, locator=asked, items=items)
        reviewed = desk.reviewed(who, name=f"Reviewed {number}")
        quote = desk.quoted(reviewed)
        desk.door.run(flags.add_to_quote, cast.underwriter, locator=quote.locator, level=FlagLevel.BLOCK, tag="Roof")
        desk.door.run(requests.underwrite_quote, cast.underwriter, locator=quote.locator)
        desk.quoted(reviewed)
        desk.offered(desk.reviewed(who, name=f"Quoted {number}"))
    clock.forward(days=5)
    return desk


def named(cast: Cast, who: str) -> Actor:
    person: Actor = getattr(cast, who, None) or cast.agency.read_only()
    return replace(person, locator=cast.locators.get(person.email, ""))


COUNTS = {
    "maya": {"waiting", "quoted", "drafts", "at-risk"},
    "csr": {"waiting", "quoted", "drafts", "at-risk"},
    "underwriter": {"waiting", "quoted", "drafts", "at-risk", "desk", "unassigned", "blocked", "quotes"},
    "principal": {"waiting", "quoted", "at-risk", "unassigned", "blocked", "quotes"},
    "read_only": {"waiting", "quoted", "at-risk"},
}


@pytest.mark.criterion("HOME-01")
def test_each_count_is_the_total_of_the_list_that_it_leads_to(opens: Opens, busy: Desk) -> None:
    """Of everybody in turn: none of them changes anything, and a busy agency takes long to become one."""
    for who in COUNTS:
        counts_are_totals(opens, busy, who)


def counts_are_totals(opens: Opens, busy: Desk, who: str) -> None:
    person = named(busy.cast, who)
    page = opens(HomeState, "/", person)
    asyncio.run(page.load())
    groups = [group for name in OF_BUSINESS for group in getattr(page, name)]
    assert {each.key for each in groups} == COUNTS[who], who
    for each in groups:
        total = total_of(busy.door, person, each.href)
        assert (each.count, len(each.things)) == (str(total), min(total, 5)), (who, each.key)
        assert each.more == (f"and {total - 5} more" if total > 5 else "")
        assert all(thing.href.startswith(("/submissions/", "/quotes/")) for thing in each.things)
        for link in each.links:
            assert link.label.startswith(f"{total_of(busy.door, person, link.href)} ")


@pytest.mark.criterion("HOME-11")
def test_programs_are_told_the_same_totals(opens: Opens, busy: Desk) -> None:
    person = named(busy.cast, "underwriter")
    page = opens(HomeState, "/", person)
    asyncio.run(page.load())
    told = asyncio.run(get_home(person))
    assert told.failed == []
    assert told.turns is not None
    assert told.queue is not None
    assert told.desk is not None
    assert told.at_risk is not None
    totals = {
        "waiting": told.turns.asked.total,
        "quoted": told.turns.quoted.total,
        "drafts": told.turns.drafts.total,
        "at-risk": told.at_risk.total,
        "desk": told.desk.total,
        "unassigned": told.queue.unassigned.total,
        "blocked": told.queue.blocked.total,
        "quotes": told.queue.quotes.total,
    }
    assert {each.key: each.count for name in OF_BUSINESS for each in getattr(page, name)} == {
        key: str(total) for key, total in totals.items()
    }
    assert (len(told.queue.blocked.items), told.queue.blocked.list_completed) == (5, False)


@pytest.fixture
def mixed(desk: Desk, clock: Clock) -> Desk:
    """A submission of Maya's for each way in which it is somebody's turn, named after it."""
    cast = desk.cast
    desk.allow()
    soon, later = (clock.now.date() + timedelta(days=each) for each in (1, 30))
    cast.filled(name="Draft")
    cast.submitted(name="Pending")
    desk.reviewed(name="Reviewed")
    ask(desk, desk.reviewed(name="Asked"))
    at_carrier(desk, cast.submitted(name="At the carrier"))
    desk.offered(desk.reviewed(name="Valid"), valid_until=later)
    desk.offered(desk.reviewed(name="Valid without end"), valid_until=None)
    both = desk.reviewed(name="One of two valid")
    desk.offered(both, valid_until=soon)
    desk.offered(both, valid_until=later)
    desk.offered(desk.reviewed(name="Lapsed"), valid_until=soon)
    asked = desk.reviewed(name="Lapsed and asked")
    desk.offered(asked, valid_until=soon)
    ask(desk, asked)
    carriers = desk.reviewed(name="Lapsed at the carrier")
    desk.offered(carriers, valid_until=soon)
    at_carrier(desk, carriers)
    for name, until in (("Referred", later), ("Refused", later), ("Referred and lapsed", soon)):
        quote = desk.offered(desk.reviewed(name=name), premium=Decimal(20_000), valid_until=until)
        desk.door.run(refer.refer, cast.maya, quote=quote.locator)
        if name == "Refused":
            desk.door.run(refer.refuse, cast.underwriter, quote=quote.locator, reason="Too near the sea.")
    for name, until in (("One of two referred", later), ("The valid one of two referred", soon)):
        both = desk.reviewed(name=name)
        desk.offered(both, valid_until=until)
        quote = desk.offered(both, premium=Decimal(20_000), valid_until=later)
        desk.door.run(refer.refer, cast.maya, quote=quote.locator)
    desk.door.run(moves.decline, cast.underwriter, locator=desk.reviewed(name="Declined"), reason="Too near the sea.")
    clock.forward(days=2)
    return desk


def ask(desk: Desk, locator: str) -> None:
    items = [Wanted(RequestedItemKind.TEXT, "Roof year")]
    desk.door.run(information.ask, desk.cast.underwriter, locator=locator, items=items)


def at_carrier(desk: Desk, locator: str) -> None:
    desk.door.run(assigning.assign, desk.cast.underwriter, locator=locator, contact="uw@granite.com")


EXPECTED = {
    Turn.PRODUCER: {
        "Draft", "Asked", "Lapsed and asked", "Valid", "Valid without end", "One of two valid", "Refused",
    },
    Turn.AGENCY: {
        "Pending", "Reviewed", "Lapsed", "Referred", "Referred and lapsed", "The valid one of two referred",
    },
    Turn.BOTH: {"One of two referred"},
    Turn.CARRIER: {"At the carrier", "Lapsed at the carrier"},
    Turn.NOBODY: {"Declined"},
}  # fmt: skip
ASKED_OF = EXPECTED | {turn: EXPECTED[turn] | EXPECTED[Turn.BOTH] for turn in (Turn.PRODUCER, Turn.AGENCY)}
"""Whoever asks for one's turn is told what is the turn of both, too."""
BINDABLE = {"Valid", "Valid without end", "One of two valid", "Refused", "One of two referred"}
REFERRED = {"Referred", "Referred and lapsed", "One of two referred", "The valid one of two referred"}
LAPSED = {"Lapsed", "Lapsed at the carrier", "Referred and lapsed"}


@pytest.mark.criterion("TRACK-12")
def test_page_list_home_and_programs_say_the_same_of_whose_turn_it_is(opens: Opens, mixed: Desk) -> None:
    everything = tuple(SubmissionStatus)
    for who in ("maya", "underwriter", "principal"):
        person = named(mixed.cast, who)
        rows = mixed.door.run(find.listed, person, wanted=Filter(statuses=everything), count=200).rows
        assert {turn: {each.insured_name for each in rows if each.turn is turn} for turn in Turn} == EXPECTED
        assert {each.insured_name for each in rows if each.lapsed} == LAPSED
        for turn, names in ASKED_OF.items():
            asked = asyncio.run(list_submissions(person, AskedSubmissions(turn=turn, count=200)))
            assert {each.insured_name for each in asked.items} == names - {"Draft"}, (who, turn)
        for each in rows:
            page = opens(SubmissionPageState, f"/submissions/{each.locator}", person)
            asyncio.run(page.load())
            assert (page.header.turn, page.header.next_action) == (each.turn_words, each.next_action)
            assert page.header.next_href == (f"#quote-{each.next_quote}" if each.next_quote else "")
        home = opens(HomeState, "/", person)
        asyncio.run(home.load())
        told = asyncio.run(get_home(person))
        shown = {group.key: {thing.title for thing in group.things} for group in (*home.turns, *home.queue)}
        assert told.turns is not None
        # A CSR is told of their own alone.
        quoted, waiting = (set(), set()) if told.turns.own else (BINDABLE, {"Asked", "Lapsed and asked"})
        assert shown.get("quoted", set()) == {each.insured_name for each in told.turns.quoted.items} == quoted
        assert shown.get("waiting", set()) == {each.insured_name for each in told.turns.asked.items} == waiting
        if told.queue is not None:
            assert shown["lapsed"] == {each.insured_name for each in told.queue.lapsed.items} == LAPSED
            assert {each.insured_name for each in told.queue.referred.items} == REFERRED


@pytest.mark.criterion("TRACK-12")
def test_the_list_is_narrowed_to_whose_turn_it_is(opens: Opens, mixed: Desk) -> None:
    def names(query: str, who: str = "underwriter") -> set[str]:
        page = opens(SubmissionsState, f"/submissions?{query}", named(mixed.cast, who))
        asyncio.run(page.load())
        return {each.insured for each in page.rows}

    assert names("turn=agency") == ASKED_OF[Turn.AGENCY]
    assert names("turn=carrier", "maya") == EXPECTED[Turn.CARRIER]
    assert names("turn=nonsense") == set().union(*EXPECTED.values()) - {"Draft"}
    assert names("lapsed=1") == LAPSED
    assert names("offered=1") == BINDABLE | {"Referred", "The valid one of two referred"}
    page = opens(SubmissionsState, "/submissions?lapsed=1", named(mixed.cast, "underwriter"))
    asyncio.run(page.load())
    assert {each.insured: (each.timing, each.bind) for each in page.rows} == {
        "Lapsed": ("Waiting for you", ""),
        "Lapsed at the carrier": ("Waiting for the carrier", ""),
        "Referred and lapsed": ("Waiting for you", ""),
    }


def total_of(door: Door, person: Actor, href: str) -> int:
    place, given = urlsplit(href).path, dict(parse_qsl(urlsplit(href).query))
    if place == "/quotes":
        return door.run(quotes.listed, person, state=QuoteState(given["state"])).total
    if place == "/admin/users":
        return door.run(roster.listed, person, standing=Standing(given["standing"])).total
    asked = submission_address.read(given)
    assert asked.given == given
    return door.run(find.listed, person, wanted=asked.wanted).total


@contextmanager
def away(door: Door, table: str) -> Iterator[None]:
    rename(door, table, f"{table}_away")
    yield
    rename(door, f"{table}_away", table)


def rename(door: Door, table: str, name: str) -> None:
    with door.database.write() as db:
        db.execute(text("PRAGMA legacy_alter_table = ON"))
        db.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


@pytest.mark.criterion("HOME-09")
def test_a_card_that_fails_says_so_and_is_tried_again_alone(opens: Opens, door: Door, desk: Desk) -> None:
    page = opens(HomeState, "/", desk.cast.principal)
    with away(door, "policy_term"):
        asyncio.run(page.load())
        assert (page.loaded, page.problem, list(page.broken)) == (True, "", ["renewals"])
        assert page.broken["renewals"].sentence == "Something went wrong on our side."
        assert len(page.broken["renewals"].reference) == 8
        assert set(page.cards) - set(page.came) == {"renewals"}
        assert page.in_force == "4"
        asyncio.run(page.again("renewals"))
        assert list(page.broken) == ["renewals"]
    asyncio.run(page.again("renewals"))
    assert (dict(page.broken), set(page.came)) == ({}, set(page.cards))
    assert len(page.endings) == 3

    with away(door, "policy_term"):
        asyncio.run(page.refresh())
        assert dict(page.broken) == {}, "what is shown stays, and the next change is another try"
        asyncio.run(page.load())
        assert list(page.broken) == ["renewals"], "a visit tells how it is"
    asyncio.run(page.refresh())
    assert dict(page.broken) == {}


@pytest.mark.criterion("HOME-09")
def test_nobody_tries_a_card_that_they_do_not_have(opens: Opens, desk: Desk) -> None:
    page = opens(HomeState, "/", desk.cast.maya)
    asyncio.run(page.load())
    for name in ("people", "queue", "nonsense"):
        asyncio.run(page.again(name))
    assert (page.roles, page.queue) == ([], [])
    assert set(page.came) == {"turns", "messages", "at_risk", "since", "book", "renewals"}
    assert page.submits, "who has nothing yet is offered to begin"
    looks = opens(HomeState, "/", desk.cast.agency.read_only())
    asyncio.run(looks.load())
    assert not looks.submits


@pytest.mark.criterion("HOME-08")
def test_people_that_want_looking_after_lead_to_their_pages(opens: Opens, door: Door, desk: Desk) -> None:
    admin = desk.cast.agency.admin()
    page = opens(HomeState, "/", admin)
    asyncio.run(page.load())
    [group] = page.people
    assert {each.href for each in group.things} == {f"/admin/users/{each}" for each in desk.cast.locators.values()}
    assert [(each.label, total_of(door, admin, each.href)) for each in group.links] == [("4 invited", 4)]
