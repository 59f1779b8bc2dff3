"""A configuration in the hands of an administrator: nothing that was typed is lost, and nothing unchecked is saved."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.models.configuration import ConfigurationVersion
from portal_app.models.enums import Role
from portal_app.services.configuration import versions
from portal_app.services.door import Door
from portal_app.state.configuration import ConfigurationsState, ConfigurationState
from tests.world import actor

Opens = Callable[..., Any]
ADA = actor(Role.ADMIN, email="ada@agency.test")
PLACE = "/admin/settings/configuration/producer-types"


@pytest.fixture
def page(opens: Opens) -> Any:
    page = opens(ConfigurationState, PLACE, ADA)
    asyncio.run(page.load())
    return page


def changed(page: Any, name: str) -> str:
    own = json.loads(page.content)
    own["producerManagement"]["producers"][name] = {"extend": "Agency"}
    return json.dumps(own, indent=4)


@pytest.mark.criterion("CONF-11")
def test_it_is_checked_then_saved_and_restored(page: Any, opens: Opens) -> None:
    assert (page.version, page.loaded, [each.title for each in page.history]) == (0, True, ["As shipped"])
    asyncio.run(page.check({"content": changed(page, "Broker"), "note": ""}))
    assert (page.reviewing, page.note_problem != "") == (False, True)
    asyncio.run(page.check({"content": changed(page, "Broker"), "note": "Brokers"}))
    assert page.reviewing
    assert any('"Broker"' in each.text for each in page.difference if each.kind == "added")
    asyncio.run(page.save())
    assert (page.version, page.flash, page.reviewing) == (1, "Saved. It holds at once, for everybody.", False)
    asyncio.run(page.save())
    assert page.version == 1

    asyncio.run(page.compare(0))
    assert [each.kind for each in page.compared_difference if '"Broker"' in each.text] == ["removed"]
    asyncio.run(page.restore())
    assert (page.version, page.compared) == (2, -1)
    page._count = 1
    asyncio.run(page._look())
    assert ([each.number for each in page.history], page.older) == ([2, 0], 1)
    asyncio.run(page.look_further_back())
    assert ([each.number for each in page.history], page.older) == ([2, 1, 0], 0)
    listed = opens(ConfigurationsState, "/admin/settings/configuration", ADA)
    asyncio.run(listed.load())
    first, *others = [(each.label, each.version, each.by) for each in listed.rows]
    assert first == ("Producer types", "Version 2", ADA.email)
    assert {(version, by) for _, version, by in others} == {("As shipped", "")}


@pytest.mark.criterion("CONF-11")
def test_what_is_wrong_or_too_late_is_told_and_what_was_typed_stays(page: Any, door: Door) -> None:
    before, drawn = page.content, page.drawn
    asyncio.run(page.check({"content": '{"numberingPlans": 7}', "note": "Why"}))
    assert (len(page.problems), page.reviewing, page.drawn) == (2, False, drawn)
    asyncio.run(page.check({"content": before, "note": "Why"}))
    assert (page.said, page.reviewing) == ("Nothing is different from the version in force.", False)

    typed = changed(page, "Broker")
    asyncio.run(page.check({"content": typed, "note": "Why"}))
    other = changed(page, "Wholesaler")
    about = {"kind": "producer-types", "content": other, "note": "Others"}
    door.run(versions.save, actor(Role.PRINCIPAL, email="ruth@agency.test"), **about, expected=0)
    asyncio.run(page.save())
    assert page.meanwhile.startswith("ruth@agency.test saved version 1")
    assert (page.drawn, page.tried) == (drawn, typed)
    asyncio.run(page.check({"content": typed, "note": "Why"}))
    assert page.reviewing
    assert any('"Wholesaler"' in each.text for each in page.difference if each.kind == "removed")


@pytest.mark.criterion("CONF-11")
def test_there_is_no_page_of_what_is_not_configured(opens: Opens) -> None:
    page = opens(ConfigurationState, "/admin/settings/configuration/other", ADA)
    asyncio.run(page.load())
    assert (page.loaded, page.missing) == (False, True)


@pytest.mark.criterion("CONF-12")
def test_what_this_release_cannot_read_is_shown_and_mended(page: Any, opens: Opens, door: Door) -> None:
    good = changed(page, "Broker")
    about = {"kind": "producer-types", "name": "", "version": 1, "note": "Before", "made_by": ADA.email, "shipped": ""}
    with door.database.write() as db:
        db.add(ConfigurationVersion(**about, content='{"numberingPlans": 7}', made_at=door.clock()))
    listed = opens(ConfigurationsState, "/admin/settings/configuration", ADA)
    asyncio.run(listed.load())
    assert [each.label for each in listed.rows if each.broken] == ["Producer types"]
    asyncio.run(page.load())
    assert (page.loaded, page.version, len(page.broken)) == (True, 1, 2)
    asyncio.run(page.check({"content": good, "note": "Mended"}))
    asyncio.run(page.save())
    assert (page.version, page.broken) == (2, [])
