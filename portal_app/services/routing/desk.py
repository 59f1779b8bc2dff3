"""The routing rules as an administrator looks at them, and the question which of them would take a submission."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.ams import HandoverKind
from portal_app.models.enums import AccountKind
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Permission
from portal_app.services.ams import set_up
from portal_app.services.configuration import in_force as configured
from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.door import Tx, reads
from portal_app.services.errors import Invalid
from portal_app.services.licensing.jurisdictions import STATES
from portal_app.services.routing import in_force, matching
from portal_app.services.routing.holidays import Holiday, Holidays, closed_between
from portal_app.services.routing.reading import beside_each_other, each_for_itself, read_holidays
from portal_app.services.routing.rules import AmsWay, Facts, Rules, Target, TargetKind, When
from portal_app.services.routing.writing import holidays_text, rules_text
from portal_app.services.scope import visible
from portal_app.services.submissions import contacts

MAY = Permission.CHANGE_SETTINGS
A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Told:
    """A rule in words: what it takes, empty where everything, and where it leads. `remark` says what keeps the
    management system or a carrier's contact from being told, where it leads there: the submission then waits in a queue
    and is not sent."""

    name: str
    takes: tuple[str, ...]
    to: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """The rules of a content, which need not be saved yet, in their order; `version` is the one in force. `problems`
    are what would be said at a save, each with its path."""

    version: int
    content: str
    rules: Rules
    told: tuple[Told, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a submission might be. What is empty or None is not known; the premium is in dollars."""

    line: str = ""
    carrier: str = ""
    state: str = ""
    premium: Decimal | None = None
    producer_code: str = ""
    account_kind: AccountKind | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says to the question."""

    rule: Told
    takes: bool
    why_not: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The holidays of a content, which need not be saved yet, and the closed days of the twelve months from today in
    the agency's time on; `version` is the one in force."""

    version: int
    content: str
    holidays: Holidays
    closed: tuple[Holiday, ...]
    today: date


@reads(MAY)
def look(tx: Tx, *, content: str | None = None) -> Desk:
    """The rules in force, or those of the content. Raises Invalid where a rule of it cannot be read."""
    now = configured.saved(tx, in_force.ROUTING)
    rules = _rules(tx, content)
    problems = beside_each_other(rules) + in_force.against_what_is_there(tx, "", rules, rules)
    return Desk(now[0] if now else 0, rules_text(rules), rules, _told(tx, rules), tuple(problems))


@reads(MAY)
def ask(tx: Tx, *, question: Question, content: str | None = None) -> tuple[Said, ...]:
    """What each rule in force, or of the content, says to the question. Raises Invalid for what is not there."""
    rules, facts = _rules(tx, content), _facts(tx, question)
    found = matching.answers(facts, rules, in_force.unable(tx, rules))
    told = _told(tx, rules)
    return tuple(Said(rule, each.takes, each.why_not) for rule, each in zip(told, found, strict=True))


@reads(MAY)
def underwriters(tx: Tx) -> tuple[tuple[str, str], ...]:
    """Whom a rule may name: the emails of those who may underwrite now, and what people read of them."""
    return tuple((email, f"{name} ({email})") for email, name in in_force.underwriters(tx).items())


@reads(MAY)
def calendar(tx: Tx, *, content: str | None = None) -> Calendar:
    """The holidays in force, or those of the content. Raises Invalid where it cannot be read."""
    now = configured.saved(tx, in_force.HOLIDAYS)
    try:
        found = in_force.holidays_in_force(tx) if content is None else read_holidays(content)
    except ConfigurationProblems as wrong:
        raise Invalid({"content": " ".join(wrong.problems)}) from None
    today = tx.now.astimezone(tx.settings.zone).date()
    closed = closed_between(found, today, today + A_YEAR)
    return Calendar(now[0] if now else 0, holidays_text(found), found, closed, today)


def _rules(tx: Tx, content: str | None) -> Rules:
    if content is None:
        return in_force.rules_in_force(tx)
    try:
        return each_for_itself(content)
    except ConfigurationProblems as wrong:
        raise Invalid({each.split(":", 1)[0]: each.split(": ", 1)[-1] for each in wrong.problems}) from None


def _facts(tx: Tx, asked: Question) -> Facts:
    problems, lines = {}, _lines(tx)
    if asked.line and asked.line not in lines:
        problems["line"] = "There is no such line of business."
    if asked.state and asked.state not in STATES:
        problems["state"] = "Enter a state by its two letters, such as RI."
    producer = ""
    if asked.producer_code:
        codes = visible(tx.actor, ProducerCode).where(col(ProducerCode.code) == asked.producer_code)
        code = tx.db.scalars(codes).first()
        if code is None:
            problems["producer_code"] = "There is no such producer code."
        else:
            producer = tx.db.get_one(Producer, code.producer_id).locator
    if problems:
        raise Invalid(problems)
    return Facts(
        line=asked.line,
        carrier=asked.carrier,
        state=asked.state,
        premium=asked.premium,
        producer_code=asked.producer_code,
        producer=producer,
        account_kind=asked.account_kind,
        line_name=lines.get(asked.line, ""),
    )


def _told(tx: Tx, rules: Rules) -> tuple[Told, ...]:
    lines = _lines(tx)
    wanted = {each for rule in rules.rules for each in rule.when.producers}
    producers = visible(tx.actor, Producer).where(col(Producer.locator).in_(wanted))
    names = {each.locator: each.name for each in tx.db.scalars(producers)} if wanted else {}
    return tuple(
        Told(each.name, _takes(each.when, lines, names), each.to.told, _remark(tx, each.to)) for each in rules.rules
    )


def _remark(tx: Tx, to: Target) -> str:
    if to.kind is TargetKind.CARRIER_CONTACT and tx.ports.mailer is None:
        return f"{contacts.NOTHING} What this rule takes waits in the queue {contacts.QUEUE}, and is not sent."
    if to.kind is not TargetKind.AMS:
        return ""
    why = set_up.missing(tx, HandoverKind.TASK if to.way is AmsWay.TASK else HandoverKind.SUBMISSION)
    return f"{why} What this rule takes waits in the queue AMS, and is not sent." if why else ""


def _takes(when: When, lines: dict[str, str], producers: dict[str, str]) -> tuple[str, ...]:
    writing = [producers.get(each, each) for each in when.producers] + [f"code {each}" for each in when.producer_codes]
    lists = {
        "Lines": [lines.get(each, each) for each in when.lines],
        "Carriers": when.carriers,
        "States": when.states,
        "Producers": writing,
        "Accounts": [f"{each.label.lower()}" for each in when.account_kinds],
    }
    found = [f"{what}: {', '.join(sorted(each))}" for what, each in lists.items() if each]
    amounts = {"from": when.premium_from, "below": when.premium_below}
    premium = " ".join(f"{word} ${amount:,}" for word, amount in amounts.items() if amount is not None)
    return (*found, f"Premium: {premium}") if premium else tuple(found)


def _lines(tx: Tx) -> dict[str, str]:
    rows = tx.db.execute(select(col(LineOfBusiness.code), col(LineOfBusiness.name)))
    return {row.code: row.name for row in rows}
