"""Finding the one submission that a service is about, as far as the actor may see it."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam
from sqlmodel import col

from portal_app.models.submissions import Submission
from portal_app.services.access import Actor
from portal_app.services.door import Tx
from portal_app.services.errors import Conflict, Forbidden, NotFound
from portal_app.services.scope import visible


def one(tx: Tx, locator: str) -> Submission:
    """The submission, to be read. Raises NotFound."""
    found: Submission | None = tx.db.scalars(called(tx.actor), {"locator": locator}).first()
    if found is None:
        raise NotFound
    return found


@lru_cache(maxsize=256)
def called(actor: Actor) -> Select[Any]:
    """The submission of a `locator`, where the actor may see it."""
    return visible(actor, Submission).where(col(Submission.locator) == bindparam("locator"))


def held(tx: Tx, locator: str, version: int | None = None) -> Submission:
    """The submission, to be changed: nobody else changes it, or what belongs to it, until this is through. `version` is
    the one that was looked at, None for whatever is there. Raises NotFound, or Conflict where somebody changed it
    since."""
    found: Submission | None = tx.db.scalars(to_be_changed(called(tx.actor)), {"locator": locator}).first()
    if found is None:
        raise NotFound
    if version is not None and version != found.version:
        raise Conflict
    return found


@lru_cache(maxsize=512)
def to_be_changed(asked: Select[Any]) -> Select[Any]:
    """The same, held and as it is now."""
    return asked.with_for_update(of=Submission).execution_options(populate_existing=True)


def whoever(tx: Tx) -> int:
    """The id of the person who acts. Raises Forbidden for the portal itself, which hands nothing in."""
    if tx.actor.user_id is None:
        raise Forbidden
    return tx.actor.user_id


def named(tx: Tx) -> str:
    """The actor as timelines call them."""
    return tx.actor.email or tx.actor.name
