"""What open pages follow, and the marks by which every process sees that something of it has changed."""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.orm import Session


class Topic(StrEnum):
    """What a page shows that others may change while it is open."""

    FEEDS = "feeds"  # runs, their counts, what waits in quarantine, what was ordered
    POLICIES = "policies"  # policies, accounts, and how old they are
    QUOTES = "quotes"  # quotes, and what underwriting flagged on them
    SUBMISSIONS = "submissions"  # submissions, what is asked for, who handles them
    VIEWS = "views"  # views of lists that somebody shares
    LETTERS = "letters"  # messages that were given up
    USERS = "users"  # people and how it stands with them
    AUTHORITY = "authority"  # grants of binding authority and moratoria
    PRODUCERS = "producers"  # producers, their codes, and what lets them write business
    NOTIFICATIONS = "notifications"  # what people were told of, as a page lists it
    MESSAGES = "messages"  # what people wrote to each other, and what of it was read
    BELL = "bell"  # the same as the header of every page counts it, which is no reason to look at the page again
    WEBHOOKS = "webhooks"  # who outside is told of what, and whether that rests; not each event
    TRAIL = "trail"  # whether the chain of the trail was asked for and found to hold; not each event


# Also where the topic is new: nothing has to be written down beforehand.
_RAISE = text(
    "INSERT INTO topic_mark (topic, number) VALUES (:topic, 1) "
    "ON CONFLICT (topic) DO UPDATE SET number = topic_mark.number + 1"
)


def raise_marks(db: Session, topics: Collection[Topic]) -> None:
    """The last thing that a transaction does, and always in one order: others then wait for its commit alone, and two
    never for each other."""
    if topics:
        db.connection().execute(_RAISE, [{"topic": topic.value} for topic in sorted(topics)])
