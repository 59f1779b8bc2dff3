"""Looking quotes up."""

from sqlalchemy import func, or_, select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import QuoteState
from portal_app.models.producers import ProducerCode
from portal_app.models.quotes import Quote
from portal_app.models.submissions import Submission
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.identity.names import names_of
from portal_app.services.naming import holds
from portal_app.services.quotes.rows import one
from portal_app.services.quotes.views import Quotes, QuoteView, shown
from portal_app.services.scope import in_scope, visible

MOST_ROWS = 200
LONGEST = 200
REFUSED = "quote.bind_refused"
"""What stands in the trail of a quote, and changes nothing of it."""


@reads(Permission.VIEW_OWN_ACCOUNTS)
def quote(tx: Tx, *, locator: str) -> QuoteView:
    """One quote. Raises NotFound, also for one that is not the actor's to see."""
    return shown(tx, [one(tx, locator)])[0]


@reads(Permission.UNDERWRITE)
def changed_by(tx: Tx, *, locator: str) -> str:
    """What whoever changed a quote last is called. Raises NotFound."""
    event, row = AuditEvent, one(tx, locator)
    its = (col(event.subject_kind) == "quote", col(event.subject) == row.locator, col(event.action) != REFUSED)
    newest = select(col(event.actor)).where(*its, col(event.action).startswith("quote.")).order_by(col(event.id).desc())
    who = tx.db.scalar(newest.limit(1)) or ""
    return names_of(tx, [who])[who] if who else ""


@reads(Permission.VIEW_OWN_ACCOUNTS)
def listed(
    tx: Tx,
    *,
    text: str = "",
    account: str = "",
    producer_code: str = "",
    state: QuoteState | None = None,
    offset: int = 0,
    count: int = 50,
) -> Quotes:
    """The quotes whose insured's name or producer code holds `text`, the newest first. `account` is a locator,
    `producer_code` a whole code as it is written."""
    wanted = visible(tx.actor, Quote)
    if typed := " ".join(text.replace("\x00", " ").split())[:LONGEST]:
        insured = func.coalesce(func.nullif(col(Submission.insured_name), ""), col(Account.name))
        named = (
            select(col(Quote.id))
            .join(Account, col(Account.id) == col(Quote.account_id))
            .outerjoin(Submission, col(Submission.id) == col(Quote.submission_id))
            .where(holds(insured, typed))
        )
        codes = select(col(ProducerCode.id)).where(holds(col(ProducerCode.code), typed))
        wanted = wanted.where(or_(col(Quote.id).in_(named), col(Quote.producer_code_id).in_(codes)))
    if account:
        theirs = select(col(Account.id)).where(in_scope(tx.actor, Account), col(Account.locator) == account)
        wanted = wanted.where(col(Quote.account_id).in_(theirs))
    if producer_code:
        code = select(col(ProducerCode.id)).where(col(ProducerCode.code) == producer_code)
        wanted = wanted.where(col(Quote.producer_code_id).in_(code))
    if state is not None:
        wanted = wanted.where(col(Quote.state) == state)
    start = min(max(offset, 0), 2**40)
    page = wanted.order_by(col(Quote.id).desc()).offset(start).limit(min(max(count, 1), MOST_ROWS))
    total = tx.db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    return Quotes(tuple(shown(tx, tx.db.scalars(page).all())), total, start)
