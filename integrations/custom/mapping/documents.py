"""The index of documents: a row says that the agency's system has one on file, not what is in it."""

from collections.abc import Callable, Sequence
from datetime import date

from integrations.custom.columns import ColumnMap, Field, Layout
from integrations.custom.mapping import naming
from integrations.custom.mapping.row import MappedRow, folded
from portal_app.models.enums import DocumentCategory
from portal_app.services.ports import DocumentRecord

FIELDS = (
    *naming.FIELDS,
    Field("client_id", "the client's number, for a document of the whole account; not looked at where a policy stands"),
    Field("document_id", "the document's number or reference in the agency's system", required=True),
    Field("category", "kind of document", required=True, words=frozenset(DocumentCategory)),
    Field("title", "what the document is called", required=True),
    Field("dated", "day of the document", required=True),
    Field("effective", "first day of the term that it belongs to"),
    Field("file_name", "name of the file in the agency's system"),
)
ONE_OF = (*naming.ONE_OF, "client_id")
POLICY_ID, POLICY_NUMBER, CARRIER, CLIENT_ID, DOCUMENT_ID, CATEGORY, TITLE, DATED, EFFECTIVE, FILE_NAME = range(10)
_NO_DATE = date.min
NAMED_BY = (("document_id",),)


def key(_: ColumnMap) -> Callable[[Sequence[str]], str]:
    """The document's own reference names the row."""
    return lambda texts: folded(texts[DOCUMENT_ID])


def mapper(columns: ColumnMap) -> Callable[[Layout, tuple[str, ...], str], DocumentRecord]:
    categories = columns.words("category")

    def record(layout: Layout, texts: tuple[str, ...], _: str) -> DocumentRecord:
        row = MappedRow(layout, texts)
        document_id, client_id = row.needed(DOCUMENT_ID, 128), row.text(CLIENT_ID, 128)
        policy = naming.policy_of(row, columns) if client_id else naming.policy_needed(row, columns)
        category = DocumentCategory(row.word_needed(CATEGORY, categories, DocumentCategory.OTHER, repeat=True))
        title = row.needed(TITLE, 200)
        dated = row.parsed_needed(DATED, columns.day, _NO_DATE)
        effective = row.parsed(EFFECTIVE, columns.day, None)
        file_name = row.text(FILE_NAME, 255)
        row.finish()
        owner = "" if policy else client_id
        return DocumentRecord(document_id, policy, owner, category, title, dated, effective, file_name)

    return record
