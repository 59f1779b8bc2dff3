"""What hangs on a policy, page by page, with the feed that brings it and its age."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from portal_app.models.enums import FeedKind
from portal_app.models.policies import Policy
from portal_app.services.door import Tx
from portal_app.services.policies.search import MOST_ROWS
from portal_app.services.sync.freshness import bringing

Line = TypeVar("Line")


@dataclass(frozen=True)
class Section(Generic[Line]):
    """A page of lines and how many there are in all. `feed` is empty where no feed brings them, `as_of` None where no
    file of the feed has come yet: then that there are none says nothing."""

    lines: tuple[Line, ...]
    total: int
    feed: str
    as_of: datetime | None


def section(
    tx: Tx, of: Policy, kind: FeedKind, rows: Select[Any], line: Callable[[Any], Line], offset: int, count: int
) -> Section[Line]:
    """The rows from `offset` on as lines. `rows` is in order and holds what the actor may see; `count` is held to 1 to
    200."""
    page = tx.db.scalars(rows.offset(max(offset, 0)).limit(min(max(count, 1), MOST_ROWS)))
    total = tx.db.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
    feed, as_of = bringing(tx, of.feed, kind)
    return Section(tuple(map(line, page)), total, feed, as_of)
