"""What a person decided of a row in quarantine, and the cells as they mended them."""

from alembic import op

revision = "0007"
down_revision = "0006"

MENDED = (
    "CONSTRAINT ck_quarantined_mended CHECK (settled IS NULL OR settled <> 'mended'"
    " OR (mended IS NOT NULL AND mended_source_id <> ''))"
)


def upgrade() -> None:
    moment, secret = ("DATETIME", "BLOB") if op.get_bind().dialect.name == "sqlite" else ("TIMESTAMPTZ", "BYTEA")
    for column in (
        f"mended {secret}",
        "mended_source_id VARCHAR(200) DEFAULT '' NOT NULL",
        f"settled VARCHAR(24) CONSTRAINT ck_settlement CHECK (settled IN ('mended', 'left_out')) {MENDED}",
        "settled_by VARCHAR(254) DEFAULT '' NOT NULL",
        f"settled_at {moment} CONSTRAINT ck_quarantined_settled CHECK ((settled IS NULL) = (settled_at IS NULL))",
    ):
        op.execute(f"ALTER TABLE quarantined_row ADD COLUMN {column}")
