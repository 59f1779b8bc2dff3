"""Binding authority in the browser: granted and stopped by a principal, asked about by a producer."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.browser.looking import complaints, look
from tests.servers import Site

pytestmark = pytest.mark.browser
RULES = "/admin/authority"


@pytest.mark.criterion("BIND-22")
@pytest.mark.criterion("BIND-28")
@pytest.mark.criterion("LOOK-13")
@pytest.mark.timeout(240)
def test_a_producer_is_told_by_grant_and_moratorium_why_they_cannot_bind(
    sessions: Callable[[str], StorageState], opened: Callable[..., Page], demo_site: Site
) -> None:
    principal, producer = opened(sessions("principal")), opened(sessions("producer"))
    heard = complaints(principal)

    principal.goto(f"{demo_site.url}{RULES}")
    expect(principal.get_by_role("link", name=re.compile("^Code HL-110 · Any carrier · Homeowners"))).to_be_visible()
    principal.get_by_role("link", name="Grant authority").first.click()
    principal.get_by_label("Whom it reaches").select_option("code")
    principal.get_by_label("Producer code").fill("HL-999")
    principal.get_by_label("Maximum premium").fill("10,000")
    principal.get_by_role("button", name="Grant", exact=True).click()
    expect(principal.get_by_text("There is no such producer code.")).to_be_visible()
    expect(principal.get_by_label("Maximum premium")).to_have_value("10,000")
    assert look(principal) == []
    principal.get_by_label("Producer code").fill("HL-110")
    principal.get_by_role("button", name="Grant", exact=True).click()
    expect(principal.get_by_role("link", name=re.compile("^Code HL-110 · Any carrier · Any line"))).to_be_visible()

    principal.goto(f"{demo_site.url}{RULES}/moratoria/new")
    principal.get_by_label("Name", exact=True).fill("Storm Ida")
    principal.get_by_label("Peril").fill("Wind")
    principal.get_by_label("Reason").fill("A named storm is near.")
    principal.get_by_label("Beginnings of ZIP codes").fill("029")
    principal.get_by_role("button", name="Set it").click()
    expect(principal.get_by_role("link", name="Storm Ida")).to_be_visible()
    assert look(principal) == []
    action, navigation = (
        principal.get_by_role(role, name=name).bounding_box()
        for role, name in (("link", "Grant authority"), ("navigation", "Primary"))
    )
    assert action
    assert navigation
    assert navigation["y"] - 60 < action["y"] < action["y"] + action["height"] < navigation["y"]
    principal.get_by_label("Standing").select_option("ended")
    expect(principal.get_by_text("No moratorium stands so.")).to_be_visible()
    principal.get_by_role("link", name="Show all").first.click()
    expect(principal.get_by_role("link", name="Storm Ida")).to_be_visible()

    producer.goto(f"{demo_site.url}/")
    producer.get_by_role("link", name="Can I bind?").click()
    producer.get_by_label("Producer code").fill("HL-110")
    producer.get_by_label("Line of business").select_option("personal_auto")
    producer.get_by_label("State", exact=True).select_option("RI")
    producer.get_by_label("ZIP code").fill("02903")
    producer.get_by_label("Premium").fill("12,400")
    producer.get_by_label("Insured value").fill("30,000")
    producer.get_by_role("button", name="Ask").click()
    answers = producer.get_by_role("list", name="Rules").get_by_role("listitem")
    expect(answers).to_have_count(8)
    expect(answers.filter(has_text="Moratorium")).to_contain_text("It passes once Storm Ida has ended.")
    expect(answers.filter(has_text="Authority")).to_contain_text("Premium of at most $10,000.00 passes")
    assert look(producer) == []

    principal.set_viewport_size({"width": 1440, "height": 900})
    principal.get_by_role("link", name="Storm Ida").click()
    principal.get_by_role("button", name="End this moratorium").click()
    principal.get_by_role("button", name="Yes, end it").click()
    expect(principal.get_by_role("row", name=re.compile("Storm Ida"))).to_contain_text("Ended")
    producer.get_by_label("Premium").fill("9,000")
    producer.get_by_role("button", name="Ask").click()
    expect(producer.get_by_role("region", name="Answer", exact=True).get_by_text("May be bound")).to_be_visible()
    producer.get_by_label("Outcome").select_option("deny")
    earlier = producer.get_by_role("region", name="Earlier answers")
    expect(earlier.get_by_role("row")).to_have_count(2)
    expect(producer.get_by_label("Premium")).to_have_value("9,000")
    earlier.get_by_role("link", name=re.compile("^New business")).click()
    expect(producer.get_by_role("region", name="What it is")).to_contain_text("$12,400.00")
    assert look(producer) == []
    assert heard == []
