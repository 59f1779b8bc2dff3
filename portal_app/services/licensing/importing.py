"""Licenses from a file of the national producer database: first what it would change, then exactly that.

A license is known by its producer's National Producer Number, its state and its number. What the file names counts
afterwards, also what was a draft. A row that cannot be taken stops no other; what the file leaves out is left alone;
the same file again changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from portal_app.models.enums import CredentialState
from portal_app.services import audit
from portal_app.services.access import Actor, Permission, check
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import Conflict
from portal_app.services.licensing import licenses, records
from portal_app.services.licensing.matching import Outcome, Plan, Step, plan
from portal_app.services.licensing.sheet import Refused, Sheet, read

MEANWHILE = (
    "The file or something that it speaks of is not what was looked at any more. Nothing was changed; look at it again."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a license before and after; before is empty for a new one."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What becomes of one license. `locator` is empty for one that is still to be added, `lines` are the file's."""

    outcome: Outcome
    locator: str
    producer: records.Holder
    npn: str
    jurisdiction: str
    license_number: str
    lines: tuple[int, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a file changes, or has changed where `applied`. Licenses that stay as they are, are only counted. With the
    fingerprint exactly this is applied."""

    applied: bool
    fingerprint: str
    rows: int
    new: int
    changed: int
    unchanged: int
    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]
    ignored: tuple[str, ...]


async def look_at(door: Door, actor: Actor, *, content: bytes) -> Report:
    """What a file would change; it is read outside of any transaction. Raises Invalid for one that cannot be read, or
    Forbidden."""
    return await door.act(preview, actor, sheet=await _read(door, actor, content))


async def take(door: Door, actor: Actor, *, content: bytes, fingerprint: str) -> Report:
    """Do what the preview of that fingerprint said of the file. Raises Invalid, Forbidden or Conflict."""
    return await door.act(apply, actor, sheet=await _read(door, actor, content), fingerprint=fingerprint)


async def _read(door: Door, actor: Actor, content: bytes) -> Sheet:
    """For who may take it alone: taking a large file apart is work."""
    check(actor, Permission.MANAGE_PRODUCERS)
    return await door.in_thread(lambda: read(content))


@reads(Permission.MANAGE_PRODUCERS)
def preview(tx: Tx, *, sheet: Sheet) -> Report:
    """What the file would change. Changes nothing. Raises Invalid for a file that changes too much at once."""
    return _report(sheet, plan(tx, sheet), {}, applied=False)


@writes(Permission.MANAGE_PRODUCERS)
def apply(tx: Tx, *, sheet: Sheet, fingerprint: str) -> Report:
    """Do what the preview of that fingerprint said. A license that is new here counts at once. Raises Conflict where
    anything of it has changed in the meantime; then nothing is done. Otherwise as `preview`."""
    wanted = plan(tx, sheet, held=True)
    if wanted.fingerprint != fingerprint:
        raise Conflict(MEANWHILE)
    locators = {step.key: _done(tx, step) for step in wanted.steps if step.outcome is not Outcome.UNCHANGED}
    report = _report(sheet, wanted, locators, applied=True)
    if locators:
        names = ("rows", "new", "changed", "unchanged")
        detail = {name: getattr(report, name) for name in names} | {"refused": len(report.refused)}
        audit.record(tx, "license.imported", subject_kind="license", subject=fingerprint[:26], detail=detail)
    return report


def _done(tx: Tx, step: Step) -> str:
    if step.row is None:
        return licenses.enter_validated(tx, step.owner, step.after)
    licenses.alter(tx, step.row, step.owner, step.row.version, step.after)
    if step.draft:
        licenses.let_count(tx, step.row, step.owner)
    return step.row.locator


def _report(sheet: Sheet, found: Plan, locators: dict[tuple[str, str, str], str], *, applied: bool) -> Report:
    def count(outcome: Outcome) -> int:
        return sum(step.outcome is outcome for step in found.steps)

    shown = [step for step in found.steps if step.outcome is not Outcome.UNCHANGED]
    return Report(
        applied=applied,
        fingerprint=found.fingerprint,
        rows=len(sheet.rows) + len(sheet.refused),
        new=count(Outcome.NEW),
        changed=count(Outcome.CHANGED),
        unchanged=count(Outcome.UNCHANGED),
        entries=tuple(_entry(step, locators.get(step.key, "")) for step in shown),
        refused=found.refused,
        ignored=sheet.ignored,
    )


def _entry(step: Step, locator: str) -> Entry:
    return Entry(
        outcome=step.outcome,
        locator=locator or (step.row.locator if step.row else ""),
        producer=records.Holder(step.owner.locator, step.owner.name),
        npn=step.owner.npn,
        jurisdiction=step.key[1],
        license_number=step.key[2],
        lines=step.lines,
        differences=tuple(_differences(step)),
    )


def _differences(step: Step) -> Sequence[Difference]:
    was = records.plain(step.before) if step.before else {}
    now = records.plain(step.after)
    found = [
        Difference(name, _told(was.get(name)), _told(value))
        for name, value in now.items()
        if was.get(name) != value and (was or value)
    ]
    if step.draft:
        found.append(Difference("state", CredentialState.DRAFT.value, CredentialState.VALIDATED.value))
    return found


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_told(each) for each in value)
    if isinstance(value, dict):
        return " ".join(_told(each) for each in value.values() if each)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value)
