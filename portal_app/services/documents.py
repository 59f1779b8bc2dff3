"""The documents that the agency's system has on file for a policy. The files themselves are not here."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_
from sqlmodel import col

from portal_app.models.documents import PolicyDocument
from portal_app.models.enums import DocumentCategory, FeedKind
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.policies.detail import find_policy
from portal_app.services.policies.sections import Section, section
from portal_app.services.scope import visible


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One document of the index. `reference` is what the agency's system calls it; `whole_account` says that it is of
    the account and of no policy alone."""

    locator: str
    category: DocumentCategory
    title: str
    dated: date
    term_effective: date | None
    file_name: str
    reference: str
    whole_account: bool


@reads(Permission.DOWNLOAD_DOCUMENTS)
def of_policy(tx: Tx, *, locator: str, offset: int = 0, count: int = 50) -> Section[DocumentLine]:
    """The index of the policy's documents and of its account's, the newest first, as far as the actor's role includes
    their category. Raises NotFound, also for a policy that is not the actor's to see."""
    found, row = find_policy(tx, locator), PolicyDocument
    its_own = or_(col(row.policy_id) == found.id, col(row.account_id) == found.account_id)
    rows = visible(tx.actor, row).where(its_own)
    ordered = rows.order_by(col(row.dated).desc(), col(row.id).desc())
    return section(tx, found, FeedKind.DOCUMENTS, ordered, _line, offset, count)


def _line(row: PolicyDocument) -> DocumentLine:
    return DocumentLine(
        locator=row.locator,
        category=row.category,
        title=row.title,
        dated=row.dated,
        term_effective=row.term_effective,
        file_name=row.file_name,
        reference=row.source_id,
        whole_account=row.policy_id is None,
    )
