"""Cells to records, one module a kind. Pure: no file, no clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from integrations.custom.columns import ColumnMap, Field, Layout
from integrations.custom.mapping import billing, claims, clients, commissions, documents, policies, producers
from portal_app.models.enums import FeedKind
from portal_app.services.ports import FeedRecord

RecordOf = Callable[[Layout, tuple[str, ...], str], FeedRecord]
KeyOf = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class KindMapping:
    """What one kind's columns may hold, what names a row, and how it becomes a record.

    `key(columns)` gives the function from a row's texts to its source id ("" where it has none), or None where rows of
    that kind are known by their content. `mapper(columns)` gives the function from layout, texts and source id to a
    record; that one raises RowProblem. Of the fields `one_of` a map must name at least one. `named_by` are the fields
    that `key` looks at: of several such groups the first one counts whose first field the map has.
    """

    fields: tuple[Field, ...]
    key: Callable[[ColumnMap], KeyOf | None]
    mapper: Callable[[ColumnMap], RecordOf]
    named_by: tuple[tuple[str, ...], ...]
    one_of: tuple[str, ...] = ()


MAPPINGS: Mapping[FeedKind, KindMapping] = {
    FeedKind.PRODUCERS: KindMapping(producers.FIELDS, producers.key, producers.mapper, producers.NAMED_BY),
    FeedKind.CLIENTS: KindMapping(clients.FIELDS, clients.key, clients.mapper, clients.NAMED_BY),
    FeedKind.POLICIES: KindMapping(policies.FIELDS, policies.key, policies.mapper, policies.NAMED_BY),
    FeedKind.BILLING: KindMapping(billing.FIELDS, billing.key, billing.mapper, billing.NAMED_BY, billing.ONE_OF),
    FeedKind.CLAIMS: KindMapping(claims.FIELDS, claims.key, claims.mapper, claims.NAMED_BY, claims.ONE_OF),
    FeedKind.DOCUMENTS: KindMapping(
        documents.FIELDS, documents.key, documents.mapper, documents.NAMED_BY, documents.ONE_OF
    ),
    FeedKind.COMMISSIONS: KindMapping(commissions.FIELDS, commissions.key, commissions.mapper, commissions.NAMED_BY),
}
