"""What a job is, and what it is handed."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Event

from apscheduler.triggers.base import BaseTrigger

from portal_app.services.door import Door
from portal_app.settings import Settings


@dataclass(frozen=True)
class Work:
    """What a job works with: the door, the name of this process, and the event that tells it to come to an end."""

    door: Door
    holder: str
    stop: Event


class Lane(StrEnum):
    """Jobs of one lane wait for each other; a long one holds up its own lane only."""

    LIFE = "life"
    QUICK = "quick"
    MAIL = "mail"
    EVENTS = "events"
    SYNC = "sync"
    HANDS = "hands"
    CHECK = "check"
    FILES = "files"


@dataclass(frozen=True)
class Job:
    """A job of the schedule. `leads` says that only one worker of several runs it, `at_once` that it does not wait for
    its first time. `run` may be called by hand at any moment."""

    name: str
    run: Callable[[Work], None]
    when: Callable[[Settings], BaseTrigger]
    lane: Lane = Lane.QUICK
    leads: bool = False
    at_once: bool = False
