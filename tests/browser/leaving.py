"""A form is left in the middle: its tab is closed, or another page is opened, before what was done is over."""

import re

from playwright.sync_api import Page, expect

from tests.browser.entering import WITHIN, begin, saved
from tests.servers import Site, until

INSURED, STREET = '[id="applicant-insured--0--name"]', '[id="applicant-mailing--0--line1"]'
# A row is added, and the section left before it is answered.
ADDED_AND_LEFT = """() => {
    document.querySelector('[data-answers="applicant.more_insureds"] [data-row-add]').click()
    for (const each of document.querySelectorAll("a")) if (each.textContent === "Continue") each.click()
}"""
# Another name and a row more, of which nothing was sent before the page was loaded anew.
MORE_AND_ANOTHER = """(names) => {
    const { submission: of, by } = document.querySelector("[data-submission]").dataset, path = "applicant.more_insureds"
    const version = Number(document.querySelector(`[data-answers="${path}"]`).dataset.version)
    const rows = names.map((name, at) => ({ key: `${at}`, values: { name } }))
    const left = { of, path, by, version, rows, changed: [], before: [], fresh: [], out: [], redraw: true }
    sessionStorage.setItem(`portal.answers.${of} ${path}`, JSON.stringify(left))
    sessionStorage.setItem("typed at once", "Ola C")
    location.reload()
}"""
# Somebody types into the first row in the moment in which it is filled, before the others are drawn.
AT_ONCE = """new MutationObserver((changes) => {
    const typed = sessionStorage.getItem("typed at once")
    for (const { target } of changes) {
        const group = target.closest('[data-answers="applicant.more_insureds"]')
        const field = group?.querySelector("[data-field=name]")
        if (!typed || !field || !("seen" in target.dataset)) continue
        sessionStorage.removeItem("typed at once")
        field.value = typed
        field.dispatchEvent(new Event("input", { bubbles: true }))
    }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-seen"] })"""
MORE = '[data-answers="applicant.more_insureds"] [data-row]:not([data-going]) [data-field="name"]'


def stored(page: Page, place: str, *fields: str) -> list[str]:
    """What another tab shows, which holds nothing of its own."""
    other = page.context.new_page()
    other.goto(f"{place}/applicant")
    expect(other.locator("[data-section]")).to_have_text("Applicant", timeout=WITHIN)
    found = [each.input_value() for field in fields for each in other.locator(field).all()]
    other.close()
    return found


def with_more_insureds(page: Page, site: Site, *names: str) -> str:
    place = begin(page, site, "Homeowners")
    for each in names:
        page.get_by_role("button", name="Add a named insured").click()
        expect(page.locator(MORE).last).to_be_focused(timeout=WITHIN)
        page.locator(MORE).last.fill(each)
        saved(page)
    return place


def rows_that_were_removed(page: Page, site: Site) -> None:
    """They stay so, and take nothing along of what is opened before their eight seconds are over."""
    page.clock.install()
    other = with_more_insureds(page, site, "Ola", "Pia")
    page.evaluate(ADDED_AND_LEFT)
    expect(page.get_by_role("heading", name="Risk")).to_be_focused(timeout=WITHIN)
    expect(page.locator("[data-save-words]")).to_have_text(re.compile("^Saved "), timeout=WITHIN)
    page.get_by_role("link", name="Back").click()
    expect(page.locator(MORE)).to_have_count(3, timeout=WITHIN)
    page.locator(MORE).last.fill("Quin")
    saved(page)
    place = with_more_insureds(page, site, "Kit", "Lou", "Max")
    remove = page.get_by_role("button", name="Remove Named insured 1")
    page.get_by_role("button", name="Remove Named insured 3").click()
    page.clock.fast_forward(5_000)
    remove.click()
    page.clock.fast_forward(5_000)
    saved(page)
    page.get_by_role("button", name=re.compile("Undo.*Named insured 3")).click()
    expect(page.locator(MORE)).to_have_count(2)
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", name="Risk")).to_be_focused(timeout=WITHIN)
    page.get_by_role("link", name="Back").click()
    expect(page.locator(MORE).first).to_have_value("Lou", timeout=WITHIN)
    page.locator(MORE).first.fill("Lou Marsh")
    saved(page)
    page.clock.fast_forward(8_000)
    assert stored(page, place, MORE) == ["Lou Marsh", "Max"]
    expect(page.locator(MORE).first).to_have_value("Lou Marsh")
    remove.click()
    page.get_by_role("navigation", name="Primary").get_by_role("link", name="Submissions").first.click()
    page.get_by_role("link", name="New submission").click()
    page.locator(f'a[href*="{other.split("/")[-2]}"]').first.click()
    expect(page.locator(MORE).first).to_have_value("Ola", timeout=WITHIN)
    page.clock.fast_forward(8_000)
    assert stored(page, place, MORE) == ["Max"]
    assert stored(page, other, MORE) == ["Ola", "Pia", "Quin"]
    page.get_by_role("button", name="Remove Named insured 3").click()
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", name="Risk")).to_be_focused(timeout=WITHIN)
    page.get_by_role("link", name="Back").click()
    expect(page.locator(MORE)).to_have_count(2, timeout=WITHIN)
    page.add_init_script(AT_ONCE)
    page.evaluate(MORE_AND_ANOTHER, ["Ola B", "Pia B", "Quin"])
    expect(page.locator(MORE)).to_have_count(3, timeout=WITHIN)
    expect(page.locator(MORE).first).to_have_value("Ola C")
    saved(page)
    assert stored(page, other, MORE) == ["Ola C", "Pia B", "Quin"]
    expect(page.get_by_role("alert").filter(has_text="saved other answers here")).to_have_count(0)


def closed_at_once(page: Page, site: Site) -> None:
    """What was typed last is saved when its tab is closed, and when it goes elsewhere; where that is too much, the
    browser asks first."""
    place = begin(page, site, "Homeowners")
    page.locator(STREET).fill("x" * 61_000)
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    asked.value.dismiss()
    page.locator(STREET).fill("1 Wharf Street")
    saved(page)
    page.locator(INSURED).fill("Ada Quill")
    page.locator(STREET).fill("2 Wharf Street")
    page.goto(f"{site.url}/policies")
    until(lambda: stored(page, place, INSURED, STREET) == ["Ada Quill", "2 Wharf Street"], 30)
    other = page.context.new_page()
    other.goto(f"{place}/applicant")
    other.locator(INSURED).fill("Nell Quill")
    other.locator(STREET).fill("3 Wharf Street")
    other.close(run_before_unload=True)
    until(lambda: stored(page, place, INSURED, STREET) == ["Nell Quill", "3 Wharf Street"], 30)
