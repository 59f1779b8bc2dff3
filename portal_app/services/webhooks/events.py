"""What subscribers are told of."""

from typing import Any

from portal_app.services.door import Tx


def tell(tx: Tx, event: str, *, locator: str, data: dict[str, Any]) -> None:
    """There are no subscribers yet."""
