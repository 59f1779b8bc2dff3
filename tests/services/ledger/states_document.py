"""Writes the diagram of states into docs/policy-ledger.md. `python -m tests.services.ledger.states_document` brings it
up to date."""

from pathlib import Path

from portal_app.models.enums import TransactionState
from portal_app.services.ledger.rules import TRANSITIONS

PLACE = Path(__file__).resolve().parents[3] / "docs/policy-ledger.md"
BEGIN, END = "<!-- states:begin -->", "<!-- states:end -->"


def diagram() -> str:
    final = [state for state in TransactionState if state not in {before for before, _ in TRANSITIONS}]
    lines = ["```mermaid", "stateDiagram-v2", f"  [*] --> {TransactionState.DRAFT}"]
    lines += [f"  {before} --> {after}: {act}" for (before, act), after in TRANSITIONS.items()]
    lines += [f"  {state} --> [*]" for state in final]
    return "\n".join([*lines, "```"])


def text() -> str:
    """The document with the diagram of today."""
    before, begin, rest = PLACE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The document lacks the lines {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{diagram()}\n{END}{after}"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
