"""May this quote, this draft, this risk be bound? Asked of what is written down, and kept."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from portal_app.database import Database
from portal_app.models.audit import AuditEvent
from portal_app.models.authority import AuthorityDecision
from portal_app.models.enums import (
    BindAction,
    BindOutcome,
    FlagCause,
    FlagLevel,
    Grant,
    GranteeKind,
    QuoteState,
    Role,
)
from portal_app.models.policies import LineOfBusiness
from portal_app.models.quotes import Quote, UnderwritingFlag
from portal_app.services.access import Actor, system
from portal_app.services.authority import decide, decisions, grants, moratoria
from portal_app.services.authority.answers import Rule
from portal_app.services.authority.facts import Facts, Subject, restored
from portal_app.services.authority.rules import NOT_LIMITED, evaluate
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.licensing import cover
from portal_app.services.producers import lifecycle
from portal_app.services.trail import events
from tests.services.authority.asked import verdicts
from tests.services.authority.conftest import Allow, Stop, add_quote
from tests.services.licensing.conftest import Write
from tests.world import NOW, Agency, Clock, actor

BIND, REFER, DENY = BindOutcome.BIND, BindOutcome.REFER, BindOutcome.DENY
Decide = Callable[..., decisions.Decided]


@pytest.fixture
def ask(door: Door, agency: Agency, quote: Quote) -> Decide:
    """Asks about Maya's quote, as Maya unless another is named."""

    def asked(person: Actor | None = None, by: Door | None = None) -> decisions.Decided:
        return (by or door).run(decide.for_quote, person or agency.producer(), quote=quote.locator)

    return asked


def said(found: decisions.Decided, rule: Rule) -> Any:
    return next(each for each in found.answers if each.rule is rule)


@pytest.mark.criterion("BIND-01")
def test_a_quote_goes_through_all_rules_and_is_bound_within_authority(
    asking: Door, agency: Agency, ask: Decide, allow: Allow, license_of: Write, appointment_of: Write, carrier: str
) -> None:
    found = ask(by=asking)
    assert verdicts(found.answers) == {
        **dict.fromkeys(Rule, "pass"),
        Rule.LICENSE: "deny",
        Rule.APPOINTMENT: "deny",
        Rule.GRANT: "refer",
    }
    assert (found.outcome, found.revision) == (DENY, 0)
    license_of(agency.maya)
    appointment_of(agency.maya)
    assert ask(by=asking).outcome is REFER
    grant = allow(binder_days=30)
    found = ask(by=asking)
    assert (found.outcome, found.revision, found.binder_days) == (BIND, 1, 30)
    assert said(found, Rule.PARENTS).found == "Maya Alvarez and a producer above are validated."
    assert said(found, Rule.GRANT).found == f"Allowed by: {grant.told}."
    assert found.rules == ((grant.locator, 1),)
    assert (found.facts.premium, found.facts.carrier, found.facts.producer_code) == (Decimal(9000), carrier, "HL-maya")


@pytest.mark.criterion("BIND-03")
def test_license_and_appointment_are_needed_today_and_on_the_day_it_takes_effect(
    asking: Door, database: Database, agency: Agency, license_of: Write, appointment_of: Write
) -> None:
    license_of(agency.maya)
    appointment_of(agency.maya, termination_date=date(2026, 12, 1), reason="Ends")
    for effective, licensed, appointed in (
        (date(2026, 11, 30), "pass", "pass"),
        (date(2026, 12, 1), "pass", "deny"),
        (date(2027, 2, 1), "deny", "deny"),
        (date(2025, 12, 31), "deny", "deny"),
    ):
        quote = add_quote(database, agency, effective=effective, expiration=date(2029, 1, 1))
        found = asking.run(decide.for_quote, agency.producer(), quote=quote.locator)
        by_rule = verdicts(found.answers)
        assert (by_rule[Rule.LICENSE], by_rule[Rule.APPOINTMENT]) == (licensed, appointed), effective


@pytest.mark.criterion("BIND-02")
def test_who_stands_above_stops_it(door: Door, agency: Agency, ask: Decide, allow: Allow) -> None:
    allow()
    assert ask().outcome is BIND
    door.run(lifecycle.suspend_producer, agency.admin(), locator=agency.house.locator)
    found = ask()
    assert found.outcome is DENY
    assert said(found, Rule.PARENTS).found == "A producer above is suspended."
    assert said(ask(agency.csr()), Rule.PARENTS).found == "Harbor Lane Insurance is suspended."
    assert said(found, Rule.CODE).verdict.value == "pass"


@pytest.mark.criterion("BIND-04")
def test_cover_stops_it_where_it_is_to(door: Door, agency: Agency, ask: Decide, allow: Allow) -> None:
    allow()
    needed = {"each_claim": Decimal(1), "aggregate": Decimal(1)}
    about = {"producer": agency.maya.locator}
    door.run(cover.require, agency.admin(), **about, version=0, **needed, stops_bind=False)
    assert ask().outcome is BIND
    door.run(cover.require, agency.admin(), **about, version=1, **needed, stops_bind=True)
    assert ask().outcome is DENY


@pytest.mark.criterion("BIND-05")
def test_a_moratorium_stops_also_a_principal_until_it_is_ended(
    door: Door, agency: Agency, ask: Decide, stop: Stop
) -> None:
    storm = stop()
    found = ask(agency.principal())
    assert (found.outcome, said(found, Rule.GRANT).found) == (DENY, NOT_LIMITED)
    assert found.rules == ((storm.locator, 1),)
    door.run(moratoria.end, agency.principal(), locator=storm.locator, version=1)
    assert ask(agency.principal()).outcome is BIND


@pytest.mark.criterion("BIND-06")
def test_grants_of_others_and_of_other_days_do_not_count(door: Door, agency: Agency, ask: Decide, allow: Allow) -> None:
    allow(grantee_kind=GranteeKind.CODE, grantee="HL-daniel")
    allow(grantee_kind=GranteeKind.ROLE, grantee="csr")
    allow(effective_on=date(2026, 11, 21))
    allow(expires_on=date(2026, 11, 19))
    gone = allow()
    door.run(grants.end, agency.admin(), locator=gone.locator, version=1)
    assert (ask().outcome, ask().rules) == (REFER, ())
    assert ask(agency.csr()).outcome is BIND
    last = allow(expires_on=date(2026, 11, 20), grantee_kind=GranteeKind.PRODUCER, grantee=agency.house.locator)
    assert (ask().outcome, ask().rules) == (BIND, ((last.locator, 1),))


@pytest.mark.criterion("BIND-09")
def test_flags_that_stand_stop_it_and_removed_ones_do_not(
    door: Door, agency: Agency, database: Database, quote: Quote, ask: Decide
) -> None:
    flag = UnderwritingFlag(
        quote_id=quote.id,
        cause=FlagCause.PERSON,
        level=FlagLevel.BLOCK,
        tag="Roof",
        created_at=NOW,
        created_by="csr@agency.test",
    )
    with database.write() as db:
        db.add(flag)
    assert said(ask(agency.principal()), Rule.FLAGS).found == "The underwriting flag “Roof” stands: blocked."
    with database.write() as db:
        row = db.get_one(UnderwritingFlag, flag.id)
        row.removed_at, row.removed_by = NOW, "csr@agency.test"
    assert ask(agency.principal()).outcome is BIND
    again = "Bring it back to draft and have it underwritten again."
    for state, outcome, would_pass in (
        (QuoteState.DRAFT, REFER, "Have it underwritten."),
        (QuoteState.BLOCKED, REFER, again),
        (QuoteState.DECLINED, REFER, again),
        (QuoteState.REJECTED, DENY, "Another quote is needed."),
    ):
        other = add_quote(database, agency, state=state)
        found = door.run(decide.for_quote, agency.principal(), quote=other.locator)
        assert (found.outcome, said(found, Rule.FLAGS).would_pass) == (outcome, would_pass)


@pytest.mark.criterion("BIND-11")
def test_who_does_not_see_a_quote_cannot_ask_about_it_nor_read_what_was_answered(
    door: Door, agency: Agency, database: Database, quote: Quote, ask: Decide
) -> None:
    found = ask()
    for person in (agency.other_producer(), agency.branch_manager()):
        with pytest.raises(NotFound):
            ask(person)
        with pytest.raises(NotFound):
            door.run(decisions.of_quote, person, quote=quote.locator)
        with pytest.raises(NotFound):
            door.run(decisions.one, person, locator=found.locator)
    for person in (agency.admin(), agency.read_only()):
        with pytest.raises(Forbidden):
            ask(person)
    with pytest.raises(NotFound):
        door.run(decisions.one, agency.admin(), locator=found.locator)
    read = door.run(decisions.one, agency.read_only(), locator=found.locator)
    assert (read.locator, read.outcome, read.facts) == (found.locator, found.outcome, found.facts)
    assert door.run(decisions.of_quote, agency.csr(), quote=quote.locator).rows == (read,)
    again = ask(agency.branch_manager(Grant.DOWNLINE))
    assert [each.locator for each in door.run(decisions.of_quote, agency.producer(), quote=quote.locator).rows] == [
        again.locator,
        found.locator,
    ]


@pytest.mark.criterion("BIND-11")
def test_the_answer_does_not_depend_on_what_the_asker_sees_of_producers(
    door: Door, agency: Agency, ask: Decide, allow: Allow
) -> None:
    allow(grantee_kind=GranteeKind.PRODUCER, grantee=agency.house.locator)
    door.run(lifecycle.suspend_producer, agency.admin(), locator=agency.branch.locator)
    mine, theirs = ask(), ask(agency.csr())
    assert verdicts(mine.answers) == verdicts(theirs.answers)
    # What names others differs in the names alone.
    naming = (Rule.PARENTS, Rule.GRANT)
    assert [each for each in mine.answers if each.rule not in naming] == [
        each for each in theirs.answers if each.rule not in naming
    ]
    assert mine.rules == theirs.rules


FACTS = Facts(
    action=BindAction.NEW, producer_code="HL-maya", state="RI", effective=date(2026, 12, 1), premium=Decimal(9)
)


@pytest.mark.criterion("BIND-06")
def test_liability_is_bound_within_premium_by_a_grant_with_a_cap_on_insured_values(
    door: Door, agency: Agency, database: Database, allow: Allow
) -> None:
    allow(max_insured_value=Decimal(500_000))
    with database.read() as db:
        lines = {each.code: each.id for each in db.scalars(select(LineOfBusiness))}

    def asked(line: str, **given: Any) -> decisions.Decided:
        quote = add_quote(database, agency, line_id=lines[line], **given)
        return door.run(decide.for_quote, agency.producer(), quote=quote.locator)

    found = asked("general_liability", limit=Decimal(1_000_000))
    assert found.outcome is BIND
    assert said(found, Rule.GRANT).found.endswith(". Commercial general liability has no insured value.")
    home = asked("homeowners")
    assert home.outcome is REFER
    assert said(home, Rule.GRANT).would_pass.startswith("Have the underwriter enter the insured value.")
    assert asked("general_liability", premium=Decimal(10_001)).outcome is REFER


@pytest.mark.criterion("BIND-16")
def test_what_is_asked_by_hand_is_for_who_asked_and_who_sets_authority(
    door: Door, agency: Agency, database: Database, allow: Allow
) -> None:
    allow()
    person = {}
    with database.write() as db:
        from tests.world import add_user

        for name, role in (("maya", Role.PRODUCER), ("csr", Role.CSR)):
            person[name] = actor(role, agency.maya.id, user_id=add_user(db, role, f"{name}@agency.test").id)
    found = door.run(decide.by_hand, person["maya"], facts=FACTS)
    assert said(found, Rule.FLAGS).verdict.value == "pass"
    assert (found.quote, found.policy, found.transaction, found.outcome) == ("", "", "", REFER)
    assert said(found, Rule.LICENSE).would_pass == "Say the line of business."
    for allowed in (person["maya"], agency.principal()):
        assert door.run(decisions.one, allowed, locator=found.locator).facts == found.facts
    for refused in (person["csr"], agency.admin(), agency.csr(), agency.read_only(), agency.other_producer()):
        with pytest.raises(NotFound):
            door.run(decisions.one, refused, locator=found.locator)
    whole = replace(FACTS, line="homeowners")
    assert door.run(decide.by_hand, person["maya"], facts=whole).outcome is BIND


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"producer_code": "HL-daniel"}, "producer_code"),
    ({"producer_code": "HL-9"}, "producer_code"),
    ({"carrier": "nobody"}, "carrier"),
    ({"line": "boats"}, "line"),
    ({"state": "XX"}, "state"),
    ({"premium": Decimal("0.001")}, "premium"),
    ({"losses": Decimal(-1)}, "losses"),
    ({"class_codes": ("x" * 21,)}, "class_codes"),
    ({"postal_codes": ("1" * 11,)}, "postal_code"),
    ({"effective": date(1, 1, 1)}, "effective"),
]


@pytest.mark.criterion("BIND-16")
def test_what_cannot_be_is_refused_at_its_field(door: Door, agency: Agency, database: Database) -> None:
    for given, field in WRONG:
        with pytest.raises(Invalid) as refused:
            door.run(decide.by_hand, agency.producer(), facts=replace(FACTS, **given))
        assert list(refused.value.problems) == [field], given
    with database.read() as db:
        assert db.scalars(select(AuthorityDecision)).all() == []


@pytest.mark.criterion("BIND-12")
def test_a_decision_answers_the_same_from_what_was_stored_whatever_the_rules_are_by_then(
    door: Door, agency: Agency, database: Database, ask: Decide, allow: Allow, stop: Stop, clock: Clock
) -> None:
    grant = allow(max_premium=Decimal(8000))
    asked = [ask(), ask(agency.principal()), ask(agency.csr())]
    door.run(grants.change, agency.admin(), locator=grant.locator, version=1, given={"max_premium": Decimal(9000)})
    asked.append(ask())
    stop()
    clock.forward(days=40)
    asked.append(ask())
    door.run(grants.end, agency.admin(), locator=grant.locator, version=2)
    assert [(each.outcome, each.revision) for each in asked] == [
        (REFER, 1),
        (BIND, 1),
        (REFER, 1),
        (BIND, 2),
        (DENY, 3),
    ]
    with database.read() as db:
        for row, given in zip(db.scalars(select(AuthorityDecision).order_by(AuthorityDecision.id)), asked, strict=True):
            again = evaluate(restored(row.inputs))
            assert (again.outcome, again.binder_days) == (row.outcome, row.binder_days)
            assert [asdict(each) for each in again.answers] == row.answers, "with all names"
            assert verdicts(again.answers) == verdicts(given.answers)
            assert restored(row.inputs).subject is Subject.QUOTE
            assert row.failing == sum(each.verdict.value != "pass" for each in given.answers)


@pytest.mark.criterion("BIND-12")
def test_the_trail_says_that_it_was_asked_and_hides_the_business_from_who_does_not_see_it(
    door: Door, agency: Agency, database: Database, ask: Decide
) -> None:
    found = ask()
    with database.read() as db:
        [event] = db.scalars(select(AuditEvent).where(AuditEvent.action == "authority.decided"))
        db.expunge(event)
    assert (event.subject_kind, event.subject, event.actor) == ("authority_decision", found.locator, "maya@agency.test")
    shown = {}
    for name, person in (("admin", agency.admin()), ("principal", agency.principal())):
        detail = door.run(events.one, person, locator=event.locator)
        shown[name] = {each.name: each.after for each in detail.changes}
    assert shown["principal"]["Premium"] == "9000.00"
    assert shown["admin"]["Premium"] == shown["admin"]["Producer code"] == shown["admin"]["Quote"] == "•••"
    assert shown["admin"]["Outcome"] == "refer"
    assert shown["admin"]["Not passed"] == "grant"


@pytest.mark.criterion("BIND-12")
def test_what_cannot_be_of_a_decision_the_database_refuses(database: Database, ask: Decide) -> None:
    ask()
    for change in ("outcome = 'bind'", "transaction_locator = 'x'", "revision = -1", "failing = 0"):
        with pytest.raises(IntegrityError), database.write() as db:
            db.execute(text(f"UPDATE authority_decision SET {change}"))


@pytest.mark.criterion("BIND-12")
def test_a_discarded_quote_is_not_asked_about_and_a_quote_without_a_code_is_referred(
    door: Door, agency: Agency, database: Database
) -> None:
    gone = add_quote(database, agency, state=QuoteState.DISCARDED)
    with pytest.raises(Conflict):
        door.run(decide.for_quote, agency.csr(), quote=gone.locator)
    bare = add_quote(database, agency, producer_code_id=None)
    for person in (agency.csr(), agency.principal(), system("test")):
        found = door.run(decide.for_quote, person, quote=bare.locator)
        assert (found.outcome, said(found, Rule.CODE).found) == (REFER, "No producer code is named.")
