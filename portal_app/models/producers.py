"""Producers, the tree that they form, and the codes under which they write business."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.models.stored import stored_enum


class Producer(SQLModel, table=True):
    """`data` are the extension fields of its type; `data_text` repeats their values, folded, for the search.
    `validation` is what came of the last one, and `version` counts the changes."""

    __tablename__ = "producer"
    __table_args__ = (CheckConstraint("parent_id IS NULL OR parent_id <> id", name="ck_producer_not_own_parent"),)

    id: int | None = key()
    locator: str = locator()
    type: str = column(Holds.PLAIN, "Producer", max_length=64)
    kind: ProducerKind = column(Holds.PLAIN, sa_type=stored_enum(ProducerKind))
    name: str = column(Holds.CONTACT, max_length=200)
    npn: str = column(Holds.PLAIN, "", max_length=10)
    parent_id: int | None = reference("producer.id", None, index=True)
    state: ProducerState = column(Holds.PLAIN, ProducerState.DRAFT, sa_type=stored_enum(ProducerState))
    data: dict[str, Any] = column(Holds.BUSINESS, default_factory=dict, sa_type=JSON)
    data_text: str = column(Holds.BUSINESS, "")
    validation: dict[str, Any] | None = column(Holds.BUSINESS, None, sa_type=JSON(none_as_null=True))
    version: int = column(Holds.PLAIN, 1)
    created_at: datetime = moment()
    created_by: str = column(Holds.CONTACT, "", max_length=254)


class ProducerCode(SQLModel, table=True):
    """A code belongs to one producer; policies carry the code, so that a move of the producer rewrites nothing. Only a
    draft, or what was discarded as one, has none yet; once given it never changes. `likeness` is the code as people
    tell codes apart; the first to come has it, and what a feed brings that looks like another has none."""

    __tablename__ = "producer_code"
    __table_args__ = (
        CheckConstraint("code IS NOT NULL OR state IN ('draft', 'discarded')", name="ck_producer_code_numbered"),
        Index("uq_producer_code_likeness", "likeness", unique=True),
    )

    id: int | None = key()
    locator: str = locator()
    type: str = column(Holds.PLAIN, "ProducerCode", max_length=64)
    code: str | None = column(Holds.PLAIN, None, unique=True, max_length=128)
    likeness: str | None = column(Holds.PLAIN, None, max_length=384)
    producer_id: int = reference("producer.id", index=True)
    state: ProducerState = column(Holds.PLAIN, ProducerState.DRAFT, sa_type=stored_enum(ProducerState))
    data: dict[str, Any] = column(Holds.BUSINESS, default_factory=dict, sa_type=JSON)
    data_text: str = column(Holds.BUSINESS, "")
    validation: dict[str, Any] | None = column(Holds.BUSINESS, None, sa_type=JSON(none_as_null=True))
    version: int = column(Holds.PLAIN, 1)
    created_at: datetime = moment()
    created_by: str = column(Holds.CONTACT, "", max_length=254)


class NumberSequence(SQLModel, table=True):
    """How far the numbers of a plan have been given. It only ever grows, so that none is given twice. `part` is empty
    where the whole plan counts together, else what counts by itself: the name of a type of codes."""

    __tablename__ = "number_sequence"

    plan: str = column(Holds.PLAIN, primary_key=True, max_length=64)
    part: str = column(Holds.PLAIN, "", primary_key=True, max_length=64)
    next_number: int = column(Holds.PLAIN, sa_type=BigInteger)
