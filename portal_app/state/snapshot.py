"""A policy on a date, by the clock that is asked for; everything that is asked stands in the address."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from portal_app.guard.events import requires
from portal_app.models.enums import TransactionState
from portal_app.services.access import Permission
from portal_app.services.ledger import differences, reading, snapshots, timeline
from portal_app.services.ledger.differences import Compared
from portal_app.services.ledger.views import Happening, Snapshot
from portal_app.services.topics import Topic
from portal_app.state import difference, ledger_words, wording
from portal_app.state.difference import Row
from portal_app.state.policy import Car, Cover
from portal_app.state.portal import PortalState

VIEWS = Permission.VIEW_OWN_ACCOUNTS
BY_ISSUE = "issued"
COUNTED = (TransactionState.ISSUED, TransactionState.REVERSED)


@dataclass
class Step:
    """A transaction on the timeline; `href` asks for the moment at which it begins to count."""

    key: str
    title: str
    on: str
    also: str
    href: str
    reversed: bool
    here: bool


@dataclass
class Above:
    name: str
    role: str


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `whole_day` says that no time of the day was given."""

    at: datetime
    by_issue: bool = False
    known: date | None = None
    whole_day: bool = False
    now: bool = False
    problem: str = ""
    ignored: str = ""


class SnapshotState(PortalState):
    shown: str = ""
    number: str = ""
    policy_href: str = ""
    ledger_href: str = ""
    address_problem: str = ""
    ignored: str = ""
    by_issue: bool = False
    said: str = ""
    nothing: str = ""
    first_href: str = ""
    why: str = ""
    drawn: bool = False
    insured: str = ""
    carrier: str = ""
    line: str = ""
    description: str = ""
    status: str = ""
    premium: str = ""
    term: str = ""
    in_force: bool = False
    code: str = ""
    code_of_record: str = ""
    above: list[Above] = []
    coverages: list[Cover] = []
    covers_priced: bool = False
    vehicles: list[Car] = []
    locations: list[str] = []
    segment: str = ""
    stems_from: str = ""
    stems_href: str = ""
    steps: list[Step] = []
    clocks_compared: bool = False
    other_clock: list[Row] = []

    @requires(VIEWS, passive=True, shows=(Topic.POLICIES,))
    async def load(self) -> None:
        locator = ledger_words.policy_of(str(self.router.url.path))
        if locator != self.shown:
            self.shown, self.drawn = "", False
        await self._look()

    @requires(VIEWS, passive=True)
    async def refresh(self) -> None:
        await self._again(self._look)

    async def _look(self) -> None:
        locator = ledger_words.policy_of(str(self.router.url.path))
        asked = self._read(dict(self.router.url.query_parameters))
        happened = await self._ask(timeline.timeline, policy=locator)
        terms = await self._ask(reading.terms, policy=locator) if happened is not None else None
        if happened is None or terms is None:
            return
        self.policy_href, self.ledger_href = f"/policies/{locator}", f"/policies/{locator}/ledger"
        self.number = terms.rows[0].number if terms.rows else ""
        self.address_problem, self.ignored, self.by_issue = asked.problem, asked.ignored, asked.by_issue
        self.drawn, self.nothing = False, ""
        found = None if asked.problem else await self._snapshot(locator, asked, happened)
        here = found.segment.transaction if found else ""
        self._show_steps(happened, asked, here)
        self.shown = "" if self.problem else locator

    async def _snapshot(self, locator: str, asked: Asked, happened: tuple[Happening, ...]) -> Snapshot | None:
        known = ledger_words.end_of(asked.known, self._zone()) if asked.known else None
        found = await self._ask(
            snapshots.snapshot, locator=locator, at=asked.at, by_issued_time=asked.by_issue, known_at=known
        )
        self.said = self._in_a_sentence(asked)
        if found is None:
            self._say_nothing(happened, asked)
            return None
        other = None if asked.known else await self._ask(differences.of_clocks, locator=locator, at=asked.at)
        self.missing = False
        self._show(found, happened)
        self._show_other_clock(other)
        return found

    def _read(self, given: dict[str, str]) -> Asked:
        zone, now = self._zone(), self._now()
        day, clock = given.get("date", ""), given.get("time", "")
        by_issue = given.get("clock") == BY_ISSUE
        left_out = []
        if given.get("clock") not in (None, "", "effect", BY_ISSUE):
            left_out.append("the clock")
        known = ledger_words.read_day(given["known"]) if given.get("known") and not by_issue else None
        if given.get("known") and known is None:
            left_out.append("“as known on”")
        if clock and not day:
            left_out.append("the time, since there is no date")
        ignored = " and ".join(left_out)
        if not day:
            return Asked(now, by_issue, known, now=True, ignored=ignored)
        found, hour = ledger_words.read_day(day), ledger_words.read_time(clock) if clock else None
        if found is None:
            shown = day[:40]
            return Asked(now, by_issue, problem=f"“{shown}” is no date. {ledger_words.BETWEEN}", ignored=ignored)
        if hour is not None and given.get("again") == "1":
            hour = hour.replace(fold=1)
        if clock and hour is None:
            return Asked(now, by_issue, problem=f"“{clock[:40]}” is no time of the day.", ignored=ignored)
        at = datetime.combine(found, hour or time(), zone) if hour else ledger_words.end_of(found, zone)
        return Asked(at, by_issue, known, whole_day=hour is None, ignored=ignored)

    def _in_a_sentence(self, asked: Asked) -> str:
        there = asked.at.astimezone(self._zone())
        if asked.now:
            moment = "now"
        elif asked.whole_day:
            moment = f"at the end of {wording.day(there.date())}"
        else:
            seconds = f":{there:%S}" if there.second else ""
            moment = f"on {wording.day(there.date())} at {there.hour % 12 or 12}:{there:%M}{seconds} {there:%p}"
        if asked.by_issue:
            return f"What the record says {moment}" if asked.now else f"What the record said {moment}"
        known = f", as known at the end of {wording.day(asked.known)}" if asked.known else ""
        return f"In force {moment}{known}"

    def _say_nothing(self, happened: tuple[Happening, ...], asked: Asked) -> None:
        """Before the first transaction of the policy there is nothing to show."""
        if not self.missing:
            return
        self.missing = False
        by_issue = asked.by_issue or asked.known is not None
        self.nothing = f"Nothing of this policy {'had been issued' if by_issue else 'was in effect'} by then"
        moments = [self._moment_of(each, by_issue) for each in happened if each.state in COUNTED and each.issued_at]
        if not moments:
            self.why, self.first_href = "Nothing has been issued on this policy yet.", ""
            return
        first = wording.instant(min(moments), self._zone())
        self.why = f"Its first transaction {'was issued' if by_issue else 'takes effect'} {first}."
        self.first_href = "" if asked.known else self._at(min(moments), asked)

    def _show(self, found: Snapshot, happened: tuple[Happening, ...]) -> None:
        zone, segment = self._zone(), found.segment
        self.nothing, self.drawn = "", True
        self.insured, self.carrier, self.line = found.insured_name, found.carrier, found.line
        self.number, self.description, self.status = found.number, found.description, found.status.label
        self.premium, self.in_force = wording.money(found.premium), found.in_force
        self.term = f"{wording.day(found.term_effective)} to {wording.day(found.term_expiration)}"
        self.code, self.code_of_record = found.producer_info.producer_code, found.producer_info.producer_code_of_record
        self.above = [
            Above(each.name, "above them" if number else "holds the producer code")
            for number, each in enumerate(found.producers)
        ]
        self.coverages = [
            Cover(each.name, each.limit, each.deductible, wording.money(each.premium)) for each in found.coverages
        ]
        self.covers_priced = any(each.premium is not None for each in found.coverages)
        self.vehicles = [Car(each.vin, each.description) for each in found.vehicles]
        self.locations = list(found.locations)
        self.segment = f"{wording.instant(segment.begins_at, zone)} to {wording.instant(segment.ends_at, zone)}"
        stems = next((each for each in happened if each.locator == segment.transaction), None)
        self.stems_from = ledger_words.named(stems, zone) if stems else ""
        self.stems_href = ledger_words.row_of(self.ledger_href, segment.transaction, happened)

    def _show_other_clock(self, compared: Compared | None) -> None:
        self.clocks_compared = compared is not None
        self.other_clock = difference.rows_of(compared, only_changed=True) if compared else []

    def _show_steps(self, happened: tuple[Happening, ...], asked: Asked, here: str) -> None:
        """What counts by the clock that is asked for, the newest first."""
        counted = [
            each
            for each in happened
            if each.issued_at and (each.state is TransactionState.ISSUED or asked.by_issue or asked.known)
        ]
        if asked.known:
            known = ledger_words.end_of(asked.known, self._zone())
            counted = [
                each
                for each in counted
                if each.issued_at and each.issued_at <= known and not (each.reversed_at and each.reversed_at <= known)
            ]
        counted.sort(key=lambda each: self._moment_of(each, asked.by_issue), reverse=True)
        self.steps = [self._step(each, asked, here) for each in counted]

    def _step(self, each: Happening, asked: Asked, here: str) -> Step:
        zone = self._zone()
        effect, issue = (
            f"in effect {wording.instant(each.effective_at, zone)}",
            f"issued {wording.instant(each.issued_at, zone)}",
        )
        again = ", applied again" if each.reapplies else ""
        first, second = (issue, effect) if asked.by_issue else (effect, issue)
        return Step(
            key=each.locator,
            title=each.kind.label,
            on=first[0].upper() + first[1:],
            also=second + again + (f", reversed {wording.instant(each.reversed_at, zone)}" if each.reversed_at else ""),
            href=self._at(self._moment_of(each, asked.by_issue), asked),
            reversed=each.state is TransactionState.REVERSED,
            here=each.locator == here,
        )

    def _moment_of(self, each: Happening, by_issue: bool) -> datetime:
        return (each.issued_at if by_issue else None) or each.effective_at

    def _at(self, moment: datetime, asked: Asked) -> str:
        parts: dict[str, Any] = ledger_words.asked_for(moment, self._zone())
        parts |= {"clock": BY_ISSUE if asked.by_issue else "", "known": asked.known.isoformat() if asked.known else ""}
        return ledger_words.query(f"{self.policy_href}/snapshot", **parts)
