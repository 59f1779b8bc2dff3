"""What underwriting looks at: a quote, or a drafted transaction of a policy. Flags stand on either."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false
from sqlmodel import col

from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Policy
from portal_app.models.quotes import Quote, UnderwritingFlag
from portal_app.services.topics import Topic


@dataclass(frozen=True, slots=True)
class Subject:
    """Either `quote`, or `policy` with the locator of its `transaction`."""

    quote: Quote | None = None
    policy: Policy | None = None
    transaction: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        """What a flag that stands on it says of where it stands."""
        if self.quote is not None:
            return {"quote_id": self.quote.id}
        return {"policy_id": self.policy.id if self.policy else None, "transaction_locator": self.transaction}

    @property
    def is_of(self) -> ColumnElement[bool]:
        """The condition under which a flag stands on it."""
        if self.quote is not None:
            return col(UnderwritingFlag.quote_id) == self.quote.id
        return (col(UnderwritingFlag.transaction_locator) == self.transaction) if self.transaction else false()

    @property
    def record(self) -> str:
        """The locator of the record under which the trail has it."""
        return self.quote.locator if self.quote is not None else self.policy.locator if self.policy else ""

    @property
    def names(self) -> dict[str, str]:
        """What the outside and the trail call it."""
        if self.quote is not None:
            return {"quote": self.quote.locator}
        return {"transaction": self.transaction, "policy": self.record}

    @property
    def topic(self) -> Topic:
        return Topic.QUOTES if self.quote is not None else Topic.POLICIES


def of_quote(quote: Quote) -> Subject:
    return Subject(quote=quote)


def of_transaction(policy: Policy, row: LedgerTransaction) -> Subject:
    return Subject(policy=policy, transaction=row.locator)
