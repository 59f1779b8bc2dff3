"""Writes what docs/binding-authority.md says of rules and limits from the tables in the code.
`python -m tests.services.authority.document` brings it up to date."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from portal_app.services.authority.answers import RULES
from portal_app.services.authority.narrowing import STRICTEST

PLACE = Path(__file__).resolve().parents[3] / "docs/binding-authority.md"
HOW: dict[Callable[[list[Any]], Any], str] = {min: "the lowest", max: "the highest"}
LISTS = {"allowed_classes": "what all of them allow", "excluded_classes": "what any of them excludes"}


def parts() -> dict[str, str]:
    """What stands between the markers of each name."""
    rules = [
        f"| {place} | {each.name} | {each.passes} | {each.refers} | {each.denies} |"
        for place, each in enumerate(RULES.values(), 1)
    ]
    limits = [f"| {name.replace('_', ' ').capitalize()} | {told(name)} |" for name in STRICTEST]
    return {
        "rules": "\n".join(["| | Rule | Passes | Refers | Denies |", "|---|---|---|---|---|", *rules]),
        "limits": "\n".join(["| Limit | Of equally narrow grants |", "|---|---|", *limits]),
    }


def told(name: str) -> str:
    """How equally narrow grants are brought together for a limit."""
    return LISTS[name] if name in LISTS else HOW[STRICTEST[name]]


def brought_up_to_date(text: str) -> str:
    """The document with its parts put between their markers. Raises ValueError where one is missing."""
    for name, part in parts().items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        before, found, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not found or not ended:
            raise ValueError(f"The document lacks the lines {begin} and {end}.")
        text = f"{before}{begin}\n{part}\n{end}{after}"
    return text


if __name__ == "__main__":
    PLACE.write_text(brought_up_to_date(PLACE.read_text(encoding="utf-8")), encoding="utf-8")
