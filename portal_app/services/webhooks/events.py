"""What subscribers outside are told, written in the transaction that causes it."""

from typing import Any

from portal_app.services.door import Tx


def tell(tx: Tx, event: str, *, locator: str, data: dict[str, Any]) -> None:
    """Tell whoever has subscribed to `event`; without subscribers nothing is written."""
