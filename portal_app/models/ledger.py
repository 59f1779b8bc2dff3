"""The ledger of a policy: every difference that a feed brought or the portal issued."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import Origin, TransactionKind, TransactionState
from portal_app.models.stored import stored_enum


class LedgerTransaction(SQLModel, table=True):
    """One transaction on one term. `effective_at` is when it takes effect in the world, `known_at` when the portal
    learnt of it.

    `changes` holds the fields of the term that it sets, whole lists for coverages, vehicles and locations; folding
    the issued
    transactions of a policy in order gives its projection.
    """

    __tablename__ = "ledger_transaction"
    __table_args__ = (
        Index("ix_ledger_policy", "policy_id", "id"),
        CheckConstraint("(origin = 'feed') = (source_record_id IS NOT NULL)", name="ck_ledger_feed_has_source"),
        CheckConstraint("state = 'draft' OR issued_at IS NOT NULL", name="ck_ledger_issued_at"),
    )

    id: int | None = key()
    locator: str = locator()
    policy_id: int = reference("policy.id")
    kind: TransactionKind = column(Holds.PLAIN, sa_type=stored_enum(TransactionKind))
    state: TransactionState = column(Holds.PLAIN, TransactionState.ISSUED, sa_type=stored_enum(TransactionState))
    origin: Origin = column(Holds.PLAIN, sa_type=stored_enum(Origin))
    term_effective: date = column(Holds.BUSINESS)
    effective_at: datetime = moment()
    known_at: datetime = moment()
    issued_at: datetime | None = moment(None)
    reverses_id: int | None = reference("ledger_transaction.id", None)
    reapplies_id: int | None = reference("ledger_transaction.id", None)
    source_record_id: int | None = reference("source_record.id", None)
    source_version: int | None = column(Holds.PLAIN, None)
    changes: dict[str, Any] = column(Holds.BUSINESS, sa_type=JSON)
