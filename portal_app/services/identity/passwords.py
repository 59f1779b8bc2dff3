"""Which passwords are taken: length and classes as the requirements ask, and nothing that can be guessed."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

from portal_app.services.errors import Invalid
from portal_app.settings import Settings

SHORTEST = 12
LONGEST = 256
# What zxcvbn calls "safely unguessable: moderate protection from offline slow-hash scenario".
STRENGTH = 3
PRODUCT_WORDS = ("portal", "producer", "insurance", "agency")
COMMON = Path(__file__).with_name("common_passwords.txt")

CLASSES: dict[str, Callable[[str], bool]] = {
    "an upper-case letter": str.isupper,
    "a lower-case letter": str.islower,
    "a digit": str.isdigit,
    "a symbol": lambda letter: not letter.isalnum() and not letter.isspace(),
}


def problems(password: str, *, name: str, email: str, settings: Settings) -> list[str]:
    """Everything that speaks against a password, as short codes (`short`, `classes`, `words`, `common`, `guessable`,
    `long`)."""
    found = []
    if len(password) < SHORTEST:
        found.append("short")
    if len(password) > LONGEST:
        return ["long"]
    if not all(any(test(letter) for letter in password) for test in CLASSES.values()):
        found.append("classes")
    if _holds_own_words(password, name, email, settings.agency_name):
        found.append("words")
    if _plain(password) in _refused(settings.password_list):
        found.append("common")
    elif not found and _strength(password, [name, email, settings.agency_name]) < STRENGTH:
        found.append("guessable")
    return found


SENTENCES = {
    "short": f"Use at least {SHORTEST} characters.",
    "long": f"Use at most {LONGEST} characters.",
    "classes": "Use upper-case and lower-case letters, a digit and a symbol.",
    "words": "Leave out your name, your agency's name and words such as “portal” or “insurance”.",
    "common": "This password is on a list of common or stolen ones.",
    "guessable": "This password is too easy to guess. Make it longer or less regular.",
}


def check(password: str, *, name: str, email: str, settings: Settings) -> None:
    """Raises Invalid with every sentence at once."""
    found = problems(password, name=name, email=email, settings=settings)
    if found:
        raise Invalid({f"password_{code}": SENTENCES[code] for code in found})


def _holds_own_words(password: str, name: str, email: str, agency: str) -> bool:
    words = {*re.split(r"\W+", f"{name} {email.partition('@')[0]} {agency}".lower()), *PRODUCT_WORDS}
    plain = _plain(password)
    return any(len(word) >= 4 and word in plain for word in words)


def _strength(password: str, own_words: list[str]) -> int:
    # It brings its dictionaries along, and most starts of a process never judge a password.
    from zxcvbn_rs_py import zxcvbn

    return int(zxcvbn(password[:100], own_words).score)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@cache
def _refused(operators_list: Path | None) -> frozenset[str]:
    """The shipped list and the operator's. A list that is named but cannot be read stops whoever asks: a check that
    is missing must not pass."""
    lists = [COMMON] if operators_list is None else [COMMON, operators_list]
    return frozenset(
        _plain(line.strip()) for path in lists for line in path.read_text(encoding="utf-8").splitlines() if line
    )
