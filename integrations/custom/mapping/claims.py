"""Claims: a row is one claim on one policy."""

from collections.abc import Callable, Sequence
from datetime import date

from integrations.custom import values
from integrations.custom.columns import ColumnMap, Field, Layout
from integrations.custom.mapping import naming
from integrations.custom.mapping.row import MappedRow, folded
from portal_app.models.enums import ClaimStatus
from portal_app.services.ports import ClaimRecord

FIELDS = (
    *naming.FIELDS,
    Field("claim_id", "the claim's number inside the agency's system; without it carrier and claim number are used"),
    Field("claim_number", "the carrier's claim number", required=True),
    Field("status", "state of the claim", required=True, words=frozenset(ClaimStatus)),
    Field("lost_on", "date of loss", required=True),
    Field("reported_on", "day on which it was reported"),
    Field("closed_on", "day on which it was closed"),
    Field("cause", "cause of the loss"),
    Field("description", "what happened, may have several lines; kept encrypted"),
    Field("paid", "what the carrier has paid"),
    Field("reserved", "what the carrier has put aside for it"),
    Field("adjuster", "name of the adjuster"),
    Field("adjuster_phone", "the adjuster's telephone number, kept as written"),
)
ONE_OF = naming.ONE_OF
POLICY_ID, POLICY_NUMBER, CARRIER, CLAIM_ID, CLAIM_NUMBER, STATUS, LOST_ON, REPORTED_ON, CLOSED_ON = range(9)
CAUSE, DESCRIPTION, PAID, RESERVED, ADJUSTER, ADJUSTER_PHONE = range(9, 15)
_NO_DATE = date.min
NAMED_BY = (("claim_id",), ("claim_number", "carrier"))


def key(columns: ColumnMap) -> Callable[[Sequence[str]], str]:
    """The claim's own id where the map has it, else carrier and claim number."""
    if columns.maps("claim_id"):
        return lambda texts: folded(texts[CLAIM_ID])
    carriers = columns.words("carrier")

    def carrier_and_number(texts: Sequence[str]) -> str:
        carrier, number = folded(texts[CARRIER]), folded(texts[CLAIM_NUMBER])
        return f"{carriers.get(carrier.casefold(), carrier)}|{number}".lower() if number else ""

    return carrier_and_number


def mapper(columns: ColumnMap) -> Callable[[Layout, tuple[str, ...], str], ClaimRecord]:
    statuses, source_id, id_is_mapped = columns.words("status"), key(columns), columns.maps("claim_id")

    def record(layout: Layout, texts: tuple[str, ...], _: str) -> ClaimRecord:
        row = MappedRow(layout, texts, DESCRIPTION)
        policy = naming.policy_needed(row, columns)
        if id_is_mapped:
            row.needed(CLAIM_ID, 128)
        number = row.needed(CLAIM_NUMBER, 64)
        status = ClaimStatus(row.word_needed(STATUS, statuses, ClaimStatus.OPEN, repeat=True))
        days = _days(row, columns.day)
        told = (row.text(CAUSE, 120), row.text(DESCRIPTION, 4000))
        amounts = (row.parsed(PAID, values.money, None), row.parsed(RESERVED, values.money, None))
        adjuster = (row.text(ADJUSTER, 120), row.text(ADJUSTER_PHONE, 40))
        row.finish()
        return ClaimRecord(source_id(texts), policy, number, status, *days, *told, *amounts, *adjuster)

    return record


def _days(row: MappedRow, day: Callable[[str], date]) -> tuple[date, date | None, date | None]:
    lost_on = row.parsed_needed(LOST_ON, day, _NO_DATE)
    reported_on, closed_on = row.parsed(REPORTED_ON, day, None), row.parsed(CLOSED_ON, day, None)
    for slot, later in ((REPORTED_ON, reported_on), (CLOSED_ON, closed_on)):
        if later and later < lost_on:
            row.refuse(slot, f'is before "{row.name(LOST_ON)}"')
    return lost_on, reported_on, closed_on
