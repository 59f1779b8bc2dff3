"""The marks of all topics, as they are looked at once a second for all open pages of a process."""

from collections.abc import Mapping

from sqlalchemy import select

from portal_app.models import metadata
from portal_app.models.jobs import TopicMark
from portal_app.services.access import Gate, Permission, Requirement, system
from portal_app.services.door import Door, Tx, reads
from portal_app.services.topics import Topic

ACTOR = system("live pages")
# Whose pages show something of it. Whoever sees nothing of a topic is not told that it changes.
SHOWN_TO: Mapping[Topic, Requirement] = {
    Topic.FEEDS: Permission.VIEW_FEEDS,
    Topic.POLICIES: Permission.VIEW_OWN_ACCOUNTS,
    Topic.QUOTES: Permission.VIEW_OWN_ACCOUNTS,
    Topic.SUBMISSIONS: Permission.VIEW_OWN_ACCOUNTS,
    Topic.VIEWS: Permission.VIEW_OWN_ACCOUNTS,
    Topic.LETTERS: Permission.MANAGE_USERS,
    Topic.USERS: Permission.MANAGE_USERS,
    Topic.AUTHORITY: Permission.VIEW_PRODUCERS,
    Topic.PRODUCERS: Permission.VIEW_PRODUCERS,
    Topic.MESSAGES: Permission.VIEW_OWN_ACCOUNTS,
    Topic.NOTIFICATIONS: Gate.SIGNED_IN,
    Topic.BELL: Gate.SIGNED_IN,
    Topic.WEBHOOKS: Permission.CHANGE_SETTINGS,
    Topic.TRAIL: Permission.VIEW_AUDIT,
}

# The table and not the model: this is read every second.
_MARK = metadata.tables[TopicMark.__tablename__].c


async def now(door: Door) -> dict[str, int]:
    """How often each topic has changed so far; what never changed is not there."""
    return await door.glance(standing, ACTOR)


@reads(Gate.SYSTEM)
def standing(tx: Tx) -> dict[str, int]:
    return dict(tx.db.execute(select(_MARK.topic, _MARK.number)).all())
