"""How carriers write their policy numbers: `#` is a digit, `@` a letter, `?` either, what stands in brackets may be
left out, and anything else is as it stands. Spaces, dashes and small letters make no difference. Pure."""

import re
from functools import lru_cache

from portal_app.services.intake.forms import PolicyNumbers
from portal_app.services.policies.text import normalised

LONGEST = 40
MOST_OPTIONAL = 4
_SIGNS = {"#": "[0-9]", "@": "[A-Z]", "?": "[A-Z0-9]"}
_KNOWN = re.compile(r"(?:[A-Za-z0-9 ./-]|[#@?]|\[[A-Za-z0-9 ./#@?-]+\])+", re.ASCII)
_TYPED = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./#*-]*", re.ASCII)


def wrong_pattern(pattern: str) -> str:
    """What is wrong with a pattern, as the end of a sentence, or nothing."""
    if len(pattern) > LONGEST or not _KNOWN.fullmatch(pattern):
        return "should be made of letters, digits, #, @, ?, spaces, dashes, dots, slashes and [ ], at most 40 of them"
    if pattern.count("[") > MOST_OPTIONAL:
        return f"should have at most {MOST_OPTIONAL} parts in brackets"
    return ""


def wrong_number(typed: str) -> str:
    """What speaks against this being a policy number of any carrier: a sentence, or nothing."""
    if not 4 <= len(normalised(typed)) <= LONGEST or not any(sign.isdigit() for sign in typed):
        return f"Enter the whole policy number: 4 to {LONGEST} letters and digits, as the declarations page has it."
    if not _TYPED.fullmatch(typed):
        return "Use letters, digits, spaces, dashes, dots and slashes, as the declarations page has them."
    return ""


def of_carrier(known: tuple[PolicyNumbers, ...], carrier: str) -> PolicyNumbers | None:
    """What is known of the numbers of the carrier that was typed."""
    name = " ".join(carrier.casefold().split())
    return next((each for each in known if " ".join(each.carrier.casefold().split()) == name), None)


def fits(known: PolicyNumbers, number: str) -> bool:
    return any(_compiled(pattern).fullmatch(normalised(number)) for pattern in known.patterns)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Made of single signs alone, so that no number takes long to compare."""
    made = {"[": "(?:", "]": ")?"} | _SIGNS
    return re.compile(
        "".join(made.get(sign, re.escape(sign.upper())) for sign in pattern if sign.isalnum() or sign in made)
    )
