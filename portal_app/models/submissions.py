"""Submissions: business that a producer hands in, from the first answer to the policy that comes of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import SQLModel

from portal_app.models.columns import Holds, column, key, locator, moment, reference, sealed
from portal_app.models.enums import RequestedItemKind, SubmissionDocumentKind, SubmissionEventKind, SubmissionStatus
from portal_app.models.stored import stored_enum


class IntakeForm(SQLModel, table=True):
    """The text of an intake form as submissions began with it; each text of a line is kept once, and never changes.
    `version` is its number among what the agency saved, 0 as shipped."""

    __tablename__ = "intake_form"
    __table_args__ = (UniqueConstraint("line_id", "digest", name="uq_intake_form_text"),)

    id: int | None = key()
    locator: str = locator()
    line_id: int = reference("line_of_business.id")
    digest: str = column(Holds.PLAIN, max_length=64)
    version: int = column(Holds.PLAIN)
    content: str = column(Holds.PLAIN)
    kept_at: datetime = moment()


class Submission(SQLModel, table=True):
    """`number` is the Submission ID, given when it is handed in. `insured_name`, `effective`, `jurisdiction` and the
    producer code are taken from the answers whenever those are saved. `certified_on` is the day on which it was
    handed in, by which its answers are read for good. Of `assignee_id` and `contact` at most one is
    given: who handles it is of the agency or of the carrier. While the producer is asked, the clock of the response
    stands: since `waiting_since`, after `waited_days` business days before."""

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint("(status = 'draft') = (number IS NULL)", name="ck_submission_number"),
        CheckConstraint("(number IS NULL) = (submitted_at IS NULL)", name="ck_submission_submitted"),
        CheckConstraint("(submitted_at IS NULL) = (answers_hash = '')", name="ck_submission_hash"),
        CheckConstraint("assignee_id IS NULL OR contact = ''", name="ck_submission_one_handler"),
        CheckConstraint("status <> 'bound' OR policy_id IS NOT NULL", name="ck_submission_policy"),
        CheckConstraint("status <> 'declined' OR reason <> ''", name="ck_submission_reason"),
        CheckConstraint("version >= 1 AND waited_days >= 0", name="ck_submission_counts"),
        Index("ix_submission_status", "status", "submitted_at", "id"),
        Index("ix_submission_code", "producer_code_id", "status", "submitted_at"),
        Index("ix_submission_creator", "created_by_id", "status"),
        Index("ix_submission_assignee", "assignee_id", "status"),
        Index("ix_submission_insured", "insured_name", "id"),
        Index("ix_submission_target", "target_on", "id"),
        Index("ix_submission_account", "account_id", "id"),
    )

    id: int | None = key()
    locator: str = locator()
    number: str | None = column(Holds.BUSINESS, None, max_length=40, unique=True)
    status: SubmissionStatus = column(Holds.BUSINESS, SubmissionStatus.DRAFT, sa_type=stored_enum(SubmissionStatus))
    line_id: int = reference("line_of_business.id")
    form_id: int = reference("intake_form.id")
    account_id: int | None = reference("account.id", None)
    producer_code_id: int | None = reference("producer_code.id", None)
    policy_id: int | None = reference("policy.id", None)
    cloned_from_id: int | None = reference("submission.id", None)
    insured_name: str = column(Holds.CONTACT, "", max_length=200)
    effective: date | None = column(Holds.BUSINESS, None)
    jurisdiction: str = column(Holds.BUSINESS, "", max_length=2)
    created_at: datetime = moment()
    created_by_id: int = reference("portal_user.id")
    changed_at: datetime = moment()
    submitted_at: datetime | None = moment(None)
    submitted_by_id: int | None = reference("portal_user.id", None)
    certified_on: date | None = column(Holds.BUSINESS, None)
    statement: str = column(Holds.PLAIN, "", max_length=4000)
    answers_hash: str = column(Holds.PLAIN, "", max_length=64)
    routed_by: str = column(Holds.PLAIN, "", max_length=120)
    queue: str = column(Holds.PLAIN, "", max_length=80)
    assignee_id: int | None = reference("portal_user.id", None)
    contact: str = column(Holds.CONTACT, "", max_length=254)
    target_on: date | None = column(Holds.BUSINESS, None)
    waiting_since: datetime | None = moment(None)
    waited_days: int = column(Holds.PLAIN, 0)
    reason: str = column(Holds.BUSINESS, "", max_length=2000)
    version: int = column(Holds.PLAIN, 1)


class SubmissionAnswers(SQLModel, table=True):
    """What was answered in one group of fields, as it was typed: a list of rows, one where the group does not repeat.
    `path` is section and group with a dot between. Each group has a version of its own, since it is saved alone."""

    __tablename__ = "submission_answers"
    __table_args__ = (UniqueConstraint("submission_id", "path", name="uq_submission_answers_path"),)

    id: int | None = key()
    submission_id: int = reference("submission.id")
    path: str = column(Holds.PLAIN, max_length=120)
    rows: list[dict[str, Any]] = sealed()
    version: int = column(Holds.PLAIN, 1)
    saved_at: datetime = moment()
    saved_by_id: int = reference("portal_user.id")


class SubmissionEvent(SQLModel, table=True):
    """What happened to a submission, as its timeline tells it. `about` holds names, numbers and reasons, no answers."""

    __tablename__ = "submission_event"
    __table_args__ = (
        Index("ix_submission_event_of", "submission_id", "id"),
        Index("ix_submission_event_at", "at", "id"),
    )

    id: int | None = key()
    locator: str = locator()
    submission_id: int = reference("submission.id")
    kind: SubmissionEventKind = column(Holds.BUSINESS, sa_type=stored_enum(SubmissionEventKind))
    at: datetime = moment()
    by: str = column(Holds.CONTACT, max_length=254)
    about: dict[str, Any] = column(Holds.BUSINESS, default_factory=dict, sa_type=JSON)


class InformationRequest(SQLModel, table=True):
    """What the agency needs from the producer before it can go on. The clock stands while one is open."""

    __tablename__ = "information_request"
    __table_args__ = (
        CheckConstraint("answered_at IS NULL OR cancelled_at IS NULL", name="ck_information_request_end"),
        Index(
            "uq_information_request_open",
            "submission_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL AND cancelled_at IS NULL"),
            postgresql_where=text("answered_at IS NULL AND cancelled_at IS NULL"),
        ),
        Index("ix_information_request_of", "submission_id", "id"),
    )

    id: int | None = key()
    locator: str = locator()
    submission_id: int = reference("submission.id")
    note: str = column(Holds.BUSINESS, "", max_length=2000)
    asked_at: datetime = moment()
    asked_by_id: int = reference("portal_user.id")
    answered_at: datetime | None = moment(None)
    cancelled_at: datetime | None = moment(None)


class InformationItem(SQLModel, table=True):
    """One thing that is asked for. `path` names a field of the form where that is what is asked; `answer` holds what
    was typed; a file is a document of the submission."""

    __tablename__ = "information_item"
    __table_args__ = (
        CheckConstraint("(kind = 'field') = (path <> '')", name="ck_information_item_field"),
        Index("ix_information_item_of", "request_id", "id"),
    )

    id: int | None = key()
    locator: str = locator()
    request_id: int = reference("information_request.id")
    kind: RequestedItemKind = column(Holds.BUSINESS, sa_type=stored_enum(RequestedItemKind))
    label: str = column(Holds.BUSINESS, max_length=400)
    path: str = column(Holds.PLAIN, "", max_length=200)
    answer: dict[str, Any] | None = sealed(None)
    document_id: int | None = reference("submission_document.id", None)
    answered_at: datetime | None = moment(None)
    answered_by_id: int | None = reference("portal_user.id", None)


class SubmissionDocument(SQLModel, table=True):
    """A file of a submission. `upload_key` is made by whoever uploads, so that what is sent again is there once;
    `sent_digest` is the SHA-256 of what arrived under it, empty where the portal made the file itself."""

    __tablename__ = "submission_document"
    __table_args__ = (
        UniqueConstraint("submission_id", "upload_key", name="uq_submission_document_upload"),
        Index("ix_submission_document_of", "submission_id", "id"),
    )

    id: int | None = key()
    locator: str = locator()
    submission_id: int = reference("submission.id")
    media_id: int = reference("media.id")
    kind: SubmissionDocumentKind = column(Holds.BUSINESS, sa_type=stored_enum(SubmissionDocumentKind))
    upload_key: str = column(Holds.PLAIN, max_length=64)
    sent_digest: str = column(Holds.PLAIN, "", max_length=64)
    added_at: datetime = moment()
    added_by: str = column(Holds.CONTACT, max_length=254)
    removed_at: datetime | None = moment(None)
