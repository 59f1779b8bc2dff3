"""What the page of a column map says, and what it brings back."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.guard.events import MARK
from portal_app.models.enums import Role
from portal_app.services.access import Permission
from portal_app.state.column_map import ColumnMapState, in_words
from tests.world import actor

Opens = Callable[..., Any]


@pytest.mark.criterion("PAGE-06")
@pytest.mark.parametrize(
    ("problem", "told"),
    [
        ("claims.columns.claim_number: needed (the number).", "A needed field has no column: Claim number."),
        ("policies.columns.vehicles.vin: needed.", "A needed field has no column: Vehicles: vin."),
        ("policies.columns: one of premium, fee is needed.", "One of these fields needs a column: Premium, Fee."),
        ("policies.columns.premium: must not be empty.", "Premium: must not be empty."),
        ("3 of 9 rows have more cells.", "3 of 9 rows have more cells."),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_page(problem: str, told: str) -> None:
    assert in_words(problem) == told


@pytest.mark.criterion("PAGE-06")
def test_only_who_may_save_a_map_tries_another() -> None:
    for handler in ("assign", "start_over", "bring_back", "save", "forget"):
        declared = getattr(ColumnMapState.event_handlers[handler].fn, MARK)
        assert declared.requirement is Permission.RUN_FEEDS


@pytest.mark.criterion("PAGE-05")
@pytest.mark.parametrize(
    "carried", ["", "x", "[]", "[1]", '[1, {"a": 2}]', '[1, {"a": {"b": 2}}]', '["1", {}]', "[0, 7]"]
)
def test_what_no_page_carries_is_not_tried(opens: Opens, carried: str) -> None:
    page = opens(ColumnMapState, "/admin/integrations/columns/none/clients", actor(Role.PRINCIPAL))
    asyncio.run(page.bring_back(carried))
    assert (page.flash, page.missing, page.problem) == ("", False, "")


@pytest.mark.criterion("PAGE-05")
def test_what_was_chosen_for_an_older_map_is_told_and_not_tried(opens: Opens) -> None:
    page = opens(ColumnMapState, "/admin/integrations/columns/none/clients", actor(Role.PRINCIPAL))
    asyncio.run(page.bring_back('[3, {"name": "Client"}]'))
    assert (page.flash_kind, page.tried) == ("warning", "")
    assert "Somebody saved another map" in page.flash
