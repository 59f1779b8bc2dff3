"""What the pages of quotes are given to draw, and what their buttons do."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from portal_app.models.enums import FlagLevel, ProducerState
from portal_app.services.door import Door
from portal_app.services.quotes import drafts
from portal_app.services.underwriting import flags, requests
from portal_app.state.quote import QuotePageState
from portal_app.state.quotes import QuotesState
from tests.services.quotes.acting import put, quote, underwriter
from tests.world import Agency

Opens = Callable[..., Any]


def drawn(page: Any) -> Any:
    asyncio.run(page.load())
    return page


@pytest.mark.criterion("QUOTE-10")
def test_the_list_is_searched_narrowed_and_says_why_it_is_empty(opens: Opens, door: Door, agency: Agency) -> None:
    quote(door, agency)
    second = quote(door, agency, None, of="daniel", premium=None)
    door.run(drafts.discard, underwriter(agency), locator=second.locator)
    page = drawn(opens(QuotesState, "/quotes", agency.csr()))
    assert [(each.insured, each.code, each.premium, each.state) for each in page.rows] == [
        ("Daniel's Client", "", "", "Discarded"),
        ("Maya's Client", "HL-maya", "$1,200.00", "Draft"),
    ]
    assert (page.headline, page.narrowed, page.rows[0].href) == ("2 quotes", False, f"/quotes/{second.locator}")
    for query, found in (("?q=daniel", 1), ("?state=draft", 1), ("?q=maya&state=discarded", 0), ("?state=odd", 2)):
        narrowed = drawn(opens(QuotesState, f"/quotes{query}", agency.csr()))
        assert (narrowed.total, narrowed.narrowed) == (found, query != "?state=odd")
    nothing = drawn(opens(QuotesState, "/quotes", agency.other_producer()))
    assert (nothing.loaded, nothing.total, nothing.narrowed) == (True, 0, False)


@pytest.mark.criterion("QUOTE-10")
def test_the_page_shows_facts_flags_and_the_producers_with_their_states(
    opens: Opens, door: Door, agency: Agency
) -> None:
    put(door, agency.branch, ProducerState.SUSPENDED)
    made = quote(door, agency, jurisdiction="RI")
    door.run(requests.underwrite_quote, underwriter(agency), locator=made.locator)
    page = drawn(opens(QuotePageState, f"/quotes/{made.locator}", agency.producer()))
    assert (page.insured, page.standing, page.may_underwrite, page.may_flag) == ("Maya's Client", "Draft", False, False)
    told = {each.label: each.value for each in [*page.facts, *page.risk]}
    assert (told["Premium"], told["State"], told["Limit"]) == ("$1,200.00", "Rhode Island", "Not known")
    assert [(each.called, each.state, each.valid) for each in page.links] == [
        ("HL-maya", "Validated", True),
        ("Maya Alvarez", "Validated", True),
        ("a producer above", "Suspended", False),
        ("a producer above", "Validated", True),
    ]
    assert page.invalid == (
        "Not validated: a producer above is suspended. Underwriting fails until that is mended, or the flag for it is "
        "removed."
    )
    (flag,) = page.flags
    assert (flag.tag, flag.level, flag.removed) == ("Invalid Producer Qualification", "Info", "")
    assert flag.by == f"By underwriting, asked for by {underwriter(agency).email}, 10:00 AM"
    assert not flag.no_effect
    put(door, agency.branch, ProducerState.VALIDATED)
    asyncio.run(page.refresh())
    assert (page.invalid, page.flags[0].no_effect) == (
        "",
        "Counts no more: HL-maya is valid again or not carried now.",
    )
    gone = drawn(opens(QuotePageState, f"/quotes/{made.locator}", agency.other_producer()))
    assert (gone.shown, gone.missing) == ("", True)


@pytest.mark.criterion("QUOTE-11")
def test_who_underwrites_does_so_from_the_page(opens: Opens, door: Door, agency: Agency) -> None:
    put(door, agency.maya, ProducerState.SUSPENDED)
    made = quote(door, agency)
    page = drawn(opens(QuotePageState, f"/quotes/{made.locator}", underwriter(agency)))
    assert (page.may_underwrite, page.may_reset, page.may_discard, page.may_flag) == (True, False, True, True)

    def do(handler: Any, *given: Any) -> tuple[str, str, str]:
        asyncio.run(handler(*given))
        return page.flash, page.flash_kind, page.standing

    failed = "Underwriting failed. Not validated: Maya Alvarez is suspended. The quote stays a draft, and is flagged."
    assert do(page.underwrite) == (failed, "warning", "Draft")
    do(page.ask_removal, page.flags[0].locator)
    assert "HL-maya through on this quote" in page.flags[0].warning
    assert do(page.remove_flag) == ("The flag is removed.", "good", "Draft")
    assert page.invalid.endswith("The flag for it was removed, so underwriting lets it through.")
    assert do(page.underwrite) == ("The quote is underwritten.", "good", "Underwritten")
    assert (page.may_underwrite, page.may_reset, page.may_flag) == (False, True, False)
    do(page.ask_first, "reset")
    assert page.asking == "reset"
    assert do(page.go_on) == ("The quote is a draft again.", "good", "Draft")

    do(page.open_form)
    do(page.add_flag, {"level": "block", "tag": "  ", "note": "x"})
    assert page.adding
    assert page.problems == {"tag": "Say in a few words what it is about: at most 200 characters, in one line."}
    assert do(page.add_flag, {"level": "block", "tag": "Old roof", "note": "x"})[0] == "The flag is set."
    assert not page.adding
    assert do(page.underwrite) == ("The quote is blocked by its flags.", "warning", "Blocked")
    do(page.ask_first, "everything")
    assert page.asking == ""
    do(page.ask_first, "discard")
    assert do(page.go_on) == ("The quote is discarded.", "good", "Discarded")


@pytest.mark.criterion("QUOTE-11")
def test_what_somebody_else_did_meanwhile_is_told_and_not_undone(opens: Opens, door: Door, agency: Agency) -> None:
    made, person = quote(door, agency), underwriter(agency)
    page = drawn(opens(QuotePageState, f"/quotes/{made.locator}", person))
    door.run(drafts.update, person, locator=made.locator, given={"producer_code": "HL-daniel"})
    asyncio.run(page.underwrite())
    assert (page.flash_kind, page.standing, page.code) == ("bad", "Draft", "HL-daniel")
    assert "in the meantime" in page.flash
    added = door.run(flags.add_to_quote, person, locator=made.locator, level=FlagLevel.INFO, tag="x")
    door.run(flags.remove, person, locator=added.locator)
    asyncio.run(page.ask_removal(added.locator))
    asyncio.run(page.remove_flag())
    assert page.flash == f"This flag has been removed already, by {person.email}."


@pytest.mark.criterion("QUOTE-11")
def test_what_is_discarded_is_what_was_asked_about(opens: Opens, door: Door, agency: Agency) -> None:
    """Although the page followed what was changed meanwhile, and whether or not it took the question back."""
    made, person = quote(door, agency), underwriter(agency)
    page = drawn(opens(QuotePageState, f"/quotes/{made.locator}", person))
    asyncio.run(page.ask_first("discard"))
    door.run(drafts.update, person, locator=made.locator, given={"premium": Decimal(2400)})
    told = "Premium was $1,200.00, and is $2,400.00 now"
    asyncio.run(page.go_on())
    said = f"Nothing was done, because this quote changed since you were asked: {told}. Look at it, then decide again."
    assert (page.flash, page.standing) == (said, "Draft")
    asyncio.run(page.ask_first("discard"))
    door.run(drafts.update, person, locator=made.locator, given={"premium": Decimal(1200)})
    asyncio.run(page.refresh())
    assert page.asking == ""
    assert page.flash.endswith("Premium was $2,400.00, and is $1,200.00 now.")
