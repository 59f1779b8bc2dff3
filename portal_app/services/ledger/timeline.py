"""When what happened to a policy, by both clocks, without what it came to."""

from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.ledger import rows, views
from portal_app.services.policies.detail import find_policy


@reads(Permission.VIEW_OWN_ACCOUNTS)
def timeline(tx: Tx, *, policy: str) -> tuple[views.Happening, ...]:
    """Every transaction of the policy in the order in which it was written, drafts and reversed ones among them.
    Raises NotFound."""
    found = rows.stored(tx, find_policy(tx, policy))
    locators = {each.entry.id: str(each.row.locator) for each in found}
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
            reapplies=locators.get(each.row.reapplies_id, ""),
        )
        for each in found
    )
