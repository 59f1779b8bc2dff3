"""A submission is typed into the wizard in Chromium, section by section."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from portal_app.services.intake.forms import Field, FieldType, Form
from portal_app.services.intake.values import read
from portal_app.state.submissions.drawing import ident_of
from tests.servers import Site
from tests.services.intake.filled import filled

WITHIN = 20_000
TODAY = datetime.now(UTC).date()
EFFECTIVE, EXPIRATION = TODAY + timedelta(10), TODAY + timedelta(375)
# What somebody typed in this tab, and it did not send.
LEFT = """([name, by]) => {
    const [of, path] = name.slice("portal.answers.".length).split(" ")
    const rows = [{ key: "0", values: { name: "Somebody Else" } }]
    const kept = { version: 0, rows, changed: [], before: [], fresh: [], redraw: false }
    const left = { of, path, by, ...kept }
    sessionStorage.setItem(name, JSON.stringify(left))
}"""


def begin(page: Page, site: Site, line: str) -> str:
    """A draft in this line, at its first section; answers the place of its sections."""
    page.goto(f"{site.url}/submissions/new")
    page.get_by_role("button", name=re.compile(f"^{line}")).click()
    page.wait_for_url(re.compile("/edit/applicant"))
    expect(page.get_by_role("heading", name="Applicant")).to_be_visible()
    return page.url.rpartition("/")[0]


def complete(form: Form, **own: Any) -> dict[str, list[dict[str, Any]]]:
    """What the form asks for, of somebody whose cover begins soon; `own` beside it."""
    usual = {
        "applicant__policy__effective": EFFECTIVE.isoformat(),
        "applicant__policy__expiration": EXPIRATION.isoformat(),
        "applicant__producer__producer_code": "HL-110",
    }
    return filled(form, TODAY, **(usual | own))


def answer(page: Page, form: Form, section: str, answers: dict[str, list[dict[str, Any]]]) -> None:
    """Type a section from its first field to its last, as they come."""
    found = form.section(section)
    for group in found.groups if found else ():
        for number, row in enumerate(answers.get(group.key, ())):
            for field in group.fields:
                if row.get(field.name) not in (None, ""):
                    type_in(page, ident_of(group.key, str(number), field.name), field, row[field.name])


def type_in(page: Page, ident: str, field: Field, value: Any) -> None:
    place = page.locator(f'[id="{ident}"]')
    expect(place).to_be_visible(timeout=WITHIN)
    if place.evaluate("each => each.tagName") == "FIELDSET":
        for each in value if isinstance(value, list) else [value]:
            chosen = str(each).lower() if isinstance(each, bool) else each
            place.locator(f'input[value="{chosen}"]').check()
    elif place.evaluate("each => each.tagName") == "SELECT":
        place.select_option(value)
    else:
        place.fill(str(read(field, value, TODAY).value) if field.type is FieldType.DATE else str(value))


def saved(page: Page) -> None:
    page.locator("[data-section]").click()
    expect(page.locator("[data-save-words]")).to_have_text(re.compile("^Saved "), timeout=WITHIN)
