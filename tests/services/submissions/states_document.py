"""Draws the statuses in docs/submissions.md from the table of transitions. `python -m
tests.services.submissions.states_document` brings them up to date."""

from pathlib import Path

from portal_app.models.enums import SubmissionStatus
from portal_app.services.submissions.lifecycle import FINAL, LEAVES, MAY, TRANSITIONS, Step

PLACE = Path(__file__).resolve().parents[3] / "docs/submissions.md"
BEGIN, END = "<!-- states:begin -->", "<!-- states:end -->"


def diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {SubmissionStatus.DRAFT}"]
    lines += [f"    {before} --> {after}: {step}" for (before, step), after in TRANSITIONS.items()]
    lines += [f"    {before} --> [*]: {step}" for before, step in LEAVES]
    lines += [*(f"    {status} --> [*]" for status in FINAL), "```", "", "| Step | From | Who |", "|---|---|---|"]
    for step in Step:
        sources = ", ".join(before.label for before, each in (*TRANSITIONS, *LEAVES) if each is step)
        lines.append(f"| {step} | {sources} | {MAY[step]} |")
    return "\n".join(lines)


def text() -> str:
    """The document with the diagram of today."""
    before, begin, rest = PLACE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The document lacks the lines {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n{diagram()}\n{END}{after}"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
