"""Messages about submissions and policies: who sees them, who is told, what is unread, and what is kept of them."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, text, update
from sqlmodel import col

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Role
from portal_app.models.identity import User
from portal_app.models.messages import Message, MessageSide
from portal_app.models.notifications import Notification
from portal_app.models.outbox import OutboxMessage
from portal_app.models.webhooks import Webhook
from portal_app.services.access import Actor, Gate
from portal_app.services.door import Door, Tx, reads
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.messaging import reading, sending, threads
from portal_app.services.messaging.records import RecordKind
from portal_app.services.notifications import inbox as notices
from portal_app.services.papers import contents
from portal_app.services.papers.paper import Paper
from portal_app.services.submissions import assigning
from portal_app.services.submissions.rows import one
from portal_app.services.webhooks import queue
from tests.services.submissions.acting import Cast, Mailer
from tests.world import NOW, Agency, actor, add_user

S = RecordKind.SUBMISSION
SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "=HYPERLINK(\"http://example.test\")",
)  # fmt: skip


@reads(Gate.SIGNED_IN)
def _evidence(tx: Tx, *, locator: str) -> Paper:
    return contents.evidence(tx, one(tx, locator))


@pytest.fixture
def cast(door: Door, agency: Agency) -> Cast:
    return Cast(door, agency)


def send(cast: Cast, who: Actor, locator: str, body: str, kind: RecordKind = S, token: str = "") -> threads.MessageView:
    return cast.door.run(sending.send, who, kind=kind, locator=locator, body=body, token=token)


def unread(cast: Cast, who: Actor) -> int:
    return cast.door.run(threads.unread_count, who)


def thread(cast: Cast, who: Actor, locator: str) -> threads.Messages:
    return cast.door.run(threads.messages, who, kind=S, locator=locator)


@pytest.mark.criterion("MSG-01")
def test_a_thread_is_seen_by_who_sees_its_record_and_written_in_by_producer_and_agency(
    door: Door, agency: Agency, cast: Cast
) -> None:
    locator = cast.submitted()
    send(cast, cast.maya, locator, "Is the roof all right?")
    send(cast, cast.underwriter, locator, "Send a photo of it.")

    for who in (cast.maya, cast.underwriter, cast.principal, agency.read_only()):
        assert [(each.body, each.side) for each in thread(cast, who, locator).rows] == [
            ("Send a photo of it.", MessageSide.AGENCY),
            ("Is the roof all right?", MessageSide.PRODUCER),
        ]
    assert [row.record for row in door.run(threads.inbox, agency.read_only()).rows] == [locator]
    with pytest.raises(Forbidden):
        send(cast, agency.read_only(), locator, "I only read.")
    for ask in (lambda: thread(cast, cast.daniel, locator), lambda: send(cast, cast.daniel, locator, "Let me in.")):
        with pytest.raises(NotFound):
            ask()
    last = thread(cast, cast.maya, locator).rows[0].locator
    with pytest.raises(NotFound):
        door.run(reading.read, cast.daniel, kind=S, locator=locator, until=last)
    assert door.run(threads.inbox, cast.daniel).total == 0
    for ask in (lambda: thread(cast, agency.admin(), locator), lambda: send(cast, agency.admin(), locator, "Hello")):
        with pytest.raises(Forbidden):
            ask()
    assert unread(cast, agency.admin()) == 0
    assert thread(cast, cast.principal, cast.submitted()).total == 0


@pytest.mark.criterion("MSG-01")
def test_a_policy_has_a_thread_of_its_own(door: Door, agency: Agency, cast: Cast) -> None:
    policy = agency.policies["maya"].locator
    send(cast, cast.maya, policy, "When does it renew?", RecordKind.POLICY)

    assert unread(cast, cast.underwriter) == 1
    [row] = door.run(threads.inbox, cast.underwriter).rows
    assert (row.kind, row.record, row.unread) == (RecordKind.POLICY, policy, 1)
    assert row.href == f"/policies/{policy}#messages"
    with pytest.raises(NotFound):
        send(cast, cast.daniel, policy, "Mine?", RecordKind.POLICY)
    send(cast, cast.underwriter, policy, "In June.", RecordKind.POLICY)
    assert unread(cast, cast.maya) == 1

    with door.database.write() as db:
        db.execute(update(User).where(col(User.email) == "csr@agency.test").values(role=Role.ADMIN))
    send(cast, cast.maya, policy, "Which day?", RecordKind.POLICY)
    assert unread(cast, cast.principal) == 1, "who wrote looks after no accounts any more, and nobody else was told"


@pytest.mark.criterion("MSG-02")
def test_unread_counts_for_each_reader_what_they_have_not_read(door: Door, cast: Cast) -> None:
    locator, other = cast.submitted(), cast.submitted()
    for body in ("One", "Two"):
        send(cast, cast.underwriter, locator, body)
    send(cast, cast.principal, other, "Three")
    assert (unread(cast, cast.maya), unread(cast, cast.underwriter), unread(cast, cast.daniel)) == (3, 0, 0)

    newest, oldest = thread(cast, cast.maya, locator).rows
    door.run(reading.read, cast.maya, kind=S, locator=locator, until=oldest.locator)
    assert unread(cast, cast.maya) == 2
    assert [each.unread for each in thread(cast, cast.maya, locator).rows] == [True, False]
    assert door.run(reading.read, cast.maya, kind=S, locator=locator, until=newest.locator) == 1
    door.run(reading.read, cast.maya, kind=S, locator=locator, until=oldest.locator)
    assert unread(cast, cast.maya) == 1, "what was read stays so"
    send(cast, cast.maya, locator, "Four")
    assert (unread(cast, cast.maya), unread(cast, cast.underwriter), unread(cast, cast.principal)) == (1, 1, 1)
    page = door.run(threads.inbox, cast.maya)
    assert [(row.record, row.unread) for row in page.rows] == [(other, 1), (locator, 0)], "unread first"
    assert [row.record for row in door.run(threads.inbox, cast.maya, unread=True).rows] == [other]
    assert (page.total, page.unread) == (2, 1)


@pytest.mark.criterion("MSG-03")
def test_a_message_sent_twice_is_there_once(door: Door, cast: Cast) -> None:
    locator = cast.submitted()
    with ThreadPoolExecutor(2) as both:
        sent = list(both.map(lambda _: send(cast, cast.maya, locator, "Once", token="a-token"), range(2)))
    assert sent[0].locator == sent[1].locator
    assert thread(cast, cast.maya, locator).total == 1
    assert unread(cast, cast.underwriter) == 1
    with pytest.raises(Conflict):
        send(cast, cast.maya, locator, "Something else", token="a-token")
    send(cast, cast.underwriter, locator, "Once", token="a-token")
    assert thread(cast, cast.maya, locator).total == 2


@pytest.mark.criterion("MSG-03")
@pytest.mark.parametrize("body", ["", " \n\t ", "x" * 4001, "a\x00b", "a\x1b[31mb"])
def test_what_is_no_message_is_refused_at_its_field(cast: Cast, body: str) -> None:
    locator = cast.submitted()
    with pytest.raises(Invalid) as refused:
        send(cast, cast.maya, locator, body)
    assert set(refused.value.problems) == {"body"}
    with pytest.raises(Conflict):
        send(cast, cast.maya, cast.filled(), "About a draft")


@pytest.mark.criterion("MSG-04")
def test_each_message_is_audited_without_its_text_and_stored_encrypted(door: Door, cast: Cast) -> None:
    locator = cast.submitted()
    sent = send(cast, cast.maya, locator, "Her number is 123-45-6789")
    with door.database.read() as db:
        [event] = db.scalars(select(AuditEvent).where(col(AuditEvent.action) == "message.sent"))
        raw = bytes(db.execute(text("SELECT body FROM message")).scalar_one())
        assert (event.actor, event.subject_kind, event.subject) == ("maya@agency.test", "submission", locator)
        assert event.detail == {"message": sent.locator, "side": "producer"}
        assert b"6789" not in raw
        assert db.scalars(select(col(Message.body))).one() == "Her number is 123-45-6789"


@pytest.mark.criterion("MSG-05")
def test_who_is_told_and_what_the_mail_says(door: Door, agency: Agency, cast: Cast) -> None:
    mailing = replace(door, ports=replace(door.ports, mailer=Mailer()))
    with door.database.write() as db:
        add_user(db, Role.CSR, "other@agency.test")
        sister = add_user(db, Role.PRODUCER, "sister@agency.test", agency.maya)
        hers = actor(Role.PRODUCER, agency.maya.id, user_id=sister.id, email=sister.email)
    locator = cast.submitted()

    def told(who: Actor, body: str) -> set[str]:
        with door.database.read() as db:
            before = set(db.scalars(select(col(OutboxMessage.id))))
        mailing.run(sending.send, who, kind=S, locator=locator, body=body)
        with door.database.read() as db:
            new = db.scalars(select(OutboxMessage).where(col(OutboxMessage.id).not_in(before))).all()
            assert not any(body in str(each.payload) for each in new), "the text stays in the portal"
            assert all(f"/submissions/{locator}#messages" in (each.payload or {})["text"] for each in new)
            return {(each.payload or {})["recipient"] for each in new}

    assert told(cast.maya, "First-words") == {"csr@agency.test", "principal@agency.test"}, "all who may underwrite"
    door.run(assigning.pick_up, cast.underwriter, locator=locator, version=None)
    assert told(cast.maya, "Second-words") == {"csr@agency.test"}, "who handles it"
    assert told(cast.principal, "Third-words") == {"maya@agency.test"}
    assert told(hers, "Fourth-words") == {"csr@agency.test", "maya@agency.test", "principal@agency.test"}
    with door.database.read() as db:
        rows = db.scalars(select(Notification).where(col(Notification.kind) == "message_received")).all()
        assert "words" not in "".join(each.body + each.title for each in rows)
    [first, *_] = [each for each in door.run(notices.page, cast.maya).rows if each.kind == "message_received"]
    assert first.href == f"/submissions/{locator}#messages"


@pytest.mark.criterion("MSG-11")
def test_programs_that_ask_are_told_of_each_message_without_its_text(door: Door, agency: Agency, cast: Cast) -> None:
    with door.database.write() as db:
        about = {"url": "https://there.test", "secret": "whsec_x", "created_by": "x", "created_at": NOW}
        db.add(Webhook(**about, patterns=["submission.message.create", "policy.message.*"]))
    submission, policy = cast.submitted(), agency.policies["maya"].locator
    maya = replace(cast.maya, locator=cast.locators["maya@agency.test"])
    first = send(cast, maya, submission, "First-words", token="a-token")
    send(cast, maya, submission, "First-words", token="a-token")
    second = send(cast, cast.underwriter, policy, "Second-words", RecordKind.POLICY)

    with door.database.read() as db:
        found = db.scalars(select(OutboxMessage).where(col(OutboxMessage.topic) == queue.TOPIC))
        bodies = [str((each.payload or {})["body"]) for each in found]
    assert not any("words" in each for each in bodies)
    [of_submission, of_policy] = [json.loads(each) for each in bodies]
    told = {"locator": submission, "message": first.locator, "side": "producer", "author": maya.locator}
    assert of_submission["type"] == "submission.message.create"
    assert of_submission["data"] == told | {"number": thread(cast, maya, submission).named}
    assert (of_policy["type"], of_policy["data"]["locator"]) == ("policy.message.create", policy)
    assert (of_policy["data"]["message"], of_policy["data"]["side"]) == (second.locator, "agency")


@pytest.mark.criterion("MSG-06")
def test_script_stays_text_and_the_evidence_file_has_it_word_for_word(door: Door, cast: Cast) -> None:
    locator = cast.submitted()
    for body in SCRIPTS:
        assert send(cast, cast.maya, locator, body).body == body
    with door.database.read() as db:
        told = [each.title + each.body for each in db.scalars(select(Notification)) if each.kind == "message_received"]
    assert told
    assert not any(body in each for each in told for body in SCRIPTS)

    paper = door.run(_evidence, cast.underwriter, locator=locator)
    assert all(body in str(paper.parts) for body in SCRIPTS)
    assert str(paper.parts).index(SCRIPTS[0]) < str(paper.parts).index(SCRIPTS[1]), "the oldest first"
