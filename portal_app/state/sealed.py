"""States as they are stored outside of this process, where several web processes share them: encrypted, because pages
show what is personal."""

import base64
import pickle
from typing import Any

import reflex as rx

from portal_app.encryption import keyring

STORED = "sealed"


class Sealed(rx.State, mixin=True):
    """What a state holds leaves the process only under the portal's own keys."""

    def __getstate__(self) -> dict[str, bytes]:
        own: Any = super()
        held = pickle.dumps(own.__getstate__())
        return {STORED: keyring().encrypt(base64.b64encode(held).decode())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Only what was sealed with the portal's own keys comes this far.
        held = base64.b64decode(keyring().decrypt(state[STORED]))
        super().__setstate__(pickle.loads(held))  # noqa: S301
