"""Writes what docs/licensing.md says of states and of lines from the tables in the code.
`python -m tests.services.licensing.document` brings it up to date."""

from pathlib import Path

from portal_app.models.enums import LineOfAuthority
from portal_app.services.licensing import lines, states
from portal_app.services.licensing.sheet import BEGINS, HEADINGS, NEEDED

PLACE = Path(__file__).resolve().parents[3] / "docs/licensing.md"


def parts() -> dict[str, str]:
    """What stands between the markers of each name."""
    covered = [f"| `{line}` | {lines.told(line)} |" for line in lines.COVERED_BY]
    marks = dict.fromkeys(NEEDED, " (needed)") | dict.fromkeys(BEGINS, f" ({' or '.join(BEGINS)}: needed for new ones)")
    read = [f"| {name}{marks.get(name, '')} | {', '.join(HEADINGS[name])} |" for name in HEADINGS]
    return {
        "states": f"```mermaid\n{states.diagram()}\n```",
        "lines": "\n".join(["| Line of business | Any one of |", "|---|---|", *covered]),
        "authorities": ", ".join(f"{each.label} (`{each}`)" for each in LineOfAuthority) + ".",
        "columns": "\n".join(["| Field | Headings, without case, spaces and signs |", "|---|---|", *read]),
    }


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
