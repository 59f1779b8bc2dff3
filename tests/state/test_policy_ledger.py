"""What the pages of a policy's ledger say: on a date, transaction by transaction, and term against term."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from portal_app.models.enums import BindAction, Grant, TransactionKind
from portal_app.models.producers import ProducerCode
from portal_app.services.authority import moratoria
from portal_app.services.door import Door
from portal_app.services.ledger import drafts
from portal_app.services.producers import lifecycle
from portal_app.state import address, ledger_words
from portal_app.state.difference import DifferenceState
from portal_app.state.policy_ledger import LedgerState
from portal_app.state.snapshot import SnapshotState
from tests.services.authority.conftest import STORM
from tests.services.ledger.conftest import asked, at
from tests.state.conftest import filled
from tests.world import Agency

Opens = Callable[..., Any]
CHANGE, RENEWAL = TransactionKind.CHANGE, TransactionKind.RENEWAL


Reads = Callable[..., Any]


@pytest.mark.criterion("LEDPAGE-01")
def test_a_policy_on_a_date_by_either_clock(agency: Agency, read: Reads, issued: Callable[..., str]) -> None:
    issued(CHANGE, at(2026, 8, 1), setProducerCode="HL-daniel")
    page = read(SnapshotState, "snapshot?date=2026-09-01", agency.principal())
    assert (page.drawn, page.said) == (True, "In force at the end of Sep 1, 2026")
    assert (page.code, page.code_of_record, page.status, page.premium) == (
        "HL-daniel", "HL-maya", "Active", "$1,234.50",
    )  # fmt: skip
    assert [(each.name, each.role) for each in page.above] == [
        ("Daniel Kim", "holds the producer code"),
        ("North Branch", "above them"),
        ("Harbor Lane Insurance", "above them"),
    ]
    assert (page.segment, page.in_force) == ("Aug 1, 2026, 8:00 AM to Jun 1, 2027", True)
    assert page.stems_from == "Change effective Aug 1, 2026, 8:00 AM"
    assert page.coverages[0].limit == "$300,000"
    assert [(each.title, each.here) for each in page.steps] == [("Change", True), ("Issuance", False)]

    page = read(SnapshotState, "snapshot?date=2026-11-20&time=10:30&clock=issued", agency.principal())
    assert page.said == "What the record said on Nov 20, 2026 at 10:30 AM"
    assert page.code == "HL-maya", "the change was issued at eleven"
    assert [(each.what, each.before, each.after) for each in page.other_clock] == [
        ("Producer code", "HL-maya", "HL-daniel")
    ]
    page = read(SnapshotState, "snapshot?date=2026-09-01&known=2026-11-20", agency.principal())
    assert (page.said, page.code) == (
        "In force at the end of Sep 1, 2026, as known at the end of Nov 20, 2026",
        "HL-daniel",
    )


@pytest.mark.criterion("LEDPAGE-01")
def test_in_the_hour_that_comes_twice_each_step_leads_to_its_own(
    agency: Agency, read: Reads, issued: Callable[..., str]
) -> None:
    issued(CHANGE, datetime(2026, 11, 1, 6, 30, tzinfo=UTC), setProducerCode="HL-daniel")
    page = read(SnapshotState, "snapshot?date=2026-12-20", agency.principal())
    there = read(SnapshotState, "snapshot" + page.steps[0].href.partition("/snapshot")[2], agency.principal())
    assert (there.code, [each.here for each in there.steps]) == ("HL-daniel", [True, False])
    first = read(SnapshotState, "snapshot?date=2026-11-01&time=01:30", agency.principal())
    assert (first.code, [each.here for each in first.steps]) == ("HL-maya", [False, True])


@pytest.mark.criterion("LEDPAGE-01")
def test_each_step_of_the_timeline_leads_to_what_it_made(
    agency: Agency, read: Reads, issued: Callable[..., str]
) -> None:
    issued(CHANGE, at(2026, 12, 10), setProducerCodeOfRecord="HL-branch")
    issued(CHANGE, at(2026, 12, 1), setProducerCode="HL-daniel")
    for clock, titles in (("", ["Change", "Change", "Issuance"]), ("&clock=issued", ["Change"] * 3 + ["Issuance"])):
        page = read(SnapshotState, f"snapshot?date=2026-12-20{clock}", agency.principal())
        assert [each.title for each in page.steps] == titles
        for step in page.steps:
            there = read(SnapshotState, "snapshot" + step.href.partition("/snapshot")[2], agency.principal())
            assert there.drawn
            if not clock:
                assert [each.key for each in there.steps if each.here] == [step.key]
    assert [each.reversed for each in page.steps].count(True) == 1


@pytest.mark.criterion("LEDPAGE-01")
def test_links_to_a_transaction_lead_to_the_page_on_which_its_row_stands(
    agency: Agency, place: str, read: Reads, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "PAGE", 2)
    policy = place.rpartition("/")[2]
    for _ in range(4):
        door.run(drafts.draft, agency.principal(), policy=policy, kind=CHANGE, effective_at=at(2026, 12, 1),
                 asked=[asked(setProducerCode="HL-daniel")])  # fmt: skip
    page = read(SnapshotState, "snapshot?date=2026-09-01", agency.principal())
    path, _, row = page.stems_href.partition("#")
    assert path == f"{place}/ledger?page=3"
    there = read(LedgerState, path.removeprefix(f"{place}/"), agency.principal())
    assert [f"t-{each.key}" for each in there.lines] == [row]


@pytest.mark.criterion("LEDPAGE-02")
def test_before_the_first_transaction_and_at_a_date_that_is_none(agency: Agency, read: Reads) -> None:
    page = read(SnapshotState, "snapshot?date=2026-05-01", agency.principal())
    assert (page.drawn, page.nothing) == (False, "Nothing of this policy was in effect by then")
    assert (page.why, page.first_href[-29:]) == (
        "Its first transaction takes effect Jun 1, 2026.",
        "?date=2026-06-01&time=00%3A00",
    )
    page = read(SnapshotState, "snapshot?date=2026-09-01&known=2026-10-01", agency.principal())
    assert (page.nothing, page.first_href) == ("Nothing of this policy had been issued by then", "")
    for query, problem in (
        ("date=2026-13-45", "“2026-13-45” is no date. Choose a date between 1990 and 2100."),
        ("date=0001-01-01", "“0001-01-01” is no date. Choose a date between 1990 and 2100."),
        ("date=2026-06-01&time=25:00", "“25:00” is no time of the day."),
    ):
        page = read(SnapshotState, f"snapshot?{query}", agency.principal())
        assert (page.address_problem, page.drawn, page.problem) == (problem, False, "")
    page = read(SnapshotState, "snapshot?clock=moon&known=never&time=10:00", agency.principal())
    assert (page.said, page.drawn) == ("In force now", True)
    assert page.ignored == "the clock and “as known on” and the time, since there is no date"
    assert read(SnapshotState, "snapshot", agency.other_producer()).missing


@pytest.mark.criterion("LEDPAGE-10")
def test_the_ledger_tells_in_words_what_was_reversed_and_applied_again(
    agency: Agency, read: Reads, issued: Callable[..., str]
) -> None:
    later = issued(CHANGE, at(2026, 12, 10, 5), setProducerCodeOfRecord="HL-daniel")
    early = issued(CHANGE, at(2026, 12, 1, 5), setProducerCode="HL-daniel")
    page = read(LedgerState, "ledger", agency.read_only())
    again, cause, reversed_one, begun = page.lines
    assert [each.state for each in page.lines] == ["Issued", "Issued", "Reversed", "Issued"]
    assert (reversed_one.key, cause.key) == (later, early)
    assert reversed_one.reversed == ("Reversed on Nov 20, 2026, 12:00 PM by the change effective Dec 1, 2026")
    assert (reversed_one.again, reversed_one.again_href) == (
        "Applied again as the change effective Dec 10, 2026",
        f"{page.policy_href}/ledger#t-{again.key}",
    )
    assert reversed_one.asked == "Asked: set the code of record to HL-daniel"
    assert again.asked == "As processed: code of record set to the current code, which is HL-daniel"
    assert again.repeats == "Applies the change effective Dec 10, 2026 again, which was issued Nov 20, 2026, 11:00 AM"
    assert again.told == ["Producer code of record HL-maya → HL-daniel"]
    assert (begun.told[0], begun.origin) == ("Policy number HO-101", "made in the portal")
    assert (page.underwrites, page.drafts) == (False, [])


@pytest.mark.criterion("LEDPAGE-11")
def test_a_draft_from_the_form_to_its_issue(
    agency: Agency, read: Reads, issued: Callable[..., str], door: Door
) -> None:
    issued(RENEWAL)
    page = read(LedgerState, "ledger", agency.csr(Grant.UNDERWRITING))
    no_term = "No term of the policy is in force at that moment."
    both = "An instruction cannot both set and clear the producer code."
    no_day, no_time = (
        "Choose the day on which it takes effect.",
        "Give a time of the day such as 14:30, or leave it blank.",
    )
    day = "2026-12-01"
    for form, problems in (
        (filled(), {"effective": no_day}),
        (filled(effective="soon"), {"effective": ledger_words.BETWEEN}),
        (filled(effective=day, time="noon"), {"time": no_time}),
        (filled(effective=day), {"codes": "A change needs an instruction."}),
        (filled(effective="2020-12-01", code="HL-daniel"), {"effective": no_term}),
        (filled(effective=day, code="HL-9"), {"codes": "There is no producer code HL-9."}),
        (filled(effective=day, code="HL-daniel", clear="on"), {"codes": both}),
        (filled(kind="issuance"), {"effective": no_day, "kind": "Choose what is to be drafted."}),
    ):
        asyncio.run(page.draft(form))
        assert (page.problems, page.drafts) == (problems, [])
    drawn = page.drawn_form
    asyncio.run(page.draft(filled(effective="2026-12-01", time="14:30", code="HL-daniel")))
    [draft] = page.drafts
    assert (page.problems, page.drawn_form) == ({}, drawn + 1)
    assert (draft.effective, draft.asks) == ("Dec 1, 2026, 2:30 PM", ["Set the producer code to HL-daniel"])
    assert draft.again_sentence == "1 transaction that takes effect later is reversed and applied again behind it."
    assert draft.again == ["Renewal effective Jun 1, 2027"]
    [part] = draft.parts
    assert (part.code, part.was_code, part.of_record, part.was_of_record) == ("HL-daniel", "HL-maya", "HL-maya", "")

    asyncio.run(page.go_on())
    assert page.drafts == [draft], "nothing was asked yet"
    asyncio.run(page.ask_first("issue", draft.key))
    assert page.asking_about == draft.key
    asyncio.run(page.go_on())
    assert (page.drafts, page.flash) == ([], "Issued. The policy is as it says.")
    asyncio.run(page.go_on())
    assert [each.state for each in page.lines] == ["Issued", "Issued", "Reversed", "Issued"]


@pytest.mark.criterion("LEDPAGE-12")
def test_what_cannot_be_issued_is_told_and_kept(
    agency: Agency, read: Reads, issued: Callable[..., str], door: Door
) -> None:
    page = read(LedgerState, "ledger", agency.principal())
    asyncio.run(page.draft(filled(kind="cancellation", effective="2026-10-01")))
    [draft] = page.drafts
    issued(TransactionKind.CANCELLATION, at(2026, 12, 1, 5))
    # Asked and confirmed on a page that had not heard of it yet.
    asyncio.run(page.ask_first("issue", draft.key))
    asyncio.run(page.go_on())
    assert page.flash == ("The policy has changed since you looked at it. Look at it again. The draft is still here.")
    [draft] = page.drafts
    assert (draft.moved, draft.problem) == (
        True,
        "Then the cancellation that takes effect at Dec 1, 2026 would not be possible any more.",
    )
    asyncio.run(page.keep_up(draft.key))
    assert not page.drafts[0].moved
    asyncio.run(page.ask_first("discard", draft.key))
    asyncio.run(page.go_on())
    assert (page.drafts, page.lines[-1].state) == ([], "Issued")
    assert {each.state for each in page.lines} == {"Issued", "Discarded"}

    # Drafted on top of what the page had shown before.
    issued(TransactionKind.REINSTATEMENT, at(2026, 12, 5))
    asyncio.run(page.draft(filled(effective="2026-12-06", code="HL-daniel")))
    assert page.flash.endswith("Look at it again. What you filled in is still here.")
    assert page.flash_kind == "bad"
    asyncio.run(page.draft(filled(effective="2026-12-06", code="HL-daniel")))
    assert len(page.drafts) == 1


@pytest.mark.criterion("LEDPAGE-25")
def test_term_against_term(agency: Agency, read: Reads, issued: Callable[..., str]) -> None:
    page = read(DifferenceState, "difference", agency.principal())
    assert (page.alone, page.shown != "", page.missing) == (True, True, False)
    issued(CHANGE, at(2026, 12, 1), setProducerCode="HL-daniel")
    issued(RENEWAL)
    page = read(DifferenceState, "difference", agency.producer())
    assert [(each.what, each.mark, each.before, each.after) for each in page.fields] == [
        ("Effective date", "Changed", "Jun 1, 2026", "Jun 1, 2027"),
        ("Expiration date", "Changed", "Jun 1, 2027", "Jun 1, 2028"),
        ("Code of record", "Changed", "HL-maya", "HL-daniel"),
    ]
    assert (page.coverages, page.premium) == ([], "The premium is the same")
    page = read(DifferenceState, "difference?from=2027-06-01&to=2026-06-01&show=all", agency.principal())
    assert (page.before, page.after) == ("Term of Jun 1, 2027", "Term of Jun 1, 2026")
    assert [(each.what, each.mark) for each in page.coverages] == [("Dwelling", "Same")]
    assert page.coverages[0].before == "limit $300,000, deductible $1,000, premium $900.00"
    for query, sentence in (
        ("from=2026-06-02", "No term of this policy begins on the day"),
        ("to=x", "No term of this policy begins on the day"),
        ("from=2026-06-01&to=2026-06-01", "These are the same term"),
        ("to=2026-06-01", "There is no earlier term than that one"),
    ):
        page = read(DifferenceState, f"difference?{query}", agency.principal())
        assert page.refused.startswith(sentence)
        assert not page.missing
    assert read(DifferenceState, "difference", agency.other_producer()).missing, "it is not yet Daniel's"


@pytest.mark.criterion("LEDPAGE-14")
def test_a_draft_under_a_producer_who_is_suspended_is_underwritten_flagged_and_let_through(
    agency: Agency, read: Reads, door: Door
) -> None:
    with door.database.read() as db:
        code = db.query(ProducerCode).filter(ProducerCode.code == "HL-daniel").one().locator
    door.run(lifecycle.suspend_code, agency.principal(), locator=code)
    page = read(LedgerState, "ledger", agency.principal())
    asyncio.run(page.draft(filled(effective="2026-12-06", code="HL-daniel")))
    [draft] = page.drafts
    assert "Underwrite this transaction" in draft.problem
    asyncio.run(page.underwrite("nothing"))
    assert page.flash_kind == "bad"

    asyncio.run(page.underwrite(draft.key))
    assert (page.flash, page.flash_kind) == ("Underwriting failed, and the draft is flagged.", "warning")
    [draft] = page.drafts
    [flag] = draft.flags
    assert (flag.level, flag.tag) == ("Info", "Invalid Producer Qualification")
    assert "HL-daniel" in flag.removing
    asyncio.run(page.ask_first("unflag", draft.key))
    assert page.asking == "", "a draft is no flag"
    asyncio.run(page.go_on())
    assert page.drafts[0].flags

    asyncio.run(page.ask_first("unflag", flag.key))
    asyncio.run(page.go_on())
    assert (page.flash, page.drafts[0].flags, page.drafts[0].problem) == ("The flag is removed.", [], "")
    asyncio.run(page.underwrite(draft.key))
    assert page.flash == "Underwriting lets it through."
    asyncio.run(page.ask_first("issue", draft.key))
    asyncio.run(page.go_on())
    assert page.drafts == []


@pytest.mark.criterion("BIND-25")
def test_the_ledger_says_what_authority_said_and_a_moratorium_stops_the_issue(
    door: Door, agency: Agency, read: Reads, issued: Callable[..., str], place: str
) -> None:
    issued(CHANGE, at(2026, 12, 1), setProducerCode="HL-daniel")
    page = read(LedgerState, "ledger", agency.principal())
    assert page.lines[0].authority == "Within binding authority"
    drafted = door.run(drafts.draft, agency.principal(), policy=place.rpartition("/")[2], kind=RENEWAL)
    asyncio.run(page.refresh())
    asyncio.run(page.ask_first("issue", drafted.locator))
    terms = replace(STORM, actions=(BindAction.RENEW,), zip_prefixes=())
    door.run(moratoria.add, agency.principal(), terms=terms)
    asyncio.run(page.go_on())
    assert page.flash.startswith("The moratorium Storm Ida (Wind) stops renewals until somebody ends it")
    assert page.flash.endswith("The draft is still here.")
    assert page.drafts[0].problem.startswith("The moratorium Storm Ida")
