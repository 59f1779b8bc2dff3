"""An agency system's exports as real files: written from the records that they stand for."""

import csv
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from portal_app.models.enums import PolicyStatus
from portal_app.services.ports import PolicyRecord
from portal_app.settings import FeedSettings, KindSettings
from tests.services.sync.feed import policy

NAMES = {f"C{number}": f"Client {number:04}" for number in range(400)}
CODES = ("", "HL-1", "HL-2")
POLICY_COLUMNS = (
    *("policy_id", "client_id", "number", "line", "carrier", "effective", "expiration", "status", "premium"),
    *("producer_code", "insured_name", "description"),
)
PARTS = {"vehicles": ("vin", "year", "make", "model"), "coverages": ("name", "limit", "deductible", "premium")}
LOCATION = ("street", "city", "state", "postal_code")
MOST = 2


def settings(folder: Path, name: str = "harbor") -> FeedSettings:
    """A feed whose files bear the portal's own words as headings."""
    groups = {
        part: {field: f"{part} {{n}} {field}" for field in fields}
        for part, fields in {**PARTS, "locations": LOCATION}.items()
    }
    return FeedSettings(
        name=name,
        folder=folder,
        producers=KindSettings(files="producers*.csv", columns={each: each for each in ("code", "name")}),
        clients=KindSettings(files="clients*.csv", columns={each: each for each in ("client_id", "name", "kind")}),
        policies=KindSettings(files="policies*.csv", columns={each: each for each in POLICY_COLUMNS} | groups),
    )


def feeds_file(folder: Path, name: str = "harbor") -> str:
    """The same settings as an agency would write them."""
    found = settings(Path(), name).model_dump(exclude_none=True, exclude_defaults=True)
    lines = ["[[feed]]", f'name = "{name}"', f'folder = "{folder}"']
    for kind in ("producers", "clients", "policies"):
        lines += [f"[feed.{kind}]", f'files = "{found[kind]["files"]}"', f"[feed.{kind}.columns]"]
        lines += [f"{field} = {_toml(heading)}" for field, heading in found[kind]["columns"].items()]
    return "\n".join([*lines, ""])


def _toml(heading: Any) -> str:
    if isinstance(heading, dict):
        return "{ " + ", ".join(f'{field} = "{each}"' for field, each in heading.items()) + " }"
    return f'"{heading}"'


@dataclass
class Agency:
    """Its policies, which change by chance; `write` exports all of them, dated."""

    folder: Path
    chance: random.Random
    policies: dict[str, PolicyRecord]

    @classmethod
    def founded(cls, folder: Path, size: int, seed: int) -> "Agency":
        agency = cls(folder, random.Random(seed), {})
        for number in range(size):
            agency._add(policy(f"P{number}", client_id=f"C{number % len(NAMES)}"))
        write_csv(folder / "producers.csv", ("code", "name"), [{"code": code, "name": code} for code in CODES if code])
        clients = [{"client_id": number, "name": name, "kind": "person"} for number, name in NAMES.items()]
        write_csv(folder / "clients.csv", ("client_id", "name", "kind"), clients)
        return agency

    def live_on(self, changes: int) -> None:
        """So many changes, renewals and new policies."""
        pick = self.chance.choice
        for _ in range(changes):
            record = pick(list(self.policies.values()))
            move = self.chance.random()
            if move < 0.1:
                self._add(policy(f"P{len(self.policies)}", client_id=pick(list(NAMES))))
            elif move < 0.3:
                term = record.effective.replace(year=pick([2024, 2025, 2026]))
                self._add(replace(policy(record.policy_id, effective=term), client_id=record.client_id))
            else:
                premium = Decimal(self.chance.randint(100, 10**6)).scaleb(-2)
                status = pick([PolicyStatus.ACTIVE, PolicyStatus.ACTIVE, PolicyStatus.CANCELLED])
                given: dict[str, Any] = {"premium": premium, "status": status, "producer_code": pick(CODES)}
                self._add(replace(record, **given, vehicles=record.vehicles if move < 0.8 else ()))

    def _add(self, record: PolicyRecord) -> None:
        self.policies[record.source_id] = record

    def write(self, at: float) -> None:
        """Export everything over the file that lies there; `at` is the file's time (seconds since 1970)."""
        headings = list(POLICY_COLUMNS)
        for part, fields in {**PARTS, "locations": LOCATION}.items():
            headings += [f"{part} {number} {field}" for number in range(1, MOST + 1) for field in fields]
        path = self.folder / "policies.csv"
        write_csv(path, headings, [_cells(each) for each in self.policies.values()])
        os.utime(path, (at, at))


def _cells(record: PolicyRecord) -> dict[str, str]:
    cells = {name: str(getattr(record, name)) for name in POLICY_COLUMNS}
    for part, fields in {**PARTS, "locations": LOCATION}.items():
        for number, each in enumerate(getattr(record, part), 1):
            for field in fields:
                value = getattr(each, field)
                cells[f"{part} {number} {field}"] = "" if value is None else str(value)
    return cells


def write_csv(path: Path, headings: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    """Write beside the place and move there, as a careful exporter does."""
    draft = path.with_suffix(".part")
    with draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, headings, restval="")
        writer.writeheader()
        writer.writerows(rows)
    draft.rename(path)


def today() -> date:
    return date(2026, 11, 20)
