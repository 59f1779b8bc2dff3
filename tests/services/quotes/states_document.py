"""Draws the states in docs/quotes.md from the table of transitions. `python -m tests.services.quotes.states_document`
brings them up to date."""

from pathlib import Path

from portal_app.models.enums import QuoteState
from portal_app.services.quotes.lifecycle import FINAL, TRANSITIONS

PLACE = Path(__file__).resolve().parents[3] / "docs/quotes.md"
BEGIN, END = "<!-- states:begin -->", "<!-- states:end -->"


def diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {QuoteState.DRAFT}"]
    lines += [
        f"    {before} --> {after}: {step}" for (before, step), targets in TRANSITIONS.items() for after in targets
    ]
    return "\n".join([*lines, *(f"    {state} --> [*]" for state in FINAL), "```"])


def text() -> str:
    """The document with the diagram of today."""
    before, begin, rest = PLACE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The document lacks the lines {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{diagram()}\n{END}{after}"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
