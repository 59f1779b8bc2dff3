"""Clients: the people and businesses that the agency insures."""

from collections.abc import Callable, Sequence
from functools import partial

from integrations.custom import values
from integrations.custom.columns import ColumnMap, Field, Layout
from integrations.custom.mapping.row import MappedRow, folded
from portal_app.models.enums import AccountKind
from portal_app.services.ports import AddressRecord, ClientRecord

FIELDS = (
    Field("client_id", "the client's number in the agency's system", required=True),
    Field("name", "the person's or business's name", required=True),
    Field("kind", "a person or a business", required=True, words=frozenset(AccountKind)),
    Field("email", "address for mail, kept as written"),
    Field("phone", "telephone number, kept as written"),
    Field("street", "street of the mailing address"),
    Field("city", "its city"),
    Field("state", "its state, two letters"),
    Field("postal_code", "its ZIP code, five or nine digits"),
    Field("birth_date", "birth date, with a year of four digits", personal=True),
    Field("tax_id", "social security or employer's number, nine digits; a masked one is left out", personal=True),
    Field("driver_license", "driving licence number; a masked one is left out", personal=True),
)
(CLIENT_ID, NAME, KIND, EMAIL, PHONE, STREET, CITY, STATE, POSTAL_CODE, BIRTH_DATE, TAX_ID, DRIVER_LICENSE) = range(
    len(FIELDS)
)


def address(row: MappedRow, street: int, city: int, state: int, postal_code: int) -> AddressRecord | None:
    """The address in these slots; None where all are empty."""
    texts = row.texts
    if not (texts[street] or texts[city] or texts[state] or texts[postal_code]):
        return None
    code = row.parsed(state, values.state, "")
    try:
        zip_code = values.postal_code(texts[postal_code], code) if texts[postal_code] else ""
    except ValueError as why:
        row.refuse(postal_code, str(why))
        zip_code = ""
    return AddressRecord(row.text(street, 200), row.text(city, 100), code, zip_code)


NAMED_BY = (("client_id",),)


def key(_: ColumnMap) -> Callable[[Sequence[str]], str]:
    """The client's number names the row."""
    return lambda texts: folded(texts[CLIENT_ID])


def mapper(columns: ColumnMap) -> Callable[[Layout, tuple[str, ...], str], ClientRecord]:
    kinds = columns.words("kind")
    birth_day = partial(values.birth_day, day_first=columns.day_first)

    def record(layout: Layout, texts: tuple[str, ...], _: str) -> ClientRecord:
        row = MappedRow(layout, texts)
        client_id, name = row.needed(CLIENT_ID, 128), row.needed(NAME, 200)
        kind = AccountKind(row.word_needed(KIND, kinds, AccountKind.PERSON))
        email, phone = row.text(EMAIL, 254), row.text(PHONE, 40)
        mailing = address(row, STREET, CITY, STATE, POSTAL_CODE)
        born = row.parsed(BIRTH_DATE, birth_day, None)
        tax_id = row.parsed(TAX_ID, partial(values.tax_id, kind=kind), "")
        licence = row.parsed(DRIVER_LICENSE, values.driver_license, "")
        row.finish()
        return ClientRecord(client_id, name, kind, email, phone, mailing, born, tax_id, licence)

    return record
