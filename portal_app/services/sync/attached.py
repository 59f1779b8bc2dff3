"""What hangs on a policy: records of which each becomes one row, replaced by a newer one of the same name."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from portal_app.models.types import new_locator
from portal_app.services.door import Tx
from portal_app.services.ports import PolicyName
from portal_app.services.sync import bulk, told
from portal_app.services.sync.bulk import Row
from portal_app.services.sync.kinds import Refusals, Taken
from portal_app.services.sync.projecting import number_key
from portal_app.services.sync.rows import Incoming


@dataclass(frozen=True, slots=True)
class Named:
    """The policies that a file's rows may mean: ids by the feed's own id, and by number with the carriers' names."""

    by_id: dict[str, int]
    by_number: dict[str, list[tuple[str, int]]]

    def found(self, name: PolicyName) -> list[int]:
        """The ids of all policies that fit."""
        if name.policy_id:
            return [self.by_id[name.policy_id]] if name.policy_id in self.by_id else []
        same = self.by_number.get(number_key(name.number), [])
        wanted = name.carrier.casefold()
        return [number for carrier, number in same if not wanted or carrier.casefold() == wanted]

    def why_not(self, row: Incoming) -> str:
        """Why the row's name is not that of one policy; empty where it is."""
        name: PolicyName = row.record.policy
        found = len(self.found(name))
        if found == 1:
            return ""
        told = name.policy_id or name.number
        if found:
            return row.names(told, "more than one policy: the carrier is needed to tell them apart")
        return row.names(told, "a policy that is not among the policies taken in")


def look_up(db: Session, feed: str, names: Iterable[PolicyName]) -> Named:
    """What the feed's policies are called, as far as the names ask."""
    names = list(names)
    policy, carrier = bulk.POLICY.c, bulk.CARRIER.c
    ids = sorted({name.policy_id for name in names if name.policy_id})
    by_id = select(policy.source_id, policy.id).where(policy.feed == feed, policy.source_id.in_(ids))
    numbers = sorted({number_key(name.number) for name in names if not name.policy_id})
    by_number: dict[str, list[tuple[str, int]]] = defaultdict(list)
    found = select(policy.number_key, carrier.name, policy.id).join(bulk.CARRIER, carrier.id == policy.carrier_id)
    for number, name, policy_id in db.execute(found.where(policy.feed == feed, policy.number_key.in_(numbers))):
        by_number[number].append((name, policy_id))
    return Named(dict(db.execute(by_id).all()) if ids else {}, by_number)


class TakingAttached(ABC):
    """Implements Taking for records that name a policy; a kind says its table, how its events begin, and what a row
    holds. What a file does not hold any more stays, also where files hold all records: that a claim is gone from a list
    does not undo it."""

    table: ClassVar[Table]
    event: ClassVar[str]

    def __init__(self, tx: Tx, feed: str, exported_at: datetime) -> None:
        self.tx = tx
        self.feed = feed
        self.exported_at = exported_at

    def refusals(self, rows: Sequence[Incoming]) -> Refusals:
        named = self._named([row.record for row in rows])
        reasons = {row.source_id: named.why_not(row) for row in rows if row.record.policy is not None}
        return {source_id: (why,) for source_id, why in reasons.items() if why}

    def take(self, rows: Sequence[Taken]) -> None:
        records = [row.record for row in rows]
        named, column = self._named(records), self.table.c
        known = select(column.source_id, column.id, column.locator).where(
            column.feed == self.feed, column.source_id.in_([record.source_id for record in records])
        )
        there = {source_id: (number, locator) for source_id, number, locator in self.tx.db.execute(known)}
        new, changed = [], []
        for record in records:
            policy_id = named.found(record.policy)[0] if record.policy is not None else None
            row = {"policy_id": policy_id, **self.row_of(record), "as_of": self.exported_at}
            if record.source_id in there:
                changed.append(row | {"id": there[record.source_id][0]})
            else:
                new.append(row | {"locator": new_locator(), "feed": self.feed, "source_id": record.source_id})
        bulk.insert_rows(self.tx.db, self.table, new)
        bulk.update_rows(self.tx.db, self.table, changed)
        told.tell_attached(self.tx, self.event, told.Brought(new, changed, dict(there.values())))

    @abstractmethod
    def row_of(self, record: Any) -> Row:
        """The columns that the record fills beside its names."""

    def _named(self, records: Sequence[Any]) -> Named:
        return look_up(self.tx.db, self.feed, (each.policy for each in records if each.policy is not None))
