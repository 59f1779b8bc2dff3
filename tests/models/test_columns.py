"""Every column says what it holds, and what is personal or secret is never kept readable."""

import runpy
from pathlib import Path

import pytest
from sqlalchemy import Column, LargeBinary

from integrations.custom.mapping.policies import LINES
from portal_app.models import metadata
from portal_app.models.columns import Holds
from portal_app.models.types import Encrypted, EncryptedJson

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = [column for table in metadata.sorted_tables for column in table.columns]
# What is kept as a hash needs no encryption: it cannot be turned back.
HASHES = {"portal_user.password_hash"}


def name(column: "Column[object]") -> str:
    return f"{column.table.name}.{column.name}"


@pytest.mark.criterion("DATA-01")
@pytest.mark.parametrize("column", COLUMNS, ids=name)
def test_a_column_has_a_class(column: "Column[object]") -> None:
    assert isinstance(column.info.get("holds"), Holds)


@pytest.mark.criterion("DATA-01")
@pytest.mark.parametrize(
    "column", [each for each in COLUMNS if each.info.get("holds") in (Holds.PERSONAL, Holds.SECRET)], ids=name
)
def test_personal_and_secret_columns_are_encrypted_or_hashed(column: "Column[object]") -> None:
    is_hash = isinstance(column.type, LargeBinary) and column.name.endswith(("_hash", "_lookup"))
    assert isinstance(column.type, Encrypted | EncryptedJson) or is_hash or name(column) in HASHES


@pytest.mark.criterion("DATA-01")
def test_names_that_sound_personal_are_classed_so() -> None:
    telling = ("birth", "tax_id", "license", "secret", "password", "payload", "detail")
    for column in COLUMNS:
        # A reference to a producer's license, which is no secret, tells nothing by itself.
        if any(word in column.name for word in telling) and not column.foreign_keys:
            assert column.info["holds"] in (Holds.PERSONAL, Holds.SECRET), name(column)


@pytest.mark.criterion("DATA-02")
def test_the_lines_of_business_are_the_ones_that_a_feed_can_bring() -> None:
    migration = runpy.run_path(str(ROOT / "alembic/versions/0002_lines_of_business.py"))
    assert set(migration["LINES"]) == set(LINES)
