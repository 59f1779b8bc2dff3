"""Binding authority where a drafted change or renewal is issued. Issuing is underwriting work: what the rules refer is
answered by the act of who issues, and is kept as such. A moratorium stops everybody."""

from dataclasses import dataclass

from portal_app.models.authority import AuthorityDecision
from portal_app.models.enums import BindAction, IssueOutcome
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Policy
from portal_app.services.authority import decide, gathering, subjects, words
from portal_app.services.authority.decide import Judged
from portal_app.services.authority.decisions import Decided
from portal_app.services.authority.facts import Stop
from portal_app.services.door import Tx


@dataclass(frozen=True, slots=True)
class AtIssue:
    """What the rules say of a draft that is being issued, and the moratoria that stop it."""

    judged: Judged
    stops: tuple[Stop, ...]


def looked_at(tx: Tx, row: LedgerTransaction, policy: Policy) -> AtIssue | None:
    """What the rules say of the draft; nobody changes them until this transaction is through. None for a cancellation
    or a reinstatement, about which they say nothing."""
    if row.kind not in subjects.ACTIONS:
        return None
    found = decide.judged(tx, subjects.about_transaction(tx, row, policy))
    return AtIssue(found, gathering.stopping(found.inputs))


def would_stop(tx: Tx, row: LedgerTransaction, policy: Policy) -> str:
    """Why a moratorium would stop the draft as things stand; empty where none would."""
    if row.kind not in subjects.ACTIONS:
        return ""
    known = gathering.known(tx, subjects.about_transaction(tx, row, policy))
    return told(tx, gathering.stopping(gathering.with_moratoria(tx, known)), known.facts.action)


def told(tx: Tx, stops: tuple[Stop, ...], action: BindAction) -> str:
    """A sentence for each moratorium: what it stops, until when, and why."""
    zone = tx.settings.zone
    return " ".join(
        f"The moratorium {each.name} ({each.peril}) stops {words.DOING[action]}"
        f" {f'until {words.moment(each.ends_at, zone)}' if each.ends_at else 'until somebody ends it'}:"
        f" {each.reason.rstrip('.')}."
        for each in stops
    )


def keep(tx: Tx, row: LedgerTransaction, policy: Policy, found: AtIssue, came_to: IssueOutcome) -> Decided:
    """Write down what the rules said, and what became of the draft. Who issues decided what they refer."""
    about = AuthorityDecision(policy_id=policy.id, transaction_locator=row.locator, issue=came_to)
    detail: dict[str, object] = {"policy": policy.locator, "transaction": row.locator, "issue": came_to.value}
    return decide.keep(tx, about, found.judged, detail)
