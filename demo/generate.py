"""Writes the demo agency's files, the same bytes each time: `python -m demo.generate`.

They look like exports in the wild: clients in UTF-8 with a byte-order mark; policies in Windows-1252 with semicolons,
American dates and money, line breaks inside cells and blank lines at the end; billing in UTF-16; claims with bars and
documents with tabs between their cells; and rows that belong in quarantine.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from demo import attached, cast
from demo.book import MOST_LOCATIONS, MOST_VEHICLES, TODAY, Book, Term

FOLDER = Path(__file__).parent
MOST_COVERAGES = 4
STATUS = {"active": "A", "pending": "P", "cancelled": "C", "expired": "E", "non_renewed": "N"}
PRODUCERS = cast.listed("Code, Name, Type, Reports To, NPN")
CLIENTS = cast.listed("""
    Client Number, Client Name, Client Type, E-mail, Phone, Street, City, State, Zip, Date of Birth, Tax ID,
    Driver License, Last Printed
""")
POLICIES = (
    *cast.listed("""
        Policy Key, Client Number, Policy Number, Line Code, Writing Company, NAIC, Effective Date, Expiration Date,
        Status, Written Premium, Producer Code, Named Insured, Remarks, Cancellation Date
    """),
    *(f"{part} {n}" for n in range(1, MOST_VEHICLES + 1) for part in ("VIN", "Vehicle Year", "Make", "Model")),
    *(f"Location {part} {n}" for n in range(1, MOST_LOCATIONS + 1) for part in ("Street", "City", "State", "Zip")),
    *(f"{part} {n}" for n in range(1, MOST_COVERAGES + 1) for part in ("Coverage", "Limit", "Deductible")),
)
COMMISSIONS = cast.listed(
    "Policy Number, Transaction Date, Effective Date, Tran Type, Premium, Rate, Commission, Producer"
)

Row = list[str]


def files() -> dict[str, bytes]:
    """Each file's name and content."""
    book = Book()
    blank = "\r\n\r\n" + ";" * (len(POLICIES) - 1) + "\r\n"
    return {
        "producers.csv": _csv([PRODUCERS, *cast.PRODUCERS]).encode(),
        "clients.csv": _csv([CLIENTS, *_clients(book)], newline="\r\n").encode("utf-8-sig"),
        "policies.csv": (_csv([POLICIES, *_policies(book)], ";", "\r\n") + blank).encode("cp1252"),
        "billing.csv": _csv([attached.BILLING, *attached.billing(book)], newline="\r\n").encode("utf-16"),
        "claims.csv": _csv([attached.CLAIMS, *attached.claims(book)], "|").encode("utf-8-sig"),
        "documents.csv": _csv([attached.DOCUMENTS, *attached.documents(book)], "\t", "\r\n").encode(),
        "commissions.csv": _csv([COMMISSIONS, *_commissions(book)], newline="\r\n").encode(),
    }


def _csv(rows: Iterable[Sequence[str]], delimiter: str = ",", newline: str = "\n") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return text.getvalue()


def _clients(book: Book) -> Iterator[Row]:
    for client in book.clients:
        place = client.address
        yield [
            client.number,
            client.name,
            client.kind,
            client.email,
            client.phone,
            place.street,
            place.city,
            place.state,
            place.postal_code,
            client.born,
            client.tax_id,
            client.licence,
            f"{TODAY:%m/%d/%Y} 05:00 AM",
        ]
    # Belongs in quarantine: there is no such day.
    yield [
        "C-10900",
        "Thaddeus Winslow",
        "P",
        "",
        "(508) 555-0148",
        "7 Ferry Road",
        "Plymouth",
        "MA",
        "02360",
        "02/30/1984",
        "",
        "",
        "",
    ]


def _policies(book: Book) -> list[Row]:
    """Every term; the rows that belong in quarantine stand spread among them."""
    rows = [_policy(term) for term in book.terms]
    bad = list(
        _bad_policies(next(term for term in book.terms if term.line == "personal_auto" and term.status == "active"))
    )
    for place, row in enumerate(bad, 1):
        rows.insert(place * len(rows) // (len(bad) + 1), row)
    return rows


def _policy(term: Term) -> Row:
    cells = [
        term.policy,
        term.client.number,
        term.number,
        cast.LINES[term.line].word,
        _carrier(term),
        term.naic,
        _day(term.effective),
        _day(term.expiration),
        STATUS[term.status],
        _dollars(term.premium),
        term.book,
        term.client.name,
        term.remark,
        _day(term.cancelled_on),
    ]
    for vehicle in term.vehicles:
        cells += [vehicle.vin, str(vehicle.year), vehicle.make, vehicle.model]
    cells += [""] * 4 * (MOST_VEHICLES - len(term.vehicles))
    for place in term.locations:
        cells += [place.street, place.city, place.state, place.postal_code]
    cells += [""] * 4 * (MOST_LOCATIONS - len(term.locations))
    for coverage in term.coverages:
        cells += coverage
    return cells + [""] * 3 * (MOST_COVERAGES - len(term.coverages))


def _carrier(term: Term) -> str:
    """Some clerks abbreviate."""
    return "COPPERBEECH CAS" if term.carrier == "Copperbeech Casualty" and int(term.policy[-1]) < 3 else term.carrier


def _bad_policies(good: Term) -> Iterator[Row]:
    """Rows that the portal must set aside, each for another reason."""
    changes = (
        {"Effective Date": "02/30/2026"},
        {"Policy Number": ""},
        {"Line Code": "PET"},
        {"Expiration Date": "01/15/2025"},
        {"Written Premium": "$1,2x4.00"},
        {
            "VIN 1": "1HGCV1F3XKA00I452",
            "Location Street 1": "12 Elm Street",
            "Location State 1": "Mass",
            "Location Zip 1": "021",
        },
        {"Producer Code": "HL-999"},  # only who knows the producers and clients can tell these two
        {"Client Number": "C-99999"},
    )
    for number, change in enumerate(changes, 29001):
        row = dict(zip(POLICIES, _policy(replace(good, policy=f"P-{number}", number=f"PA-{number}00")), strict=True))
        yield list((row | change).values())
    yield [*_policy(replace(good, policy="P-29100", number="PA-2910000")), "one cell", "and another"]
    row = dict(zip(POLICIES, _policy(good), strict=True))
    yield list((row | {"Remarks": "Entered twice."}).values())


def _commissions(book: Book) -> Iterator[Row]:
    """What was paid on the terms of 2026; a minus behind the amount is a chargeback."""
    random = Random(2027)  # noqa: S311 - nothing secret is drawn
    for term in book.terms:
        if term.premium < 0:
            continue
        paid_on = term.effective + timedelta(days=random.randrange(3, 21))
        if term.effective.year == 2026 and paid_on < TODAY:
            kind = "NBS" if term.first else "RWL"
            yield _commission(term, paid_on, kind, term.premium)
            if random.random() < 0.04:
                change = _commission(term, paid_on + timedelta(days=9), "PCH", Decimal("48.00"))
                yield from [change] * random.choice((1, 1, 2))  # two equal lines are two payments
        if term.cancelled_on and term.cancelled_on + timedelta(days=6) < TODAY:
            left = Decimal((term.expiration - term.cancelled_on).days) / (term.expiration - term.effective).days
            yield _commission(
                term, term.cancelled_on + timedelta(days=6), "XLC", -(term.premium * left).quantize(Decimal("0.01"))
            )


def _commission(term: Term, paid_on: date, kind: str, premium: Decimal) -> Row:
    rate = cast.LINES[term.line].rate
    amount = (premium * Decimal(rate.rstrip("%")) / 100).quantize(Decimal("0.01"))
    return [
        term.number,
        paid_on.isoformat(),
        term.effective.isoformat(),
        kind,
        _trailing(premium),
        rate,
        _trailing(amount),
        term.book,
    ]


def _day(day: date | None) -> str:
    return f"{day:%m/%d/%Y}" if day else ""


def _dollars(amount: Decimal) -> str:
    return f"(${-amount:,.2f})" if amount < 0 else f"${amount:,.2f}"


def _trailing(amount: Decimal) -> str:
    return f"{-amount:.2f}-" if amount < 0 else f"{amount:.2f}"


def write(folder: Path) -> None:
    for name, content in files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    write(FOLDER)
