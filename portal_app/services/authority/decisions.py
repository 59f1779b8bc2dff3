"""What was answered about binding, to be read again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from portal_app.models.authority import AuthorityDecision
from portal_app.models.enums import BindAction, BindOutcome, IssueOutcome
from portal_app.models.policies import Policy
from portal_app.models.quotes import Quote
from portal_app.services.access import Permission, visible
from portal_app.services.authority import subjects
from portal_app.services.authority.answers import Answer, Rule, Verdict
from portal_app.services.authority.facts import Facts, Inputs, restored
from portal_app.services.authority.rules import ANSWERS
from portal_app.services.door import Tx, reads
from portal_app.services.errors import NotFound
from portal_app.services.producers import naming


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer as it was given. `quote`, `policy` and `transaction` are locators, empty where it was about another
    thing or put by hand. `rules` are the grants and moratoria that were looked at, with the version of each. `issue`
    says what became of the transaction where it was answered since `asked_by` issued it, who decided what it refers."""

    locator: str
    quote: str
    policy: str
    transaction: str
    asked_by: str
    asked_at: datetime
    revision: int
    action: BindAction
    outcome: BindOutcome
    binder_days: int | None
    issue: IssueOutcome | None
    answers: tuple[Answer, ...]
    facts: Facts
    rules: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """A page of answers, the newest first, and how many there are."""

    rows: tuple[Decided, ...]
    total: int


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_quote(tx: Tx, *, quote: str, offset: int = 0, count: int = 50) -> Decisions:
    """What was answered about a quote (by locator). Raises NotFound."""
    found = subjects.quote_of(tx, quote)
    return _page(tx, col(AuthorityDecision.quote_id) == found.id, offset, count)


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_transaction(tx: Tx, *, transaction: str, offset: int = 0, count: int = 50) -> Decisions:
    """What was answered about a transaction of a policy (by locator), also after it was issued. Raises NotFound."""
    found, _ = subjects.transaction_of(tx, transaction)
    return _page(tx, col(AuthorityDecision.transaction_locator) == found.locator, offset, count)


@reads(Permission.VIEW_OWN_ACCOUNTS)
def at_issue(tx: Tx, *, policy: str) -> tuple[Decided, ...]:
    """What was answered when transactions of the policy (a locator) were issued, as far as the actor may see it, the
    oldest first."""
    mine = col(AuthorityDecision.policy_id).in_(
        visible(tx.actor, Policy).where(col(Policy.locator) == policy).with_only_columns(col(Policy.id))
    )
    issued = col(AuthorityDecision.issue) == IssueOutcome.ISSUED
    asked = visible(tx.actor, AuthorityDecision).where(mine, issued).order_by(col(AuthorityDecision.id))
    return tuple(told(tx, list(tx.db.scalars(asked))))


@reads(Permission.VIEW_PRODUCERS)
def one(tx: Tx, *, locator: str) -> Decided:
    """One answer. Raises NotFound."""
    asked = visible(tx.actor, AuthorityDecision).where(col(AuthorityDecision.locator) == locator)
    found = tx.db.scalars(asked).first()
    if found is None:
        raise NotFound
    return told(tx, [found])[0]


def _page(tx: Tx, about: Any, offset: int, count: int) -> Decisions:
    asked = visible(tx.actor, AuthorityDecision).where(about)
    total = tx.db.scalar(select(func.count()).select_from(asked.subquery())) or 0
    newest = asked.order_by(col(AuthorityDecision.id).desc()).offset(max(offset, 0)).limit(min(max(count, 1), 200))
    return Decisions(tuple(told(tx, list(tx.db.scalars(newest)))), total)


def told(tx: Tx, rows: Sequence[AuthorityDecision]) -> list[Decided]:
    """Rows that the actor was found to see, as they are answered."""
    quotes = _locators(tx, Quote, (row.quote_id for row in rows))
    policies = _locators(tx, Policy, (row.policy_id for row in rows))
    inputs = [restored(row.inputs) for row in rows]
    named = naming.seen(tx, {step.locator for each in inputs for step in each.producers})
    return [_decided(row, each, named, quotes, policies) for row, each in zip(rows, inputs, strict=True)]


def _decided(
    row: AuthorityDecision, inputs: Inputs, named: frozenset[str], quotes: dict[int, str], policies: dict[int, str]
) -> Decided:
    return Decided(
        locator=row.locator,
        quote=quotes.get(row.quote_id or 0, ""),
        policy=policies.get(row.policy_id or 0, ""),
        transaction=row.transaction_locator,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        revision=row.revision,
        action=row.action,
        outcome=row.outcome,
        binder_days=row.binder_days,
        issue=row.issue,
        answers=tuple(_told_of(_answer(each), inputs, named) for each in row.answers),
        facts=inputs.facts,
        rules=(
            *((each.locator, each.version) for each in inputs.moratoria),
            *((each.locator, each.version) for each in inputs.grants),
        ),
    )


def answers_told(tx: Tx, inputs: Inputs, answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Answers that are not kept, as the actor may read them."""
    named = naming.seen(tx, {step.locator for step in inputs.producers})
    return tuple(_told_of(each, inputs, named) for each in answers)


def _told_of(answer: Answer, inputs: Inputs, named: frozenset[str]) -> Answer:
    """The answer, which names those above only to who may see them; it is kept with all names."""
    steps = naming.steps_told(named, inputs.producers)
    if answer.rule is not Rule.PARENTS or steps == inputs.producers:
        return answer
    return replace(ANSWERS[Rule.PARENTS](replace(inputs, producers=steps)), verdict=answer.verdict)


def _answer(kept: dict[str, Any]) -> Answer:
    return Answer(Rule(kept["rule"]), Verdict(kept["verdict"]), kept["found"], kept["would_pass"])


def _locators(tx: Tx, model: type[Quote] | type[Policy], ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {each for each in ids if each is not None}
    found = select(col(model.id), col(model.locator)).where(col(model.id).in_(wanted))
    return {number or 0: locator for number, locator in tx.db.execute(found)} if wanted else {}
