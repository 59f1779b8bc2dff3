"""What a scanner for malware says of files, and when the next look is due."""

import sqlalchemy as sa

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE media_version ADD COLUMN scan VARCHAR(24) DEFAULT 'not_scanned' NOT NULL CONSTRAINT ck_scanstate"
        " CHECK (scan IN ('waiting', 'clean', 'refused', 'not_scanned'))"
    )
    op.add_column("media_version", sa.Column("scan_attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("media_version", sa.Column("scan_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_media_version_scan", "media_version", ["scan", "scan_due_at"])
    op.create_index("ix_media_version_digest", "media_version", ["digest"])
