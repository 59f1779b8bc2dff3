"""What programs may ask for under a key: to bind a quote."""

from collections.abc import Callable
from typing import Any

from portal_app.services.access import Permission
from portal_app.services.binding import bind
from portal_app.services.binding.bind import Bound
from portal_app.services.door import Tx, writes
from portal_app.services.idempotency import Asked, once


@writes(Permission.BIND_POLICIES)
def bind_once(
    tx: Tx,
    *,
    asked: Asked | None,
    tell: Callable[[Bound], dict[str, Any]],
    quote: str,
    version: int | None,
    no_loss: bool = False,
) -> dict[str, Any]:
    """As `bind.bind`, once for each key: a refusal too is answered as the first time."""
    return once(tx, asked, lambda: bind.bind(tx, quote=quote, version=version, no_loss=no_loss), tell)
