"""All tables, so that whoever needs the metadata has it whole."""

from sqlmodel import SQLModel

from portal_app.models import (
    accounts,
    audit,
    authority,
    billing,
    claims,
    configuration,
    documents,
    idempotency,
    identity,
    jobs,
    ledger,
    licensing,
    media,
    notifications,
    outbox,
    parents,
    policies,
    producers,
    quotes,
    settings,
    submissions,
    sync,
    webhooks,
)

metadata = SQLModel.metadata

__all__ = [
    "accounts",
    "audit",
    "authority",
    "billing",
    "claims",
    "configuration",
    "documents",
    "idempotency",
    "identity",
    "jobs",
    "ledger",
    "licensing",
    "media",
    "metadata",
    "notifications",
    "outbox",
    "parents",
    "policies",
    "producers",
    "quotes",
    "settings",
    "submissions",
    "sync",
    "webhooks",
]
