"""What happened to a policy and when, by both clocks, in plain words."""

from collections.abc import Sequence

from sqlalchemy import select

from portal_app.models.enums import TransactionState
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.ledger import rows, views
from portal_app.services.ledger.rows import Stored
from portal_app.services.policies import history
from portal_app.services.policies.detail import find_policy
from portal_app.services.sync import bulk


@reads(Permission.VIEW_OWN_ACCOUNTS)
def timeline(tx: Tx, *, policy: str) -> tuple[views.Happening, ...]:
    """Every transaction of the policy in the order in which it was written, drafts and reversed ones among them.
    Raises NotFound."""
    found = rows.stored(tx, find_policy(tx, policy))
    locators = {each.entry.id: str(each.row.locator) for each in found}
    changes = _changes(tx, found)
    return tuple(
        views.Happening(
            locator=each.row.locator,
            kind=each.entry.kind,
            state=each.entry.state,
            origin=each.entry.origin,
            term_effective=each.entry.term_effective,
            effective_at=each.row.effective_at,
            issued_at=each.row.issued_at,
            reversed_at=each.row.reversed_at,
            reversed_by=locators.get(each.row.reversed_by_id, "") if each.row.reversed_by_id else "",
            reapplies=locators.get(each.row.reapplies_id, "") if each.row.reapplies_id else "",
            changes=changes.get(each.entry.id, ()),
        )
        for each in found
    )


def _changes(tx: Tx, found: Sequence[Stored]) -> dict[int | None, tuple[str, ...]]:
    """What each issued transaction made of its term, by its id."""
    line = bulk.LINE.c
    lines = dict(tx.db.execute(select(line.code, line.name)).all())
    issued = [each for each in found if each.entry.state is TransactionState.ISSUED]
    told = history.told([each.row for each in issued], lines)
    return {each.entry.id: entry.changes for each, entry in zip(issued, told, strict=True)}
