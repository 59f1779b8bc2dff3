"""Files of a submission go up, fail, come again and are taken away in Chromium, on a page that holds nothing else."""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from portal_app.database import Database
from portal_app.models.identity import User
from portal_app.models.submissions import Submission, SubmissionDocument
from tests.browser.conftest import Person
from tests.servers import Site
from tests.services.submissions.sent import MB, add_submission, pdf, picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
UNDO = 8_000


def place(submission: str, there: str = "") -> str:
    """What the component draws, without the page around it."""
    of = html.escape(f"submission:{submission}")
    return f"""<!doctype html><title>Files</title>
<link rel="stylesheet" href="/uploads.css"><script src="/uploads.js" defer></script>
<main><section data-upload-to="{of}" data-upload-kind="loss_runs">
<div data-upload-drop><label><input type="file" multiple data-upload-choose>Choose files</label></div>
<ul data-upload-rows></ul><ul>{there}</ul><p role="status" data-upload-said></p></section></main>"""


def document(locator: str) -> str:
    return f"""<li data-document="{locator}"><div class="upload-there">it <button data-upload-remove="{locator}">Remove
</button></div><div class="upload-going">going <button data-upload-undo="{locator}">Undo</button></div></li>"""


def drawn(page: Page, site: Site, content: str) -> None:
    page.unroute("**/try")
    page.route("**/try", lambda route: route.fulfill(content_type="text/html", body=content))
    page.goto(f"{site.url}/try")


@pytest.mark.criterion("DOCS-16")
def test_files_go_up_with_a_bar_come_again_and_can_be_had_back(
    visit: Callable[..., Person], demo_site: Site, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{demo_site.data_dir / 'demo/portal.db'}")
    person = visit("producer")
    person.arrive()
    with database.write() as db:
        # Without what is sealed: the keys are the portal's own.
        maya = db.scalars(select(User.id).where(User.email == person.sign_in.email)).one()
        submission = add_submission(db, User(id=maya)).locator
    page, files = person.page, {}
    for name, content in {
        "losses.pdf": pdf(2 * MB),
        "notes.pdf": b"just text",
        "roof.jpg": picture(),
    }.items():
        files[name] = tmp_path / name
        files[name].write_bytes(content)
    drawn(page, demo_site, place(submission))
    lost: list[str] = []

    def once(route: Route) -> None:
        """The first attempt at a file is lost on its way, and so is the answer to the second."""
        if "roof" not in route.request.url or len(lost) > 1:
            return route.continue_()
        lost.append(route.request.url)
        if len(lost) == 2:
            route.fetch()
        return route.abort()

    page.route("**/files?*", once)
    page.get_by_label("Choose files").set_input_files(list(files.values()))
    row: Callable[[str], Any] = lambda name: page.get_by_role("listitem").filter(has_text=name)  # noqa: E731
    expect(row("notes.pdf")).to_contain_text("Only PDF, JPG and PNG files are taken")
    expect(row("losses.pdf")).to_contain_text("Is there", timeout=60_000)
    expect(row("roof.jpg")).to_contain_text("Connection lost. Trying again")
    expect(row("roof.jpg")).to_contain_text("Is there", timeout=30_000)
    assert len(set(lost)) == 1, "each time with the same key"
    with database.read() as db:
        of = select(Submission.id).where(Submission.locator == submission).scalar_subquery()
        own = select(SubmissionDocument.locator).where(SubmissionDocument.submission_id == of)
        mine = db.scalars(own.order_by(SubmissionDocument.id)).all()
    assert len(mine) == 2
    row("notes.pdf").get_by_role("button", name="Dismiss").click()
    expect(row("notes.pdf")).to_have_count(0)

    first, second = mine
    drawn(page, demo_site, place(submission, document(first) + document(second)))
    page.get_by_label("Choose files").set_input_files(files["losses.pdf"])
    expect(row("losses.pdf")).to_contain_text("The same file is there already, as losses.pdf. It was not kept twice.")
    row("losses.pdf").get_by_role("button", name="Dismiss").click()
    page.clock.install()
    drawn(page, demo_site, place(submission, document(first) + document(second)))
    there = page.locator(f'[data-document="{first}"]')
    there.get_by_role("button", name="Remove").click()
    expect(there.get_by_role("button", name="Undo")).to_be_focused()
    page.clock.run_for(UNDO - 1_000)
    there.get_by_role("button", name="Undo").click()
    page.clock.run_for(UNDO)
    expect(there.get_by_role("button", name="Remove")).to_be_focused()
    there.get_by_role("button", name="Remove").click()
    with page.expect_response(re.compile(f"/files/{first}")) as gone:
        page.clock.run_for(UNDO + 100)
    assert (gone.value.request.method, gone.value.status) == ("DELETE", 204)
    expect(there).to_be_hidden()
    page.locator(f'[data-document="{second}"]').get_by_role("button", name="Remove").click()
    page.goto(f"{demo_site.url}/preferences")
    page.wait_for_timeout(500)
    with database.read() as db:
        assert db.scalars(own).all() == [], "who leaves the page meant it"
    database.dispose()
