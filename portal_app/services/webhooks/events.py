"""What subscribers are told of what happens here."""

from typing import Any

from portal_app.services.door import Tx


def tell(tx: Tx, event: str, *, locator: str, data: dict[str, Any]) -> None:
    """Nobody has subscribed to anything yet, so that nobody is told."""
