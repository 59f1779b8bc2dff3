"""Single keys such as `/` and `j`: on for everybody, and off for whom they disturb."""

from portal_app.services import audit
from portal_app.services.access import Gate
from portal_app.services.door import Tx, writes
from portal_app.services.identity.confirm import self_of


@writes(Gate.SIGNED_IN)
def turn_single_keys(tx: Tx, *, on: bool) -> None:
    """Kept with the person, so that it holds in every browser."""
    user = self_of(tx)
    if user.single_keys is on:
        return
    user.single_keys = on
    detail = {"before": not on, "after": on}
    audit.record(tx, "user.single_keys", subject_kind="user", subject=user.locator, detail=detail)
