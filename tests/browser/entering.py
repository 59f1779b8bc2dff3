"""A submission is typed into the wizard in Chromium, section by section."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from portal_app.services.intake.forms import Field, FieldType, Form
from portal_app.services.intake.values import read
from portal_app.state.submissions.drawing import ident_of
from tests.browser.looking import DESK, look
from tests.servers import Site
from tests.services.intake.filled import filled
from tests.services.submissions.sent import MB, pdf

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


def attaches(page: Page, folder: Path) -> None:
    """Files in the section for documents: the largest that is taken, one that is larger, dropped, refused, taken away,
    and there again on a page anew."""
    expect(page.get_by_role("heading", name="Documents", exact=True)).to_be_visible()
    contents = {"losses.pdf": pdf(25 * MB), "larger.pdf": pdf(26 * MB), "notes.pdf": b"just text"}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    runs, prior = (page.get_by_role("region", name=name) for name in ("Loss runs", "Prior declarations page"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/files?*", hold)
    runs.get_by_label(re.compile("^Choose files")).set_input_files([folder / name for name in contents])
    expect(runs.get_by_role("progressbar").first).to_be_visible(timeout=WITHIN)
    for each in held:
        each.continue_()
    page.unroute("**/files?*")
    for name, sentence in {"larger": "A file has at most 25 MB.", "notes": "Only PDF, JPG and PNG files"}.items():
        refused = runs.get_by_role("listitem").filter(has_text=f"{name}.pdf")
        expect(refused).to_contain_text(sentence, timeout=WITHIN)
        expect(refused.get_by_role("link")).to_have_count(0)
    there = runs.get_by_role("link", name="losses.pdf")
    expect(there).to_be_visible(timeout=WITHIN)
    with page.expect_download() as got:
        there.click()
    assert got.value.path().stat().st_size == 25 * MB
    dropped = page.evaluate_handle(
        """bytes => { const found = new DataTransfer();
        found.items.add(new File([new Uint8Array(bytes)], "page.pdf", { type: "application/pdf" })); return found; }""",
        list(pdf()),
    )
    prior.locator("[data-upload-drop]").dispatch_event("drop", {"dataTransfer": dropped})
    expect(prior.get_by_role("link", name="page.pdf")).to_be_visible(timeout=WITHIN)
    page.reload()
    expect(runs.get_by_role("link", name="losses.pdf")).to_be_visible(timeout=WITHIN)
    expect(page.get_by_role("navigation", name="Sections").get_by_text("2 files").last).to_be_visible()
    assert look(page) == []
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    prior.get_by_role("button", name="Remove page.pdf").click()
    expect(prior.get_by_role("link", name="page.pdf")).to_have_count(0, timeout=WITHIN)
    page.reload()
    expect(runs.get_by_role("link", name="losses.pdf")).to_be_visible(timeout=WITHIN)
    expect(prior.get_by_role("link", name="page.pdf")).to_have_count(0)
