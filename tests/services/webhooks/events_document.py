"""Keeps the table of events in docs/webhooks.md. `python -m tests.services.webhooks.events_document` writes it."""

from pathlib import Path

from portal_app.services.webhooks.names import EVENTS

PLACE = Path(__file__).resolve().parents[3] / "docs/webhooks.md"
BEGIN, END = "<!-- events:begin -->", "<!-- events:end -->"


def table() -> str:
    return "\n".join(["| Event | What it says |", "|---|---|", *(f"| `{name}` | {EVENTS[name]} |" for name in EVENTS)])


def with_table(text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PLACE.write_text(with_table(PLACE.read_text(encoding="utf-8")), encoding="utf-8")
