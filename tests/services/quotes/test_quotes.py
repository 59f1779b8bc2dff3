"""Quotes as they are drawn up, changed, looked up, and who may."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import FlagLevel, ProducerState, QuoteState
from portal_app.models.quotes import Quote
from portal_app.services import marks
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.producers import impact, lifecycle
from portal_app.services.quotes import drafts, find
from portal_app.services.quotes.terms import QuoteTerms
from portal_app.services.underwriting import flags, requests
from tests.services.producers.acting import deeds, listen
from tests.services.quotes.acting import places, put, quote, underwriter
from tests.world import Agency, Clock

State = ProducerState


@pytest.mark.criterion("QUOTE-01")
def test_a_quote_is_drawn_up_and_changed(door: Door, agency: Agency) -> None:
    made = quote(door, agency, jurisdiction="RI", class_codes=("91340", "4-A"), terms="Roof:\nnew")
    assert (made.state, made.version, made.insured_name) == (QuoteState.DRAFT, 1, "Maya's Client")
    assert (made.producer_code, made.producer, made.line_name) == ("HL-maya", "Maya Alvarez", "Homeowners")
    assert (made.premium, made.deductible, made.class_codes) == (Decimal("1200.00"), None, ("91340", "4-A"))
    assert made.created_by == underwriter(agency).email

    def change(version: int | None = None, **given: Any) -> Any:
        return door.run(drafts.update, underwriter(agency), locator=made.locator, given=given, version=version)

    changed = change(version=1, producer_code="HL-daniel", premium=None)
    assert (changed.producer_code, changed.premium, changed.version) == ("HL-daniel", None, 2)
    assert (changed.terms, changed.class_codes) == (made.terms, made.class_codes), "what is not named stays"
    assert change(producer_code="HL-daniel").version == 2, "nothing was changed"
    with pytest.raises(Conflict, match="in the meantime"):
        change(version=1, limit=Decimal(5))
    assert change(producer_code=None).producer_code == ""
    assert door.run(find.quote, agency.read_only(), locator=made.locator) == change()


@pytest.mark.criterion("QUOTE-02")
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("line", "boats", "There is no line of business boats."),
        ("carrier", "nobody", "There is no such carrier."),
        ("expiration", date(2027, 1, 1), "The expiration date comes after the effective date."),
        ("valid_until", date(1200, 1, 1), "Enter a date between 1900 and 2199."),
        ("jurisdiction", "ZZ", "ZZ is no state: two letters such as RI are expected."),
        ("postal_code", "2840", "Enter a ZIP code of five digits, or of nine such as 02840-1234."),
        ("premium", Decimal(-1), "Enter an amount between $0.00 and $9,999,999,999.99."),
        ("limit", Decimal("NaN"), "Enter an amount between $0.00 and $9,999,999,999.99."),
        ("losses", Decimal("1.005"), "Enter dollars with at most two decimals."),
        (
            "class_codes",
            ("roof",),
            "roof is no class code: at most ten digits, capital letters and dashes, such as 91340.",
        ),
        ("class_codes", ("91340", "91340"), "Name each class code once."),
        ("terms", "a\x00b", "There are characters in it that cannot be shown."),
        ("terms", "x" * 4001, "Enter at most 4,000 characters."),
    ],
)
def test_what_cannot_be_taken_is_told_by_field(
    door: Door, agency: Agency, field: str, value: Any, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        quote(door, agency, **{field: value})
    assert refused.value.problems == {field: sentence}
    draft = quote(door, agency)
    with pytest.raises(Invalid) as refused:
        door.run(drafts.update, underwriter(agency), locator=draft.locator, given={field: value})
    assert refused.value.problems == {field: sentence}
    assert door.run(find.quote, agency.principal(), locator=draft.locator) == draft


@pytest.mark.criterion("QUOTE-02")
def test_an_account_that_there_is_not_is_told(door: Door, agency: Agency) -> None:
    _, carrier = places(door, agency)
    terms = QuoteTerms(line="bop", carrier=carrier, effective=date(2027, 1, 1), expiration=date(2028, 1, 1))
    with pytest.raises(Invalid) as refused:
        door.run(drafts.create, agency.principal(), account="01J00000000000000000000000", terms=terms)
    assert refused.value.problems == {"account": "There is no such account."}


@pytest.mark.criterion("QUOTE-03")
def test_codes_that_are_unknown_or_over_are_refused_and_others_are_for_underwriting(door: Door, agency: Agency) -> None:
    draft, carrying = quote(door, agency, None), quote(door, agency)

    def carry(name: str) -> str:
        given = {"producer_code": name}
        return door.run(drafts.update, underwriter(agency), locator=draft.locator, given=given).producer_code

    with pytest.raises(Invalid, match="There is no producer code HL-9"):
        carry("HL-9")
    for state in (State.RETIRED, State.DISCARDED):
        put(door, agency.codes["maya"], state)
        with pytest.raises(Invalid, match=f"The producer code HL-maya is {state} and cannot be used again"):
            carry("HL-maya")
        with pytest.raises(Invalid, match="cannot be used again"):
            quote(door, agency)
        # What it carries already does not keep other terms from being changed.
        given = {"premium": Decimal(10 + len(state))}
        changed = door.run(drafts.update, underwriter(agency), locator=carrying.locator, given=given)
        assert (changed.producer_code, changed.premium) == ("HL-maya", given["premium"])
    put(door, agency.codes["maya"], State.VALIDATED)
    for state in (State.RETIRED, State.DISCARDED):
        put(door, agency.maya, state)
        with pytest.raises(Invalid, match=f"The producer of HL-maya is {state}, and the code cannot be used again"):
            carry("HL-maya")
    put(door, agency.maya, State.SUSPENDED)
    for state in (State.SUSPENDED, State.DRAFT):
        put(door, agency.codes["maya"], state)
        assert carry("HL-maya") == "HL-maya"


@pytest.mark.criterion("QUOTE-05")
def test_who_writes_and_who_sees(door: Door, agency: Agency) -> None:
    hers, nobodys = quote(door, agency), quote(door, agency, None)
    seen = {
        agency.principal(): 2,
        agency.csr(): 2,
        agency.read_only(): 2,
        agency.producer(): 1,
        agency.other_producer(): 0,
    }
    for person, count in seen.items():
        assert door.run(find.listed, person).total == count
    assert door.run(find.quote, agency.producer(), locator=hers.locator) == hers
    for person, locator in ((agency.other_producer(), hers.locator), (agency.producer(), nobodys.locator)):
        with pytest.raises(NotFound):
            door.run(find.quote, person, locator=locator)
        with pytest.raises(NotFound):
            door.run(requests.standing_of_quote, person, locator=locator)
    with pytest.raises(Forbidden):
        door.run(find.listed, agency.admin())
    for person in (agency.csr(), agency.producer(), agency.admin(), agency.read_only()):
        for verb in (drafts.reset, drafts.discard, requests.underwrite_quote):
            with pytest.raises(Forbidden):
                door.run(verb, person, locator=hers.locator)


@pytest.mark.criterion("QUOTE-05")
def test_an_account_that_is_not_the_producers_is_named_and_not_linked(door: Door, agency: Agency) -> None:
    quote(door, agency, "HL-daniel", of="maya")
    (seen,) = door.run(find.listed, agency.other_producer()).rows
    assert (seen.insured_name, seen.account) == ("Maya's Client", "")


@pytest.mark.criterion("QUOTE-08")
def test_quotes_are_found_by_account_code_state_and_text(door: Door, agency: Agency) -> None:
    first, second = quote(door, agency), quote(door, agency, "HL-daniel", of="daniel")
    third = quote(door, agency, None, of="nobody")
    door.run(drafts.discard, agency.principal(), locator=third.locator)

    def found(**asked: Any) -> list[str]:
        listed = door.run(find.listed, agency.principal(), **asked)
        assert listed.total == len(listed.rows) or asked.get("count")
        return [each.locator for each in listed.rows]

    assert found() == [third.locator, second.locator, first.locator]
    assert found(account=places(door, agency, "daniel")[0]) == [second.locator]
    assert found(producer_code="HL-maya") == [first.locator]
    assert found(producer_code="HL-may") == []
    assert found(text="hl-DAN") == [second.locator]
    assert found(text="nobody's  client") == [third.locator]
    assert found(text="100%_") == []
    assert found(state=QuoteState.DISCARDED) == [third.locator]
    assert found(offset=1, count=1) == [second.locator]


@pytest.mark.criterion("QUOTE-06")
def test_a_code_is_not_discarded_while_a_quote_beyond_draft_carries_it(door: Door, agency: Agency) -> None:
    code, admin, principal = agency.codes["house"], agency.admin(), agency.principal()
    held = quote(door, agency, "HL-house")
    for state in (QuoteState.UNDERWRITTEN, QuoteState.BLOCKED, QuoteState.DECLINED, QuoteState.REJECTED):
        with door.database.write() as db:
            db.execute(_state(held.locator, state))
        with pytest.raises(Conflict, match="A quote beyond draft carries this code, so that it cannot be discarded"):
            door.run(lifecycle.discard_code, admin, locator=code.locator)
        with pytest.raises(Conflict, match="A quote beyond draft carries a code of this producer"):
            door.run(lifecycle.discard_producer, admin, locator=agency.house.locator)
        told = door.run(impact.impact_of_code, admin, locator=code.locator)
        assert (told.quotes, told.policies) == (int(state is not QuoteState.REJECTED), 0), "open quotes are counted"
    # Below the house there are others, whose quotes do not keep its own code.
    quote(door, agency)
    assert door.run(impact.impact, admin, locator=agency.house.locator).quotes == 1
    with door.database.write() as db:
        db.execute(_state(held.locator, QuoteState.UNDERWRITTEN))
    hers = quote(door, agency)
    door.run(requests.underwrite_quote, principal, locator=hers.locator)
    with pytest.raises(Conflict, match="A policy and a quote beyond draft carry this code"):
        door.run(lifecycle.discard_code, admin, locator=agency.codes["maya"].locator)
    door.run(drafts.discard, principal, locator=held.locator)
    assert door.run(lifecycle.discard_code, admin, locator=code.locator).producer_code_state is State.DISCARDED


@pytest.mark.criterion("QUOTE-06")
def test_a_draft_and_a_discarded_quote_let_go_of_their_code(door: Door, agency: Agency) -> None:
    draft, gone = quote(door, agency, "HL-house"), quote(door, agency, "HL-house")
    door.run(requests.underwrite_quote, agency.principal(), locator=gone.locator)
    door.run(drafts.discard, agency.principal(), locator=gone.locator)
    door.run(lifecycle.discard_code, agency.admin(), locator=agency.codes["house"].locator)
    answer = door.run(requests.underwrite_quote, agency.principal(), locator=draft.locator)
    assert [(each.called, each.state) for each in answer.result.invalid] == [("HL-house", State.DISCARDED)]


@pytest.mark.criterion("QUOTE-07")
def test_each_step_is_in_the_trail_and_told(
    door: Door, agency: Agency, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listen(monkeypatch)
    person = underwriter(agency)
    made = quote(door, agency)
    door.run(drafts.update, person, locator=made.locator, given={"limit": Decimal(5)})
    door.run(requests.underwrite_quote, person, locator=made.locator)
    door.run(drafts.reset, person, locator=made.locator)
    door.run(drafts.discard, person, locator=made.locator)
    verbs = ("create", "update", "underwrite", "reset", "discard")
    assert told == [(f"quote.{verb}", made.locator) for verb in verbs]
    assert deeds(door, made.locator) == [
        f"quote.{done}" for done in ("created", "changed", "underwritten", "reset", "discarded")
    ]
    with door.database.read() as db:
        changed = db.scalars(select(AuditEvent).where(AuditEvent.action == "quote.changed")).one()
        assert changed.detail == {"before": {"limit": None}, "after": {"limit": "5.00"}}
        assert (changed.actor, changed.subject_kind) == (person.email, "quote")


@pytest.mark.criterion("QUOTE-10")
def test_open_pages_of_quotes_hear_of_them_of_flags_and_of_producers(door: Door, agency: Agency) -> None:
    person, heard = underwriter(agency), []

    def hear() -> None:
        told = asyncio.run(marks.now(door))
        heard.append(told.get("quotes", 0) + told.get("producers", 0))

    made = quote(door, agency)
    hear()
    added = door.run(flags.add_to_quote, person, locator=made.locator, level=FlagLevel.INFO, tag="x")
    hear()
    door.run(flags.remove, person, locator=added.locator)
    hear()
    door.run(lifecycle.suspend_producer, agency.admin(), locator=agency.branch.locator)
    hear()
    door.run(requests.underwrite_quote, person, locator=made.locator)
    hear()
    assert heard == [1, 2, 3, 4, 5]


@pytest.mark.criterion("QUOTE-02")
def test_the_database_holds_that_no_amount_is_below_nothing(door: Door, agency: Agency) -> None:
    made = quote(door, agency)
    for name in ("premium", "losses"):
        with pytest.raises(IntegrityError), door.database.write() as db:
            db.execute(update(Quote).where(Quote.locator == made.locator).values({name: Decimal("-0.01")}))


def _state(locator: str, state: QuoteState) -> Any:
    return update(Quote).where(Quote.locator == locator).values(state=state)
