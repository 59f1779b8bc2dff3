"""The eight lines of business."""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"

LINES = {
    "personal_auto": "Personal auto",
    "homeowners": "Homeowners",
    "general_liability": "Commercial general liability",
    "bop": "Business owners (BOP)",
    "workers_compensation": "Workers compensation",
    "commercial_auto": "Commercial auto",
    "commercial_property": "Commercial property",
    "umbrella": "Umbrella",
}


def upgrade() -> None:
    table = sa.table("line_of_business", sa.column("code", sa.String), sa.column("name", sa.String))
    op.bulk_insert(table, [{"code": code, "name": name} for code, name in LINES.items()])
