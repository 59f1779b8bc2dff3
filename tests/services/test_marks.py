"""The marks of topics: they grow with the transaction that changes something, and with no other."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from portal_app.models.enums import Role
from portal_app.services import audit, marks
from portal_app.services.access import Gate, Permission, can, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.errors import Conflict
from portal_app.services.identity import users
from portal_app.services.identity.draft import Draft
from portal_app.services.identity.roster import one
from portal_app.services.topics import Topic
from tests.world import actor

pytestmark = pytest.mark.both_databases

CLI = system("test")
EVERYTHING = (Topic.USERS, Topic.POLICIES, Topic.FEEDS)


@writes(Gate.SYSTEM)
def change(tx: Tx, *, topics: tuple[Topic, ...], fails: bool = False) -> None:
    for topic in topics:
        tx.changes(topic, topic)
    if fails:
        raise Conflict


def now(door: Door) -> dict[str, int]:
    return door.run(marks.standing, CLI)


@pytest.mark.criterion("LIVE-01")
def test_a_mark_grows_by_one_with_each_transaction_that_changes_its_topic(door: Door) -> None:
    assert now(door) == {}
    door.run(change, CLI, topics=(Topic.USERS,))
    door.run(change, CLI, topics=EVERYTHING)
    door.run(change, CLI, topics=())
    assert now(door) == {"users": 2, "policies": 1, "feeds": 1}


@pytest.mark.criterion("LIVE-01")
def test_what_was_not_done_is_not_told(door: Door) -> None:
    with pytest.raises(Conflict):
        door.run(change, CLI, topics=EVERYTHING, fails=True)
    assert now(door) == {}


@pytest.mark.criterion("LIVE-01")
def test_processes_that_change_everything_at_once_lose_no_mark_and_never_wait_for_each_other(door: Door) -> None:
    with ThreadPoolExecutor(4) as pool:
        for order in (EVERYTHING, EVERYTHING[::-1]) * 10:
            pool.submit(door.run, change, CLI, topics=order)
    assert now(door) == dict.fromkeys(EVERYTHING, 20)


@writes(Gate.SYSTEM)
def note(tx: Tx, *, subject_kind: str) -> None:
    audit.record(tx, "test.noted", subject_kind=subject_kind)


@pytest.mark.criterion("LIVE-01")
def test_what_is_noted_in_the_trail_of_a_user_or_feed_is_told(door: Door) -> None:
    for kind, expected in {
        "user": {"users": 1},
        "feed": {"users": 1, "feeds": 1},
        "outbox": {"users": 1, "feeds": 1},
        "license": {"users": 1, "feeds": 1, "producers": 1},
    }.items():
        door.run(note, CLI, subject_kind=kind)
        assert now(door) == expected


@pytest.mark.criterion("LIVE-02")
def test_every_topic_says_whose_pages_show_it() -> None:
    assert set(marks.SHOWN_TO) == set(Topic)
    everybodys = {Topic.NOTIFICATIONS, Topic.BELL}
    told = {role: {topic for topic in Topic if can(actor(role), marks.SHOWN_TO[topic])} for role in Role}
    assert all(everybodys <= topics for topics in told.values()), "each counts their own alone"
    assert told[Role.ADMIN] - everybodys == {
        Topic.USERS,
        Topic.FEEDS,
        Topic.LETTERS,
        Topic.PRODUCERS,
        Topic.AUTHORITY,
        Topic.TRAIL,
        Topic.WEBHOOKS,
    }, "who sees no business is not told that it changes"
    assert told[Role.PRODUCER] - everybodys == {
        Topic.POLICIES,
        Topic.VIEWS,
        Topic.SUBMISSIONS,
        Topic.QUOTES,
        Topic.MESSAGES,
        Topic.PRODUCERS,
        Topic.AUTHORITY,
    }
    assert marks.SHOWN_TO[Topic.USERS] is Permission.MANAGE_USERS


@pytest.mark.criterion("LIVE-06")
def test_a_change_is_not_written_over_another_one(door: Door) -> None:
    draft = Draft("ada@agency.test", "Ada", Role.CSR)
    door.run(users.add, CLI, email=draft.email, name=draft.name, role=draft.role)
    opened = door.run(one, CLI, who=draft.email).version
    door.run(users.change, CLI, who=draft.email, draft=draft, version=opened)
    door.run(users.change, CLI, who=draft.email, draft=Draft(draft.email, "Ada", Role.READ_ONLY), version=opened)
    newer = door.run(one, CLI, who=draft.email)
    assert newer.version != opened
    with pytest.raises(Conflict, match="somebody else changed this person"):
        door.run(users.change, CLI, who=draft.email, draft=Draft(draft.email, "Ada L.", Role.CSR), version=opened)
    assert door.run(one, CLI, who=draft.email) == newer
    door.run(users.change, CLI, who=draft.email, draft=Draft(draft.email, "Ada L.", Role.CSR), version=newer.version)
    assert door.run(one, CLI, who=draft.email).line.name == "Ada L."
