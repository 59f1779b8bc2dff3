"""An agency's folder with real files in it, read through the connector."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from integrations.custom.connector import CsvBatch, CustomConnector
from portal_app.models.enums import FeedKind
from portal_app.services.ports import FeedRecord, RawRow, RowProblem
from portal_app.settings import FeedSettings, KindSettings

POLICY_COLUMNS = {
    "policy_id": "Policy ID",
    "client_id": "Client ID",
    "number": "Policy Number",
    "line": "Line",
    "carrier": "Carrier",
    "effective": "Effective Date",
    "expiration": "Expiration Date",
    "status": "Status",
    "premium": "Premium",
    "producer_code": "Producer",
    "description": "Remark",
}
CLIENT_COLUMNS = {
    "client_id": "Client ID",
    "name": "Name",
    "kind": "Kind",
    "state": "State",
    "postal_code": "ZIP",
    "birth_date": "Born",
    "tax_id": "Tax ID",
    "driver_license": "Licence",
}
PRODUCER_HEADER = "Code,Name,Kind,Parent,NPN"
PRODUCER_COLUMNS = {"code": "Code", "name": "Name", "kind": "Kind", "parent_code": "Parent", "npn": "NPN"}
COMMISSION_COLUMNS = {
    "policy_number": "Policy",
    "transaction_date": "Date",
    "type": "Type",
    "premium": "Premium",
    "rate": "Rate",
    "amount": "Commission",
    "producer_code": "Producer",
}
BILLING_COLUMNS = {
    "policy_id": "Policy ID",
    "effective": "Term",
    "mode": "Bill Mode",
    "payment_plan": "Plan",
    "billed": "Billed",
    "paid": "Paid",
    "balance": "Balance",
    "past_due": "Past Due",
    "next_due_on": "Due On",
    "next_due": "Due",
    "last_paid_on": "Paid On",
    "last_paid": "Last Payment",
}
CLAIM_COLUMNS = {
    "policy_number": "Policy Number",
    "carrier": "Carrier",
    "claim_number": "Claim",
    "status": "Status",
    "lost_on": "Loss",
    "reported_on": "Reported",
    "closed_on": "Closed",
    "cause": "Cause",
    "description": "Remark",
    "paid": "Paid",
    "reserved": "Reserve",
    "adjuster": "Adjuster",
    "adjuster_phone": "Phone",
}
DOCUMENT_COLUMNS = {
    "policy_id": "Policy ID",
    "client_id": "Client ID",
    "document_id": "Document",
    "category": "Category",
    "title": "Title",
    "dated": "Date",
    "effective": "Term",
    "file_name": "File",
}
MAPS: Mapping[FeedKind, Mapping[str, Any]] = {
    FeedKind.POLICIES: POLICY_COLUMNS,
    FeedKind.CLIENTS: CLIENT_COLUMNS,
    FeedKind.PRODUCERS: PRODUCER_COLUMNS,
    FeedKind.BILLING: BILLING_COLUMNS,
    FeedKind.CLAIMS: CLAIM_COLUMNS,
    FeedKind.DOCUMENTS: DOCUMENT_COLUMNS,
    FeedKind.COMMISSIONS: COMMISSION_COLUMNS,
}
GOOD: Mapping[FeedKind, Mapping[str, str]] = {
    FeedKind.POLICIES: {
        "Policy ID": "P1",
        "Client ID": "C1",
        "Policy Number": "PA-1001",
        "Line": "personal_auto",
        "Carrier": "Granite Mutual",
        "Effective Date": "03/01/2026",
        "Expiration Date": "03/01/2027",
        "Status": "Active",
        "Premium": "$1,234.50",
        "Producer": "HL-110",
        "Remark": "",
    },
    FeedKind.CLIENTS: {
        "Client ID": "C1",
        "Name": "Rosa Whitfield",
        "Kind": "person",
        "State": "MA",
        "ZIP": "02116",
        "Born": "07/04/1980",
        "Tax ID": "912-34-5678",
        "Licence": "S12345678",
    },
    FeedKind.PRODUCERS: {"Code": "HL-110", "Name": "Maya Alvarez", "Kind": "", "Parent": "HL-100", "NPN": "9900110"},
    FeedKind.BILLING: {
        "Policy ID": "P1",
        "Term": "03/01/2026",
        "Bill Mode": "direct",
        "Plan": "Quarterly",
        "Billed": "$1,234.50",
        "Paid": "$925.88",
        "Balance": "$308.62",
        "Past Due": "",
        "Due On": "12/01/2026",
        "Due": "$308.62",
        "Paid On": "09/02/2026",
        "Last Payment": "$308.63",
    },
    FeedKind.CLAIMS: {
        "Policy Number": "PA-1001",
        "Carrier": "Granite Mutual",
        "Claim": "CL-7001",
        "Status": "Open",
        "Loss": "09/03/2026",
        "Reported": "09/04/2026",
        "Closed": "",
        "Cause": "Hail",
        "Remark": "",
        "Paid": "0.00",
        "Reserve": "4000.00",
        "Adjuster": "Ida Moss",
        "Phone": "617-555-0109",
    },
    FeedKind.DOCUMENTS: {
        "Policy ID": "P1",
        "Client ID": "",
        "Document": "HD-1",
        "Category": "ID card",
        "Title": "ID cards",
        "Date": "02/20/2026",
        "Term": "03/01/2026",
        "File": "cards.pdf",
    },
    FeedKind.COMMISSIONS: {
        "Policy": "PA-1001",
        "Date": "03/05/2026",
        "Type": "NBS",
        "Premium": "1234.50",
        "Rate": "15%",
        "Commission": "185.18",
        "Producer": "HL-110",
    },
}


@dataclass
class Agency:
    """An agency that puts its exports into a folder."""

    folder: Path
    settings: dict[FeedKind, dict[str, Any]] = field(default_factory=dict)

    def reads(self, kind: FeedKind, **settings: Any) -> None:
        """Read files of that kind with these settings beside the usual map; `columns` adds to the map."""
        columns = {**MAPS[kind], **settings.pop("columns", {})}
        self.settings[kind] = {"files": f"{kind.value}*.csv", "columns": columns, **settings}

    def connector(self, *kinds: FeedKind) -> CustomConnector:
        for kind in kinds:
            if kind not in self.settings:
                self.reads(kind)
        maps = {kind.value: KindSettings(**settings) for kind, settings in self.settings.items()}
        return CustomConnector(FeedSettings(name="agency", folder=self.folder, **maps))

    def writes(self, kind: FeedKind, content: str | bytes, name: str = "", age: float = 60) -> Path:
        """A file, as if written `age` seconds ago."""
        path = self.folder / (name or f"{kind.value}.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        modified = path.stat().st_mtime - age
        os.utime(path, (modified, modified))
        return path

    def batch(self, kind: FeedKind) -> CsvBatch:
        """The one file that lies ready."""
        (batch,) = self.connector(kind).batches(kind)
        return batch

    def rows(self, kind: FeedKind, content: str | bytes) -> list[RawRow]:
        """What the reader makes of a file with this content."""
        self.writes(kind, content)
        return list(self.batch(kind).rows())

    def record(self, kind: FeedKind, **changes: str) -> FeedRecord:
        """A good row of that kind with some cells changed (`Policy_Number=…` for "Policy Number"), mapped."""
        cells = dict(GOOD[kind]) | {name.replace("_", " "): text for name, text in changes.items()}
        self.writes(kind, csv_of([list(cells), list(cells.values())]))
        connector = self.connector(kind)
        (batch,) = connector.batches(kind)
        (row,) = batch.rows()
        assert row.problem is None
        return connector.record(kind, row)

    def reasons(self, kind: FeedKind, **changes: str) -> list[str]:
        """Why such a row is refused; empty where it is not."""
        try:
            self.record(kind, **changes)
        except RowProblem as problem:
            return list(problem.reasons)
        return []


def csv_of(rows: Sequence[Sequence[str]], delimiter: str = ",", newline: str = "\n") -> str:
    """CSV text with every cell in quotation marks."""
    return "".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + newline for row in rows)


def must_say_why(refused: RowProblem) -> None:
    """Every reason is a sentence."""
    assert refused.reasons
    assert all(reason.endswith(".") for reason in refused.reasons)
