"""Who is told of what, how, and how often: on the way through a real mail server and a gateway of Twilio's shape."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.message import Message
from pathlib import Path

import pytest
from sqlalchemy import select

from portal_app.models.enums import Grant
from portal_app.models.identity import User
from portal_app.models.notifications import Notification
from portal_app.services import outbox
from portal_app.services.delivery import deliver_due
from portal_app.services.door import Door
from portal_app.services.errors import DomainError
from portal_app.services.notifications import inbox, preferences, telling
from portal_app.services.notifications.kinds import KINDS
from tests.gateway import Gateway
from tests.services.notifications import kinds_document
from tests.services.notifications.conftest import TEST, People, attached, tell
from tests.services.test_outbox import Post, rows
from tests.world import Agency, Clock


def deliver(door: Door) -> int:
    return deliver_due(door, holder="me")


def part(mail: Message, kind: str) -> str:
    found = next(each for each in mail.walk() if each.get_content_type() == kind)
    return bytes(found.get_payload(decode=True)).decode().replace("\r\n", "\n")  # type: ignore[arg-type]


@pytest.mark.criterion("NOTIFY-01")
def test_a_quote_is_told_in_the_portal_by_mail_with_the_document_and_by_text_message(
    open_door: Door, agency: Agency, people: People, post: Post, texted: Gateway, tmp_path: Path
) -> None:
    policy, document = agency.policies["maya"], attached(tmp_path)

    told = open_door.run(
        tell, TEST, kind="quote_ready", policy=policy, to=[people.maya.id], insured="Rossi & <Sons>",
        words="Granite Mutual, $1,200.00 a year.", attachment=document,
    )  # fmt: skip

    assert told == 1
    [row] = open_door.run(inbox.page, people.actor(people.maya)).rows
    assert (row.title, row.insured, row.read_at) == ("Quote ready: SUB-2026-000001", "Rossi & <Sons>", None)
    assert (row.href, row.body) == (f"/policies/{policy.locator}", "Granite Mutual, $1,200.00 a year.")
    assert "JVBERi" not in str(rows(open_door)[0]["payload"]), "no bytes wait in the outbox"
    assert deliver(open_door) == 2
    [mail] = post.arrived
    assert (mail["To"], mail["Subject"]) == ("maya@agency.test", "Quote ready: SUB-2026-000001")
    text, html = part(mail, "text/plain"), part(mail, "text/html")
    link = f"http://127.0.0.1:8000/policies/{policy.locator}"
    assert link in text
    assert f'href="{link}"' in html
    assert "Rossi & <Sons>" in text
    assert "Rossi &amp; &lt;Sons&gt;" in html
    assert "<Sons>" not in html
    assert "Harbor & Lane" in text
    assert "Harbor &amp; Lane" in html
    assert "Granite Mutual, $1,200.00 a year." in text
    [file] = [each for each in mail.walk() if each.get_filename()]
    assert (file.get_filename(), file.get_payload(decode=True)) == ("Quote für Rossi.pdf", b"%PDF-1.7 a quote")
    assert file.get_content_type() == "application/pdf"
    [(_, _, form)] = texted.asked
    assert form["To"] == ["+14015550123"]
    assert form["Body"] == [f"Harbor & Lane: Quote ready: SUB-2026-000001\n{link}"]


@pytest.mark.criterion("NOTIFY-01")
def test_a_reason_and_what_is_asked_for_are_told_or_it_is_not_told_at_all(
    open_door: Door, agency: Agency, people: People, post: Post
) -> None:
    policy, to = agency.policies["maya"], [people.maya.id]
    for kind in ("submission_declined", "information_requested"):
        with pytest.raises(DomainError):
            open_door.run(tell, TEST, kind=kind, policy=policy, to=to, items=[""])
    open_door.run(tell, TEST, kind="submission_declined", policy=policy, to=to, words="The roof is too old.")
    items = ["Loss runs of five years", "Photo of the <roof>"]
    open_door.run(tell, TEST, kind="information_requested", policy=policy, to=to, items=items)
    deliver(open_door)

    declined, asked = post.arrived
    assert "The roof is too old." in part(declined, "text/plain")
    assert "The roof is too old." in part(declined, "text/html")
    assert "  - Loss runs of five years\n  - Photo of the <roof>" in part(asked, "text/plain")
    assert "<li>Photo of the &lt;roof&gt;</li>" in part(asked, "text/html")
    newest, older = open_door.run(inbox.page, people.actor(people.maya)).rows
    assert newest.body == "• Loss runs of five years\n• Photo of the <roof>"
    assert older.body == "The roof is too old."
    with open_door.database.read() as db:
        kept = db.connection().exec_driver_sql("SELECT body FROM notification").scalars().all()
    assert all(b"roof" not in bytes(each) for each in kept), "what people write is sealed"


@pytest.mark.criterion("NOTIFY-02")
@pytest.mark.both_databases
def test_the_same_event_is_told_once_even_by_two_at_the_same_moment(
    open_door: Door, agency: Agency, people: People
) -> None:
    policy, to = agency.policies["maya"], [people.maya.id, people.principal.id]

    def told(key: str) -> int:
        return open_door.run(tell, TEST, kind="quote_ready", policy=policy, to=to, key=key)

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(told, ["1", "1"])) == [0, 2]
    assert told("1") == 0
    assert [row["topic"] for row in rows(open_door)].count("mail") == 2
    assert told("2") == 2, "another event of the same kind"


@pytest.mark.criterion("NOTIFY-03")
def test_only_who_sees_the_record_is_told_and_nobody_who_was_shut_out(
    open_door: Door, agency: Agency, people: People, clock: Clock
) -> None:
    policy = agency.policies["daniel"]
    everybody = [people.maya.id, people.daniel.id, people.principal.id, people.admin.id, None]
    with open_door.database.write() as db:
        db.get_one(User, people.principal.id).disabled_at = clock.now

    assert open_door.run(tell, TEST, kind="policy_bound", policy=policy, to=everybody) == 1

    with open_door.database.read() as db:
        assert db.scalars(select(Notification.user_id)).all() == [people.daniel.id]  # type: ignore[call-overload]
    assert len(rows(open_door)) == 1


@pytest.mark.criterion("NOTIFY-04")
def test_what_somebody_does_not_want_is_not_told_and_not_made_up_for_later(
    open_door: Door, agency: Agency, people: People
) -> None:
    policy, maya = agency.policies["maya"], people.actor(people.maya)
    for way in ("mail", "in_portal"):
        open_door.run(preferences.choose, maya, event="policy_bound", way=way, on=False)
    to = [people.maya.id, people.principal.id]

    assert open_door.run(tell, TEST, kind="policy_bound", policy=policy, to=to) == 1

    assert open_door.run(inbox.page, maya).total == 0
    assert open_door.run(inbox.unread_count, maya) == 0
    [row] = rows(open_door)
    assert row["payload"]["recipient"] == "pat@agency.test"
    open_door.run(preferences.choose, maya, event="policy_bound", way="in_portal", on=True)
    assert open_door.run(tell, TEST, kind="policy_bound", policy=policy, to=to) == 0, "it was told then"


@pytest.mark.criterion("NOTIFY-04")
def test_nothing_waits_for_a_way_that_is_not_set_up(door: Door, agency: Agency, people: People) -> None:
    assert door.run(tell, TEST, kind="quote_ready", policy=agency.policies["maya"], to=[people.maya.id]) == 1
    assert rows(door) == []
    assert door.run(inbox.unread_count, people.actor(people.maya)) == 1


@pytest.mark.criterion("NOTIFY-05")
@pytest.mark.parametrize("answer", ["451 later", "550 no such person"])
def test_a_refused_mail_with_its_document_waits_or_is_shown_to_a_person_and_leaves_whole(
    open_door: Door, agency: Agency, people: People, post: Post, clock: Clock, tmp_path: Path, answer: str
) -> None:
    post.answers["pat@agency.test"] = answer
    to, document = [people.principal.id], attached(tmp_path)
    policy = agency.policies["maya"]
    open_door.run(tell, TEST, kind="quote_ready", policy=policy, to=to, attachment=document)
    open_door.run(tell, TEST, kind="quote_ready", policy=agency.policies["daniel"], to=to)
    assert deliver(open_door) == 0
    first, second = rows(open_door)
    assert (first["dead_at"] is None) is answer.startswith("451")
    post.answers.clear()
    clock.forward(minutes=1)
    if answer.startswith("550"):
        for each in (first, second):
            open_door.run(outbox.retry_dead, people.actor(people.admin), locator=each["locator"])

    assert deliver(open_door) == 2
    assert [each.get_filename() for each in post.arrived[0].walk() if each.get_filename()] == [document.filename]
    assert all(row["payload"] is None for row in rows(open_door))


@pytest.mark.criterion("NOTIFY-05")
def test_a_document_that_is_gone_stops_the_mail_and_a_large_one_is_spoken_of(
    open_door: Door, agency: Agency, people: People, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, policy, to = attached(tmp_path), agency.policies["maya"], [people.principal.id]
    gone = replace(document, digest="0" * 64)
    open_door.run(tell, TEST, kind="quote_ready", policy=policy, to=to, attachment=gone)
    assert deliver(open_door) == 0
    [letter] = open_door.run(outbox.dead_letters, people.actor(people.admin)).rows
    assert letter.last_error == "The file to attach is not in the portal's data folder any more."

    monkeypatch.setattr(telling, "MOST_ATTACHED", 3)
    open_door.run(tell, TEST, kind="quote_ready", policy=policy, to=to, key="2", attachment=document)
    assert deliver(open_door) == 1
    [mail] = post.arrived
    assert "Quote für Rossi.pdf is too large for a mail." in part(mail, "text/plain")
    assert not [each for each in mail.walk() if each.get_filename()]


@pytest.mark.criterion("NOTIFY-06")
def test_a_muted_record_is_not_told_of_in_any_way_until_it_is_not_muted_any_more(
    open_door: Door, agency: Agency, people: People
) -> None:
    policy, maya, to = agency.policies["maya"], people.actor(people.maya), [people.maya.id]
    open_door.run(tell, TEST, kind="submission_received", policy=policy, to=to)
    [row] = open_door.run(inbox.page, maya).rows
    open_door.run(inbox.mute, maya, locator=row.locator)
    open_door.run(inbox.mute, maya, locator=row.locator)

    assert open_door.run(tell, TEST, kind="quote_ready", policy=policy, to=[*to, people.principal.id]) == 1
    assert open_door.run(inbox.page, maya).rows == (replace(row, muted=True),)
    [muted] = open_door.run(inbox.muted, maya)
    assert (muted.named, muted.href) == ("SUB-2026-000001", row.href)
    assert open_door.run(inbox.muted, people.actor(people.principal)) == ()
    open_door.run(inbox.unmute, maya, subject=muted.locator)
    assert open_door.run(tell, TEST, kind="policy_bound", policy=policy, to=to) == 1


@pytest.mark.criterion("NOTIFY-07")
def test_everybody_sees_counts_and_reads_their_own_and_nobody_elses(
    door: Door, agency: Agency, people: People, clock: Clock
) -> None:
    both = [people.maya.id, people.principal.id]
    for number in range(3):
        door.run(tell, TEST, kind="quote_ready", policy=agency.policies["maya"], to=both, key=str(number))
    maya, principal = people.actor(people.maya, Grant.DOWNLINE), people.actor(people.principal)
    mine = door.run(inbox.page, maya, offset=1, count=1)
    assert (len(mine.rows), mine.total, mine.unread) == (1, 3, 3)
    for service in (inbox.read, inbox.mute, inbox.one):
        with pytest.raises(DomainError):
            door.run(service, principal, locator=mine.rows[0].locator)  # type: ignore[arg-type]

    clock.forward(minutes=1)
    door.run(inbox.read, maya, locator=mine.rows[0].locator)
    clock.forward(minutes=1)
    door.run(inbox.read, maya, locator=mine.rows[0].locator)

    assert door.run(inbox.one, maya, locator=mine.rows[0].locator).read_at == clock.now.replace(minute=1)
    unread = door.run(inbox.page, maya, unread=True)
    assert (len(unread.rows), unread.total, unread.unread) == (2, 2, 2)
    assert door.run(inbox.read_all, maya) == 2
    assert (door.run(inbox.unread_count, maya), door.run(inbox.unread_count, principal)) == (0, 3)


@pytest.mark.criterion("NOTIFY-14")
def test_the_table_in_the_documentation_is_that_of_the_code() -> None:
    text = kinds_document.PLACE.read_text(encoding="utf-8")
    assert text == kinds_document.with_table(text), "run: python -m tests.services.notifications.kinds_document"


@pytest.mark.criterion("NOTIFY-14")
def test_kinds_are_told_apart_by_name_and_speak_of_nobody() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert len(name) <= 40
        assert "{named}" in kind.title
        assert "{named}" in kind.lead
