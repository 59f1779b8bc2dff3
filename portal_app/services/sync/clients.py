"""Clients become accounts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from portal_app.encryption import keyring
from portal_app.models.types import new_locator
from portal_app.services.door import Tx
from portal_app.services.ports import AddressRecord, ClientRecord
from portal_app.services.sync import bulk, projecting, told
from portal_app.services.sync.bulk import Row
from portal_app.services.sync.kinds import Refusals, Taken
from portal_app.services.sync.rows import Incoming

NOWHERE = AddressRecord("")


class TakingClients:
    """Implements Taking: one account for each client of the feed."""

    def __init__(self, tx: Tx, feed: str, exported_at: datetime) -> None:
        self.tx = tx
        self.feed = feed
        self.exported_at = exported_at

    def refusals(self, rows: Sequence[Incoming]) -> Refusals:
        return {}

    def take(self, rows: Sequence[Taken]) -> None:
        records: list[ClientRecord] = [row.record for row in rows]
        account = bulk.ACCOUNT.c
        there = {
            source_id: (number, locator, name)
            for source_id, number, locator, name in self.tx.db.execute(
                select(account.source_id, account.id, account.locator, account.name).where(
                    account.feed == self.feed, account.source_id.in_([record.source_id for record in records])
                )
            )
        }
        new, changed, renamed, locators = [], [], [], dict[int, str]()
        for record in records:
            row = _account_row(record, self.exported_at)
            if record.source_id not in there:
                new.append(row | {"locator": new_locator(), "feed": self.feed, "source_id": record.source_id})
                continue
            number, locator, name = there[record.source_id]
            changed.append(row | {"id": number})
            locators[number] = locator
            if name != record.name:
                renamed.append(number)
        bulk.insert_rows(self.tx.db, bulk.ACCOUNT, new)
        bulk.update_rows(self.tx.db, bulk.ACCOUNT, changed)
        told.tell_accounts(self.tx, told.Brought(new, changed, locators))
        if renamed:
            self._rename_on_policies(renamed)

    def _rename_on_policies(self, account_ids: list[int]) -> None:
        """Policies bear the client's name where the feed gives them none of their own."""
        policy = bulk.POLICY.c
        held = select(policy.id, policy.source_id).where(policy.account_id.in_(account_ids), policy.feed == self.feed)
        policies = dict(self.tx.db.execute(held).all())
        clock = projecting.Clock(self.tx.now, self.tx.settings.zone)
        if policies:
            projecting.reproject(self.tx.db, self.feed, policies, clock)


def _account_row(record: ClientRecord, exported_at: datetime) -> Row:
    address = record.address or NOWHERE
    digits = "".join(filter(str.isdigit, record.tax_id))
    return {
        "kind": record.kind,
        "name": record.name,
        "email": record.email,
        "phone": record.phone,
        "street": address.street,
        "city": address.city,
        "state": address.state,
        "postal_code": address.postal_code,
        "birth_date": record.birth_date.isoformat() if record.birth_date else None,
        "tax_id": record.tax_id or None,
        "tax_id_lookup": keyring().lookup(digits) if digits else None,
        "driver_license": record.driver_license or None,
        "as_of": exported_at,
    }
