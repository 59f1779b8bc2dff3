"""Notifications as somebody at a page gets them: the bell, the list, and how they want to be told."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.looking import look
from tests.servers import ROOT, Site

pytestmark = pytest.mark.browser
# As whatever service causes it, in a process of its own: the keys of the demo are its own.
TELL = """
import os, sys
from sqlalchemy import select
from portal_app.bootstrap import open_portal
from portal_app.models.identity import User
from portal_app.models.policies import Policy
from portal_app.services.access import Gate, system
from portal_app.services.door import Tx, writes
from portal_app.services.notifications.telling import notify
from portal_app.settings import load_settings

@writes(Gate.SYSTEM)
def tell(tx: Tx, email: str, kind: str, named: str) -> int:
    person = tx.db.scalars(select(User).where(User.email == email)).one()
    policy = tx.db.scalars(select(Policy).order_by(Policy.number)).first()
    items = ["Loss runs of five years", "A photo of the <roof>"]
    return notify(tx, kind, about=policy, to=[person.id], named=named, insured="Rossi Bakery LLC", items=items)

door = open_portal(load_settings(os.environ))
print("told", door.run(tell, system("test"), *sys.argv[1:]))
door.close()
"""


def tell(site: Site, kind: str, named: str) -> None:
    command = [sys.executable, "-c", TELL, "csr@demo.agency", kind, named]
    done = subprocess.run(
        command, env=site.environment | {"PORTAL_DEMO": "true"}, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "told 1" in done.stdout


@pytest.mark.criterion("NOTIFY-15")
@pytest.mark.criterion("NOTIFY-12")
def test_what_happens_rings_the_bell_and_is_read_muted_and_chosen(visit: Callable[..., Person]) -> None:
    person = visit("csr")
    person.arrive()
    page = person.page
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    person.open("/notifications")
    expect(page.get_by_text("Nothing yet")).to_be_visible()
    assert look(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    person.open("/policies")
    expect(page.get_by_role("table", name="Policies")).to_be_visible()

    tell(person.site, "information_requested", "SUB-2026-000001")
    tell(person.site, "policy_bound", "SUB-2026-000001")
    page.get_by_role("link", name="Notifications, 2 unread").click()
    expect(page.get_by_role("region", name="Today").get_by_role("listitem")).to_have_count(2)
    asked = page.get_by_role("listitem").filter(has_text="Information requested")
    expect(asked).to_contain_text("A photo of the <roof>")
    asked.get_by_role("button", name="Mark as read").click()
    expect(page.get_by_role("link", name="Notifications, 1 unread")).to_be_visible()
    asked.get_by_role("button", name="Mute this record").click()
    expect(page.locator(".flash")).to_contain_text("You are not told of SUB-2026-000001 any more")
    expect(page.get_by_text("Muted", exact=True)).to_have_count(2)
    assert look(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Unread", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="SUB-2026")).to_have_count(1)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text("You have read everything")).to_be_visible()

    page.get_by_role("link", name="What I am told of").click()
    expect(page.get_by_text("No mail server is set up here")).to_be_visible()
    expect(page.get_by_label("Quote ready: SMS")).to_be_disabled()
    page.get_by_label("Quote ready: In-Portal").click()
    expect(page.get_by_label("Quote ready: In-Portal")).not_to_be_checked()
    page.get_by_role("button", name="Send me a test").click()
    expect(page.locator(".flash")).to_contain_text("A test is in your notifications.")
    assert look(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Unmute SUB-2026-000001").click()
    expect(page.get_by_role("region", name="Muted records")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Quote ready: In-Portal")).not_to_be_checked()
    page.get_by_label("Quote ready: In-Portal").click()
    expect(page.get_by_label("Quote ready: In-Portal")).to_be_checked()
    page.get_by_role("link", name="Notifications, 1 unread").click()
    page.get_by_role("link", name="Bound: SUB-2026-000001").click()
    expect(page).to_have_url(re.compile("/policies/"))
