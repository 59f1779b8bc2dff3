"""The index of documents: what the agency's system holds on file for a policy or an account."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference
from portal_app.models.enums import DocumentCategory
from portal_app.models.stored import stored_enum


class PolicyDocument(SQLModel, table=True):
    """One document that the agency's system holds, by its own `reference` there. This says that there is such a
    document, and nothing of whether the file itself is at the portal."""

    __tablename__ = "policy_document"
    __table_args__ = (
        UniqueConstraint("feed", "source_id", name="uq_policy_document_source"),
        CheckConstraint("(policy_id IS NULL) <> (account_id IS NULL)", name="ck_policy_document_of_one"),
    )

    id: int | None = key()
    locator: str = locator()
    feed: str = column(Holds.PLAIN, max_length=40)
    source_id: str = column(Holds.PLAIN, max_length=200)
    policy_id: int | None = reference("policy.id", None, index=True)
    account_id: int | None = reference("account.id", None, index=True)
    category: DocumentCategory = column(Holds.BUSINESS, sa_type=stored_enum(DocumentCategory))
    title: str = column(Holds.BUSINESS, max_length=200)
    dated: date = column(Holds.BUSINESS)
    term_effective: date | None = column(Holds.BUSINESS, None)
    file_name: str = column(Holds.BUSINESS, "", max_length=255)
    as_of: datetime = moment()
