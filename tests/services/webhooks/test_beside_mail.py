"""Events and mail leave side by side: a receiver that does not answer keeps no mail in the house."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from aiosmtpd.controller import Controller

from integrations.mail.smtp import SmtpMailer
from integrations.webhooks.sender import HttpSender
from portal_app import bootstrap
from portal_app.jobs import deliver_outbox
from portal_app.jobs.job import Work
from portal_app.jobs.schedule import SCHEDULE
from portal_app.services.delivery import TO_PEOPLE, TO_RECEIVERS, WAYS
from portal_app.services.door import Door
from portal_app.settings import Settings, SettingsError, load_settings
from portal_app.state.dead_letters import TOPICS
from tests.receiver import Receiver
from tests.servers import free_port
from tests.services.test_outbox import Post, write
from tests.services.webhooks.conftest import TEST, happened, hooked, rows
from tests.world import Agency


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    post.port = server.port
    yield post
    server.stop()


@pytest.mark.criterion("HOOK-12")
def test_a_receiver_that_does_not_answer_holds_up_no_mail(
    door: Door, agency: Agency, there: Receiver, post: Post
) -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{post.port}", "portal@agency.test")
    door.ports = replace(door.ports, mailer=mailer)
    hooked(door, agency, there)
    happened(door)
    door.run(write, TEST, recipient="ada@agency.test")
    there.slow, work = True, Work(door, "here", Event())
    asking = Thread(target=deliver_outbox.to_receivers, args=(work,))
    asking.start()
    while not there.arrived:
        asking.join(0.01)

    deliver_outbox.to_people(work)

    assert asking.is_alive(), "the receiver still says nothing"
    assert post.recipients() == ["ada@agency.test"]
    there.let_go.set()
    asking.join()
    assert [row["delivered_at"] is not None for row in rows(door)] == [True, True]


@pytest.mark.criterion("HOOK-12")
def test_every_topic_has_a_word_and_is_delivered_by_one_job_and_events_in_a_lane_of_their_own() -> None:
    assert TOPICS.keys() == WAYS.keys()
    assert sorted([*TO_PEOPLE, *TO_RECEIVERS]) == sorted(WAYS)
    lanes = {job.run: job.lane for job in SCHEDULE}
    assert lanes[deliver_outbox.to_people] is not lanes[deliver_outbox.to_receivers]


@pytest.mark.criterion("HOOK-10")
def test_the_operator_names_networks_inside(tmp_path: Path) -> None:
    inside = "https://10.20.3.4/"
    settings = load_settings({"PORTAL_DATA_DIR": str(tmp_path), "PORTAL_WEBHOOK_NETWORKS": "10.20.0.0/16, fd00:1::/32"})
    assert settings.webhook_networks == ["10.20.0.0/16", "fd00:1::/32"]
    named, unnamed = (bootstrap.ports_of(each).webhooks for each in (settings, Settings(data_dir=tmp_path)))
    assert isinstance(named, HttpSender)
    assert isinstance(unnamed, HttpSender)
    assert named.wrong_with(inside) == ""
    assert "PORTAL_WEBHOOK_NETWORKS" in unnamed.wrong_with(inside)
    for wrong in ("10.20.0.1/16", "inside"):
        with pytest.raises(SettingsError, match="PORTAL_WEBHOOK_NETWORKS"):
            load_settings({"PORTAL_WEBHOOK_NETWORKS": wrong})
