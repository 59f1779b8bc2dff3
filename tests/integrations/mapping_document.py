"""Writes the field mappings into the requirements. `python -m tests.integrations.mapping_document`."""

from collections.abc import Iterator
from pathlib import Path

from integrations.custom.columns import Field
from integrations.custom.mapping import MAPPINGS

PLACE = Path(__file__).resolve().parents[2] / "docs/ams-integration-requirements.md"
BEGIN, END = "<!-- mappings:begin -->", "<!-- mappings:end -->"


def mappings() -> str:
    lines = []
    for kind, mapping in MAPPINGS.items():
        lines += [f"### {kind.label}", "", "| Field of the map | What it holds | Needed | Words |", "|---|---|---|---|"]
        lines += [_row(name, field) for name, field in _flat(mapping.fields)]
        lines.append("")
    return "\n".join(lines)


def with_mappings(text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{mappings()}{END}{rest.partition(END)[2]}"


def _flat(fields: tuple[Field, ...]) -> Iterator[tuple[str, Field]]:
    for field in fields:
        if field.parts:
            yield from ((f"{field.name}.{part.name} {{n}}", part) for part in field.parts)
        else:
            yield field.name, field


def _row(name: str, field: Field) -> str:
    words = ", ".join(f"`{word}`" for word in sorted(field.words)) if field.words else ""
    if field.translated:
        words = "may be translated"
    return f"| `{name}` | {field.meaning} | {'yes' if field.required else ''} | {words} |"


if __name__ == "__main__":
    PLACE.write_text(with_mappings(PLACE.read_text(encoding="utf-8")), encoding="utf-8")
