"""From nothing to the newest shape, on both databases, by several processes at once, without drift."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from portal_app import migrations
from portal_app.database import Database
from portal_app.models import metadata

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).resolve().parents[2]
# The text index is made by hand; it has no model.
BY_HAND = ("policy_search", "policy_fts", "ix_policy_search")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    sqlite = f"sqlite:///{tmp_path / 'new.db'}"
    database = Database(sqlite if request.param == "sqlite" else request.getfixturevalue("empty_postgres"))
    yield database
    database.dispose()


@pytest.mark.criterion("DATA-02")
def test_an_empty_database_reaches_the_head_and_equals_the_models(empty: Database) -> None:
    migrations.upgrade(empty)
    assert migrations.current(empty) == migrations.head()
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _ours})
        assert compare_metadata(context, metadata) == []


def _ours(_: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (name is not None and name.startswith(BY_HAND))


@pytest.mark.criterion("DATA-02")
def test_processes_that_start_at_once_migrate_once(empty: Database) -> None:
    url = empty.engine.url.render_as_string(hide_password=False)
    program = "from portal_app import migrations; from portal_app.database import Database; "
    program += f"migrations.upgrade(Database({url!r}))"
    with ThreadPoolExecutor(3) as pool:
        done = list(
            pool.map(
                lambda _: subprocess.run(
                    [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
                ),
                range(3),
            )
        )
    assert [each.returncode for each in done] == [0, 0, 0], done
    with empty.read() as db:
        assert db.execute(text("SELECT count(*) FROM line_of_business")).scalar_one() == 8


@pytest.mark.criterion("DATA-02")
def test_migrations_are_numbered_without_gaps_or_branches() -> None:
    scripts = list(ScriptDirectory.from_config(migrations._config()).walk_revisions())
    numbers = sorted(script.revision for script in scripts)
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    for script in scripts:
        assert Path(script.path).name.startswith(f"{script.revision}_")
