"""People who can be told, a mail server, and a text gateway."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from integrations.mail.smtp import SmtpMailer
from integrations.sms.twilio import TwilioMessenger
from portal_app.database import Database
from portal_app.models.enums import Grant, Role
from portal_app.models.identity import User
from portal_app.models.policies import Policy
from portal_app.services.access import Actor, Gate, system
from portal_app.services.door import Door, Tx, writes
from portal_app.services.mail import Attached
from portal_app.services.media.files import place_of
from portal_app.services.notifications.telling import notify
from portal_app.services.ports import Ports
from tests.gateway import Gateway, gateway
from tests.servers import free_port
from tests.services.test_outbox import Post
from tests.world import NOW, Agency, Clock, actor, make_door

TEST = system("test")


@dataclass
class People:
    """A producer, another one, their Principal, and who sees no business."""

    maya: User
    daniel: User
    principal: User
    admin: User

    def actor(self, user: User, *grants: Grant) -> Actor:
        return replace(
            actor(user.role, user.producer_id, *grants, user_id=user.id, email=user.email), locator=user.locator
        )


@pytest.fixture
def people(database: Database, agency: Agency) -> People:
    return add_people(database, agency)


def add_people(database: Database, agency: Agency) -> People:
    def person(name: str, role: Role, producer_id: int | None = None) -> User:
        return User(email=f"{name}@agency.test", name=name.title(), role=role, producer_id=producer_id, created_at=NOW)

    everybody = People(
        person("maya", Role.PRODUCER, agency.maya.id),
        person("daniel", Role.PRODUCER, agency.daniel.id),
        person("pat", Role.PRINCIPAL, agency.house.id),
        person("ada", Role.ADMIN),
    )
    everybody.maya.phone, everybody.maya.phone_verified_at = "+14015550123", NOW
    with database.write() as db:
        db.add_all([everybody.maya, everybody.daniel, everybody.principal, everybody.admin])
        db.flush()
        db.expunge_all()
    return everybody


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    server = Controller(post, hostname="127.0.0.1", port=free_port())
    server.start()
    post.port = server.port
    yield post
    server.stop()


@pytest.fixture
def texted() -> Iterator[Gateway]:
    with gateway() as told:
        yield told


@pytest.fixture
def open_door(database: Database, tmp_path: Path, clock: Clock, post: Post, texted: Gateway) -> Iterator[Door]:
    """Where mail and text messages are set up."""
    mailer = SmtpMailer(f"smtp://127.0.0.1:{post.port}", "portal@agency.test")
    texts = TwilioMessenger(texted.url, "AC1", "secret", "+14015550100")
    door = make_door(database, tmp_path, clock, Ports(mailer=mailer, texts=texts), agency_name="Harbor & Lane")
    yield door
    door.threads.shutdown()


@writes(Gate.SYSTEM)
def tell(
    tx: Tx, *, kind: str, policy: Policy, to: list[int | None], named: str = "SUB-2026-000001", **more: Any
) -> int:
    about = tx.db.get_one(Policy, policy.id)
    return notify(tx, kind, about=about, to=to, named=named, **more)


def attached(folder: Path, content: bytes = b"%PDF-1.7 a quote", filename: str = "Quote für Rossi.pdf") -> Attached:
    """A stored file, as it lies in the data folder."""
    digest = hashlib.sha256(content).hexdigest()
    place_of(folder, digest).parent.mkdir(parents=True, exist_ok=True)
    place_of(folder, digest).write_bytes(content)
    return Attached(digest, filename, "application/pdf", len(content))
