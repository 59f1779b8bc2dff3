"""The ledger of a policy: every difference that a feed brought or the portal issued."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import Origin, TransactionKind, TransactionState
from portal_app.models.stored import stored_enum
from portal_app.models.types import RowId


class LedgerTransaction(SQLModel, table=True):
    """One transaction on one term. `effective_at` is when it takes effect in the world, `known_at` when the portal
    learnt of it.

    `changes` holds the fields of the term that it sets, whole lists for coverages, vehicles and locations; folding
    the issued
    transactions of a policy in the order of their ids gives its projection. So that this holds, a transaction that
    takes effect before others of its policy reverses them, and they are applied again behind it, as rows that name in
    `reapplies_id` what they repeat. `instructions` are what a person asked for, raw: what comes of them depends on what
    the policy is by then.
    """

    __tablename__ = "ledger_transaction"
    __table_args__ = (
        Index("ix_ledger_policy", "policy_id", "id"),
        Index("ix_ledger_known", "known_at", "id"),
        Index(
            "ix_ledger_draft",
            "id",
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        CheckConstraint("(origin = 'feed') = (source_record_id IS NOT NULL)", name="ck_ledger_feed_has_source"),
        CheckConstraint("state IN ('draft', 'discarded') OR issued_at IS NOT NULL", name="ck_ledger_issued_at"),
        CheckConstraint("reversed_at IS NULL OR state = 'reversed'", name="ck_ledger_reversed_at"),
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
    reapplies_id: int | None = reference("ledger_transaction.id", None)
    reversed_at: datetime | None = moment(None)
    reversed_by_id: int | None = reference("ledger_transaction.id", None)
    # The id under which it was first written, where that is another: who was created first goes first.
    age: int | None = column(Holds.PLAIN, None, sa_type=RowId)
    # The locator of the policy's newest transaction that whoever drafted it had seen; empty where they did not say.
    seen: str = column(Holds.PLAIN, "", max_length=26, sa_column_kwargs={"server_default": ""})
    source_record_id: int | None = reference("source_record.id", None)
    source_version: int | None = column(Holds.PLAIN, None)
    changes: dict[str, Any] = column(Holds.BUSINESS, sa_type=JSON)
    instructions: list[dict[str, Any]] = column(
        Holds.BUSINESS, default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )
