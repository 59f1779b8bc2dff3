"""Underwriting a quote whose producer is not valid: flagged once, told link by link, and let through by hand."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import select

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import FlagCause, FlagLevel, ProducerState, QuoteState
from portal_app.services.door import Door, Tx
from portal_app.services.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from portal_app.services.producers import lifecycle, loading
from portal_app.services.producers.configuration import UnderwritingFlag
from portal_app.services.quotes import drafts, find
from portal_app.services.underwriting import flags, requests
from portal_app.services.underwriting.outcome import Outcome
from portal_app.services.underwriting.requests import QuoteUnderwriting
from tests.services.producers.acting import deeds, listen
from tests.services.producers.configured import SEED, with_configuration
from tests.services.quotes.acting import put, quote, underwriter
from tests.world import Agency

State = ProducerState
LEVELS = ("block", "reject", "decline", "info")


def configured(door: Door, level: str | None) -> Door:
    """The agency of the requirements' example, with this level."""
    seed = deepcopy(SEED)
    if level is None:
        del seed["producerManagement"]["underwritingFlag"]
    else:
        seed["producerManagement"]["underwritingFlag"]["level"] = level
    return with_configuration(door, seed)


def underwrite(door: Door, agency: Agency, locator: str, **given: Any) -> QuoteUnderwriting:
    return door.run(requests.underwrite_quote, underwriter(agency), locator=locator, **given)


def remove(door: Door, agency: Agency, flag: str) -> flags.FlagView:
    return door.run(flags.remove, underwriter(agency), locator=flag)


def carry(door: Door, agency: Agency, locator: str, code: str | None) -> None:
    door.run(drafts.update, underwriter(agency), locator=locator, given={"producer_code": code})


@pytest.mark.criterion("UW-01")
@pytest.mark.criterion("UW-02")
@pytest.mark.parametrize("level", LEVELS)
def test_at_each_level_it_fails_once_flagged_and_passes_once_the_flag_is_removed(
    door: Door, agency: Agency, level: str
) -> None:
    door = configured(door, level)
    put(door, agency.branch, State.SUSPENDED)
    draft = quote(door, agency)

    first, second = underwrite(door, agency, draft.locator), underwrite(door, agency, draft.locator)

    for answer in (first, second):
        assert answer.result.outcome is Outcome.FAILED
        assert answer.quote.state is QuoteState.DRAFT
        assert [(each.kind, each.called) for each in answer.result.invalid] == [("producer", "North Branch")]
        assert [each.called for each in answer.result.way] == [
            "HL-maya",
            "Maya Alvarez",
            "North Branch",
            "Harbor Lane Insurance",
        ]
        (flag,) = answer.result.flags
        assert (flag.cause, flag.level, flag.tag, flag.note) == (
            FlagCause.PRODUCER,
            FlagLevel(level),
            "Example tag",
            "Example note",
        )
        assert (flag.producer_code, flag.quote, flag.removed_at) == ("HL-maya", draft.locator, None)
    assert door.run(flags.of_a_quote, agency.producer(), locator=draft.locator) == first.result.flags, "it was kept"

    removed = remove(door, agency, first.result.flags[0].locator)
    assert removed.removed_by == underwriter(agency).email
    done = underwrite(door, agency, draft.locator)
    assert (done.result.outcome, done.quote.state) == (Outcome.PASSED, QuoteState.UNDERWRITTEN)
    assert [each.called for each in done.result.invalid] == ["North Branch"], "it is still not valid, and told so"
    assert done.quote.underwritten_at is not None


@pytest.mark.criterion("UW-01")
def test_without_configuration_the_level_is_info_and_with_none_nothing_fails(door: Door, agency: Agency) -> None:
    put(door, agency.maya, State.SUSPENDED)
    draft = quote(door, agency)
    plain = configured(door, None)
    assert plain.ports.producers.underwriting_flag == UnderwritingFlag()
    answer = underwrite(plain, agency, draft.locator)
    assert answer.result.outcome is Outcome.FAILED
    (flag,) = answer.result.flags
    assert (flag.level, flag.tag, flag.note) == (FlagLevel.INFO, "Invalid Producer Qualification", "")
    none = configured(door, "none")
    other = quote(none, agency)
    done = underwrite(none, agency, other.locator)
    assert (done.result.outcome, done.result.flags) == (Outcome.PASSED, ())
    assert [each.called for each in done.result.invalid] == ["Maya Alvarez"]
    # What was flagged before the agency turned it off fails nothing any more.
    assert underwrite(none, agency, draft.locator).quote.state is QuoteState.UNDERWRITTEN


@pytest.mark.criterion("UW-01")
@pytest.mark.parametrize("state", [state for state in State if state is not State.VALIDATED])
def test_each_link_that_is_not_validated_is_named(door: Door, agency: Agency, state: ProducerState) -> None:
    draft = quote(door, agency)
    for link in (agency.house, agency.maya, agency.codes["maya"]):
        put(door, link, state)
    answer = underwrite(door, agency, draft.locator)
    assert [(each.kind, each.called, each.state) for each in answer.result.invalid] == [
        ("producer_code", "HL-maya", state),
        ("producer", "Maya Alvarez", state),
        ("producer", "Harbor Lane Insurance", state),
    ]


@pytest.mark.criterion("UW-01")
def test_a_valid_producer_and_no_producer_code_pass(door: Door, agency: Agency) -> None:
    put(door, agency.daniel, State.SUSPENDED)
    for code in ("HL-maya", None):
        done = underwrite(door, agency, quote(door, agency, code).locator)
        assert (done.result.outcome, done.result.flags, done.result.invalid) == (Outcome.PASSED, (), ())
    draft = quote(door, agency)
    with pytest.raises(Conflict):
        underwrite(door, agency, draft.locator, version=draft.version + 1)
    underwrite(door, agency, draft.locator, version=draft.version)
    with pytest.raises(Conflict, match=r"This quote is underwritten\. Only one that is draft can be underwritten"):
        underwrite(door, agency, draft.locator)


@pytest.mark.criterion("UW-02")
def test_the_removal_counts_for_that_code_alone(door: Door, agency: Agency) -> None:
    for name in ("maya", "daniel"):
        put(door, agency.codes[name], State.SUSPENDED)
    draft = quote(door, agency)
    (hers,) = underwrite(door, agency, draft.locator).result.flags
    remove(door, agency, hers.locator)
    carry(door, agency, draft.locator, "HL-daniel")

    failed = underwrite(door, agency, draft.locator)
    assert (failed.result.outcome, failed.quote.state) == (Outcome.FAILED, QuoteState.DRAFT)
    assert [each.producer_code for each in failed.result.flags] == ["HL-maya", "HL-daniel"]
    assert failed.result.counting == (failed.result.flags[1].locator,)

    # The code that was let through before is let through again, and is not flagged anew.
    carry(door, agency, draft.locator, "HL-maya")
    done = underwrite(door, agency, draft.locator)
    assert (done.quote.state, len(done.result.flags)) == (QuoteState.UNDERWRITTEN, 2)
    # And it is not for another quote.
    assert underwrite(door, agency, quote(door, agency).locator).result.outcome is Outcome.FAILED


@pytest.mark.criterion("UW-09")
def test_a_flag_whose_reason_is_gone_stands_and_counts_no_more(door: Door, agency: Agency) -> None:
    door = configured(door, "block")
    put(door, agency.codes["maya"], State.SUSPENDED)
    for code, state in (("HL-maya", State.VALIDATED), ("HL-daniel", State.SUSPENDED), (None, State.SUSPENDED)):
        put(door, agency.codes["maya"], State.SUSPENDED)
        draft = quote(door, agency)
        underwrite(door, agency, draft.locator)
        put(door, agency.codes["maya"], state)
        carry(door, agency, draft.locator, code)
        done = underwrite(door, agency, draft.locator)
        assert (done.result.outcome, done.result.counting) == (Outcome.PASSED, ())
        assert [each.removed_at for each in done.result.flags] == [None]
    # Once it is not valid again the flag counts again, without a second one.
    put(door, agency.codes["maya"], State.VALIDATED)
    draft = quote(door, agency)
    put(door, agency.codes["maya"], State.SUSPENDED)
    underwrite(door, agency, draft.locator)
    put(door, agency.codes["maya"], State.VALIDATED)
    underwrite(door, agency, draft.locator)
    door.run(drafts.reset, underwriter(agency), locator=draft.locator)
    put(door, agency.codes["maya"], State.SUSPENDED)
    again = underwrite(door, agency, draft.locator)
    assert (again.result.outcome, len(again.result.flags)) == (Outcome.FAILED, 1)


@pytest.mark.criterion("UW-07")
def test_flags_by_hand_are_set_removed_and_kept(door: Door, agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    told = listen(monkeypatch)
    person, draft = underwriter(agency), quote(door, agency)
    added = door.run(
        flags.add_to_quote, person, locator=draft.locator, level=FlagLevel.BLOCK, tag=" Old roof ", note="30 years"
    )
    assert (added.cause, added.tag, added.note) == (FlagCause.PERSON, "Old roof", "30 years")
    assert (added.created_by, added.producer_code) == (person.email, "")
    done = underwrite(door, agency, draft.locator)
    assert (done.quote.state, done.result.outcome) == (QuoteState.BLOCKED, Outcome.BLOCKED)
    removed = remove(door, agency, added.locator)
    assert removed.removed_at is not None
    assert door.run(flags.flag, agency.producer(), locator=added.locator) == removed
    with pytest.raises(Conflict, match=f"This flag has been removed already, by {person.email}"):
        remove(door, agency, added.locator)
    door.run(drafts.reset, person, locator=draft.locator)
    assert underwrite(door, agency, draft.locator).quote.state is QuoteState.UNDERWRITTEN
    with pytest.raises(Conflict, match="Bring it back to draft before its flags are changed"):
        door.run(flags.add_to_quote, person, locator=draft.locator, level=FlagLevel.BLOCK, tag="x")
    assert deeds(door, draft.locator)[1:5] == [
        "quote.flagged",
        "quote.underwritten",
        "quote.flag_removed",
        "quote.reset",
    ]
    assert [each for each in told if "Flag" in each[0]] == [
        ("quote.underwritingFlag.add", added.locator),
        ("quote.underwritingFlag.remove", added.locator),
    ]
    for given, field in (({"tag": " "}, "tag"), ({"tag": "x" * 201}, "tag"), ({"tag": "x", "note": "\x00"}, "note")):
        other = quote(door, agency)
        with pytest.raises(Invalid) as refused:
            door.run(flags.add_to_quote, person, locator=other.locator, level=FlagLevel.INFO, **given)
        assert list(refused.value.problems) == [field]


@pytest.mark.criterion("UW-07")
def test_who_may_flag_and_who_sees_it(door: Door, agency: Agency) -> None:
    draft = quote(door, agency)
    added = door.run(flags.add_to_quote, agency.principal(), locator=draft.locator, level=FlagLevel.INFO, tag="Look")
    for person in (agency.csr(), agency.producer(), agency.admin(), agency.read_only()):
        with pytest.raises(Forbidden):
            door.run(flags.remove, person, locator=added.locator)
        with pytest.raises(Forbidden):
            door.run(flags.add_to_quote, person, locator=draft.locator, level=FlagLevel.APPROVE, tag="x")
    for person in (agency.csr(), agency.producer(), agency.read_only()):
        assert door.run(flags.flag, person, locator=added.locator) == added
    for service, locator in ((flags.flag, added.locator), (flags.of_a_quote, draft.locator)):
        with pytest.raises(NotFound):
            door.run(service, agency.other_producer(), locator=locator)
        with pytest.raises(Forbidden):
            door.run(service, agency.admin(), locator=locator)


@pytest.mark.criterion("UW-06")
@pytest.mark.both_databases
def test_two_requests_at_once_make_one_flag(door: Door, agency: Agency) -> None:
    put(door, agency.maya, State.SUSPENDED)
    draft = quote(door, agency)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: underwrite(door, agency, draft.locator), range(4)))
    assert {each.result.outcome for each in answers} == {Outcome.FAILED}
    assert {each.result.flags for each in answers} == {answers[0].result.flags}
    assert len(answers[0].result.flags) == 1
    assert deeds(door, draft.locator).count("quote.flagged") == 1
    assert deeds(door, draft.locator).count("quote.underwritten") == 4


@pytest.mark.criterion("UW-06")
@pytest.mark.both_databases
def test_of_a_code_that_is_discarded_and_a_quote_that_advances_at_once_one_waits(door: Door, agency: Agency) -> None:
    draft, code = quote(door, agency, "HL-house"), agency.codes["house"]
    answers: list[Any] = []

    def discard() -> None:
        try:
            answers.append(door.run(lifecycle.discard_code, agency.admin(), locator=code.locator))
        except DomainError as error:
            answers.append(error.sentence)

    other = threading.Thread(target=discard)
    with door.database.write() as db:
        tx = Tx(db, underwriter(agency), door.clock(), door.settings, door.ports)
        requests.underwrite_quote(tx, locator=draft.locator)
        other.start()
        other.join(1)
        assert answers == [], "it waits to see what becomes of the quote"
    other.join()
    assert answers == ["A quote beyond draft carries this code, so that it cannot be discarded. It can be retired."]
    assert door.run(find.quote, agency.principal(), locator=draft.locator).state is QuoteState.UNDERWRITTEN


@pytest.mark.criterion("UW-01")
def test_a_failed_request_is_in_the_trail_with_what_was_not_valid(door: Door, agency: Agency) -> None:
    put(door, agency.maya, State.SUSPENDED)
    draft = quote(door, agency)
    underwrite(door, agency, draft.locator)
    with door.database.read() as db:
        asked = select(AuditEvent).where(AuditEvent.action.in_(["quote.flagged", "quote.underwritten"]))
        flagged, underwritten = db.scalars(asked.order_by(AuditEvent.id))
        assert flagged.detail["level"] == "info"
        assert underwritten.detail == {"outcome": "failed", "state": "draft", "invalid": ["Maya Alvarez: suspended"]}


def test_the_configuration_of_the_requirements_is_read() -> None:
    """`configured` changes the level alone; what the requirements write is there."""
    assert loading.load(json.dumps(SEED)).underwriting_flag.tag == "Example tag"


@pytest.mark.criterion("UW-02")
@pytest.mark.parametrize("holder", [False, True])
def test_a_removed_flag_lets_no_code_through_that_was_discarded_since(door: Door, agency: Agency, holder: bool) -> None:
    put(door, agency.maya, State.SUSPENDED)
    draft = quote(door, agency)
    [flag] = underwrite(door, agency, draft.locator).result.flags
    door.run(flags.remove, underwriter(agency), locator=flag.locator)
    put(door, agency.maya if holder else agency.codes["maya"], State.DISCARDED)
    with pytest.raises(Conflict, match=r"HL-maya is discarded(, and the code| and) cannot be used again"):
        underwrite(door, agency, draft.locator)
