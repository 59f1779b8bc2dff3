"""The demo agency: brought in from the files in `demo/` by the real sync, with people whose passwords are public, and
what people write down by hand: licenses, quotes, authority to bind."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pyotp
from sqlalchemy import select
from sqlmodel import col

from portal_app.models.accounts import Account
from portal_app.models.enums import BindAction, CredentialState, FlagLevel, Grant, GranteeKind, Role
from portal_app.models.identity import User
from portal_app.models.policies import Carrier, Policy
from portal_app.models.producers import Producer, ProducerCode
from portal_app.services.access import Gate, system
from portal_app.services.authority import grants, moratoria
from portal_app.services.authority.terms import GrantTerms, MoratoriumTerms
from portal_app.services.configuration import versions
from portal_app.services.door import Door, Tx, reads, writes
from portal_app.services.errors import Forbidden
from portal_app.services.identity import hashing, users
from portal_app.services.intake.kind import INTAKE_FORM
from portal_app.services.intake.shipped import shipped_text
from portal_app.services.licensing import appointments, cover, education, licenses, records
from portal_app.services.licensing.cover import CoverTerms
from portal_app.services.licensing.education import Completion
from portal_app.services.licensing.terms import AppointmentTerms, LicenseTerms, LineTerms
from portal_app.services.producers import lifecycle
from portal_app.services.quotes import drafts
from portal_app.services.quotes.terms import QuoteTerms
from portal_app.services.sync.runs import run_feed
from portal_app.services.underwriting import flags, requests
from portal_app.settings import Settings

PASSWORD = "Tidewater-Lantern-42!"
FEED = "harbor"
LOADER = system("demo")


@dataclass(frozen=True)
class SignIn:
    email: str
    name: str
    role: Role
    totp_secret: str
    producer_code: str = ""
    grants: frozenset[Grant] = frozenset()

    def shown(self) -> dict[str, str]:
        return {"email": self.email, "role": self.role.value, "password": PASSWORD, "totp_secret": self.totp_secret}


SIGN_INS = (
    SignIn("principal@demo.agency", "Ruth Calloway", Role.PRINCIPAL, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXA", "HL-000"),
    SignIn("producer@demo.agency", "Maya Alvarez", Role.PRODUCER, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXB", "HL-110"),
    SignIn("producer2@demo.agency", "Daniel Kim", Role.PRODUCER, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXC", "HL-210"),
    SignIn("csr@demo.agency", "Imani Brooks", Role.CSR, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXD"),
    SignIn("admin@demo.agency", "Tom Becker", Role.ADMIN, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXE"),
    SignIn("readonly@demo.agency", "Priya Nair", Role.READ_ONLY, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXF"),
)


@dataclass(frozen=True)
class License:
    """A license of the producer with this number, which runs so many days more; `carrier` appoints them for its
    lines."""

    npn: str
    number: str
    state: str
    lines: tuple[str, ...]
    days: int
    carrier: str = ""


SALTMARSH, THREE, FOXGLOVE = "Saltmarsh Mutual", "Three Lanterns Insurance Company", "Foxglove & Vale"
TIDEWRACK, WINDROW, LARKMOOR = "Tidewrack Fire & Marine", "Windrow Indemnity", "Larkmoor Specialty"
COPPERBEECH, NINEFOLD = "Copperbeech Casualty", "Ninefold Employers"
LICENSES = (
    License("9900110", "MA-2098110", "MA", ("personal_lines", "property", "casualty"), 400, SALTMARSH),
    License("9900110", "RI-551204", "RI", ("personal_lines",), 26),
    License("9900210", "RI-551377", "RI", ("property", "casualty"), 71, COPPERBEECH),
    License("9900220", "CT-3301945", "CT", ("property", "casualty"), 310, WINDROW),
)
# By line what its policy numbers begin with, and the carriers that write it.
NUMBERS = {
    "personal_auto": ("PA", (SALTMARSH, THREE, FOXGLOVE)),
    "homeowners": ("HO", (SALTMARSH, THREE, TIDEWRACK)),
    "general_liability": ("GL", (COPPERBEECH, WINDROW, LARKMOOR)),
    "bop": ("BP", (TIDEWRACK, WINDROW)),
    "workers_compensation": ("WC", (COPPERBEECH, NINEFOLD)),
    "commercial_auto": ("CA", (COPPERBEECH, FOXGLOVE)),
    "commercial_property": ("CP", (TIDEWRACK, WINDROW, LARKMOOR)),
    "umbrella": ("UM", (SALTMARSH, THREE, COPPERBEECH, LARKMOOR)),
}
EACH, ALL = Decimal(1_000_000), Decimal(2_000_000)


def load_demo(door: Door) -> None:
    """Bring in the files and then the people, once: later the worker reads the files by its schedule."""
    there = door.run(people, LOADER)
    missing = [each for each in SIGN_INS if each.email not in there]
    if not missing:
        return
    run_feed(door, feed=FEED)
    for license_ in LICENSES:
        door.run(hold, LOADER, license_=license_)
    password_hash = hashing.make_here(PASSWORD)
    for each in missing:
        door.run(settle, LOADER, person=each, password_hash=password_hash)
    door.run(draw_up, LOADER)
    door.run(give_authority, LOADER)
    door.run(say_how_numbers_look, LOADER)


@reads(Gate.SYSTEM)
def people(tx: Tx) -> frozenset[str]:
    return frozenset(tx.db.scalars(select(col(User.email))))


@writes(Gate.SYSTEM)
def settle(tx: Tx, *, person: SignIn, password_hash: str) -> None:
    """Add one person with a known password and second factor. Never outside of the demo."""
    if not tx.settings.demo:
        raise Forbidden("Only the demo has people with public passwords.")
    users.add(
        tx,
        email=person.email,
        name=person.name,
        role=person.role,
        producer_code=person.producer_code,
        grants=person.grants,
    )
    user = users.find(tx, person.email)
    user.password_hash, user.totp_secret, user.totp_enrolled_at = password_hash, person.totp_secret, tx.now


@dataclass(frozen=True)
class Drawn:
    """A quote for the insured of the first policy that stands under this code."""

    code: str
    line: str
    premium: str
    insured_value: str = ""
    underwrite: bool = True
    flag: tuple[FlagLevel, str, str] | None = None


# The code of the last one is suspended first.
QUOTES = (
    Drawn("HL-110", "homeowners", "1486.00", "425000.00"),
    Drawn("HL-110", "umbrella", "312.00", underwrite=False),
    Drawn("HL-210", "bop", "2950.00", "610000.00", flag=(FlagLevel.BLOCK, "Loss runs missing", "Ask for five years.")),
    Drawn("HL-220", "general_liability", "1875.00"),
)


@writes(Gate.SYSTEM)
def draw_up(tx: Tx) -> None:
    """Draw up a few quotes and underwrite them, one under a producer code that is suspended."""
    suspended = tx.db.scalars(select(ProducerCode).where(col(ProducerCode.code) == QUOTES[-1].code)).one()
    lifecycle.suspend_code(tx, locator=suspended.locator)
    effective = (tx.now + timedelta(days=30)).date().replace(day=1)
    for each in QUOTES:
        account, carrier = _first_of(tx, each.code)
        terms = QuoteTerms(
            line=each.line,
            carrier=carrier.locator,
            effective=effective,
            expiration=effective.replace(year=effective.year + 1),
            producer_code=each.code,
            valid_until=effective,
            jurisdiction=account.state,
            postal_code=account.postal_code,
            premium=Decimal(each.premium),
            insured_value=Decimal(each.insured_value) if each.insured_value else None,
        )
        made = drafts.create(tx, account=account.locator, terms=terms)
        if each.flag:
            level, tag, note = each.flag
            flags.add_to_quote(tx, locator=made.locator, level=level, tag=tag, note=note)
        if each.underwrite:
            requests.underwrite_quote(tx, locator=made.locator)


@writes(Gate.SYSTEM)
def give_authority(tx: Tx) -> None:
    """Let producers bind smaller policies, one of them more, and stop one state's coast for the season."""
    today = records.today(tx)
    producers = GrantTerms(
        GranteeKind.ROLE,
        (BindAction.NEW, BindAction.RENEW),
        today,
        grantee=Role.PRODUCER.value,
        max_premium=Decimal(2500),
        max_insured_value=Decimal(500_000),
        binder_days=30,
    )
    grants.add(tx, terms=producers)
    trusted = replace(producers, grantee_kind=GranteeKind.CODE, grantee="HL-110", line="homeowners")
    grants.add(tx, terms=replace(trusted, max_premium=Decimal(5000), max_insured_value=Decimal(750_000)))
    coast = MoratoriumTerms(
        name="Named storm off Block Island",
        peril="Wind and flood",
        reason="The carriers bind nothing on the coast until the storm has passed.",
        actions=(BindAction.NEW,),
        begins_at=tx.now,
        ends_at=tx.now + timedelta(days=10),
        zip_prefixes=("02807",),
    )
    moratoria.add(tx, terms=coast)


@writes(Gate.SYSTEM)
def say_how_numbers_look(tx: Tx) -> None:
    """Put into the intake form of each line how the demo's carriers write their policy numbers."""
    for line, (letters, carriers) in NUMBERS.items():
        known = [
            {"carrier": each, "patterns": [f"{letters}-#######"], "example": f"{letters}-1234567"} for each in carriers
        ]
        text = shipped_text(line).replace('"policyNumbers": []', f'"policyNumbers": {json.dumps(known)}')
        note = "How the carriers write their policy numbers"
        versions.save(tx, kind=INTAKE_FORM.word, name=line, content=text, note=note, expected=0)


def _first_of(tx: Tx, code: str) -> tuple[Account, Carrier]:
    held = select(col(ProducerCode.id)).where(col(ProducerCode.code) == code)
    policies = select(Policy).where(col(Policy.producer_code_id).in_(held)).order_by(col(Policy.id))
    policy = tx.db.scalars(policies.limit(1)).one()
    return tx.db.get_one(Account, policy.account_id), tx.db.get_one(Carrier, policy.carrier_id)


def _counts(credential: licenses.License | appointments.Appointment) -> None:
    """The demo has no drafts. Raises ValueError for one."""
    if credential.state is not CredentialState.VALIDATED:
        raise ValueError(f"what the demo holds does not validate: {credential.validation}")


@writes(Gate.SYSTEM)
def hold(tx: Tx, *, license_: License) -> None:
    """Write a license down, and with its carrier an appointment, a cycle of education and a cover. Never outside of the
    demo."""
    if not tx.settings.demo:
        raise Forbidden("Only the demo has licenses that nobody wrote down.")
    owner = tx.db.scalars(select(Producer).where(col(Producer.npn) == license_.npn)).one().locator
    today = records.today(tx)
    begins, ends = today - timedelta(days=365), today + timedelta(days=license_.days)
    terms = LicenseTerms(
        license_number=license_.number,
        jurisdictions=(license_.state,),
        lines=tuple(LineTerms(line) for line in license_.lines),
        effective_time=records.begin_of(begins, tx.settings.zone),
        expiration_time=records.begin_of(ends + timedelta(days=1), tx.settings.zone),
    )
    _counts(licenses.validate(tx, locator=licenses.create(tx, producer=owner, terms=terms)))
    if not license_.carrier:
        return
    carrier = tx.db.scalars(select(Carrier).where(col(Carrier.name) == license_.carrier)).one().locator
    appointed = AppointmentTerms(f"A-{license_.npn}", carrier, (license_.state,), license_.lines, effective_date=begins)
    _counts(appointments.validate(tx, locator=appointments.create(tx, producer=owner, terms=appointed)))
    cycle = education.open_cycle(tx, producer=owner, jurisdiction=license_.state, begins_on=begins)
    course = Completion("Ethics for producers", begins + timedelta(days=90), Decimal(3), ethics=True)
    education.complete(tx, locator=cycle, completion=course)
    until = today + timedelta(days=45)
    policy = CoverTerms("Ledge Professional", f"EO-{license_.npn}", EACH, ALL, Decimal(5000), begins, until)
    cover.add(tx, producer=owner, terms=policy)
    cover.require(tx, producer=owner, version=0, each_claim=EACH, aggregate=ALL, stops_bind=True)


def welcome(settings: Settings) -> str:
    """What `make run` prints: the address, who can sign in, and a code for each that works now."""
    rows = [
        f"  {each.email:<24} {each.role.label:<40} code now: {pyotp.TOTP(each.totp_secret).now()}" for each in SIGN_INS
    ]
    return "\n".join(
        [
            "",
            f"The demo agency: {settings.origin}",
            f"Sign in with the password {PASSWORD} as",
            *rows,
            "A new code every 30 seconds: .venv/bin/python -m portal_app demo sign-ins",
            "",
        ]
    )
