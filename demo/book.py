"""The demo agency's clients and policies, drawn from a seed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from demo import cast

_Thing = TypeVar("_Thing")
TODAY = date(2026, 11, 20)  # when the agency's system is meant to have written the files
PEOPLE, BUSINESSES = 215, 110
MOST_VEHICLES, MOST_LOCATIONS = 4, 3
_VIN_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_YEARS = {2013 + place: letter for place, letter in enumerate("DEFGHJKLMNPRST")}


@dataclass(frozen=True)
class Address:
    street: str
    city: str
    state: str
    postal_code: str


@dataclass(frozen=True)
class Client:
    number: str
    name: str
    kind: str  # P(erson) or B(usiness)
    email: str
    phone: str
    address: Address
    born: str
    tax_id: str
    licence: str
    book: str


@dataclass(frozen=True)
class Vehicle:
    vin: str
    year: int
    make: str
    model: str


@dataclass(frozen=True)
class Term:
    """One row of the policies' file: a term of a policy. `book` is the producer's code, empty where it is nobody's."""

    policy: str
    client: Client
    number: str
    line: str
    carrier: str
    naic: str
    effective: date
    expiration: date
    status: str
    premium: Decimal
    book: str
    first: bool
    cancelled_on: date | None = None
    remark: str = ""
    vehicles: Sequence[Vehicle] = ()
    locations: Sequence[Address] = ()
    coverages: Sequence[tuple[str, str, str]] = ()


def vin(eight: str, year: int, plant: str, serial: int) -> str:
    """A VIN with the check digit that belongs to it."""
    number = f"{eight}0{_VIN_YEARS[year]}{plant}{serial:06d}"
    check = sum(_VIN_VALUES[letter] * weight for letter, weight in zip(number, _VIN_WEIGHTS, strict=True)) % 11
    return f"{number[:8]}{'X' if check == 10 else check}{number[9:]}"


class Book:
    """Draws the agency's business, each thing in turn from one random source."""

    def __init__(self, seed: int = 2026) -> None:
        self._random = Random(seed)  # noqa: S311 - nothing secret is drawn
        self._names: set[str] = set()
        self._policies = 20000
        self.clients = [self._person(10001 + n) for n in range(PEOPLE)]
        self.clients += [self._business(10001 + PEOPLE + n) for n in range(BUSINESSES)]
        self.terms = [term for client in self.clients for term in self._business_of(client)]

    def _pick(self, things: Sequence[_Thing]) -> _Thing:
        return self._random.choice(things)

    def _weighed(self, weights: dict[str, int]) -> str:
        return self._random.choices(list(weights), list(weights.values()))[0]

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _digits(self, count: int) -> str:
        return "".join(self._pick("0123456789") for _ in range(count))

    def _new_name(self, draw: Callable[[], str]) -> str:
        name = draw()
        while name in self._names:
            name = draw()
        self._names.add(name)
        return name

    def _address(self, book: str, streets: Sequence[str]) -> Address:
        state = self._pick(cast.HOME_STATES[book[:4]])
        city, postal_code = self._pick(cast.TOWNS[state])
        return Address(f"{self._random.randint(2, 480)} {self._pick(streets)}", city, state, postal_code)

    def _phone(self, state: str) -> str:
        return f"({self._pick(cast.AREA_CODES[state])}) 555-01{self._digits(2)}"  # numbers kept free for fiction

    def _person(self, number: int) -> Client:
        book = self._weighed(cast.PERSONAL_BOOKS)
        address = self._address(book, cast.STREETS)
        name = self._new_name(lambda: f"{self._pick(cast.FIRST_NAMES)} {self._pick(cast.LAST_NAMES)}")
        mail = name.lower().translate(cast.PLAIN_LETTERS).replace(" ", ".") + "@example.com"
        born = date(1938, 1, 1) + timedelta(days=self._random.randrange(67 * 365))
        # Nine hundreds with a group below 50 were given to nobody, as social security or as taxpayer number.
        tax_id = f"9{self._digits(2)}-{self._random.randint(1, 49):02d}-{self._digits(4)}" if self._chance(0.5) else ""
        licence = f"S{self._digits(8)}" if self._chance(0.6) else ""
        return Client(
            f"C-{number}",
            name,
            "P",
            mail if self._chance(0.85) else "",
            self._phone(address.state),
            address,
            f"{born:%m/%d/%Y}" if self._chance(0.8) else "",
            tax_id,
            licence,
            book,
        )

    def _business(self, number: int) -> Client:
        book = self._weighed(cast.BUSINESS_BOOKS)
        address = self._address(book, cast.WHARVES if self._chance(0.5) else cast.STREETS)

        def draw() -> str:
            first = self._pick(cast.PLACES) if self._chance(0.7) else self._pick(cast.LAST_NAMES)
            return f"{first} {self._pick(cast.TRADES)} {self._pick(cast.FORMS)}"

        name = self._new_name(draw)
        mail = "office@" + "".join(c for c in name.lower().translate(cast.PLAIN_LETTERS).split(" ")[0] if c.isalpha())
        tax_id = f"00-{self._digits(7)}" if self._chance(0.7) else ""  # no employer's number begins with 00
        return Client(
            f"C-{number}", name, "B", f"{mail}.example.com", self._phone(address.state), address, "", tax_id, "", book
        )

    def _business_of(self, client: Client) -> Iterator[Term]:
        shares = cast.PERSONAL_LINES if client.kind == "P" else self._pick(cast.BUSINESS_LINES)
        for line, share in shares.items():
            if self._chance(share):
                yield from self._policy(client, line)

    def _policy(self, client: Client, name: str) -> Iterator[Term]:
        """The terms of one policy, oldest first."""
        self._policies += 1
        line = cast.LINES[name]
        carrier, naic, _ = self._pick([each for each in cast.CARRIERS if name in each[2]])
        status = self._weighed({"active": 78, "cancelled": 7, "non_renewed": 4, "expired": 5, "pending": 6})
        effective = self._effective(status)
        current = Term(
            policy=f"P-{self._policies}",
            client=client,
            number=f"{line.prefix}-{self._digits(7)}",
            line=name,
            carrier=carrier,
            naic=naic,
            effective=effective,
            expiration=_year_later(effective),
            status=status,
            premium=Decimal(self._random.randint(line.premium[0] * 100, line.premium[1] * 100)) / 100,
            book=client.book,
            first=True,
            cancelled_on=self._cancelled_on(effective) if status == "cancelled" else None,
            remark=self._pick(cast.REMARKS) if self._chance(0.12) else "",
            vehicles=self._vehicles(name),
            locations=self._locations(client, name),
            coverages=self._coverages(line),
        )
        earlier = 0 if status == "pending" else self._random.choices((0, 1, 2), (48, 34, 18))[0]
        if status == "cancelled" and self._chance(0.25):
            fee, remark = Decimal("-38.50"), "Cancelled flat; policy fee returned."
            current = replace(current, cancelled_on=effective, premium=fee, remark=remark)
            earlier = 0
        yield from self._earlier(current, earlier)
        yield replace(current, first=earlier == 0)
        if status == "active" and current.expiration < date(2027, 3, 1) and self._chance(0.6):
            yield self._renewed(current)

    def _effective(self, status: str) -> date:
        """First day of the current term. Active terms all end in 2027, so that the demo ages slowly."""
        first, days = {
            "active": (date(2026, 1, 5), 315),
            "cancelled": (date(2026, 1, 5), 240),
            "pending": (date(2026, 12, 1), 90),
        }.get(status, (date(2025, 5, 15), 180))
        return first + timedelta(days=self._random.randrange(days))

    def _cancelled_on(self, effective: date) -> date:
        return effective + timedelta(days=self._random.randrange(15, (TODAY - effective).days))

    def _earlier(self, current: Term, count: int) -> Iterator[Term]:
        premium, moved = current.premium, self._chance(0.06)
        earlier: list[Term] = []
        for years in range(1, count + 1):
            premium = (premium / Decimal(self._random.randint(101, 109)) * 100).quantize(Decimal("0.01"))
            effective = current.effective.replace(year=current.effective.year - years)
            earlier.append(
                replace(
                    current,
                    effective=effective,
                    expiration=_year_later(effective),
                    status="expired",
                    premium=premium,
                    cancelled_on=None,
                    remark="",
                    first=years == count,
                    vehicles=[car for car in current.vehicles if car.year <= effective.year + 1],
                    book="HL-001" if moved else current.book,
                )
            )
        yield from reversed(earlier)

    def _renewed(self, current: Term) -> Term:
        premium = (current.premium * Decimal(self._random.randint(98, 111)) / 100).quantize(Decimal("0.01"))
        return replace(
            current,
            effective=current.expiration,
            expiration=_year_later(current.expiration),
            status="pending",
            premium=premium,
            first=False,
            remark="Renewal offered.",
        )

    def _vehicles(self, line: str) -> tuple[Vehicle, ...]:
        if line not in ("personal_auto", "commercial_auto"):
            return ()
        makes = cast.CARS if line == "personal_auto" else cast.VANS
        count = self._random.choices(
            (1, 2, 3, MOST_VEHICLES), (45, 35, 14, 6) if makes is cast.CARS else (20, 35, 25, 20)
        )[0]
        found = []
        for _ in range(count):
            make, model, eight = self._pick(makes)
            year = self._random.randint(2013, 2026)
            found.append(
                Vehicle(vin(eight, year, self._pick("ABCFHKM"), self._random.randrange(10**6)), year, make, model)
            )
        return tuple(found)

    def _locations(self, client: Client, line: str) -> tuple[Address, ...]:
        if line == "homeowners":
            second = self._chance(0.1)
            return (client.address, self._address(client.book, cast.STREETS)) if second else (client.address,)
        if line in ("bop", "commercial_property", "general_liability"):
            more = self._random.choices(range(MOST_LOCATIONS), (60, 25, 15))[0]
            return (client.address, *(self._address(client.book, cast.WHARVES) for _ in range(more)))
        return ()

    def _coverages(self, line: cast.Line) -> tuple[tuple[str, str, str], ...]:
        return tuple(
            (name, self._pick(limits), self._pick(deductibles)) for name, limits, deductibles in line.coverages
        )


def _year_later(day: date) -> date:
    return day.replace(year=day.year + 1)
