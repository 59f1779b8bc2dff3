"""What hangs on the policies of the small agency: billing of two terms, three claims, a document of every category."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from portal_app.models.billing import PolicyBilling
from portal_app.models.claims import Claim
from portal_app.models.documents import PolicyDocument
from portal_app.models.enums import BillMode, ClaimStatus, DocumentCategory, FeedKind
from portal_app.models.policies import Policy
from portal_app.models.sync import FeedFile
from tests.world import NOW

THIS, LAST = date(2026, 6, 1), date(2025, 6, 1)


def attach(db: Session, policy: Policy) -> None:
    """Of that policy, and one document of its whole account."""
    its = {"feed": policy.feed, "policy_id": policy.id or 0, "as_of": NOW}
    for term, balance in ((LAST, "0.00"), (THIS, "308.62")):
        db.add(
            PolicyBilling(
                **its, source_id=f"{policy.number}/{term}", term_effective=term, mode=BillMode.DIRECT,
                payment_plan="Quarterly", billed=Decimal("1234.50"), balance=Decimal(balance),
                next_due_on=date(2026, 12, 1) if term == THIS else None, next_due=Decimal("308.62"),
                past_due=Decimal("100.00") if term == THIS else Decimal(0),
            )
        )  # fmt: skip
    for number, (status, lost_on) in enumerate(
        [
            (ClaimStatus.OPEN, date(2026, 6, 20)),
            (ClaimStatus.CLOSED, date(2026, 9, 9)),
            (ClaimStatus.REOPENED, date(2026, 7, 4)),
        ]
    ):
        db.add(
            Claim(
                **its, source_id=f"{policy.number}/{number}", number=f"CL-{number}", status=status, lost_on=lost_on,
                cause="Hail", description=f"What befell {policy.insured_name}.", reserved=Decimal("4000.00"),
                adjuster="Ida Moss", adjuster_phone="617-555-0109",
            )
        )  # fmt: skip
    for days, category in enumerate(DocumentCategory):
        db.add(
            PolicyDocument(
                **its, source_id=f"{policy.number}/{category}", category=category, title=f"The {category.label}",
                dated=date(2026, 6, 1) + timedelta(days=days), term_effective=THIS, file_name=f"{category}.pdf",
            )
        )  # fmt: skip
    of_account = {**its, "policy_id": None, "account_id": policy.account_id}
    db.add(
        PolicyDocument(
            **of_account, source_id=f"{policy.number}/account", category=DocumentCategory.CORRESPONDENCE,
            title="Annual review", dated=date(2026, 1, 2),
        )
    )  # fmt: skip
    db.flush()


def has_come(db: Session, *kinds: FeedKind) -> None:
    """A file of each kind is through."""
    for kind in kinds:
        times = {"exported_at": NOW - timedelta(minutes=30), "started_at": NOW, "completed_at": NOW}
        db.add(FeedFile(feed="test", kind=kind, digest=kind.value.encode(), name=f"{kind}.csv", **times))
    db.flush()
