"""Producers: who writes business, under which code, and under whom."""

from collections.abc import Callable, Sequence
from functools import partial

from integrations.custom import values
from integrations.custom.columns import ColumnMap, Field, Layout
from integrations.custom.mapping.row import MappedRow, folded
from portal_app.models.enums import ProducerKind
from portal_app.services.ports import ProducerRecord

FIELDS = (
    Field("code", "the producer's code, by which policies name their producer", required=True),
    Field("name", "the person's or organisation's name", required=True),
    Field("kind", "a person or an organisation; empty means a person", words=frozenset(ProducerKind)),
    Field("parent_code", "the code of the organisation above; empty at the top"),
    Field("npn", "National Producer Number, 1 to 10 digits"),
)
CODE, NAME, KIND, PARENT_CODE, NPN = range(len(FIELDS))
_npn = partial(values.digits, fewest=1, most=10)
NAMED_BY = (("code",),)


def key(_: ColumnMap) -> Callable[[Sequence[str]], str]:
    """The code names the row."""
    return lambda texts: folded(texts[CODE])


def mapper(columns: ColumnMap) -> Callable[[Layout, tuple[str, ...], str], ProducerRecord]:
    kinds = columns.words("kind")

    def record(layout: Layout, texts: tuple[str, ...], _: str) -> ProducerRecord:
        row = MappedRow(layout, texts)
        code, name = row.needed(CODE, 128), row.needed(NAME, 200)
        kind = row.word(KIND, kinds, ProducerKind.INDIVIDUAL)
        parent_code = row.text(PARENT_CODE, 128)
        npn = row.parsed(NPN, _npn, "")
        if code and parent_code == code:
            row.refuse(PARENT_CODE, f'names the row\'s own "{row.name(CODE)}"')
        row.finish()
        return ProducerRecord(code, name, ProducerKind(kind), parent_code, npn)

    return record
