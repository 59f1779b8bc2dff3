"""Claims: one row for each claim."""

from portal_app.services.ports import ClaimRecord
from portal_app.services.sync import bulk
from portal_app.services.sync.attached import TakingAttached
from portal_app.services.sync.bulk import Row


class TakingClaims(TakingAttached):
    table = bulk.CLAIM
    event = "policy.claim"

    def row_of(self, record: ClaimRecord) -> Row:
        return {
            "number": record.number,
            "status": record.status,
            "lost_on": record.lost_on,
            "reported_on": record.reported_on,
            "closed_on": record.closed_on,
            "cause": record.cause,
            "description": record.description or None,
            "paid": record.paid,
            "reserved": record.reserved,
            "adjuster": record.adjuster,
            "adjuster_phone": record.adjuster_phone,
        }
