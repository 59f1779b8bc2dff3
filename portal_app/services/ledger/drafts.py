"""Transactions that people draft on a policy. Nothing of the policy changes until one is issued."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from portal_app.models.enums import Origin, TransactionKind, TransactionState
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Policy
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.ledger import instructions, rows, views
from portal_app.services.ledger.draft_versions import check_draft_version
from portal_app.services.ledger.reading import told_of
from portal_app.services.ledger.rules import Act, check_act, check_aim, told
from portal_app.services.policies.detail import find_policy
from portal_app.services.producers.standing import why_not_anew
from portal_app.services.scope import visible
from portal_app.services.sync.projecting import lock
from portal_app.services.topics import Topic
from portal_app.services.webhooks import events

Instructions = Sequence[Mapping[str, Any]]
MOVED = "The policy has changed since you looked at it. Look at it again."


@writes(Permission.UNDERWRITE)
def draft(
    tx: Tx,
    *,
    policy: str,
    kind: TransactionKind,
    effective_at: datetime | None = None,
    asked: Instructions = (),
    version: str = "",
) -> views.TransactionLine:
    """Draft a change, renewal, cancellation or reinstatement. `version` is the newest transaction (locator) that the
    author has seen, where the draft counts only on top of that.

    Raises NotFound; Invalid for a moment that lies in no term or does not fit what the term is by then, for
    instructions that contradict themselves, and for codes that are unknown or cannot be used again; Conflict where the
    policy has moved on.
    """
    found = find_policy(tx, policy)
    check_version(tx, found, version)
    check_instructions(tx, asked)
    if kind is TransactionKind.CHANGE and not asked:
        raise Invalid({"instructions": "A change needs an instruction."})
    ledger = rows.entries(rows.stored(tx, found, TransactionState.ISSUED))
    aim = check_aim(kind, ledger, effective_at, tx.settings.zone)
    row = LedgerTransaction(
        policy_id=found.id or 0,
        kind=kind,
        state=TransactionState.DRAFT,
        origin=Origin.PORTAL,
        term_effective=aim.term,
        effective_at=aim.effective_at,
        known_at=tx.now,
        seen=version,
        changes=dict(aim.changes),
        instructions=[dict(each) for each in asked],
    )
    tx.db.add(row)
    audit.record(tx, "transaction.drafted", subject_kind="policy", subject=found.locator, detail=_detail(row))
    events.tell(tx, "policy.transaction.create", locator=row.locator, data=about(found, row))
    tx.changes(Topic.POLICIES)
    return told_of(tx, row.locator)


@writes(Permission.UNDERWRITE)
def update(
    tx: Tx,
    *,
    locator: str,
    effective_at: datetime | None = None,
    asked: Instructions | None = None,
    version: str | None = None,
    draft_version: str = "",
) -> views.TransactionLine:
    """Change a draft; what is None stays. `draft_version` is that of the draft that was looked at, where the change
    counts only on top of that. Raises NotFound, Conflict for what is no draft any more or is another one by now, and
    Invalid as `draft` does."""
    row, policy = hold(tx, locator, Act.UPDATE)
    check_draft_version(tx, row, policy, draft_version)
    before = _detail(row)
    wanted = row.instructions if asked is None else asked
    check_version(tx, policy, version or "")
    check_instructions(tx, wanted)
    if row.kind is TransactionKind.CHANGE and not wanted:
        raise Invalid({"instructions": "A change needs an instruction."})
    ledger = rows.entries(rows.stored(tx, policy, TransactionState.ISSUED))
    aim = check_aim(row.kind, ledger, effective_at or row.effective_at, tx.settings.zone)
    row.term_effective, row.effective_at, row.changes = aim.term, aim.effective_at, dict(aim.changes)
    row.instructions = [dict(each) for each in wanted]
    row.seen = row.seen if version is None else version
    detail = {"before": before, "after": _detail(row)}
    audit.record(tx, "transaction.changed", subject_kind="policy", subject=policy.locator, detail=detail)
    events.tell(tx, "policy.transaction.update", locator=row.locator, data=about(policy, row))
    tx.changes(Topic.POLICIES)
    return told_of(tx, locator)


@writes(Permission.UNDERWRITE)
def discard(tx: Tx, *, locator: str, draft_version: str = "") -> views.TransactionLine:
    """Give up a draft; it is kept and never counts. Raises NotFound, Conflict as `update` does."""
    row, policy = hold(tx, locator, Act.DISCARD)
    check_draft_version(tx, row, policy, draft_version)
    row.state = TransactionState.DISCARDED
    audit.record(tx, "transaction.discarded", subject_kind="policy", subject=policy.locator, detail=_detail(row))
    events.tell(tx, "policy.transaction.discard", locator=row.locator, data=about(policy, row))
    tx.changes(Topic.POLICIES)
    return told_of(tx, locator)


def hold(tx: Tx, locator: str, act: Act) -> tuple[LedgerTransaction, Policy]:
    """The transaction with its policy, which nobody else changes until this is through. Raises NotFound, Conflict."""
    row = rows.find(tx, locator)
    lock(tx.db, [row.policy_id])
    # Whoever was here first may have issued or discarded it while this waited.
    tx.db.expire(row)
    row = rows.find(tx, locator)
    check_act(row.state, act)
    return row, tx.db.get_one(Policy, row.policy_id)


def check_version(tx: Tx, policy: Policy, version: str) -> None:
    """Raises Conflict where something was issued on the policy that is not what the author had seen."""
    if version and version != rows.newest(rows.stored(tx, policy, TransactionState.ISSUED)):
        raise Conflict(MOVED)


def check_instructions(tx: Tx, asked: Instructions, *, hold: bool = False) -> None:
    """Raises Invalid for what contradicts itself, and for codes that are unknown or cannot be used again. A producer
    who is not validated, or is suspended, is no matter here: that is for underwriting to flag. To `hold` has nobody
    discard one of the codes, or its producer, until this is through."""
    if problem := instructions.problem_of(asked):
        raise Invalid({"instructions": problem})
    named = instructions.codes_named(asked)
    codes = visible(tx.actor, ProducerCode).where(col(ProducerCode.code).in_(named))
    if hold:
        codes = codes.with_for_update(read=True).execution_options(populate_existing=True)
    known = {each.code: each for each in tx.db.scalars(codes)} if named else {}
    if hold and known:
        holders = select(Producer).where(col(Producer.id).in_({each.producer_id for each in known.values()}))
        holders = holders.order_by(col(Producer.id)).with_for_update(read=True)
        tx.db.scalars(holders.execution_options(populate_existing=True)).all()
    for name in named:
        if name not in known:
            raise Invalid({"instructions": f"There is no producer code {name}."})
        if why := why_not_anew(tx, known[name]):
            raise Invalid({"instructions": why})


def about(policy: Policy, row: LedgerTransaction) -> dict[str, Any]:
    """What the outside is told of a transaction."""
    return {"policyLocator": policy.locator, "kind": row.kind.value, "effectiveTime": told(row.effective_at)}


def _detail(row: LedgerTransaction) -> dict[str, Any]:
    return {
        "transaction": row.locator,
        "kind": row.kind.value,
        "effective_at": told(row.effective_at),
        "instructions": [dict(each) for each in row.instructions],
    }
