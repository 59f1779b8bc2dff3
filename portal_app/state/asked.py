"""What is asked before it is done. Whoever answers decides about what was shown when it was asked, and about nothing
that came since: what is not so any more is not done, and told."""

from collections.abc import Iterable, Mapping

LONGEST = 60
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


def _told(label: str, was: str, is_now: str) -> str:
    if max(len(was), len(is_now)) > LONGEST:
        return f"{label} is another"
    return f"{label} was {was or 'not given'}, and is {is_now or 'not given'} now"
