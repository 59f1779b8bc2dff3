"""What runs when."""

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from portal_app.jobs import (
    check_audit,
    deliver_outbox,
    forget_keys,
    forget_notifications,
    heartbeat,
    roll_terms,
    scan_files,
    seal_audit,
    sweep_files,
    sync_feeds,
)
from portal_app.jobs.job import Job, Lane
from portal_app.models.enums import Cadence
from portal_app.settings import Settings


def hourly(settings: Settings) -> BaseTrigger:
    return CronTrigger(minute=settings.hourly_minute, timezone=settings.zone)


def daily(settings: Settings) -> BaseTrigger:
    return CronTrigger(hour=settings.daily_hour, minute=0, timezone=settings.zone)


def after_midnight(settings: Settings) -> BaseTrigger:
    """Every hour, for what belongs to midnight: on the days on which clocks change there may be no one o'clock."""
    return CronTrigger(minute=0, second=5, timezone=settings.zone)


def every(seconds: float) -> BaseTrigger:
    return IntervalTrigger(seconds=seconds, timezone="UTC")


SCHEDULE = (
    Job("heartbeat", heartbeat.run, lambda _: every(5), Lane.LIFE, at_once=True),
    Job("seal audit", seal_audit.run, lambda _: every(2)),
    Job("check audit", check_audit.run, lambda _: every(3), Lane.CHECK, leads=True),
    Job("deliver outbox", deliver_outbox.to_people, lambda _: every(3), Lane.MAIL),
    Job("deliver events", deliver_outbox.to_receivers, lambda _: every(3), Lane.EVENTS),
    Job("scan files", scan_files.run, lambda _: every(2), Lane.FILES, leads=True),
    Job("sweep files", sweep_files.run, daily, Lane.FILES, leads=True),
    Job("hourly sync", sync_feeds.at(Cadence.HOURLY), hourly, Lane.SYNC, leads=True),
    Job("daily sync", sync_feeds.at(Cadence.DAILY), daily, Lane.SYNC, leads=True),
    Job("roll terms", roll_terms.run, after_midnight, Lane.SYNC, leads=True, at_once=True),
    Job("forget keys", forget_keys.run, hourly, leads=True),
    Job("forget notifications", forget_notifications.run, daily, leads=True),
    Job("ordered sync", sync_feeds.ordered, lambda _: every(3), Lane.SYNC, leads=True),
    Job("dry run", sync_feeds.dry, lambda _: every(3), Lane.SYNC, leads=True),
    Job("catch up", sync_feeds.catch_up, lambda _: every(60), Lane.SYNC, leads=True, at_once=True),
)
