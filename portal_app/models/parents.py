"""Who stood above a producer, and who held a code, and since when: kept from the first change on."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from portal_app.models.columns import key, moment, reference


class ProducerParent(SQLModel, table=True):
    """From `since` on `parent_id` stood above the producer, or nobody. A producer without rows never had another parent
    than today's."""

    __tablename__ = "producer_parent"
    __table_args__ = (Index("ix_producer_parent", "producer_id", "since", "id"),)

    id: int | None = key()
    producer_id: int = reference("producer.id")
    parent_id: int | None = reference("producer.id", None)
    since: datetime = moment()


class ProducerCodeHolder(SQLModel, table=True):
    """From `since` on the code was `producer_id`'s. A code without rows never had another holder than today's."""

    __tablename__ = "producer_code_holder"
    __table_args__ = (Index("ix_producer_code_holder", "code_id", "since", "id"),)

    id: int | None = key()
    code_id: int = reference("producer_code.id")
    producer_id: int = reference("producer.id")
    since: datetime = moment()
