"""Who outside is told of events, and how telling them went. The messages themselves wait in the outbox."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import PauseReason, WebhookState
from portal_app.models.stored import stored_enum


class Webhook(SQLModel, table=True):
    """A receiver. Its address is kept as a secret, since some hold a key. `earlier_secret` signs too until its time is
    over. `failing_since` is the first failure after the last success; `failures` counts how often in a row the receiver
    could not be reached at all, and until `retry_at` nobody tries."""

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("(state = 'paused') = (paused_for IS NOT NULL)", name="ck_webhook_paused_for"),
        CheckConstraint("(earlier_secret IS NULL) = (earlier_signs_until IS NULL)", name="ck_webhook_earlier_ends"),
        CheckConstraint("version >= 1", name="ck_webhook_version"),
        CheckConstraint("failures >= 0", name="ck_webhook_failures"),
    )

    id: int | None = key()
    locator: str = locator()
    url: str = column(Holds.SECRET)
    description: str = column(Holds.PLAIN, "", max_length=200)
    patterns: list[str] = column(Holds.PLAIN, default_factory=list, sa_type=JSON)
    secret: str = column(Holds.SECRET)
    earlier_secret: str | None = column(Holds.SECRET, None)
    earlier_signs_until: datetime | None = moment(None)
    state: WebhookState = column(Holds.PLAIN, WebhookState.ACTIVE, sa_type=stored_enum(WebhookState))
    paused_for: PauseReason | None = column(Holds.PLAIN, None, sa_type=stored_enum(PauseReason))
    version: int = column(Holds.PLAIN, 1)
    created_by: str = column(Holds.CONTACT, max_length=254)
    created_at: datetime = moment()
    last_success_at: datetime | None = moment(None)
    last_failure_at: datetime | None = moment(None)
    failing_since: datetime | None = moment(None)
    failures: int = column(Holds.PLAIN, 0)
    retry_at: datetime | None = moment(None)


class WebhookAttempt(SQLModel, table=True):
    """One attempt to hand one event over. `message` is the locator in the outbox, which the receiver gets as the id;
    `status` is what the receiver answered, None where it did not; `error` is empty where the event was taken."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index("ix_webhook_attempt", "webhook_id", "id"),)

    id: int | None = key()
    webhook_id: int = reference("webhook.id")
    message: str = column(Holds.PLAIN, max_length=26)
    event: str = column(Holds.PLAIN, max_length=80)
    record: str = column(Holds.PLAIN, max_length=26)
    at: datetime = moment()
    milliseconds: int = column(Holds.PLAIN)
    status: int | None = column(Holds.PLAIN, None)
    error: str = column(Holds.PLAIN, "", max_length=300)
