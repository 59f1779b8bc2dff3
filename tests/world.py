"""A small agency for tests, built row by row: a fixed cast, and books that differ."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy.orm import Session

from portal_app import encryption
from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.enums import AccountKind, Grant, PolicyStatus, ProducerKind, ProducerState, Role, SessionStage
from portal_app.models.identity import User
from portal_app.models.policies import Carrier, LineOfBusiness, Policy
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.ports import Ports
from portal_app.settings import Settings

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
ENCRYPTION_KEY, LOOKUP_KEY = "0123456789abcdef0123456789abcdef0123456789a=", "a look-up key that is only for tests"
KEYS = encryption.Keyring([ENCRYPTION_KEY], LOOKUP_KEY.encode())


@dataclass
class Clock:
    """The time as the test sets it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: float) -> None:
        self.now += timedelta(**step)


def make_door(
    database: Database, folder: Path, clock: Callable[[], datetime], ports: Ports | None = None, **given: object
) -> Door:
    encryption.install(KEYS)
    settings = Settings(data_dir=folder, public_url="http://127.0.0.1:8000", **given)  # type: ignore[arg-type]
    return Door(database, settings, ports or Ports(), clock)


def actor(
    role: Role, producer_id: int | None = None, *grants: Grant, user_id: int | None = None, email: str = ""
) -> Actor:
    """A person of that role, signed in fully."""
    email = email or f"{role}@agency.test"
    return Actor(
        "user",
        email,
        user_id=user_id,
        email=email,
        role=role,
        producer_id=producer_id,
        grants=frozenset(grants),
        stage=SessionStage.FULL,
        enrolled=True,
        address="127.0.0.1",
    )


def unenrolled(person: Actor) -> Actor:
    return replace(person, stage=SessionStage.PASSWORD, enrolled=False)


@dataclass
class Agency:
    """Three levels of producers: house → branch → two producers; a policy of each, one of the branch, one of nobody."""

    house: Producer
    branch: Producer
    maya: Producer
    daniel: Producer
    codes: dict[str, ProducerCode]
    policies: dict[str, Policy]

    def principal(self) -> Actor:
        return actor(Role.PRINCIPAL, self.house.id)

    def producer(self, *grants: Grant) -> Actor:
        return actor(Role.PRODUCER, self.maya.id, *grants, email="maya@agency.test")

    def other_producer(self) -> Actor:
        return actor(Role.PRODUCER, self.daniel.id, email="daniel@agency.test")

    def branch_manager(self, *grants: Grant) -> Actor:
        return actor(Role.PRODUCER, self.branch.id, *grants, email="branch@agency.test")

    def csr(self, *grants: Grant) -> Actor:
        return actor(Role.CSR, None, *grants)

    def admin(self) -> Actor:
        return actor(Role.ADMIN)

    def read_only(self) -> Actor:
        return actor(Role.READ_ONLY)


def build_agency(db: Session) -> Agency:
    """Needs a migrated database and an open writing transaction. Written in few statements: it begins most tests."""
    lines = {each.code: each for each in db.query(LineOfBusiness).all()}
    carrier = Carrier(name="Granite Mutual", naic="99001")
    house = _producer("Harbor Lane Insurance", ProducerKind.ORGANISATION)
    _added(db, carrier, house)
    branch = _producer("North Branch", ProducerKind.ORGANISATION, house)
    _added(db, branch)
    maya = _producer("Maya Alvarez", ProducerKind.INDIVIDUAL, branch)
    daniel = _producer("Daniel Kim", ProducerKind.INDIVIDUAL, branch)
    names = ("maya", "daniel", "branch", "nobody")
    about = {name: (f"HO-10{number}", f"{name.title()}'s Client") for number, name in enumerate(names, 1)}
    accounts = {name: _account(*told) for name, told in about.items()}
    _added(db, maya, daniel, *accounts.values())
    codes = {
        name: ProducerCode(code=f"HL-{name}", producer_id=owner.id or 0, state=ProducerState.VALIDATED, created_at=NOW)
        for name, owner in {"house": house, "branch": branch, "maya": maya, "daniel": daniel}.items()
    }
    _added(db, *codes.values())
    policies = {
        name: _policy(*told, lines["homeowners"], carrier, accounts[name], codes.get(name))
        for name, told in about.items()
    }
    _added(db, *policies.values())
    return Agency(house, branch, maya, daniel, codes, policies)


def _added(db: Session, *rows: object) -> None:
    db.add_all(rows)
    db.flush()


def add_policy(
    db: Session,
    *,
    number: str,
    insured: str,
    line: LineOfBusiness,
    carrier: Carrier,
    code: ProducerCode | None,
    vins: str = "",
    streets: str = "",
    effective: date = date(2026, 6, 1),
    status: PolicyStatus = PolicyStatus.ACTIVE,
) -> Policy:
    account = _account(number, insured)
    _added(db, account)
    policy = _policy(number, insured, line, carrier, account, code, effective)
    policy.vins, policy.streets, policy.status = vins, streets, status
    _added(db, policy)
    return policy


def _account(number: str, name: str) -> Account:
    return Account(feed="test", source_id=f"C-{number}", kind=AccountKind.PERSON, name=name, as_of=NOW)


def _policy(
    number: str,
    insured: str,
    line: LineOfBusiness,
    carrier: Carrier,
    account: Account,
    code: ProducerCode | None,
    effective: date = date(2026, 6, 1),
) -> Policy:
    return Policy(
        feed="test",
        source_id=f"P-{number}",
        account_id=account.id or 0,
        line_id=line.id or 0,
        carrier_id=carrier.id or 0,
        producer_code_id=code.id if code else None,
        code_of_record_id=code.id if code else None,
        number=number,
        number_key="".join(c for c in number.upper() if c.isalnum()),
        insured_name=insured,
        effective=effective,
        expiration=effective.replace(year=effective.year + 1),
        status=PolicyStatus.ACTIVE,
        premium=Decimal("1234.50"),
        as_of=NOW,
    )


def _producer(name: str, kind: ProducerKind, parent: Producer | None = None) -> Producer:
    return Producer(
        name=name, kind=kind, parent_id=parent.id if parent else None, state=ProducerState.VALIDATED, created_at=NOW
    )


def add_user(db: Session, role: Role, email: str = "", producer: Producer | None = None, **given: object) -> User:
    user = User(
        email=email or f"{role}@agency.test",
        name=role.label,
        role=role,
        producer_id=producer.id if producer else None,
        created_at=NOW,
        **given,
    )
    db.add(user)
    db.flush()
    return user
