"""What somebody typed about a submission, as it may leave the portal: without what is personal in it."""

import re
from collections.abc import Iterator

from portal_app.models.submissions import Submission
from portal_app.services.door import Tx
from portal_app.services.submissions.revealing import personal_answers

BLOT = "••••"
SHORTEST = 4
_BETWEEN = r"\W{0,2}"
_DAY = re.compile(r"(\d\d)/(\d\d)/(\d\d)(\d\d)")
# A Social Security number, a telephone number, an address for mail: whosever they are.
_LOOKS_PERSONAL = (
    r"(?<!\d)\d{3}[ -]?\d{2}[ -]?\d{4}(?!\d)",
    r"(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)",
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
)


def blotted(tx: Tx, row: Submission, text: str) -> str:
    """The text without the personal answers of its submission, however they are written in it, and without what looks
    like a Social Security number, a telephone number or an address for mail."""
    if not text:
        return ""
    own = {pattern for each in personal_answers(tx, row) for pattern in _ways(each.value)}
    return re.sub("|".join([*sorted(own, key=len, reverse=True), *_LOOKS_PERSONAL]), BLOT, text, flags=re.IGNORECASE)


def _ways(value: str) -> Iterator[str]:
    """How an answer may be written: a day in figures, anything else with whatever signs between its letters."""
    if day := _DAY.fullmatch(value):
        month, day_of_month = (f"0?{each.lstrip('0')}" for each in day.groups()[:2])
        yield rf"(?<!\d){month}[/.-]{day_of_month}[/.-](?:{day[3]})?{day[4]}(?!\d)"
        yield rf"(?<!\d){day[3]}{day[4]}-{month}-{day_of_month}(?!\d)"
        return
    letters = [re.escape(each) for each in value if each.isalnum()]
    if len(letters) >= SHORTEST:
        yield rf"(?<!\w){_BETWEEN.join(letters)}(?!\w)"
