"""Who stood above a producer, and since when: kept from the first change on."""

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
