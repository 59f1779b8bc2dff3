"""What is done with a draft on the ledger's page: changed, flagged by hand, asked about."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from portal_app.models.enums import BindAction, Grant, TransactionKind
from portal_app.services.authority import moratoria
from portal_app.services.door import Door
from portal_app.services.ledger import drafts
from portal_app.state.policy_ledger import LedgerState
from tests.services.authority.conftest import STORM
from tests.services.ledger.conftest import at
from tests.state.conftest import filled
from tests.world import Agency

CHANGE = TransactionKind.CHANGE
Reads = Callable[..., Any]


@pytest.mark.criterion("LEDPAGE-17")
def test_a_draft_is_changed_by_the_form_filled_in_with_it(
    agency: Agency, read: Reads, issued: Callable[..., str], door: Door
) -> None:
    page = read(LedgerState, "ledger", agency.csr(Grant.UNDERWRITING))
    asyncio.run(page.draft(filled(effective="2026-12-01", time="14:30", code="HL-daniel", revert="on")))
    [draft] = page.drafts
    asyncio.run(page.edit("nothing"))
    assert page.editing == ""
    asyncio.run(page.edit(draft.key))
    kept = {"kind": "change", "effective": "2026-12-01", "time": "14:30", "code": "HL-daniel", "revert": "on"}
    assert (page.editing, page.typed) == (draft.key, kept)
    drawn = page.drawn_form
    asyncio.run(page.draft(filled(**kept) | {"code": "HL-9"}))
    assert (page.problems, page.drawn_form) == ({"codes": "There is no producer code HL-9."}, drawn)
    # The form of a draft does not say again what it is.
    asyncio.run(page.draft(filled(effective="2026-12-03", of_record="HL-daniel") | {"kind": ""}))
    assert (page.problems, page.editing, page.typed) == ({}, "", {})
    assert page.flash == "The draft is changed. Nothing of the policy changes until it is issued."
    [changed] = page.drafts
    assert (changed.key, changed.effective) == (draft.key, "Dec 3, 2026")
    assert changed.asks == ["Set the code of record to HL-daniel"]

    asyncio.run(page.edit(draft.key))
    issued(CHANGE, at(2026, 12, 1), setProducerCode="HL-daniel")
    asyncio.run(page.draft(filled(effective="2026-12-05", of_record="HL-daniel")))
    assert page.flash.endswith("Look at it again. What you filled in is still here.")
    assert (page.editing, page.drafts[0].effective) == (draft.key, "Dec 3, 2026")
    asyncio.run(page.ask_first("discard", draft.key))
    asyncio.run(page.go_on())
    assert (page.editing, page.drafts) == ("", []), "what is no draft any more is not edited"


@pytest.mark.criterion("LEDPAGE-17")
def test_who_edits_or_issues_what_somebody_else_has_changed_is_told(agency: Agency, read: Reads, door: Door) -> None:
    page = read(LedgerState, "ledger", agency.csr(Grant.UNDERWRITING))
    asyncio.run(page.draft(filled(effective="2026-12-01", code="HL-daniel")))
    [draft] = page.drafts
    asyncio.run(page.edit(draft.key))
    asyncio.run(page.ask_first("issue", draft.key))
    door.run(drafts.update, agency.principal(), locator=draft.key, effective_at=at(2026, 12, 9))
    # What others change is drawn by itself; what was looked at, when it was filled in or asked about, was another.
    asyncio.run(page.refresh())
    told = "principal@agency.test changed this draft in the meantime. Look at it again."
    asyncio.run(page.go_on())
    assert page.flash == f"{told} The draft is still here."
    asyncio.run(page.draft(filled(effective="2026-12-03", code="HL-daniel")))
    assert page.flash == f"{told} What you filled in is still here."
    assert (page.editing, page.drafts[0].effective[:11]) == (draft.key, "Dec 9, 2026")
    # Who has been told may go on.
    asyncio.run(page.draft(filled(effective="2026-12-03", code="HL-daniel")))
    assert (page.editing, page.drafts[0].effective) == ("", "Dec 3, 2026")
    asyncio.run(page.ask_first("issue", draft.key))
    asyncio.run(page.go_on())
    assert (page.drafts, page.flash) == ([], "Issued. The policy is as it says.")


@pytest.mark.criterion("LEDPAGE-16")
def test_a_draft_is_flagged_by_hand_and_not_issued_until_the_flag_is_removed(agency: Agency, read: Reads) -> None:
    page = read(LedgerState, "ledger", agency.principal())
    asyncio.run(page.draft(filled(effective="2026-12-01", code="HL-daniel")))
    [draft] = page.drafts
    asyncio.run(page.open_flag("nothing"))
    assert page.flagging == ""
    asyncio.run(page.open_flag(draft.key))
    asyncio.run(page.add_flag({"level": "block", "tag": " ", "note": "x" * 2001}))
    assert (page.flagging, set(page.flag_problems)) == (draft.key, {"tag", "note"})
    asyncio.run(page.add_flag({"level": "block", "tag": "Roof", "note": "Older than told."}))
    assert (page.flagging, page.flag_problems, page.flash) == ("", {}, "The flag is set.")
    [flag] = page.drafts[0].flags
    assert (flag.level, flag.tag) == ("Block", "Roof")
    assert flag.told.startswith("Older than told. Set by principal@agency.test")
    assert page.drafts[0].problem
    asyncio.run(page.ask_first("unflag", flag.key))
    asyncio.run(page.go_on())
    assert (page.drafts[0].flags, page.drafts[0].problem) == ([], "")


@pytest.mark.criterion("BIND-29")
def test_a_draft_says_why_it_cannot_be_bound(agency: Agency, read: Reads, door: Door) -> None:
    page = read(LedgerState, "ledger", agency.principal())
    asyncio.run(page.draft(filled(effective="2026-12-01", code="HL-daniel")))
    asyncio.run(page.draft(filled(kind="cancellation", effective="2026-12-10")))
    change, cancellation = sorted(page.drafts, key=lambda each: each.effective)
    assert (page.binds, change.by_authority, cancellation.by_authority) == (True, True, False)
    assert change.decision.key == ""
    door.run(moratoria.add, agency.principal(), terms=replace(STORM, actions=(BindAction.ENDORSE,), zip_prefixes=()))
    asyncio.run(page.ask_authority(change.key))
    found = next(each for each in page.drafts if each.key == change.key).decision
    assert (found.outcome, len(found.rules)) == ("Do not bind", 8)
    assert [each.rule for each in found.rules if each.verdict == "Deny"] == ["Moratorium"]
    again = read(LedgerState, "ledger", agency.csr(Grant.UNDERWRITING))
    assert next(each for each in again.drafts if each.key == change.key).decision.key == found.key
    asyncio.run(page.ask_authority(cancellation.key))
    assert page.flash.startswith("Binding authority is about changes and renewals; this is neither.")
