"""Finding the one quote that a service is about, as far as the actor may see it."""

from sqlmodel import col

from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.access import visible
from portal_app.services.door import Tx
from portal_app.services.errors import Conflict, NotFound


def one(tx: Tx, locator: str) -> Quote:
    """The quote, to be read. Raises NotFound."""
    found: Quote | None = tx.db.scalars(visible(tx.actor, Quote).where(col(Quote.locator) == locator)).first()
    if found is None:
        raise NotFound
    return found


def held(tx: Tx, locator: str, version: int | None = None) -> Quote:
    """The quote, to be changed: nobody else changes it, or its flags, until this is through. `version` is the one that
    was looked at, None for whatever is there. Raises NotFound, or Conflict where somebody changed it since."""
    asked = visible(tx.actor, Quote).where(col(Quote.locator) == locator).with_for_update()
    found: Quote | None = tx.db.scalars(asked.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    if version is not None and version != found.version:
        raise Conflict
    return found


def held_with_submission(tx: Tx, locator: str, version: int | None = None) -> tuple[Quote, Submission | None]:
    """The same with the submission that it is of, which is held before it: so does everybody who changes both. Raises
    as `held`."""
    submission = None
    if number := one(tx, locator).submission_id:
        wanted = visible(tx.actor, Submission).where(col(Submission.id) == number).with_for_update()
        submission = tx.db.scalars(wanted.execution_options(populate_existing=True)).first()
    return held(tx, locator, version), submission
