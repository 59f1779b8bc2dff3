"""The page of a person, as a tab holds it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.state.users import UserState
from tests.world import Agency, add_user

Opens = Callable[..., Any]


@pytest.fixture
def csr(door: Door, agency: Agency) -> User:
    with door.database.write() as db:
        return add_user(db, Role.CSR, "imani@agency.test")


def person(opens: Opens, user: User, actor: Actor) -> Any:
    page = opens(UserState, f"/admin/users/{user.locator}", actor)
    asyncio.run(page.load())
    return page


def form(page: Any, **given: str) -> dict[str, str]:
    return {"name": page.person, "email": page.person_email, "role": page.person_role, **given}


def changes(page: Any) -> list[tuple[str, str, str]]:
    return [(each.label, each.before, each.after) for each in page.would_change]


@pytest.mark.criterion("PAGE-08")
def test_a_review_lists_what_changes(opens: Opens, csr: User, agency: Agency) -> None:
    page = person(opens, csr, agency.admin())
    asyncio.run(page.review(form(page, name="Imani B.", grant_commissions="on")))
    assert changes(page) == [
        ("Name", csr.name, "Imani B."),
        ("Beyond the role", "none", "Sees commission reports"),
    ]
    asyncio.run(page.review(form(page)))
    assert (page.reviewing, changes(page)) == (True, [])


@pytest.mark.criterion("PAGE-08")
def test_a_grant_that_the_role_cannot_have_is_named_as_its_box(opens: Opens, csr: User, agency: Agency) -> None:
    page = person(opens, csr, agency.admin())
    asyncio.run(page.review(form(page, role="read_only", grant_downline="on")))
    assert page.problems["grants"] == "Read-Only cannot be given: Also sees the book of the producers below them."


@pytest.mark.criterion("PAGE-03")
def test_a_second_click_saves_nothing(opens: Opens, csr: User, agency: Agency) -> None:
    page = person(opens, csr, agency.admin())
    asyncio.run(page.review(form(page, name="Imani B.")))
    asyncio.run(page.save())
    assert (page.person, page.flash) == ("Imani B.", "Saved.")
    page.flash = ""
    asyncio.run(page.save())
    assert page.flash == ""


@pytest.mark.criterion("PAGE-03")
def test_a_second_click_does_not_say_that_the_address_is_taken(opens: Opens, agency: Agency) -> None:
    page = opens(UserState, "/admin/users/new", agency.admin())
    asyncio.run(page.load_new())
    asyncio.run(page.review({"name": "Olga", "email": "olga@agency.test", "role": "csr"}))
    for _ in range(2):
        asyncio.run(page.save())
    assert (page.link != "", page.flash) == (True, "")


@pytest.mark.criterion("PAGE-07")
def test_who_looks_at_themselves_keeps_what_they_may_do(opens: Opens, door: Door, agency: Agency) -> None:
    with door.database.write() as db:
        user = add_user(db, Role.ADMIN, "ada@agency.test")
    oneself = replace(agency.admin(), user_id=user.id, locator=user.locator)
    page = person(opens, user, oneself)
    assert page.oneself
    asyncio.run(page.review({"name": "Ada L.", "email": user.email}))
    asyncio.run(page.save())
    assert (page.flash, page.person, page.person_role) == ("Saved.", "Ada L.", "admin")


@pytest.mark.criterion("PAGE-08")
def test_without_a_mail_server_nobody_is_told_to_look_for_a_mail(opens: Opens, csr: User, agency: Agency) -> None:
    assert not person(opens, csr, agency.admin()).mailed


@pytest.mark.criterion("USERS-17")
def test_with_a_corrected_address_the_page_shows_the_new_link_alone(opens: Opens, csr: User, agency: Agency) -> None:
    page = person(opens, csr, agency.admin())
    asyncio.run(page.make_link())
    old = page.link
    asyncio.run(page.review(form(page, name="Imani B.")))
    asyncio.run(page.save())
    assert (page.link, page.flash) == (old, "Saved.")
    asyncio.run(page.review(form(page, email="imani.brooks@agency.test")))
    asyncio.run(page.save())
    assert page.flash == "Saved. Links that were made for them before are void."
    assert "/set-up?token=" in page.link
    assert page.link != old


@pytest.mark.criterion("USERS-06")
def test_a_link_goes_from_the_page_with_the_person_who_is_shut_out(
    opens: Opens, csr: User, agency: Agency, door: Door
) -> None:
    page, beside = (person(opens, csr, agency.admin()) for _ in range(2))
    for each in (page, beside):
        asyncio.run(each.make_link())
        asyncio.run(each.ask_first("sign_out"))
        asyncio.run(each.go_on())
        assert each.link != "", "that voids no link"
    asyncio.run(page.ask_first("disable"))
    asyncio.run(page.go_on())
    asyncio.run(beside.refresh())
    assert (page.standing, page.link, beside.link) == ("Disabled", "", "")


@pytest.mark.criterion("USERS-18")
def test_the_review_of_somebody_new_says_who_is_added_and_as_what(opens: Opens, agency: Agency) -> None:
    page = opens(UserState, "/admin/users/new", agency.admin())
    asyncio.run(page.load_new())
    given = {"name": " Olga T. ", "email": "Olga@agency.test", "role": "producer", "producer_code": "HL-maya"}
    asyncio.run(page.review(given | {"grant_downline": "on"}))
    assert page.adding == "Olga T., olga@agency.test"
    assert page.adding_as == [
        f"Role: {Role.PRODUCER.label}",
        "Producer code: HL-maya",
        "Beyond the role: Also sees the book of the producers below them",
    ]
    asyncio.run(page.review({"name": "Olga", "email": "olga@agency.test", "role": "csr"}))
    assert page.adding_as == [f"Role: {Role.CSR.label}"]


@pytest.mark.criterion("USERS-19")
def test_a_review_lists_the_pages_that_they_would_find_gain_and_lose(
    opens: Opens, csr: User, agency: Agency, door: Door
) -> None:
    page = person(opens, csr, agency.admin())
    asyncio.run(page.review(form(page)))
    drawn = list(page.would_open)
    assert drawn[:5] == ["home", "policies", "accounts", "submissions", "quotes"]
    assert (page.would_gain, page.would_lose) == ([], [])
    asyncio.run(page.review(form(page, role="admin")))
    assert page.would_open == seen_by(opens, agency.admin())
    lost = [each for each in drawn if each not in page.would_open]
    assert page.would_lose == lost == ["policies", "accounts", "submissions", "quotes", "messages", "binding"]
    assert {"users", "settings"} <= set(page.would_gain)
    assert set(page.would_gain) == set(page.would_open) - set(drawn)

    new = opens(UserState, "/admin/users/new", agency.admin())
    asyncio.run(new.load_new())
    asyncio.run(new.review({"name": "Olga", "email": "olga@agency.test", "role": "csr"}))
    assert (new.would_open, new.would_gain, new.would_lose) == (drawn, [], [])


def seen_by(opens: Opens, actor: Actor) -> list[str]:
    """The navigation as it is drawn for somebody."""
    page = opens(UserState, "/", actor)
    asyncio.run(page.arrive())
    return list(page.places)
