"""What a vehicle identification number says by itself: whether it was copied right, the model year, who built it."""

from dataclasses import dataclass
from datetime import date

FIRST_YEAR = 1981
LENGTH = 17
_LETTERS = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
_VALUES = _LETTERS | {str(digit): digit for digit in range(10)}
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
# Thirty signs stand for thirty years, and then again.
_YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"

_MAKERS = {
    "1C3": "Chrysler", "1C4": "Jeep", "1C6": "Ram", "1D3": "Dodge", "1D7": "Dodge", "1FA": "Ford", "1FB": "Ford",
    "1FC": "Ford", "1FD": "Ford", "1FM": "Ford", "1FT": "Ford", "1FU": "Freightliner", "1FV": "Freightliner",
    "1G1": "Chevrolet", "1G2": "Pontiac", "1G4": "Buick", "1G6": "Cadillac", "1GB": "Chevrolet", "1GC": "Chevrolet",
    "1GK": "GMC", "1GN": "Chevrolet", "1GT": "GMC", "1GY": "Cadillac", "1HD": "Harley-Davidson", "1HG": "Honda",
    "1HT": "International", "1J4": "Jeep", "1J8": "Jeep", "1LN": "Lincoln", "1M1": "Mack", "1M2": "Mack", "1M3": "Mack",
    "1M8": "MCI", "1ME": "Mercury", "1N4": "Nissan", "1N6": "Nissan", "1NK": "Kenworth", "1NP": "Peterbilt",
    "1VW": "Volkswagen", "1XK": "Kenworth", "1XP": "Peterbilt", "1YV": "Mazda", "1ZV": "Ford", "2B3": "Dodge",
    "2C3": "Chrysler",
    "2C4": "Chrysler", "2D4": "Dodge", "2FA": "Ford", "2FM": "Ford", "2FT": "Ford", "2G1": "Chevrolet",
    "2G2": "Pontiac", "2GC": "Chevrolet", "2GK": "GMC", "2GN": "Chevrolet", "2HG": "Honda", "2HK": "Honda",
    "2HM": "Hyundai", "2LM": "Lincoln", "2T1": "Toyota", "2T2": "Lexus", "2T3": "Toyota", "3A4": "Chrysler",
    "3AK": "Freightliner", "3C4": "Chrysler", "3C6": "Ram", "3C7": "Ram", "3CZ": "Honda", "3D7": "Dodge",
    "3FA": "Ford", "3FM": "Ford", "3G1": "Chevrolet", "3GC": "Chevrolet", "3GK": "GMC", "3GN": "Chevrolet",
    "3GT": "GMC", "3HA": "International", "3KP": "Kia", "3MZ": "Mazda", "3N1": "Nissan", "3TM": "Toyota",
    "3VV": "Volkswagen", "3VW": "Volkswagen", "4F2": "Mazda", "4JG": "Mercedes-Benz", "4S3": "Subaru", "4S4": "Subaru",
    "4T1": "Toyota", "4T3": "Toyota", "4US": "BMW", "4V4": "Volvo", "54D": "Isuzu", "55S": "Mercedes-Benz",
    "5FN": "Honda", "5FP": "Honda", "5GA": "Buick", "5J6": "Honda", "5J8": "Acura", "5LM": "Lincoln", "5N1": "Nissan",
    "5NM": "Hyundai", "5NP": "Hyundai", "5TD": "Toyota", "5TF": "Toyota", "5UX": "BMW", "5XX": "Kia", "5XY": "Kia",
    "5YF": "Toyota", "5YJ": "Tesla", "5YM": "BMW", "7SA": "Tesla", "JA4": "Mitsubishi", "JF1": "Subaru",
    "JF2": "Subaru", "JHL": "Honda", "JHM": "Honda", "JM1": "Mazda", "JM3": "Mazda", "JN1": "Nissan", "JN8": "Nissan",
    "JTD": "Toyota", "JTE": "Toyota", "JTH": "Lexus", "JTJ": "Lexus", "JTM": "Toyota", "JTN": "Toyota",
    "KM8": "Hyundai", "KMH": "Hyundai", "KNA": "Kia", "KND": "Kia", "KL4": "Buick", "KL7": "Chevrolet",
    "KL8": "Chevrolet", "SAJ": "Jaguar", "SAL": "Land Rover", "SCA": "Rolls-Royce", "SCB": "Bentley", "SCC": "Lotus",
    "SCF": "Aston Martin", "TRU": "Audi", "W1K": "Mercedes-Benz", "W1N": "Mercedes-Benz", "WA1": "Audi",
    "WAU": "Audi", "WBA": "BMW", "WBS": "BMW", "WBX": "BMW", "WBY": "BMW", "WD3": "Mercedes-Benz",
    "WD4": "Mercedes-Benz", "WDB": "Mercedes-Benz", "WDC": "Mercedes-Benz", "WDD": "Mercedes-Benz", "WMW": "MINI",
    "WP0": "Porsche", "WP1": "Porsche", "WUA": "Audi", "WV1": "Volkswagen", "WV2": "Volkswagen", "WVG": "Volkswagen",
    "WVW": "Volkswagen", "YS3": "Saab", "YV1": "Volvo", "YV4": "Volvo", "ZAM": "Maserati", "ZAR": "Alfa Romeo",
    "ZFA": "Fiat", "ZFF": "Ferrari", "ZHW": "Lamborghini",
}  # fmt: skip
"""World manufacturer identifiers that stand for one make alone."""


@dataclass(frozen=True, slots=True)
class Vin:
    """`years` are those that the sign for the model year can mean, the likely one first; `make` is empty where the
    maker is not known here."""

    well_formed: bool
    check_digit: bool
    years: tuple[int, ...] = ()
    make: str = ""


def cleaned(typed: str) -> str:
    """As it is kept: capitals, without spaces and dashes."""
    return typed.upper().replace(" ", "").replace("-", "")


def decoded(vin: str, today: date) -> Vin:
    """What the number says, cleaned before."""
    if len(vin) != LENGTH or not set(vin) <= _VALUES.keys():
        return Vin(well_formed=False, check_digit=False)
    left = sum(_VALUES[sign] * weight for sign, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return Vin(True, vin[8] == ("X" if left == 10 else str(left)), _years(vin, today), _MAKERS.get(vin[:3], ""))


def _years(vin: str, today: date) -> tuple[int, ...]:
    """Next year's model is sold this year. On cars a letter in position 7 says that it is 2010 or later."""
    place = _YEARS.find(vin[9])
    if place < 0:
        return ()
    years = [year for year in (1980 + place, 2010 + place, 2040 + place) if FIRST_YEAR <= year <= today.year + 1]
    return tuple(sorted(years, key=lambda year: (year >= 2010) != vin[6].isalpha()))


def doubt(vin: str, year: int | None, today: date) -> tuple[str, bool]:
    """What speaks against the number (a sentence, or nothing), and whether that is a warning alone: before 1981 every
    maker had numbers of its own."""
    told = decoded(vin, today)
    if told.check_digit:
        return ("", False)
    if year is not None and year < FIRST_YEAR:
        return ("Compare it with the vehicle: numbers from before 1981 cannot be checked.", True)
    if len(vin) != LENGTH:
        return (
            f"Enter all 17 characters; there are {len(vin)}. For a vehicle from before 1981, enter its year.",
            False,
        )
    if not told.well_formed:
        return ("Use digits and letters other than I, O and Q.", False)
    return ("Compare it with the vehicle or its registration: a character is wrong or two are swapped.", False)
