"""Names and National Producer Numbers as they may be."""

import re

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col

from portal_app.models.enums import ProducerState
from portal_app.models.producers import Producer
from portal_app.services.door import Tx
from portal_app.services.producers.views import called
from portal_app.services.scope import visible

LONGEST_NAME = 200
NPN = re.compile(r"[0-9]{1,10}")


def problems_of_producer(tx: Tx, row: Producer, *, name: str, npn: str) -> dict[str, str]:
    """What speaks against a producer's name and National Producer Number. Both may be empty."""
    found = {}
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not name.isprintable():
        found["name"] = f"A name has at most {LONGEST_NAME} characters, all of them to be seen."
    if not isinstance(npn, str) or (npn and not NPN.fullmatch(npn)):
        found["npn"] = "A National Producer Number is at most ten digits."
    elif npn and (other := _bearer(tx, row, npn)) is not None:
        found["npn"] = f"This is the National Producer Number of {called(other)}."
    return found


def plain_npn(npn: str) -> str:
    """A National Producer Number as it is compared: a number, which some write with zeros before it."""
    return npn.lstrip("0")


def bears(npn: str) -> ColumnElement[bool]:
    """Of a producer: whether this is their number, however many zeros are written before it."""
    return and_(col(Producer.npn) != "", func.ltrim(col(Producer.npn), "0") == plain_npn(npn))


def _bearer(tx: Tx, row: Producer, npn: str) -> Producer | None:
    same = (bears(npn), col(Producer.state) != ProducerState.DISCARDED)
    others = visible(tx.actor, Producer).where(*same, col(Producer.locator) != row.locator)
    return tx.db.scalars(others.limit(1)).first()
