"""Claims on a policy, as the agency's system says it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import case
from sqlmodel import col

from portal_app.models.claims import Claim
from portal_app.models.enums import ClaimStatus, FeedKind
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.policies.detail import find_policy
from portal_app.services.policies.sections import Section, section
from portal_app.services.scope import visible

OPEN = (ClaimStatus.OPEN, ClaimStatus.REOPENED)


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim. What is None or empty the feed does not say."""

    locator: str
    number: str
    status: ClaimStatus
    lost_on: date
    reported_on: date | None
    closed_on: date | None
    cause: str
    description: str
    paid: Decimal | None
    reserved: Decimal | None
    adjuster: str
    adjuster_phone: str


@reads(Permission.VIEW_OWN_ACCOUNTS)
def of_policy(tx: Tx, *, locator: str, offset: int = 0, count: int = 50) -> Section[ClaimLine]:
    """The policy's claims: the open ones first, each group by date of loss, the newest first. Raises NotFound, also
    for a policy that is not the actor's to see."""
    found = find_policy(tx, locator)
    rows = visible(tx.actor, Claim).where(col(Claim.policy_id) == found.id)
    open_first = case((col(Claim.status).in_(OPEN), 0), else_=1)
    ordered = rows.order_by(open_first, col(Claim.lost_on).desc(), col(Claim.id).desc())
    return section(tx, found, FeedKind.CLAIMS, ordered, _line, offset, count)


def _line(row: Claim) -> ClaimLine:
    told = {name: getattr(row, name) for name in ClaimLine.__dataclass_fields__}
    return ClaimLine(**{**told, "description": row.description or ""})
