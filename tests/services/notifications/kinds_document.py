"""Keeps the table of kinds in docs/notifications.md. `python -m tests.services.notifications.kinds_document` writes
it."""

from pathlib import Path

from portal_app.services.notifications.kinds import KINDS

PLACE = Path(__file__).resolve().parents[3] / "docs/notifications.md"
BEGIN, END = "<!-- kinds:begin -->", "<!-- kinds:end -->"
BESIDE = {"": "", "reason": "the reason", "items": "each thing that is needed"}


def table() -> str:
    head = ["| Event | Name | In-Portal | Email | SMS | Always with |", "|---|---|---|---|---|---|"]
    ways = {True: "✓", False: "—"}
    rows = (
        f"| {each.label} | `{each.name}` | {ways[each.in_portal]} | {ways[each.mail]} | {ways[each.sms]} "
        f"| {BESIDE[each.needs]} |"
        for each in KINDS.values()
    )
    return "\n".join([*head, *rows])


def with_table(text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PLACE.write_text(with_table(PLACE.read_text(encoding="utf-8")), encoding="utf-8")
