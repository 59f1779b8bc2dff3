"""An intake form as an administrator tries it before it is saved."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.models.configuration import ConfigurationVersion
from portal_app.models.enums import Role
from portal_app.models.submissions import SubmissionAnswers
from portal_app.services.door import Door
from portal_app.services.intake.shipped import shipped_text
from portal_app.state.configuration import ConfigurationState
from portal_app.state.intake_preview import PreviewState
from tests.services.submissions.acting import LOSSES, NAMED, RISK, Cast, form
from tests.world import Agency, actor

Opens = Callable[..., Any]
ADA = actor(Role.ADMIN, email="ada@agency.test")
PLACE = "/admin/settings/configuration/intake-form?name=homeowners"
TENANT = "risk-dwelling--0--tenant"


@pytest.fixture
def cast(door: Door, agency: Agency) -> Cast:
    return Cast(door, agency)


@pytest.fixture
def page(opens: Opens, cast: Cast) -> Any:
    page = opens(ConfigurationState, PLACE, ADA)
    asyncio.run(page.load())
    return page


def checked(page: Any, document: Any, note: str = "Asked by the carrier") -> Any:
    """The preview after a check of this text, as the form of the page asks for both."""
    text = document if isinstance(document, str) else json.dumps(document)

    async def both() -> Any:
        await page.check({"content": text, "note": note})
        preview = await page.get_state(PreviewState)
        await preview.draw()
        return preview

    return asyncio.run(both())


def send(preview: Any, path: str, *rows: dict[str, Any], **more: Any) -> Any:
    given = {"of": preview.shown, "path": path, "number": "n1", "version": 0}
    given |= {"rows": [{"key": key, "values": row} for key, row in zip("abcdefgh", rows, strict=False)]}
    asyncio.run(preview.save(json.dumps(given | more)))
    return json.loads(preview.acked).get(path)


@pytest.mark.criterion("INTAKE-14")
def test_what_was_typed_is_drawn_as_the_wizard_draws_it_and_kept_nowhere(page: Any, door: Door) -> None:
    changed = form(title="Homeowners, next year")
    changed["sections"][1]["groups"][0]["fields"].append({"name": "pool", "label": "Pool", "type": "flag"})
    preview = checked(page, changed)
    assert page.label == "Intake form: Homeowners"
    assert (preview.title, preview.heading) == ("Homeowners, next year", "Applicant")
    assert [(each.title, each.told, each.here) for each in preview.steps] == [
        ("Applicant", "0 of 5 answered", True), ("Risk", "0 of 1 answered", False),
        ("Coverage", "Nothing is required", False), ("Prior insurance", "Nothing is required", False),
    ]  # fmt: skip
    asyncio.run(preview.open("risk"))
    assert [(each.label, each.kind) for each in preview.groups[0].rows[0].fields] == [
        ("Usage", "radio"), ("Tenant's name", "text"), ("Pool", "radio"),
    ]  # fmt: skip
    assert preview.away == {TENANT: True}
    row = {"rows": [{"key": "0", "values": {"usage": "rented"}}]}
    assert send(preview, RISK, **row)["outcome"] == "saved"
    assert (preview.away, TENANT in preview.needs, preview.steps[1].told) == ({}, True, "1 of 2 answered")
    asyncio.run(preview.open("prior_insurance"))
    send(preview, LOSSES, {}, {"paid": "12x"}, fresh=["a"], redraw=True)
    assert [each.title for each in preview.groups[0].rows] == ["Loss 1", "Loss 2"]
    assert list(preview.problems) == ["prior_insurance-losses--b--paid"]
    asyncio.run(preview.open("risk"))
    assert [each.chosen for each in preview.groups[0].rows[0].fields[0].options] == [False, True], (
        "as long as it is open"
    )
    with door.database.read() as db:
        assert db.scalars(select(SubmissionAnswers)).all() == []
        assert len(db.scalars(select(ConfigurationVersion)).all()) == 1


@pytest.mark.criterion("INTAKE-14")
def test_what_is_wrong_with_the_text_is_told_and_nothing_of_it_is_drawn(page: Any) -> None:
    preview = checked(page, form())
    shown = preview.shown
    assert shown.startswith("preview-")
    wrong = form()
    wrong["sections"][1]["groups"][0]["fields"][0]["type"] = "colour"
    preview = checked(page, wrong)
    field = "sections.1.groups.0.fields.0"
    assert [(each.place, each.where, each.text.partition(":")[0]) for each in page.problems] == [
        (f"{field}.{name}", "Risk, Dwelling, Usage", f"{field}.{name}") for name in ("type", "choices")
    ]
    assert (preview.shown, preview.groups) == ("", [])
    for nonsense in ("", "{}", "x"):
        asyncio.run(preview.save(nonsense))
    assert send(preview, NAMED, {"name": "Ada"}, of=shown)["outcome"] == "saved", "the page lets go of it"
    asyncio.run(preview.open("risk"))
    assert (preview.section, preview.groups) == ("applicant", [])
    again = checked(page, form())
    assert again.shown not in ("", shown)
    assert again.groups[0].rows[0].fields[0].value == ""
    assert send(again, RISK, *[{"usage": "odd", "boat": [1]}] * 8)["outcome"] == "saved", "whatever is sent"


@pytest.mark.criterion("INTAKE-14")
def test_each_form_that_is_shipped_can_be_looked_at_whole(opens: Opens, cast: Cast) -> None:
    for line in ("workers_compensation", "umbrella"):
        page = opens(ConfigurationState, PLACE.replace("homeowners", line), ADA)
        asyncio.run(page.load())
        preview = checked(page, shipped_text(line))
        for each in list(preview.steps):
            asyncio.run(preview.open(each.name))
            assert (preview.section, bool(preview.groups)) == (each.name, True)


@pytest.mark.criterion("INTAKE-15")
def test_publishing_says_which_drafts_keep_their_form(page: Any, cast: Cast) -> None:
    checked(page, form(title="Second"))
    assert page.kept == ""
    cast.begin()
    cast.begin()
    checked(page, form(title="Second"))
    told = "2 drafts keep the form that they began with: 2 of version 1."
    assert (page.reviewing, page.kept) == (True, told)
    asyncio.run(page.save())
    assert page.flash == f"Saved. It holds at once, for everybody. {told}"
    assert cast.begin().form_version == 2
    checked(page, form(title="Third"))
    assert page.kept == "3 drafts keep the form that they began with: 1 of version 2, 2 of version 1."
