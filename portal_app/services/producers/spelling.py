"""How a producer code may be written, and which two nobody could tell apart. Pure."""

import re
import unicodedata

from portal_app.services.producers.formats import LONGEST

LONGEST_LIKENESS = 384
# What is drawn as nothing: what Unicode lets programs pass over, and the blanks of Hangul and Braille.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def problem_of_code(code: str) -> str:
    """What speaks against a code; empty where nothing does."""
    if not code.strip() or code != code.strip():
        return "A code is not empty, and neither begins nor ends with a space."
    # As a step of an address these two mean another place.
    if code in (".", ".."):
        return "A code is more than dots."
    if len(code) > LONGEST or not code.isprintable() or UNSEEN.search(code):
        return f"A code has at most {LONGEST} characters, all of them to be seen."
    return ""


def likeness(code: str) -> str | None:
    """The code as people tell codes apart: without spaces and what cannot be seen, whether letters are large or small.
    HL-110, hl-110 and HL- 110 are alike. None where nothing of it can be seen."""
    drawn = UNSEEN.sub("", unicodedata.normalize("NFC", code))
    seen = (each for each in drawn if unicodedata.category(each)[0] not in "CZ")
    return "".join(seen).casefold()[:LONGEST_LIKENESS] or None
