"""Where a submission goes: the first rule that takes it, or the queue of unrouted business."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from portal_app.models.enums import AccountKind, Grant, Role
from portal_app.models.identity import UserGrant
from portal_app.services.access import system
from portal_app.services.configuration import versions
from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.door import Door, Tx
from portal_app.services.errors import Forbidden, Invalid, InvalidData
from portal_app.services.routing import desk, in_force
from portal_app.services.routing.desk import Question
from portal_app.services.routing.matching import EARLIER, answers, route, takes_all_of, unreachable
from portal_app.services.routing.reading import read_rules
from portal_app.services.routing.rules import AmsWay, Facts, Rule, Rules, Target, TargetKind, When
from portal_app.services.routing.writing import rules_text
from tests.world import Agency, actor, add_user

ADA = actor(Role.ADMIN, email="ada@agency.test")
QUEUE = Target(TargetKind.QUEUE, name="Underwriting")


def rule(name: str, to: dict[str, Any] | None = None, **when: Any) -> dict[str, Any]:
    return {"name": name, "when": when, "to": to or {"queue": "Underwriting"}}


def text(*rules: dict[str, Any]) -> str:
    return json.dumps({"rules": rules})


def problems(*rules: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigurationProblems) as told:
        read_rules(text(*rules))
    return told.value.problems


def save(door: Door, *rules: dict[str, Any], expected: int = 0) -> None:
    door.run(versions.save, ADA, kind="routing", content=text(*rules), note="As agreed", expected=expected)


def who_takes(door: Door, facts: Facts) -> str:
    with door.database.read() as db:
        found = in_force.routed(Tx(db, system("routing"), door.clock(), door.settings, door.ports), facts)
        return found.rule.name if found else ""


LARGE = rule("Large", {"carrierContact": {"name": "Ann", "email": "ann@carrier.test"}}, premium={"from": "25000"})
COMMERCIAL = rule("Commercial", lines=["bop", "general_liability"], states=["RI", "MA"], accountKinds=["business"])
HARBOR = rule("Harbor", {"ams": "task"}, producerCodes=["HL-maya"], carriers=["Harbor  Mutual"])
REST = rule("Everything else", {"ams": "mail"})


@pytest.mark.criterion("ROUTE-01")
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts("bop", "", "RI", Decimal(25000), account_kind=AccountKind.BUSINESS), "Large"),
        (Facts("bop", "", "RI", Decimal("24999.99"), account_kind=AccountKind.BUSINESS), "Commercial"),
        (Facts("bop", "", "NY", None, account_kind=AccountKind.BUSINESS), "Everything else"),
        (Facts("bop", "", "RI", None, account_kind=None), "Everything else"),
        (Facts(carrier="HARBOR mutual", producer_code="HL-maya"), "Harbor"),
        (Facts(carrier="Harbor Mutual", producer_code="HL-omar"), "Everything else"),
    ],
)
def test_the_first_rule_that_matches_takes_it(facts: Facts, expected: str) -> None:
    found = route(facts, read_rules(text(LARGE, COMMERCIAL, HARBOR, REST)))
    assert found is not None
    assert (found.rule.name, found.target) == (expected, found.rule.to)


@pytest.mark.criterion("ROUTE-01")
def test_a_premium_is_taken_from_its_least_on_and_below_its_most() -> None:
    middle = rule("Middle", premium={"from": "100", "below": "200"})
    taken = [
        premium
        for premium in ("99.99", "100", "199.99", "200")
        if route(Facts(premium=Decimal(premium)), read_rules(text(middle)))
    ]
    assert taken == ["100", "199.99"]


@pytest.mark.criterion("ROUTE-02")
def test_each_other_rule_says_why_it_does_not_and_what_none_takes_is_unrouted() -> None:
    facts = Facts("bop", "", "NY", Decimal(100), "HL-omar")
    found = answers(facts, read_rules(text(LARGE, COMMERCIAL, HARBOR, REST)))
    assert [(each.takes, each.why_not) for each in found] == [
        (False, ("The premium is below $25,000.",)),
        (False, ("The state NY is not among its own.", "No kind of account is named, and it asks for one.")),
        (
            False,
            (
                "No carrier is named, and it asks for one.",
                "The producer code HL-omar is not among its own, nor is the code's producer.",
            ),
        ),
        (True, ()),
    ]
    assert answers(Facts(premium=Decimal(30000)), read_rules(text(LARGE, REST)))[1].why_not == (EARLIER,)
    assert route(facts, read_rules(text(LARGE, COMMERCIAL, HARBOR))) is None
    assert route(facts, Rules()) is None


@pytest.mark.criterion("ROUTE-03")
def test_everything_that_is_wrong_is_told_with_its_path() -> None:
    wrong = [
        rule("A", {"queue": "Q", "ams": "mail"}, states=["XX"], colour=["red"]),
        rule("", {"carrierContact": {"name": "Ann", "email": "ann at carrier"}}, premium={"from": "2", "below": "1"}),
        rule("C", {"ams": "fax"}, premium={"from": 12}, accountKinds=["boat"]),
        rule("D", {"underwriter": "nobody"}),
    ]
    assert {each.split(":")[0] for each in problems(*wrong)} == {
        "rules.0.to", "rules.0.when.states", "rules.0.when.colour", "rules.1.name", "rules.1.to.carrierContact.email",
        "rules.1.when.premium.below", "rules.2.to.ams", "rules.2.when.premium.from", "rules.2.when.accountKinds",
        "rules.3.to.underwriter",
    }  # fmt: skip
    assert problems(rule("Same", states=["RI"]), rule("same", states=["MA"])) == [
        "rules.1.name: another rule is called same already."
    ]
    for broken in ("{", "[]", '{"rules": [], "rules": []}', '{"rules": 7}'):
        with pytest.raises(ConfigurationProblems):
            read_rules(broken)


@pytest.mark.criterion("ROUTE-04")
def test_a_rule_that_an_earlier_one_leaves_nothing_is_refused() -> None:
    late = rule("Late", lines=["bop"], states=["RI"], premium={"from": "100", "below": "200"})
    for early in (rule("Early"), rule("Early", lines=["bop"]), rule("Early", premium={"from": "100"})):
        assert problems(early, late) == ["rules.1: Late is never reached: Early before it takes all that it takes."]
    for early in (
        rule("Early", lines=["umbrella"]),
        rule("Early", states=["RI"], producerCodes=["HL-maya"]),
        rule("Early", premium={"below": "150"}),
    ):
        assert len(read_rules(text(early, late)).rules) == 2
    # What has no premium yet is still left.
    assert read_rules(text(rule("Any", premium={"from": "0"}), rule("Unknown")))


some_of = {
    "lines": st.sampled_from(("bop", "umbrella")),
    "carriers": st.sampled_from(("Harbor Mutual", "HARBOR MUTUAL", "Atlas")),
    "states": st.sampled_from(("RI", "MA")),
    "producers": st.sampled_from(("p1", "p2")),
    "producer_codes": st.sampled_from(("c1", "c2")),
    "account_kinds": st.sampled_from(AccountKind),
}
amounts = st.none() | st.sampled_from([Decimal(each) for each in ("0", "100", "200.50")])
whens = st.builds(
    When, **{name: st.frozensets(each, max_size=2) for name, each in some_of.items()},
    premium_from=amounts, premium_below=st.none() | st.sampled_from([Decimal(300), Decimal("250.25")]),
)  # fmt: skip
targets = st.sampled_from(
    (
        QUEUE,
        Target(TargetKind.AMS, way=AmsWay.TASK),
        Target(TargetKind.UNDERWRITER, email="ruth@agency.test"),
        Target(TargetKind.CARRIER_CONTACT, name="Ann", email="ann@carrier.test"),
    )
)
many_rules = st.lists(st.tuples(whens, targets), max_size=4).map(
    lambda each: Rules(tuple(Rule(f"R{number}", when, to) for number, (when, to) in enumerate(each)))
)
many_facts = st.builds(
    Facts,
    line=st.just("") | some_of["lines"], carrier=st.just("") | some_of["carriers"],
    state=st.just("") | some_of["states"],
    premium=amounts | st.just(Decimal(275)), producer_code=st.just("") | some_of["producer_codes"],
    producer=st.just("") | some_of["producers"], account_kind=st.none() | some_of["account_kinds"],
)  # fmt: skip


@pytest.mark.criterion("ROUTE-05")
@given(many_rules, st.lists(many_facts, max_size=12))
def test_what_is_called_unreachable_takes_nothing_and_rules_are_read_as_written(
    rules: Rules, asked: list[Facts]
) -> None:
    never = {rules.rules[place].name for place, _ in unreachable(rules)}
    for facts in asked:
        found = answers(facts, rules)
        took = [each.rule.name for each in found if each.takes]
        assert len(took) <= 1
        assert not never & set(took)
        assert all(each.takes is not bool(each.why_not) for each in found)
    assert all(takes_all_of(When(), each.when) and takes_all_of(each.when, each.when) for each in rules.rules)
    if not never:
        assert read_rules(rules_text(rules)) == rules


@pytest.mark.criterion("ROUTE-06")
def test_who_and_what_a_rule_names_has_to_be_there(door: Door, agency: Agency) -> None:
    with door.database.write() as db:
        add_user(db, Role.CSR, "cara@agency.test")
        add_user(db, Role.PRINCIPAL, "gone@agency.test", disabled_at=door.clock())
    named = ("nobody@agency.test", "cara@agency.test", "gone@agency.test")
    wrong = [rule(each, {"underwriter": each}, states=["RI"], lines=[f"line{n}"]) for n, each in enumerate(named)]
    wrong.append(rule("Codes", producerCodes=["NO-1"], producers=["nothing"]))
    with pytest.raises(InvalidData) as refused:
        save(door, *wrong)
    assert list(refused.value.problems.values()) == [
        "rules.0.when.lines: there is no line of business line0.",
        "rules.0.to.underwriter: Nobody here has the address nobody@agency.test.",
        "rules.1.when.lines: there is no line of business line1.",
        "rules.1.to.underwriter: cara@agency.test may not underwrite.",
        "rules.2.when.lines: there is no line of business line2.",
        "rules.2.to.underwriter: gone@agency.test is switched off.",
        "rules.3.when.producers: there is no producer nothing.",
        "rules.3.when.producerCodes: there is no producer code NO-1.",
    ]


@pytest.mark.criterion("ROUTE-07")
def test_a_saved_rule_holds_and_one_whose_underwriter_has_left_is_passed_over(door: Door, agency: Agency) -> None:
    with door.database.write() as db:
        cara = add_user(db, Role.CSR, "cara@agency.test")
        granted = UserGrant(user_id=cara.id or 0, granted=Grant.UNDERWRITING, granted_by="ada", granted_at=door.clock())
        db.add(granted)
    save(door, rule("Cara's", {"underwriter": "Cara@agency.test"}, states=["RI"]), REST)
    facts = Facts("bop", state="RI")
    assert who_takes(door, facts) == "Cara's"
    with door.database.write() as db:
        db.execute(delete(UserGrant))
    assert who_takes(door, facts) == "Everything else"
    [first, _] = door.run(desk.ask, ADA, question=Question(state="RI"))
    assert first.why_not == ("cara@agency.test may not underwrite.",)
    [told] = door.run(desk.look, ADA).problems
    assert told == "rules.0.to.underwriter: cara@agency.test may not underwrite."


@pytest.mark.criterion("ROUTE-08")
def test_the_bench_answers_for_what_is_saved_and_what_is_not(door: Door, agency: Agency) -> None:
    assert door.run(desk.look, ADA).rules == Rules()
    save(door, HARBOR, COMMERCIAL)
    found = door.run(desk.ask, ADA, question=Question(carrier="harbor mutual", producer_code="HL-maya"))
    assert [(each.rule.name, each.takes) for each in found] == [("Harbor", True), ("Commercial", False)]
    assert found[0].rule.takes == ("Carriers: Harbor Mutual", "Producers: code HL-maya")
    other = text(rule("All"), HARBOR)
    looked = door.run(desk.look, ADA, content=other)
    assert (looked.version, looked.problems) == (
        1,
        ("rules.1: Harbor is never reached: All before it takes all that it takes.",),
    )
    found = door.run(desk.ask, ADA, question=Question(producer_code="HL-maya"), content=other)
    assert [each.takes for each in found] == [True, False]
    with pytest.raises(Invalid) as refused:
        door.run(desk.ask, ADA, question=Question(line="boats", state="XX", producer_code="NO-1"))
    assert set(refused.value.problems) == {"line", "state", "producer_code"}
    for nobody in (agency.producer(), agency.csr(Grant.UNDERWRITING)):
        with pytest.raises(Forbidden):
            door.run(desk.look, nobody)


@pytest.mark.criterion("AMSOUT-09")
def test_a_rule_that_cannot_tell_the_management_system_says_so(door: Door, agency: Agency) -> None:
    save(door, HARBOR, rule("Desk"))
    harbor, desk_of = door.run(desk.look, ADA).told
    assert harbor.remark == (
        "No mail server is set up, and the AMS is told by mail. "
        "What this rule takes waits in the queue AMS, and is not sent."
    )
    assert desk_of.remark == ""


@pytest.mark.criterion("CLOCK-04")
def test_the_calendar_shows_the_closed_days_of_the_next_twelve_months(door: Door, agency: Agency) -> None:
    found = door.run(desk.calendar, ADA)
    assert (found.version, found.holidays.federal, found.closed[0].day) == (0, True, date(2026, 11, 26))
    assert len(found.closed) == 11
    own = '{"federal": false, "closesAt": "16:30", "days": [{"date": "2026-12-24", "name": "Christmas Eve"}]}'
    assert [each.name for each in door.run(desk.calendar, ADA, content=own).closed] == ["Christmas Eve"]
    door.run(versions.save, ADA, kind="holidays", content=own, note="Ours", expected=0)
    assert door.run(desk.calendar, ADA).holidays.closes_at.hour == 16
