"""What somebody who helps needs to know of this portal, and nothing of the agency: no secret, no name, no address, no
value of a setting. What is wrong says what to do."""

import os
import platform
import re
import shutil
import tomllib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, text
from sqlmodel import col

from portal_app import migrations
from portal_app.models.ams import HandoverKind
from portal_app.models.jobs import Heartbeat, Lease
from portal_app.models.outbox import OutboxMessage
from portal_app.models.settings import AgencySettings
from portal_app.services.access import Permission
from portal_app.services.ams import set_up
from portal_app.services.configuration.in_force import problems_in_force, saved
from portal_app.services.configuration.kinds import Kind
from portal_app.services.configuration.registry import KINDS
from portal_app.services.door import Tx, reads
from portal_app.services.health import WORKER_SILENT_AFTER
from portal_app.services.media import scanning
from portal_app.services.routing.in_force import ROUTING, rules_in_force
from portal_app.services.routing.rules import AmsWay
from portal_app.services.sync import freshness
from portal_app.settings import PREFIX

MEGABYTE = 1024 * 1024
DISK_FULL, DISK_LOW = 200 * MEGABYTE, 2048 * MEGABYTE
REFERENCE = re.compile(r"\b[0-9a-f]{8}\b")


class Standing(StrEnum):
    """How it stands with one thing. Only what is wrong makes the whole fail."""

    WELL = "ok"
    LOOK = "look"
    WRONG = "FAIL"
    NOTE = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `todo` says what to do about it, where there is something. `own` is in the agency's
    words: for whoever runs the portal, and no part of the text that is handed on."""

    standing: Standing
    what: str
    told: str
    todo: str = ""
    own: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.standing:<4} {self.what}: {self.told}{f' {self.todo}' if self.todo else ''}"


@dataclass(frozen=True, slots=True)
class Report:
    lines: tuple[Line, ...]

    @property
    def is_well(self) -> bool:
        return not any(line.standing is Standing.WRONG for line in self.lines)

    @property
    def text(self) -> str:
        return "".join(f"{line.text}\n" for line in self.lines)


@reads(Permission.CHANGE_SETTINGS)
def report(tx: Tx) -> Report:
    """Look at each part once."""
    return Report(
        (
            _about(tx),
            *_database(tx),
            _storage(tx),
            _scanner(tx),
            _management_system(tx),
            _worker(tx),
            _lead(tx),
            *_feeds(tx),
            *_outbox(tx),
            *_configurations(tx),
            *_settings(tx),
        )
    )


def _about(tx: Tx) -> Line:
    version = tomllib.loads((migrations.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    python, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    return Line(Standing.NOTE, "portal", f"version {version}, Python {python}, {system}, at {_utc(tx.now)}.")


def _database(tx: Tx) -> list[Line]:
    sqlite = tx.db.get_bind().dialect.name == "sqlite"
    kind = "SQLite" if sqlite else "PostgreSQL"
    number = tx.db.scalar(text("SELECT sqlite_version()" if sqlite else "SHOW server_version"))
    migrated, head = tx.db.scalar(text("SELECT version_num FROM alembic_version")), migrations.head()
    shape = (
        Line(Standing.WELL, "migration", f"{migrated}, the newest.")
        if migrated == head
        else Line(Standing.WRONG, "migration", f"{migrated}, not {head}.", "Run: python -m portal_app migrate")
    )
    return [
        Line(Standing.WELL, "database", f"{kind} {str(number).split()[0]}."),
        shape,
        _write_ahead(tx) if sqlite else _database_clock(tx),
        _text_index(tx, sqlite),
    ]


def _write_ahead(tx: Tx) -> Line:
    mode = str(tx.db.scalar(text("PRAGMA journal_mode")))
    if mode == "wal":
        return Line(Standing.WELL, "write-ahead log", "on.")
    advice = "Keep the data folder on a disk of this machine: a network drive cannot do it."
    return Line(Standing.WRONG, "write-ahead log", f"off ({mode}).", advice)


def _database_clock(tx: Tx) -> Line:
    apart = abs((tx.db.scalar(text("SELECT clock_timestamp()")) - tx.now).total_seconds())
    if apart < 30:
        return Line(Standing.WELL, "clock", "that of the database agrees.")
    return Line(Standing.LOOK, "clock", f"{apart:.0f} seconds from the database's.", "Set both by NTP.")


def _text_index(tx: Tx, sqlite: bool) -> Line:
    asked = (
        "SELECT count(*) FROM sqlite_master WHERE name = 'policy_fts'"
        if sqlite
        else "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"
    )
    if tx.db.scalar(text(asked)):
        return Line(Standing.WELL, "text index", "FTS5." if sqlite else "pg_trgm.")
    return Line(Standing.WRONG, "text index", "missing.", "Restore the newest backup, or create the extension pg_trgm.")


def _storage(tx: Tx) -> Line:
    folder = tx.settings.folder
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        return Line(Standing.WRONG, "storage", "not writable.", f"Let the portal's user write to {PREFIX}DATA_DIR.")
    free = shutil.disk_usage(folder).free
    told = f"writable, {free // MEGABYTE:,} MB free."
    if free < DISK_FULL:
        return Line(Standing.WRONG, "storage", told, "Make room: without any nothing can be saved.")
    if free < DISK_LOW:
        return Line(Standing.LOOK, "storage", told, "Make room soon.")
    return Line(Standing.WELL, "storage", told)


def _scanner(tx: Tx) -> Line:
    found = scanning.standing(tx)
    if tx.ports.scanner is None:
        told = "none set up: files are not looked through for malware."
        if not found.waiting:
            return Line(Standing.NOTE, "file scanner", told)
        return Line(Standing.LOOK, "file scanner", f"{told} {found.waiting:,} wait for one.", f"Set {PREFIX}CLAMD_URL.")
    if found.put_off:
        advice = f"Look whether clamd runs where {PREFIX}CLAMD_URL says; the worker's log has the reason."
        told = f"did not answer for {found.put_off:,} of {found.waiting:,} files that wait."
        return Line(Standing.LOOK, "file scanner", told, advice)
    return Line(Standing.WELL, "file scanner", f"set up, {found.waiting:,} files waiting.")


def _management_system(tx: Tx) -> Line:
    """Whether what is submitted and bound can go there, which is by mail. An agency that sends nothing there is well;
    one whose rules lead where nothing can go is worth a look."""
    what, server = "management system", f"the mail server of {PREFIX}SMTP_URL"
    led = set() if problems_in_force(tx, ROUTING) else rules_in_force(tx).to_the_ams()
    desks = {AmsWay.MAIL: ("files mail", HandoverKind.SUBMISSION), AmsWay.TASK: ("makes tasks", HandoverKind.TASK)}
    there = {way for way, (_, kind) in desks.items() if set_up.desk_of(tx, kind)}
    each = [f"the address that {words} is {'set' if way in there else 'not set'}" for way, (words, _) in desks.items()]
    told = ", ".join(each)
    if not there | led:
        return Line(Standing.NOTE, what, f"{told}: nothing is sent there.")
    if tx.ports.ams is None:
        advice = f"Set {PREFIX}SMTP_URL and {PREFIX}MAIL_FROM, and start the portal anew."
        return Line(Standing.LOOK, what, f"{told}, but there is no mail server to send by.", advice)
    told = f"{told}, sent by {server}."
    if led - there:
        advice = "Set it under Settings, AMS, and send a test from there."
        return Line(Standing.LOOK, what, f"{told} A rule leads to an address that is not set.", advice)
    return Line(Standing.WELL, what, told)


def _worker(tx: Tx) -> Line:
    beat = tx.db.scalar(select(func.max(col(Heartbeat.beat_at))))
    if beat is None:
        return Line(Standing.WRONG, "worker", "never seen.", "Start it: python -m portal_app worker")
    told = f"last sign of life {_ago(tx.now, beat)}."
    if tx.now - beat < WORKER_SILENT_AFTER:
        return Line(Standing.WELL, "worker", told)
    return Line(Standing.WRONG, "worker", told, "Start it: python -m portal_app worker")


def _lead(tx: Tx) -> Line:
    lease = tx.db.get(Lease, "scheduler")
    if lease is None or not lease.holder or lease.expires_at <= tx.now:
        return Line(Standing.LOOK, "lead", "nobody's.", "A worker that runs takes it within half a minute.")
    return Line(Standing.WELL, "lead", f"held, token {lease.token}.")


def _feeds(tx: Tx) -> list[Line]:
    """Each kind of each feed by number: what a feed is called is the agency's own word."""
    found = freshness.feeds(tx)
    if not found:
        return [Line(Standing.LOOK, "feeds", "none.", f"Name the feeds in {PREFIX}FEEDS_FILE.")]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(each.feed for each in found), 1)}
    return [_feed(tx, each, f"feed {numbers[each.feed]}, {each.kind.label.lower()}") for each in found]


def _feed(tx: Tx, each: freshness.FeedStatus, what: str) -> Line:
    waiting = f"{each.quarantined:,} in quarantine" if each.quarantined else "none in quarantine"
    run = each.last_run
    if run is None:
        return Line(Standing.LOOK, what, f"never ran, {waiting}.", "The worker runs it when it is due.")
    told = f"{run.state.label.lower()} {_ago(tx.now, run.started_at)}, {waiting}"
    if run.state.value in ("failed", "interrupted"):
        references = " ".join(REFERENCE.findall(run.message))
        told += f", reference {references}" if references else ""
        return Line(Standing.WRONG, what, f"{told}.", "The page Integrations has the reason.")
    if each.quarantined:
        return Line(Standing.LOOK, what, f"{told}.", "The page Integrations has the reasons.")
    return Line(Standing.WELL, what, f"{told}.")


def _outbox(tx: Tx) -> list[Line]:
    message = OutboxMessage
    dead, waiting = col(message.dead_at).is_not(None), col(message.delivered_at).is_(None)
    found = tx.db.execute(
        select(col(message.topic), func.count(), func.count().filter(dead)).where(waiting).group_by(message.topic)
    ).all()
    lines = [
        Line(
            Standing.LOOK,
            f"outbox, {topic}",
            f"{given_up:,} given up.",
            "Try the mail server or gateway in Settings, a webhook with a test event.",
        )
        for topic, _, given_up in found
        if given_up
    ]
    open_ones = sum(count - given_up for _, count, given_up in found)
    return [Line(Standing.WELL, "outbox", f"{open_ones:,} waiting."), *lines]


def _configurations(tx: Tx) -> list[Line]:
    """Each configuration, by number where a kind has several: what one is called is the agency's own word."""
    lines = []
    for kind in KINDS.values():
        names = kind.names(tx)
        for number, name in enumerate(names, 1):
            what = f"configuration, {kind.label.lower()}{f' {number}' if len(names) > 1 else ''}"
            lines.append(_configuration(tx, kind, name, what))
    return lines


def _configuration(tx: Tx, kind: Kind[Any], name: str, what: str) -> Line:
    found, problems = saved(tx, kind, name), problems_in_force(tx, kind, name)
    told = f"version {found[0]}" if found else "as shipped"
    if not problems:
        return Line(Standing.WELL, what, f"{told}.")
    count = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
    advice = "Mend or restore it under Settings, Configuration."
    return Line(Standing.WRONG, what, f"{told}, cannot be read by this release: {count}.", advice, problems)


def _settings(tx: Tx) -> list[Line]:
    """Which settings say anything; never what."""
    version = tx.db.get_one(AgencySettings, 1).version
    names = [f"{PREFIX}{name.upper()}" for name in type(tx.configured).model_fields]
    given = {f"{PREFIX}{name.upper()}" for name in tx.configured.given}
    return [
        Line(Standing.NOTE, "settings in the app", f"version {version}."),
        *[Line(Standing.NOTE, name, "set." if name in given else "not set.") for name in names],
    ]


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _ago(now: datetime, then: datetime) -> str:
    seconds = int((now - then).total_seconds())
    if seconds < 0:
        return f"{-seconds} seconds ahead of this clock"
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return f"{seconds} second{'' if seconds == 1 else 's'} ago"
