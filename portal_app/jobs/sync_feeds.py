"""Takes in what every feed brings at a cadence, and what was missed while no worker ran."""

from collections.abc import Callable
from datetime import timedelta

from portal_app.jobs.job import Work
from portal_app.logs import log
from portal_app.models.enums import Cadence
from portal_app.services.access import system
from portal_app.services.errors import DomainError, Unavailable
from portal_app.services.sync import approvals, dry_runs
from portal_app.services.sync.freshness import last_attempts
from portal_app.services.sync.orders import done, open_orders
from portal_app.services.sync.runs import AlreadyRunning, run_feed

ACTOR = system("sync feeds")
# A slot counts as missed some time after it, so that a run that the schedule begins is not begun a second time.
MISSED_AFTER = {Cadence.HOURLY: timedelta(minutes=65), Cadence.DAILY: timedelta(hours=26)}


def at(cadence: Cadence) -> Callable[[Work], None]:
    """The job that takes in all feeds at that cadence."""
    return lambda work: run(work, cadence)


def run(work: Work, cadence: Cadence) -> None:
    """One feed after the other; one that cannot run now does not keep the others waiting."""
    held_back = work.door.run(approvals.held_back, ACTOR)
    for feed in work.door.ports.feeds:
        if feed not in held_back and not work.stop.is_set():
            _run_one(work, feed, cadence)


def catch_up(work: Work) -> None:
    """Run what was not attempted when it was due, because no worker ran or it died at it. Asked again and again: a feed
    whose lease a dead process still holds is taken in as soon as the lease has run out."""
    attempts, held_back = work.door.run(last_attempts, ACTOR), work.door.run(approvals.held_back, ACTOR)
    now = work.door.clock()
    for feed, connector in work.door.ports.feeds.items():
        if feed in held_back:
            continue
        for cadence, missed_after in MISSED_AFTER.items():
            last = [attempts.get((feed, kind)) for kind in connector.kinds(cadence)]
            if any(each is None or now - each > missed_after for each in last) and not work.stop.is_set():
                _run_one(work, feed, cadence)


def ordered(work: Work) -> None:
    """Take in, whole, what somebody asked for. What somebody else is at just now stays ordered, and is done next; so
    does what the database could not take."""
    for feed in sorted(work.door.run(open_orders, ACTOR)):
        if work.stop.is_set():
            return
        try:
            run_feed(work.door, feed=feed, stop=work.stop)
        except (AlreadyRunning, Unavailable):
            continue
        except DomainError as problem:
            log.warning("sync did not run", feed=feed, cadence="ordered", reason=problem.sentence)
        work.door.run(done, ACTOR, feed=feed)


def dry(work: Work) -> None:
    """Find out what somebody wants to know before a feed is taken in."""
    for locator, feed in work.door.run(dry_runs.ordered, ACTOR):
        if not work.stop.is_set():
            dry_runs.carry_out(work.door, locator=locator, feed=feed, stop=work.stop)


def _run_one(work: Work, feed: str, cadence: Cadence) -> None:
    try:
        run_feed(work.door, feed=feed, cadence=cadence, stop=work.stop)
    except DomainError as problem:
        log.warning("sync did not run", feed=feed, cadence=cadence.value, reason=problem.sentence)
