"""The rules and the holidays as kinds of configuration: which hold, and whether what they name is there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel, col

from portal_app.models.identity import User, UserGrant
from portal_app.models.policies import LineOfBusiness
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Actor, Permission, reach
from portal_app.services.configuration.in_force import in_force
from portal_app.services.configuration.kinds import Kind, only_one
from portal_app.services.door import Tx
from portal_app.services.routing import matching
from portal_app.services.routing.holidays import Holidays
from portal_app.services.routing.matching import Routed, folded
from portal_app.services.routing.reading import read_holidays, read_rules
from portal_app.services.routing.rules import Facts, Rules, TargetKind
from portal_app.services.scope import visible

HERE = Path(__file__).parent
# What the queue of submissions is called that no rule took; none of a rule's can be told from it by this name.
UNROUTED = "unrouted"


def rules_in_force(tx: Tx) -> Rules:
    return in_force(tx, ROUTING)


def holidays_in_force(tx: Tx) -> Holidays:
    return in_force(tx, HOLIDAYS)


def routed(tx: Tx, facts: Facts) -> Routed | None:
    """Where a submission goes by the rules in force; None for the queue of unrouted business. A rule whose underwriter
    cannot take anything now is passed over, so that nothing lands with somebody who has left."""
    rules = rules_in_force(tx)
    return matching.route(facts, rules, unable(tx, rules))


def unable(tx: Tx, rules: Rules) -> dict[str, str]:
    """The underwriters of these rules, by email, who cannot take anything, each with the reason as a sentence."""
    named = {each.to.email for each in rules.rules if each.to.kind is TargetKind.UNDERWRITER}
    if not named:
        return {}
    people = {each.email: each for each in tx.db.scalars(select(User).where(col(User.email).in_(named)))}
    may = set(underwriters(tx))
    found = {}
    for email in named:
        if email not in people:
            found[email] = f"Nobody here has the address {email}."
        elif people[email].disabled_at is not None:
            found[email] = f"{email} is switched off."
        elif email not in may:
            found[email] = f"{email} may not underwrite."
    return found


def underwriters(tx: Tx) -> dict[str, str]:
    """The names of those who may underwrite now, by email."""
    there = tx.db.scalars(select(User).where(col(User.disabled_at).is_(None)).order_by(col(User.email))).all()
    granted: dict[int, set[Any]] = {}
    for user_id, grant in tx.db.execute(select(col(UserGrant.user_id), col(UserGrant.granted))):
        granted.setdefault(user_id, set()).add(grant)
    able = (
        each
        for each in there
        if reach(
            Actor("user", each.name, role=each.role, grants=frozenset(granted.get(each.id or 0, ()))),
            Permission.UNDERWRITE,
        )
    )
    return {each.email: each.name for each in able}


def against_what_is_there(tx: Tx, name: str, now: Rules, then: Rules) -> list[str]:
    """A sentence, with its place, for each user, line, producer and code that a rule names and that cannot be meant."""
    cannot = unable(tx, then)
    known = {
        "lines": set(tx.db.scalars(select(col(LineOfBusiness.code)))),
        "producers": _known(tx, Producer, "locator", {each for one in then.rules for each in one.when.producers}),
        "producerCodes": _known(
            tx, ProducerCode, "code", {each for one in then.rules for each in one.when.producer_codes}
        ),
    }
    problems = []
    for number, rule in enumerate(then.rules):
        asked = {
            "lines": ("line of business", rule.when.lines),
            "producers": ("producer", rule.when.producers),
            "producerCodes": ("producer code", rule.when.producer_codes),
        }
        for field, (what, named) in asked.items():
            problems += [
                f"rules.{number}.when.{field}: there is no {what} {each}." for each in sorted(named - known[field])
            ]
        if rule.to.kind is TargetKind.UNDERWRITER and rule.to.email in cannot:
            problems.append(f"rules.{number}.to.underwriter: {cannot[rule.to.email]}")
        if rule.to.kind is TargetKind.QUEUE and folded(rule.to.name) == UNROUTED:
            problems.append(f"rules.{number}.to.queue: Unrouted is the queue of what no rule takes. Name another one.")
    return problems


def _known(tx: Tx, model: type[SQLModel], name: str, wanted: set[str]) -> set[str]:
    if not wanted:
        return set()
    column = getattr(model, name)
    return set(tx.db.scalars(visible(tx.actor, model).where(column.in_(wanted)).with_only_columns(column)))


def _nothing_stored(tx: Tx, name: str, now: Holidays, then: Holidays) -> list[str]:
    """Response dates that were given stay as they are."""
    return []


def _shipped(file: str) -> Callable[[Tx, str], str]:
    text = (HERE / file).read_text(encoding="utf-8")
    return lambda _tx, _name: text


ROUTING: Kind[Rules] = Kind(
    word="routing",
    label="Routing of submissions",
    permission=Permission.CHANGE_SETTINGS,
    names=only_one,
    shipped=_shipped("routing.json"),
    read=read_rules,
    against=against_what_is_there,
)
HOLIDAYS: Kind[Holidays] = Kind(
    word="holidays",
    label="Holidays and business hours",
    permission=Permission.CHANGE_SETTINGS,
    names=only_one,
    shipped=_shipped("holidays.json"),
    read=read_holidays,
    against=_nothing_stored,
)
