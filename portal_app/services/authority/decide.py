"""May this be bound, and why not? The answer is kept with all that it was made of, whoever asks again later."""

from dataclasses import asdict, dataclass

from portal_app.models.authority import AuthorityDecision
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.authority import facts as kept
from portal_app.services.authority import revision, subjects
from portal_app.services.authority.answers import Decision, Verdict
from portal_app.services.authority.decisions import Decided, told
from portal_app.services.authority.facts import Facts, Inputs
from portal_app.services.authority.gathering import Asked, gathered
from portal_app.services.authority.rules import evaluate
from portal_app.services.door import Tx, writes
from portal_app.services.webhooks import events


@writes(Permission.BIND_POLICIES)
def for_quote(tx: Tx, *, quote: str) -> Decided:
    """Whether the actor may bind the quote (by locator). Raises NotFound, Conflict for one that was discarded."""
    found = subjects.quote_of(tx, quote)
    row = AuthorityDecision(quote_id=found.id)
    return _decided(tx, row, subjects.about_quote(tx, found), {"quote": found.locator})


@writes(Permission.BIND_POLICIES)
def for_transaction(tx: Tx, *, transaction: str) -> Decided:
    """Whether the actor may bind a drafted change or renewal (by locator), as it would leave the term. Raises NotFound,
    Conflict for what is no draft, is of another kind, or does not fit the policy any more."""
    found, policy = subjects.transaction_of(tx, transaction)
    row = AuthorityDecision(policy_id=policy.id, transaction_locator=found.locator)
    asked = subjects.about_transaction(tx, found, policy)
    return _decided(tx, row, asked, {"policy": policy.locator, "transaction": found.locator})


@writes(Permission.BIND_POLICIES)
def by_hand(tx: Tx, *, facts: Facts) -> Decided:
    """Whether the actor could bind something of which they know these facts. Raises Invalid, also for a producer code
    that is not theirs to see."""
    return _decided(tx, AuthorityDecision(), subjects.by_hand(tx, facts), {"by_hand": True})


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer that is not kept yet."""

    revision: int
    inputs: Inputs
    decision: Decision


def judged(tx: Tx, asked: Asked) -> Judged:
    """The answer by the rules as they are. Until this transaction is through nobody changes them."""
    # First, so that nobody changes the rules between the number and what it stands for.
    number = revision.held(tx)
    inputs = gathered(tx, asked)
    return Judged(number, inputs, evaluate(inputs))


def _decided(tx: Tx, row: AuthorityDecision, asked: Asked, detail: dict[str, object]) -> Decided:
    return keep(tx, row, judged(tx, asked), detail)


def keep(tx: Tx, row: AuthorityDecision, found: Judged, detail: dict[str, object]) -> Decided:
    """Write the answer down: `row` says what it is about, `detail` what the trail calls that."""
    decision, facts = found.decision, found.inputs.facts
    row.revision = found.revision
    row.user_id = tx.actor.user_id
    row.asked_by = tx.actor.email or tx.actor.name
    row.asked_at = tx.now
    row.action = facts.action
    row.outcome = decision.outcome
    row.failing = sum(each.verdict is not Verdict.PASS for each in decision.answers)
    row.binder_days = decision.binder_days
    row.inputs = kept.stored(found.inputs)
    row.answers = [asdict(each) for each in decision.answers]
    tx.db.add(row)
    tx.db.flush()
    detail = {
        **detail,
        "action": row.action.value,
        "outcome": row.outcome.value,
        "revision": row.revision,
        "not_passed": [each.rule.value for each in decision.answers if each.verdict is not Verdict.PASS],
        "producer_code": facts.producer_code,
        "premium": "" if facts.premium is None else f"{facts.premium:.2f}",
    }
    audit.record(tx, "authority.decided", subject_kind="authority_decision", subject=row.locator, detail=detail)
    answer = told(tx, [row])[0]
    if answer.quote or answer.transaction:
        about = {"quoteLocator": answer.quote, "transactionLocator": answer.transaction, "outcome": row.outcome.value}
        events.tell(tx, "authority.decision.create", locator=row.locator, data=about | {"revision": row.revision})
    return answer
