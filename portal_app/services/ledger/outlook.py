"""What issuing a draft would do, before it is issued."""

from collections.abc import Sequence

from portal_app.models.enums import TransactionState
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Policy
from portal_app.services.access import Permission
from portal_app.services.authority import at_issue
from portal_app.services.door import Tx, reads
from portal_app.services.errors import DomainError
from portal_app.services.ledger import rows, views
from portal_app.services.ledger.drafts import check_instructions
from portal_app.services.ledger.issuing import planned
from portal_app.services.ledger.reading import told_of, told_parts
from portal_app.services.ledger.rules import Act, check_act
from portal_app.services.ledger.segments import segments
from portal_app.services.policies.detail import find_policy
from portal_app.services.sync.projection import Entry


@reads(Permission.UNDERWRITE)
def outlooks(tx: Tx, *, policy: str) -> tuple[views.Outlook, ...]:
    """What each draft on the policy would do, the newest first. Raises NotFound."""
    found = rows.stored(tx, find_policy(tx, policy), TransactionState.DRAFT)
    return tuple(_of(tx, rows.find(tx, each.row.locator)) for each in reversed(found))


@reads(Permission.UNDERWRITE)
def outlook(tx: Tx, *, locator: str) -> views.Outlook:
    """What issuing a draft would do as things stand, or why it would be refused. Raises NotFound, and Conflict for what
    is no draft any more."""
    row = rows.find(tx, locator)
    check_act(row.state, Act.ISSUE)
    return _of(tx, row)


def _of(tx: Tx, row: LedgerTransaction) -> views.Outlook:
    policy = tx.db.get_one(Policy, row.policy_id)
    found = rows.stored(tx, policy)
    there = [each for each in found if each.entry.state is TransactionState.ISSUED]
    problem, again, falls, returns = "", [], [], []
    try:
        check_instructions(tx, row.instructions)
        plan = planned(tx, policy, row)
        problem = " ".join(filter(None, (plan.why_not(tx), at_issue.would_stop(tx, row, policy))))
        again = [each.given for each in plan.arrangement.written if not each.comes_back]
        falls, returns = list(plan.arrangement.falls), plan.arrangement.returns
    except DomainError as refusal:
        problem = refusal.sentence
    version = rows.newest(there)
    every = {each.entry.id: str(each.row.locator) for each in found}
    parts = segments(rows.entries(there), row.term_effective, tx.settings.zone)
    return views.Outlook(
        draft=told_of(tx, row.locator),
        now=told_parts([each for each in parts if each.ends_at > row.effective_at], every),
        again=_told(again, every),
        falls=_told(falls, every),
        returns=_told(returns, every),
        moved=bool(row.seen) and row.seen != version,
        version=version,
        problem=problem,
    )


def _told(entries: Sequence[Entry], locators: dict[int | None, str]) -> tuple[views.Again, ...]:
    """Those that are there already, in the order in which they take effect."""
    return tuple(
        views.Again(locators[each.id], each.kind, each.effective_at)
        for each in entries
        if each.id is not None and each.effective_at is not None
    )
