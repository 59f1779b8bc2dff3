"""Commissions: a row is one line of what a carrier or the agency's system paid."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from integrations.custom import values
from integrations.custom.columns import ColumnMap, Field, Layout
from integrations.custom.mapping.row import MappedRow, folded
from portal_app.services.ports import CommissionRecord

TYPES = frozenset(("new", "renewal", "change", "reinstatement", "cancellation", "adjustment"))
FIELDS = (
    Field("line_id", "the line's own number; without it equal lines are told apart by their order in the file"),
    Field("policy_number", "the carrier's policy number", required=True),
    Field("transaction_date", "day of the transaction", required=True),
    Field("effective", "first day of the term"),
    Field("type", "kind of transaction", required=True, words=TYPES),
    Field("premium", "commissionable premium", required=True),
    Field("rate", "rate: 15%, or by the setting `rates` a fraction or per cent"),
    Field("amount", "commission; negative is a chargeback", required=True),
    Field("producer_code", "code of the producer", translated=True),
)
LINE_ID, POLICY_NUMBER, TRANSACTION_DATE, EFFECTIVE, TYPE, PREMIUM, RATE, AMOUNT, PRODUCER_CODE = range(len(FIELDS))
ACORD = {
    "nbs": "new",
    "rwl": "renewal",
    "pch": "change",
    "rei": "reinstatement",
    "xlc": "cancellation",
    "adj": "adjustment",
}
_NO_DATE = date.min
_NOTHING = Decimal(0)
NAMED_BY = (("line_id",),)


def key(columns: ColumnMap) -> Callable[[Sequence[str]], str] | None:
    """The line's own number, where the map has it; None means that a line is known by its content."""
    return (lambda texts: folded(texts[LINE_ID])) if columns.maps("line_id") else None


def mapper(columns: ColumnMap) -> Callable[[Layout, tuple[str, ...], str], CommissionRecord]:
    types, codes = {**ACORD, **columns.words("type")}, columns.words("producer_code")
    rate_of = values.per_cent if columns.settings.rates == "percent" else values.fraction
    id_is_mapped = columns.maps("line_id")

    def record(layout: Layout, texts: tuple[str, ...], source_id: str) -> CommissionRecord:
        row = MappedRow(layout, texts)
        line_id = row.needed(LINE_ID, 128) if id_is_mapped else source_id
        number = row.needed(POLICY_NUMBER, 64)
        dated = row.parsed_needed(TRANSACTION_DATE, columns.day, _NO_DATE)
        effective = row.parsed(EFFECTIVE, columns.day, _NO_DATE) if row.texts[EFFECTIVE] else None
        kind = row.word_needed(TYPE, types, "", repeat=True)
        premium = row.parsed_needed(PREMIUM, values.money, _NOTHING)
        rate = row.parsed(RATE, rate_of, _NOTHING) if row.texts[RATE] else None
        amount = row.parsed_needed(AMOUNT, values.money, _NOTHING)
        code = row.translated(PRODUCER_CODE, codes, 128)
        row.finish()
        return CommissionRecord(line_id, number, dated, effective, kind, premium, rate, amount, code)

    return record
