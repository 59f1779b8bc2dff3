"""Whether a column may be another one under a new heading: by the words of both, and by what the field is called in
other agencies' files."""

import re
from collections.abc import Collection

from rapidfuzz import fuzz

ALIKE = 55
SAME = 100.0
# A column that is one of several alike bears its number here.
NUMBERED = "{n}"
_MAIL, _CAMEL = re.compile(r"\be[\s_-]?mail\b", re.IGNORECASE), re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+|#")
# One word for what is written in several ways.
WORDS = dict.fromkeys(("no", "nbr", "num", "nr", "#", "id", "key"), "number") | {
    "addr": "address",
    "amt": "amount",
    "cust": "customer",
    "dt": "date",
    "eff": "effective",
    "exp": "expiration",
    "lic": "license",
    "licence": "license",
    "ph": "phone",
    "prem": "premium",
    "tel": "phone",
    "telephone": "phone",
    "zipcode": "zip",
}
# What sort of thing a heading names. Two sorts are two things, and a sort alone says nothing of whose it is.
SORTS = {
    "number": "number",
    "code": "number",
    "date": "date",
    "day": "date",
    "name": "name",
    "type": "type",
    "kind": "type",
    "status": "status",
    "premium": "amount",
    "amount": "amount",
    "email": "email",
    "phone": "phone",
    "address": "address",
}
# A heading may say these of itself, or leave them out.
SAID_OR_NOT = frozenset({"", "number", "name", "date"})
# Whose it may be where the old heading did not say so.
OWNERS = frozenset({"account", "client", "customer", "insured", "named", "policy"})
# What fields are called in files, besides by their own names.
NAMES: dict[str, tuple[str, ...]] = {
    "birth_date": ("date of birth", "dob", "birthday", "birthdate", "birth", "born"),
    "cancelled_on": ("cancellation date", "cancel date", "cancelled", "canceled"),
    "carrier": ("writing company", "insurance company", "insurer", "company", "carrier name"),
    "carrier_naic": ("naic", "naic code", "naic number"),
    "client_id": ("client number", "customer number", "insured number", "account number"),
    "driver_license": ("drivers license", "driver license number", "license number", "dl number"),
    "effective": ("effective date", "inception date", "policy start date"),
    "email": ("email address", "mail address", "client email"),
    "expiration": ("expiration date", "expiry date", "policy end date"),
    "line": ("line of business", "lob", "coverage type"),
    "npn": ("national producer number",),
    "number": ("policy number", "policy"),
    "phone": ("phone number", "home phone", "mobile", "cell phone"),
    "policy_id": ("policy key",),
    "postal_code": ("zip", "zip code", "postcode"),
    "premium": ("written premium", "annual premium", "total premium"),
    "producer_code": ("producer", "agent code", "producer number"),
    "street": ("street address", "mailing address", "address line 1", "address 1"),
    "tax_id": ("ssn", "fein", "ein", "social security number", "taxpayer number"),
    "vin": ("vehicle identification number",),
}


def likeness(field: str, old: str, new: str, others: Collection[str] = ()) -> float:
    """From 0 to 100, how well `new` may be what stood under `old`; below ALIKE it is 0. `field` and `others`, the other
    fields of its kind, are paths."""
    if (NUMBERED in old) is not (NUMBERED in new):
        return 0
    words, before = _words(new), _words(old)
    called = _joined(words)
    if called in {_joined(before), *_called(field)}:
        return SAME
    if any(called in _called(other) for other in others if other != field) or _are_apart(before, words):
        return 0
    alike = fuzz.token_set_ratio(" ".join(before), " ".join(words))
    return alike if alike >= ALIKE else 0


def is_called(field: str, heading: str) -> bool:
    """Whether a column is called as this field is, by whoever's it may be said to be."""
    words = [each for each in _words(heading) if each not in OWNERS]
    return _joined(words) in _called(field)


def _are_apart(before: list[str], words: list[str]) -> bool:
    """Whether they are of two sorts, or of two owners."""
    sort, other_sort = _sort(before), _sort(words)
    own, its = (set(each) - SORTS.keys() for each in (before, words))
    if not words or (other_sort != sort and ((sort and other_sort) or not {sort, other_sort} <= SAID_OR_NOT)):
        return True
    if not own:
        return not its <= OWNERS
    return bool(its) and not any(fuzz.ratio(one, other) >= 80 for one in own for other in its)


def _sort(words: list[str]) -> str:
    return next((SORTS[each] for each in (*words[-1:], *words[:1]) if each in SORTS), "")


def _words(heading: str) -> list[str]:
    spaced = _CAMEL.sub(" ", _MAIL.sub("email", heading.replace(NUMBERED, " ")))
    return [
        WORDS.get(each, each) for each in _WORD.findall(spaced.casefold().replace("'", "")) if each not in ("of", "the")
    ]


def _joined(words: list[str]) -> str:
    return "".join(words)


def _called(field: str) -> set[str]:
    leaf = field.rpartition(".")[2]
    return {_joined(_words(each)) for each in (leaf, *NAMES.get(leaf, ()))}
