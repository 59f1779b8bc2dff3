"""Runs the migrations on the connection that the caller hands over."""

from alembic import context
from portal_app.models import metadata

# The text indexes are made and kept by hand: autogenerate does not know them.
BY_HAND = ("policy_fts", "policy_search", "ix_policy_search")


def include(_: object, name: str | None, kind: str, __: bool, ___: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith(BY_HAND))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_object=include,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
