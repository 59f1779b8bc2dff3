"""Whose portal this is, for the pages before sign-in."""

from dataclasses import dataclass

from portal_app.services.access import Gate
from portal_app.services.door import Tx, reads


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """`mail` says whether a link for a new password can be mailed."""

    agency_name: str
    demo: bool
    mail: bool


@reads(Gate.PUBLIC)
def front_door(tx: Tx) -> FrontDoor:
    """What everybody is told."""
    return FrontDoor(tx.settings.agency_name, tx.settings.demo, tx.ports.mailer is not None)
