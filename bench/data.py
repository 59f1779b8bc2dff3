"""An agency of 200,000 policies, the same on every machine: 80,000 accounts, 500 producers in four levels; or 5,000."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from portal_app import migrations
from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.enums import AccountKind, PolicyStatus, ProducerKind, ProducerState
from portal_app.models.policies import Carrier, Policy, PolicyAddress, Vehicle
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.policies.index import in_bulk
from portal_app.services.policies.words import add_words

POLICIES, ACCOUNTS = 200_000, 80_000
LEVELS = (1, 9, 90, 400)
WIDE = (1, 9, 190, 4_800)
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def words(text: str) -> list[str]:
    return text.split()


FIRST = words("""
    James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica
    Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony Sandra Mark Margaret Donald Ashley
    Steven Kimberly Andrew Emily Paul Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa Timothy Deborah
    Ronald Stephanie George Rebecca Jason Sharon Edward Laura Jeffrey Cynthia Ryan Dorothy Jacob Amy Nicholas Kathleen
    Gary Angela Eric Shirley Jonathan Emma Stephen Brenda Larry Pamela Justin Nicole Scott Anna Brandon Samantha
    Benjamin Katherine Samuel Christine Gregory Debra José Zoë Renée André
""")
HEAD = words("""
    Ash Black Bran Brook Burn Cald Cham Clay Copp Dal Dun East Eld Fair Fitz Glen Gold Grim Hal Hamp Har Hawk Hazel Hemp
    Hol Hunt Kirk Lang Lin Lock Long Mar May Mil Mor Nor Oak Os Pem Pick Prest Quin Rad Red Rich Rock Ros Rother Sand
    Shel Sil Stan Stock Sut Tal Thorn Tun Under Vaugh Wade Wal Ward Wat West Whit Wil Win Wood Wor York Alva Beni Caste
    Domin Esco Fuen Guti Herna Ibar Jime Lope Mendo Ochoa
""")
TAIL = words("""
    son man field ford ton well worth wood land ley ham bury by croft dale den don fold gate grove hurst kin ler low
    mere more ner ridge rick shaw side stead stein ster stone thorpe wick wright yard berg mann rez guez llo nez dez zar
    vich ski witz eau ard ette
""")
ONSETS = words("b br c ch cr d dr f fl g gr h j k kl l m n p pr r s sch sh st t tr v w z")
VOWELS = words("a e i o u ai ea ie oo ou")
CODAS = words("n r s t ck ll nd rt sh th x ng mp ld rk")
TRADES = words("""
    Roofing Plumbing Electric Landscaping Bakery Dental Trucking Builders Masonry Auto Cafe Florist Realty Consulting
    Painting Marine Fitness Holdings Logistics Catering
""")
FORMS = ("LLC", "Inc", "Co", "& Sons", "Group", "Corp")
ROADS = words("Elm Oak Maple Main Hope Benefit Wickenden Thayer Angell Broad Water Prospect Summit Pine")
PLACES = (
    ("Providence", "RI", "029"),
    ("Worcester", "MA", "016"),
    ("Hartford", "CT", "061"),
    ("Nashua", "NH", "030"),
    ("Salem", "MA", "019"),
)
MODELS = (("Honda", "Civic"), ("Toyota", "Camry"), ("Ford", "F-150"), ("Subaru", "Outback"), ("Tesla", "Model 3"))
PREFIX = {1: "PA", 2: "HO", 3: "GL", 4: "BOP", 5: "WC", 6: "CA", 7: "CP", 8: "UMB"}
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def prepared(
    database: Database, policies: int = POLICIES, accounts: int = ACCOUNTS, levels: tuple[int, ...] = LEVELS
) -> None:
    """Fill an empty database; leave one that is filled alone."""
    migrations.upgrade(database)
    with database.read() as db:
        if db.scalar(text("SELECT count(*) FROM policy")) == policies:
            return
    chance = random.Random(20261120)
    with database.write() as db:
        codes = _producers(db, levels)
        db.execute(insert(Carrier), [{"name": f"{name} Mutual", "locator": _locator(chance)} for name in HEAD[:40]])
        known = surnames()
        names = [name_of(chance, known) for _ in range(accounts)]
        _insert(db, Account, _accounts(chance, names))
        with in_bulk(db):
            _insert(db, Policy, _policies(chance, names, policies, codes, levels[-1]))
        _insert(db, Vehicle, _vehicles(db))
        _insert(db, PolicyAddress, _addresses(db))
        add_words(db, names)
    if database.dialect == "postgresql":
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def surnames(count: int = 20_000) -> tuple[list[str], list[float]]:
    """Names, and the running sum of their shares: some frequent, most rare, as among people."""
    chance, names = random.Random(3), dict.fromkeys(head + tail for head in HEAD for tail in TAIL)
    while len(names) < count:
        syllables = (chance.choice(ONSETS) + chance.choice(VOWELS) for _ in range(chance.choice((2, 2, 3))))
        names[("".join(syllables) + chance.choice(CODAS)).capitalize()] = None
    mixed = list(names)
    chance.shuffle(mixed)
    return mixed, list(accumulate(1 / (rank + 30) for rank in range(len(mixed))))


def name_of(chance: random.Random, known: tuple[list[str], list[float]]) -> str:
    surname = chance.choices(known[0], cum_weights=known[1])[0]
    if chance.random() < 0.35:
        return f"{surname} {chance.choice(TRADES)} {chance.choice(FORMS)}"
    return f"{surname}, {chance.choice(FIRST)}" if chance.random() < 0.5 else f"{chance.choice(FIRST)} {surname}"


def _locator(chance: random.Random) -> str:
    return "".join(chance.choices(LETTERS, k=26))


def _insert(db: Session, model: Any, rows: Iterable[dict[str, Any]]) -> None:
    iterator = iter(rows)
    while chunk := list(islice(iterator, 5000)):
        db.connection().execute(insert(model), chunk)


def _producers(db: Session, levels: tuple[int, ...]) -> list[int]:
    """So many on each level; returns the code ids, of which the lowest level writes most."""
    chance = random.Random(1)
    above: list[int] = []
    codes: list[int] = []
    for level, count in enumerate(levels):
        here: list[int] = []
        named: list[dict[str, Any]] = []
        coded: list[dict[str, Any]] = []
        kind = ProducerKind.ORGANISATION if level < len(levels) - 1 else ProducerKind.INDIVIDUAL
        for each in range(count):
            number = len(codes) + 1
            common = {"id": number, "state": ProducerState.VALIDATED, "created_at": NOW, "data": {}}
            parent = above[each % len(above)] if above else None
            named.append(
                common | {"locator": _locator(chance), "name": f"Producer {number}", "kind": kind, "parent_id": parent}
            )
            coded.append(common | {"locator": _locator(chance), "code": f"P{number:04}", "producer_id": number})
            here.append(number)
            codes.append(number)
        _insert(db, Producer, named)
        _insert(db, ProducerCode, coded)
        above = here
    return codes


def _accounts(chance: random.Random, names: list[str]) -> Iterator[dict[str, Any]]:
    for number, name in enumerate(names, 1):
        business = any(name.endswith(form) for form in FORMS)
        place = chance.choice(PLACES)
        yield {
            "id": number, "locator": _locator(chance), "feed": "bench", "source_id": f"C{number}", "name": name,
            "as_of": NOW,
            "kind": AccountKind.BUSINESS if business else AccountKind.PERSON, "city": place[0], "state": place[1],
            "email": "", "phone": "", "street": "", "postal_code": "",
        }  # fmt: skip


def _policies(
    chance: random.Random, names: list[str], count: int, codes: list[int], writers: int
) -> Iterator[dict[str, Any]]:
    lowest, upper = codes[-writers:], codes[:-writers]
    for number in range(1, count + 1):
        account = number if number <= len(names) else chance.randrange(1, len(names) + 1)
        line = chance.choice((1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8))
        begins = date(2024, 1, 1) + timedelta(chance.randrange(1090))
        code = chance.choice(lowest) if chance.random() < 0.93 else chance.choice(upper)
        typed = f"{PREFIX[line]}-{chance.randrange(10**8):08}"
        cars = chance.choice((1, 1, 2, 3)) if line in (1, 6) else 0
        vins = ["".join(chance.choices(LETTERS, k=17)) for _ in range(cars)]
        streets = [_street(chance) for _ in range(chance.choice((1, 1, 1, 2, 5)))] if line in (2, 4, 7) else []
        yield {
            "id": number, "locator": _locator(chance), "feed": "bench", "source_id": f"P{number}",
            "account_id": account, "line_id": line, "carrier_id": chance.randrange(1, 41), "producer_code_id": code,
            "code_of_record_id": code,
            "number": typed, "number_key": typed.replace("-", ""), "insured_name": names[account - 1],
            "description": "",
            "effective": begins, "expiration": begins + timedelta(365),
            "premium": Decimal(chance.randrange(200_00, 9_000_00)).scaleb(-2),
            "status": chance.choices(tuple(PolicyStatus), (80, 3, 8, 7, 2))[0],
            "vins": "\n".join(vins), "streets": "\n".join(streets), "as_of": NOW,
        }  # fmt: skip


def _street(chance: random.Random) -> str:
    city, state, zone = chance.choice(PLACES)
    road = f"{chance.choice(ROADS)} {chance.choice(('St', 'Ave', 'Rd'))}"
    return f"{chance.randrange(1, 2000)} {road}, {city} {state} {zone}{chance.randrange(100):02}"


def _vehicles(db: Session) -> Iterator[dict[str, Any]]:
    for policy, vins in db.execute(text("SELECT id, vins FROM policy WHERE vins <> '' ORDER BY id")).all():
        for at, vin in enumerate(vins.split("\n")):
            make, model = MODELS[(policy + at) % len(MODELS)]
            car = {"vin": vin, "year": 2000 + policy % 26, "make": make, "model": model}
            yield car | {"policy_id": policy, "position": at}


def _addresses(db: Session) -> Iterator[dict[str, Any]]:
    for policy, streets in db.execute(text("SELECT id, streets FROM policy WHERE streets <> '' ORDER BY id")).all():
        for at, street in enumerate(streets.split("\n")):
            road, town = street.split(", ")
            city, state, postal_code = town.split(" ")
            place = {"street": road, "city": city, "state": state, "postal_code": postal_code}
            yield place | {"policy_id": policy, "position": at}


def at(folder: Path, policies: int = POLICIES, accounts: int = ACCOUNTS, levels: tuple[int, ...] = LEVELS) -> Database:
    """The database in that folder, made there the first time."""
    name = f"policies-{policies}" if levels == LEVELS else f"policies-{policies}-of-{sum(levels)}"
    database = Database(f"sqlite:///{folder / name}.db")
    prepared(database, policies, accounts, levels)
    return database
