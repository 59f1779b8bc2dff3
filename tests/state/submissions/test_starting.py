"""How a submission begins, and where drafts are resumed."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal_app.services.door import Door
from portal_app.state.submissions.drafts import DraftsState
from portal_app.state.submissions.starting import NewSubmissionState
from tests.services.submissions.acting import NAMED, RISK, Cast
from tests.state.submissions.acting import opened, send, there

Opens = Callable[..., Any]
TYPED = {"effective": "01/15/2027", "expiration": "01/15/2028", "state": "RI", "producer_code": "HL-maya"}


@pytest.mark.criterion("WIZARD-01")
def test_a_submission_begins_from_a_line_an_account_or_an_earlier_one(opens: Opens, door: Door, cast: Cast) -> None:
    def new(query: str = "") -> Any:
        page = opens(NewSubmissionState, f"/submissions/new{query}", cast.maya)
        asyncio.run(page.load())
        return page

    page = new()
    assert (len(page.lines), page.drafts, page.past) == (8, [], [])
    assert {"Business owners (BOP)", "Commercial general liability"} < {each.label for each in page.lines}
    assert all(each.asks for each in page.lines)
    asyncio.run(page.start("homeowners"))
    asyncio.run(page.start("homeowners"))
    page = new()
    (draft,) = page.drafts
    assert (draft.insured, draft.told, draft.href[-9:]) == ("No name yet", "0 of 4 sections complete", "applicant")
    asyncio.run(page.discard())
    assert len(new().drafts) == 1
    asyncio.run(page.ask_discard(draft.locator))
    assert page.discarding_name == f"No name yet, {draft.line}"
    asyncio.run(page.discard())
    assert (page.drafts, page.flash) == ([], "The draft is discarded.")

    handed_in = cast.submitted()
    page = new("?q=quill")
    assert [(each.locator, each.name) for each in page.past] == [(handed_in, "Ada Quill")]
    asyncio.run(page.copy(handed_in))
    assert [each.insured for each in new().drafts] == ["Ada Quill"]
    (account,) = new("?q=maya").accounts
    chosen = new(f"?account={account.locator}")
    assert (chosen.account, chosen.account_name) == (account.locator, account.name)
    asyncio.run(chosen.start("homeowners"))
    assert account.name in {each.insured for each in new().drafts}
    begun = next(each for each in new().drafts if each.insured == account.name)
    page = opened(opens, cast, begun.locator, "applicant")
    row = there(cast, begun.locator, NAMED)[0]
    assert page.not_of == ""
    for name, told in ((account.name.upper() + ".", ""), ("Bob Marsh", account.name), (account.name, "")):
        send(page, NAMED, row | {"name": name}, version=page.versions[NAMED])
        assert page.not_of == told, name
    strange = new("?account=nobody")
    assert (strange.account, strange.flash_kind, strange.loaded) == ("", "warning", True)


@pytest.mark.criterion("WIZARD-08")
def test_drafts_have_a_page_on_which_they_are_resumed_and_thrown_away(opens: Opens, cast: Cast) -> None:
    first, whole = cast.begin(), cast.filled()
    cast.begin(cast.principal)

    def listed(query: str, who: Any) -> Any:
        page = opens(DraftsState, f"/submissions/drafts{query}", who)
        asyncio.run(page.load())
        return page

    page = listed("", cast.maya)
    assert [(each.insured, each.told, each.begun_by) for each in page.rows] == [
        ("Ada Quill", "2 of 4 sections complete", "You"),
        ("No name yet", "0 of 4 sections complete", "You"),
    ]
    assert page.rows[0].href == f"/submissions/{whole}/edit/coverage"
    assert page.rows[1].href == f"/submissions/{first.locator}/edit/applicant"
    assert (page.sees_others, page.total, page.span) == (False, 2, "1–2 of 2")
    assert [each.total for each in (listed("", cast.principal), listed("?view=all", cast.principal))] == [1, 3]
    assert {each.begun_by for each in listed("?view=all", cast.principal).rows} == {"You", "Sub-Agent / Producer"}
    assert listed("", cast.daniel).total == 0
    assert listed("?page=9", cast.maya).rows == []

    asyncio.run(page.load())
    asyncio.run(page.ask_discard("another's"))
    asyncio.run(page.discard())
    asyncio.run(page.ask_discard(whole))
    assert page.discarding_name == "Ada Quill, Homeowners"
    cast.save(whole, RISK, {"usage": "rented"}, version=1)
    asyncio.run(page.discard())
    assert page.flash.startswith("Somebody changed this in the meantime")
    asyncio.run(page.ask_discard(whole))
    asyncio.run(page.ask_discard(""))
    asyncio.run(page.discard())
    assert page.total == 2
    asyncio.run(page.ask_discard(whole))
    asyncio.run(page.discard())
    assert ([each.locator for each in page.rows], page.flash) == ([first.locator], "The draft is discarded.")
