"""Reads the rules and the holidays from JSON, and says everything that is wrong with them, each with its path."""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any, TypeVar

from email_validator import EmailNotValidError, validate_email

from portal_app.models.enums import AccountKind
from portal_app.services.configuration.reading import ConfigurationProblems, Place, Reader
from portal_app.services.licensing.jurisdictions import STATES
from portal_app.services.routing.holidays import Holiday, Holidays
from portal_app.services.routing.matching import unreachable
from portal_app.services.routing.rules import AmsWay, Rule, Rules, Target, TargetKind, When

One = TypeVar("One")

MOST_RULES, MOST_OF_ONE, MOST_DAYS = 200, 200, 400
LONGEST = 120
MONEY = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")
CLOSING = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
OF_WHEN = ("lines", "carriers", "states", "premium", "producers", "producerCodes", "accountKinds")


def read_rules(text: str) -> Rules:
    """Raises ConfigurationProblems with every problem at once."""
    rules = each_for_itself(text)
    if problems := beside_each_other(rules):
        raise ConfigurationProblems(problems)
    return rules


def each_for_itself(text: str) -> Rules:
    """The rules, each right for itself, but perhaps not beside the others. Raises ConfigurationProblems."""
    reader = Reader()
    given = reader.fields(Place(), _json(text), ("rules",))
    rules = Rules(tuple(_list(reader, Place("rules"), given.get("rules"), MOST_RULES, _rule)))
    if reader.problems:
        raise ConfigurationProblems(reader.problems)
    return rules


def beside_each_other(rules: Rules) -> list[str]:
    """A sentence, with its place, for each name that stands twice and each rule that is never reached."""
    reader = Reader()
    names: Sequence[str] = [each.name.casefold() for each in rules.rules]
    for place, name in enumerate(names):
        if name in names[:place]:
            reader.wrong(Place(f"rules.{place}.name"), f"another rule is called {rules.rules[place].name} already")
    for place, earlier in unreachable(rules):
        late, early = rules.rules[place].name, rules.rules[earlier].name
        reader.wrong(Place(f"rules.{place}"), f"{late} is never reached: {early} before it takes all that it takes")
    return reader.problems


def read_holidays(text: str) -> Holidays:
    """Raises ConfigurationProblems with every problem at once."""
    reader = Reader()
    given = reader.fields(Place(), _json(text), ("federal", "closesAt", "days"))
    federal = reader.flag(Place("federal"), given.get("federal"))
    closes = given.get("closesAt")
    if not isinstance(closes, str) or not CLOSING.fullmatch(closes) or closes == "00:00":
        reader.wrong(Place("closesAt"), "should be the time at which the day's business ends, such as 17:00")
        closes = "17:00"
    days = tuple(_list(reader, Place("days"), given.get("days"), MOST_DAYS, _holiday))
    often = Counter(each.day for each in days)
    for place, each in enumerate(days):
        if often[each.day] > 1 and not reader.problems:
            reader.wrong(Place(f"days.{place}.date"), f"{each.day} stands here more than once")
    if reader.problems:
        raise ConfigurationProblems(reader.problems)
    return Holidays(federal, time.fromisoformat(closes), tuple(sorted(days, key=lambda each: each.day)))


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ConfigurationProblems([f"is not JSON: {error}."]) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise ValueError(f"{twice[:80]} stands twice in one object")
    return found


def _list(reader: Reader, at: Place, given: Any, most: int, one: Callable[[Reader, Place, Any], One]) -> list[One]:
    if not isinstance(given, list):
        reader.wrong(at, "should be a list [ … ]")
        return []
    if len(given) > most:
        reader.wrong(at, f"should have at most {most} entries")
        return []
    return [one(reader, at / str(number), each) for number, each in enumerate(given)]


def _rule(reader: Reader, at: Place, given: Any) -> Rule:
    found = reader.fields(at, given, ("name", "when", "to"))
    name = _named(reader, at / "name", found.get("name"))
    return Rule(name, _when(reader, at / "when", found.get("when", {})), _target(reader, at / "to", found.get("to")))


def _named(reader: Reader, at: Place, given: Any) -> str:
    name = " ".join(reader.text(at, given, LONGEST, empty=False).split())
    if given and isinstance(given, str) and not given.strip():
        reader.wrong(at, "should be a text that is not empty")
    return name


def _when(reader: Reader, at: Place, given: Any) -> When:
    found = reader.fields(at, given, OF_WHEN)
    texts = {name: _texts(reader, at / name, found.get(name, [])) for name in OF_WHEN if name != "premium"}
    for each in texts["states"] - STATES.keys():
        reader.wrong(at / "states", f"{each} is no state; a state has two letters, such as RI")
    kinds = [each.value for each in AccountKind]
    for each in texts["accountKinds"] - set(kinds):
        reader.wrong(at / "accountKinds", f"{each} is no kind of account; there are {', '.join(kinds)}")
    low, high = _premium(reader, at / "premium", found.get("premium", {}))
    return When(
        lines=texts["lines"],
        carriers=texts["carriers"],
        states=texts["states"],
        premium_from=low,
        premium_below=high,
        producers=texts["producers"],
        producer_codes=texts["producerCodes"],
        account_kinds=frozenset(AccountKind(each) for each in texts["accountKinds"] if each in kinds),
    )


def _texts(reader: Reader, at: Place, given: Any) -> frozenset[str]:
    return frozenset(_list(reader, at, given, MOST_OF_ONE, _named))


def _premium(reader: Reader, at: Place, given: Any) -> tuple[Decimal | None, Decimal | None]:
    found = reader.fields(at, given, ("from", "below"))
    low, high = (_money(reader, at / name, found.get(name)) for name in ("from", "below"))
    if high is not None and high <= (low or 0):
        reader.wrong(at / "below", "should be more than the premium from which it counts, for nothing fits otherwise")
    return low, high


def _money(reader: Reader, at: Place, given: Any) -> Decimal | None:
    if given is None:
        return None
    if not isinstance(given, str) or not MONEY.fullmatch(given):
        reader.wrong(at, 'should be dollars as a text, such as "25000" or "99.50"')
        return None
    return Decimal(given)


def _target(reader: Reader, at: Place, given: Any) -> Target:
    found = reader.fields(at, given, tuple(TargetKind))
    known = [kind for kind in TargetKind if kind in found]
    if len(known) != 1:
        reader.wrong(at, f"should name exactly one of {', '.join(TargetKind)}")
        return Target(TargetKind.QUEUE)
    [kind] = known
    own, value = at / kind.value, found[kind]
    if kind is TargetKind.UNDERWRITER:
        return Target(kind, email=_email(reader, own, value))
    if kind is TargetKind.QUEUE:
        return Target(kind, name=_named(reader, own, value))
    if kind is TargetKind.AMS:
        return Target(kind, way=AmsWay(reader.one_of(own, value, AmsWay)))
    contact = reader.fields(own, value, ("name", "email"))
    name = _named(reader, own / "name", contact.get("name"))
    return Target(kind, name=name, email=_email(reader, own / "email", contact.get("email")))


def _email(reader: Reader, at: Place, given: Any) -> str:
    try:
        if isinstance(given, str):
            return validate_email(given, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        pass
    reader.wrong(at, "should be a mail address such as name@example.com")
    return ""


def _holiday(reader: Reader, at: Place, given: Any) -> Holiday:
    found = reader.fields(at, given, ("date", "name"))
    name = _named(reader, at / "name", found.get("name"))
    try:
        typed = str(found.get("date"))
        if re.fullmatch(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", typed):
            return Holiday(date.fromisoformat(typed), name)
    except ValueError:
        pass
    reader.wrong(at / "date", "should be a date such as 2026-12-24")
    return Holiday(date.min, name)
