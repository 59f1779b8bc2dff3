"""What is asked before it is done. Whoever answers decides about what was shown when it was asked, and about nothing
that came since: what is not so any more is not done, and told."""

from collections.abc import Iterable, Mapping

from portal_app.services.submissions.timeline import Event
from portal_app.state.submission_rows import QuoteLine, Told

LONGEST = 60
# What is too long to be told, or says nothing to people.
AS_ANOTHER = ("The document", "The wording of the terms")
UNTOLD = "somebody changed something that is not shown here"


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What is shown otherwise than it was, in words, by its labels: "The premium was $1,000.00, and is $2,400.00
    now"."""
    labels = dict.fromkeys([*before, *now])
    return [_told(each, was, is_) for each in labels if (was := before.get(each, "")) != (is_ := now.get(each, ""))]


def changed(what: str, did: Iterable[str]) -> str:
    """What changed while the question stood."""
    return f"This {what} changed since you were asked: {'; '.join(did) or UNTOLD}."


def not_done(what: str, did: Iterable[str], since: str = "since you were asked") -> str:
    """That nothing was done, and what changed since."""
    told = "; ".join(did) or UNTOLD
    return f"Nothing was done, because this {what} changed {since}: {told}. Look at it, then decide again."


def since(events: Iterable[Event], seen: str, moment: Told, also: Iterable[str] = ()) -> str:
    """What others did after the line of the timeline that was seen last, oldest first, in a sentence; `also` is what
    else is not as it was."""
    found = []
    for each in events:
        if each.locator == seen:
            break
        found.append(f"{each.by}: {each.words[:1].lower()}{each.words[1:]}, {moment(each.at)}")
    told = [*reversed(found[:5]), *also] or ["somebody answered or changed something that the timeline does not tell"]
    return not_done("submission", told, "since you looked")


def shown_of(line: QuoteLine) -> dict[str, str]:
    """What of a quote is decided about, by what it is called in a sentence."""
    return {
        "The carrier": line.carrier,
        "The premium": line.premium,
        "The term": line.term,
        "Valid until": line.valid_until,
        "The wording of the terms": line.terms,
        "The document": line.paper,
        "The quote": line.state,
        "The offer": line.offer,
    }


def _told(label: str, was: str, is_now: str) -> str:
    if max(len(was), len(is_now)) > LONGEST or label in AS_ANOTHER:
        return f"{label} is another now"
    return f"{label} was {was or 'not given'}, and is {is_now or 'not given'} now"
