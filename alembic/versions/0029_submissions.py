"""Submissions, with the intake forms that they began with, and the quotes that answer them."""

import sqlalchemy as sa

from alembic import op

revision = "0029"
down_revision = "0028"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "intake_form",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("line_id", ROW_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["line_of_business.id"], name=op.f("fk_intake_form_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_form")),
        sa.UniqueConstraint("line_id", "digest", name="uq_intake_form_text"),
        sa.UniqueConstraint("locator", name=op.f("uq_intake_form_locator")),
    )
    op.create_table(
        "submission",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("line_id", ROW_ID, nullable=False),
        sa.Column("form_id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=True),
        sa.Column("producer_code_id", ROW_ID, nullable=True),
        sa.Column("policy_id", ROW_ID, nullable=True),
        sa.Column("cloned_from_id", ROW_ID, nullable=True),
        sa.Column("insured_name", sa.String(length=200), nullable=False),
        sa.Column("effective", sa.Date(), nullable=True),
        sa.Column("jurisdiction", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", ROW_ID, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", ROW_ID, nullable=True),
        sa.Column("statement", sa.String(length=4000), nullable=False),
        sa.Column("answers_hash", sa.String(length=64), nullable=False),
        sa.Column("routed_by", sa.String(length=120), nullable=False),
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("assignee_id", ROW_ID, nullable=True),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waited_days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'pending', 'in_review', 'quoted', 'bound', 'declined', 'withdrawn')",
            name="ck_submissionstatus",
        ),
        sa.CheckConstraint("(status = 'draft') = (number IS NULL)", name="ck_submission_number"),
        sa.CheckConstraint("(submitted_at IS NULL) = (answers_hash = '')", name="ck_submission_hash"),
        sa.CheckConstraint("assignee_id IS NULL OR contact = ''", name="ck_submission_one_handler"),
        sa.CheckConstraint("status <> 'bound' OR policy_id IS NOT NULL", name="ck_submission_policy"),
        sa.CheckConstraint("status <> 'declined' OR reason <> ''", name="ck_submission_reason"),
        sa.CheckConstraint("(number IS NULL) = (submitted_at IS NULL)", name="ck_submission_submitted"),
        sa.CheckConstraint("version >= 1 AND waited_days >= 0", name="ck_submission_counts"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_submission_account_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["portal_user.id"], name=op.f("fk_submission_assignee_id")),
        sa.ForeignKeyConstraint(["cloned_from_id"], ["submission.id"], name=op.f("fk_submission_cloned_from_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["portal_user.id"], name=op.f("fk_submission_created_by_id")),
        sa.ForeignKeyConstraint(["form_id"], ["intake_form.id"], name=op.f("fk_submission_form_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line_of_business.id"], name=op.f("fk_submission_line_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_submission_policy_id")),
        sa.ForeignKeyConstraint(
            ["producer_code_id"], ["producer_code.id"], name=op.f("fk_submission_producer_code_id")
        ),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["portal_user.id"], name=op.f("fk_submission_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("locator", name=op.f("uq_submission_locator")),
        sa.UniqueConstraint("number", name=op.f("uq_submission_number")),
    )
    op.create_index("ix_submission_account", "submission", ["account_id", "id"], unique=False)
    op.create_index("ix_submission_assignee", "submission", ["assignee_id", "status"], unique=False)
    op.create_index("ix_submission_code", "submission", ["producer_code_id", "status", "submitted_at"], unique=False)
    op.create_index("ix_submission_creator", "submission", ["created_by_id", "status"], unique=False)
    op.create_index("ix_submission_insured", "submission", ["insured_name", "id"], unique=False)
    op.create_index("ix_submission_status", "submission", ["status", "submitted_at", "id"], unique=False)
    op.create_index("ix_submission_target", "submission", ["target_on", "id"], unique=False)
    op.create_table(
        "information_request",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("submission_id", ROW_ID, nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", ROW_ID, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answered_at IS NULL OR cancelled_at IS NULL", name="ck_information_request_end"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["portal_user.id"], name=op.f("fk_information_request_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_information_request_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_request")),
        sa.UniqueConstraint("locator", name=op.f("uq_information_request_locator")),
    )
    op.create_index("ix_information_request_of", "information_request", ["submission_id", "id"], unique=False)
    op.create_index(
        "uq_information_request_open",
        "information_request",
        ["submission_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL AND cancelled_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL AND cancelled_at IS NULL"),
    )
    op.create_table(
        "submission_answers",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("submission_id", ROW_ID, nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["saved_by_id"], ["portal_user.id"], name=op.f("fk_submission_answers_saved_by_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_answers_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_answers")),
        sa.UniqueConstraint("submission_id", "path", name="uq_submission_answers_path"),
    )
    op.create_table(
        "submission_document",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("submission_id", ROW_ID, nullable=False),
        sa.Column("media_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("upload_key", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=254), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_submission_document_media_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submission_document_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_document")),
        sa.UniqueConstraint("locator", name=op.f("uq_submission_document_locator")),
        sa.UniqueConstraint("submission_id", "upload_key", name="uq_submission_document_upload"),
    )
    op.create_index("ix_submission_document_of", "submission_document", ["submission_id", "id"], unique=False)
    op.create_table(
        "submission_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("submission_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=254), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('begun', 'submitted', 'routed', 'assigned', 'moved', 'asked', 'answered', 'cancelled', 'added', "
            "'removed', 'quoted', 'refused')",
            name="ck_submissioneventkind",
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_event_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_event")),
        sa.UniqueConstraint("locator", name=op.f("uq_submission_event_locator")),
    )
    op.create_index("ix_submission_event_of", "submission_event", ["submission_id", "id"], unique=False)
    op.create_table(
        "information_item",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("locator", sa.String(length=26), nullable=False),
        sa.Column("request_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("label", sa.String(length=400), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("document_id", ROW_ID, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", ROW_ID, nullable=True),
        sa.CheckConstraint("kind IN ('field', 'text', 'file')", name="ck_requesteditemkind"),
        sa.CheckConstraint("(kind = 'field') = (path <> '')", name="ck_information_item_field"),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["portal_user.id"], name=op.f("fk_information_item_answered_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["submission_document.id"], name=op.f("fk_information_item_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["information_request.id"], name=op.f("fk_information_item_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_item")),
        sa.UniqueConstraint("locator", name=op.f("uq_information_item_locator")),
    )
    op.create_index("ix_information_item_of", "information_item", ["request_id", "id"], unique=False)
    number = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    refers = "CONSTRAINT fk_quote_submission_id REFERENCES submission (id)"
    op.execute(f"ALTER TABLE quote ADD COLUMN submission_id {number} {refers}")
    op.create_index("ix_quote_submission", "quote", ["submission_id", "id"], unique=False)
