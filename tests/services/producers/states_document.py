"""Draws the states in docs/producers.md from the table of transitions.
`python -m tests.services.producers.states_document` brings them up to date."""

import re
from pathlib import Path

from portal_app.models.enums import ProducerState
from portal_app.services.producers.lifecycle import TRANSITIONS, can_edit

PLACE = Path(__file__).resolve().parents[3] / "docs/producers.md"
BEGIN, END = "<!-- states:begin -->", "<!-- states:end -->"


def written() -> str:
    """The diagram as the table has it."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> draft"]
    for step, each in TRANSITIONS.items():
        lines += [f"    {source.value} --> {each.target.value}: {step.value}" for source in each.sources]
    lines += [f"    {state.value} --> [*]" for state in ProducerState if not can_edit(state)]
    return "\n".join([BEGIN, *lines, "```", END])


def current() -> str:
    """The diagram as the document has it."""
    found = re.search(f"{BEGIN}.*{END}", PLACE.read_text(encoding="utf-8"), re.DOTALL)
    return found[0] if found else ""


if __name__ == "__main__":
    PLACE.write_text(PLACE.read_text(encoding="utf-8").replace(current(), written()), encoding="utf-8")
