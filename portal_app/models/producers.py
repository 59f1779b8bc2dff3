"""Producers, the tree that they form, and the codes under which they write business."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.models.stored import stored_enum


class Producer(SQLModel, table=True):
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
    created_at: datetime = moment()


class ProducerCode(SQLModel, table=True):
    """A code belongs to one producer; policies carry the code, so that a move of the producer rewrites nothing."""

    __tablename__ = "producer_code"

    id: int | None = key()
    locator: str = locator()
    type: str = column(Holds.PLAIN, "ProducerCode", max_length=64)
    code: str = column(Holds.PLAIN, unique=True, max_length=128)
    producer_id: int = reference("producer.id", index=True)
    state: ProducerState = column(Holds.PLAIN, ProducerState.DRAFT, sa_type=stored_enum(ProducerState))
    data: dict[str, Any] = column(Holds.BUSINESS, default_factory=dict, sa_type=JSON)
    created_at: datetime = moment()
