"""Two web processes that are asked at the same moment count as one."""

import re
from collections.abc import Iterator
from functools import partial

import pyotp
import pytest
from sqlalchemy import update

from portal_app.models import metadata
from portal_app.models.enums import LinkPurpose, Role, SessionStage
from portal_app.models.identity import User
from portal_app.services.access import Gate, system
from portal_app.services.door import Tx, utc_now, writes
from portal_app.services.identity import recovery, reset, set_up, throttle
from portal_app.services.identity.sign_in import FAILURES_UNTIL_LOCK
from portal_app.services.ports import Ports
from tests import servers
from tests.faults.several import EVENT, PASSWORD, SECRET, Agency, alternating, tallied, together, two_webs
from tests.services.identity.texting import Letters, Texts
from tests.visitor import Answer, Visitor

TEST = system("test")
NEW_PASSWORD = "Harvest-Compass-91?"
WRONG_PASSWORD = "Wrong-Lantern-42!"
ROUNDS = range(6)
SESSION, LINK, TEXT = (metadata.tables[name] for name in ("user_session", "set_up_link", "text_code"))
NO_GATEWAY = {"sms_account": "AC1", "sms_token": "t", "sms_from": "+14015550100", "sms_url": "http://127.0.0.1:9"}

TEXTS = Texts()

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="module")
def agency(
    built_front_end: object, shared_postgres: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Agency]:
    folder, ports = tmp_path_factory.mktemp("agency"), Ports(texts=TEXTS, mailer=Letters())
    mail = {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "portal@agency.test"}
    with two_webs(folder, shared_postgres, ports, redis_url=redis_url, **NO_GATEWAY, **mail) as agency:
        yield agency


@pytest.fixture(scope="module", autouse=True)
def founding(agency: Agency) -> list[Answer]:
    """The agency begins as every agency does, by the link for the first administrator; here with two who want to be
    it."""
    link = agency.door.run(set_up.first_administrator_link, TEST)
    token = (link or "").rpartition("=")[2]
    forms = [
        {"token": token, "email": f"{name.lower()}@harborlane.com", "name": name, "password": NEW_PASSWORD}
        for name in ("Ada", "Grace", "Mary", "Joan")
    ]
    return together(
        *(
            partial(Visitor(site).post, "/auth/set-up", form)
            for site, form in zip(alternating(agency, len(forms)), forms, strict=True)
        )
    )


def locations(answers: list[Answer]) -> dict[str, int]:
    assert {answer.status for answer in answers} == {303}
    return dict(tallied([re.sub(r"token=[^&]+", "token", answer.location) for answer in answers]))


@pytest.mark.criterion("FAULT-01")
@pytest.mark.parametrize("address", ["one", "many"])
def test_forty_wrong_passwords_at_one_moment_lock_at_the_fifth_and_none_is_lost(agency: Agency, address: str) -> None:
    number = agency.somebody(f"locked.{address}@agency.test")
    given = {"email": f"locked.{address}@agency.test", "password": WRONG_PASSWORD}
    sites = alternating(agency, 40)
    froms = [f"198.51.{'1' if address == 'one' else each}.1" for each in range(100, 140)]

    answers = together(
        *(
            partial(Visitor(site).post, "/auth/sign-in", given, x_forwarded_for=place)
            for site, place in zip(sites, froms, strict=True)
        )
    )

    counted = 40 if address == "many" else throttle.LIMIT
    told = {"/sign-in?reason=wrong": counted, "/sign-in?reason=throttled": 40 - counted}
    assert locations(answers) == {where: times for where, times in told.items() if times}
    person = agency.user(number)
    mine = EVENT.c.subject == person.locator
    assert person.failed_attempts == FAILURES_UNTIL_LOCK
    assert person.locked_until is not None
    assert agency.count(EVENT, mine, EVENT.c.action == "sign_in.failed") == FAILURES_UNTIL_LOCK
    assert agency.count(EVENT, mine, EVENT.c.action == "user.locked") == 1
    assert agency.count(EVENT, mine, EVENT.c.action == "sign_in.refused") == counted - FAILURES_UNTIL_LOCK


@pytest.mark.criterion("FAULT-02")
def test_one_code_given_to_both_at_the_same_moment_opens_one_session(agency: Agency) -> None:
    for each in ROUNDS:
        number, address = agency.somebody(f"totp{each}@agency.test"), f"198.51.2.{each}"
        people = [agency.half_way(f"totp{each}@agency.test", at=at, address=address) for at in (0, 1)]
        code = {"code": pyotp.TOTP(SECRET).now()}
        answers = together(*(partial(who.post, "/auth/mfa", code, x_forwarded_for=address) for who in people))
        assert locations(answers) == {"/": 1, "/mfa?reason=code": 1}
        full = (SESSION.c.user_id == number, SESSION.c.stage == SessionStage.FULL, SESSION.c.ended_at.is_(None))
        assert agency.count(SESSION, *full) == 1


@writes(Gate.SYSTEM)
def make_recovery_codes(tx: Tx, *, number: int) -> tuple[str, ...]:
    return recovery.make(tx, tx.db.get_one(User, number))


@pytest.mark.criterion("FAULT-02")
def test_one_recovery_code_given_to_both_at_the_same_moment_opens_one_session(agency: Agency) -> None:
    number = agency.somebody("recovery@agency.test")
    codes = agency.door.run(make_recovery_codes, TEST, number=number)
    for each, code in zip(ROUNDS, codes, strict=False):
        address = f"198.51.3.{each}"
        people = [agency.half_way("recovery@agency.test", at=at, address=address) for at in (0, 1)]
        answers = together(*(partial(who.post, "/auth/mfa", {"code": code}, x_forwarded_for=address) for who in people))
        assert locations(answers) == {"/": 1, "/mfa?reason=code": 1}
    with agency.door.database.read() as db:
        assert recovery.remaining(Tx(db, TEST, utc_now(), agency.door.settings, agency.door.ports), number) == (
            recovery.COUNT - len(ROUNDS)
        )


@pytest.mark.criterion("FAULT-02")
def test_a_text_is_sent_once_and_its_code_is_good_once(agency: Agency) -> None:
    for each in ROUNDS:
        email, address = f"text{each}@agency.test", f"198.51.4.{each}"
        phone = {"phone": f"+1401555012{each}", "phone_verified_at": utc_now(), "totp_enrolled_at": None}
        number = agency.somebody(email, **phone)
        here = agency.half_way(email, at=0, address=address)
        both = (here, agency.beside(here))
        asked = together(*(partial(who.post, "/auth/mfa/text", x_forwarded_for=address) for who in both))
        assert locations(asked) == {"/mfa?reason=texted": 1, "/mfa?reason=texts_soon": 1}
        assert agency.count(TEXT, TEXT.c.user_id == number) == 1
        code = {"code": TEXTS.code(agency.door)}
        answers = together(*(partial(who.post, "/auth/mfa", code, x_forwarded_for=address) for who in both))
        assert [answer.location for answer in answers].count("/") == 1


@writes(Gate.SYSTEM)
def make_link(tx: Tx, *, number: int, purpose: LinkPurpose) -> str:
    return set_up.make_link(tx, number, reset.LASTS, purpose).rpartition("=")[2]


@pytest.mark.criterion("FAULT-03")
@pytest.mark.parametrize(("purpose", "path"), [(LinkPurpose.RESET, "reset/confirm"), (LinkPurpose.SET_UP, "set-up")])
def test_a_link_redeemed_at_both_sets_one_password(agency: Agency, purpose: LinkPurpose, path: str) -> None:
    for each in ROUNDS:
        email = f"{purpose.value}{each}@agency.test"
        number = agency.somebody(email)
        token = agency.door.run(make_link, TEST, number=number, purpose=purpose)
        passwords = [f"{NEW_PASSWORD}{which}" for which in range(4)]
        answers = together(
            *(
                partial(
                    Visitor(site).post,
                    f"/auth/{path}",
                    {"token": token, "password": password},
                    x_forwarded_for=f"198.51.4.{each}" if purpose is LinkPurpose.RESET else f"198.51.3.{each}",
                )
                for site, password in zip(alternating(agency, 4), passwords, strict=True)
            )
        )
        page = "/reset" if purpose is LinkPurpose.RESET else "/set-up"
        assert locations(answers) == {"/sign-in?reason=password_set": 1, f"{page}?problems=link": 3}
        winner = passwords[[answer.location for answer in answers].index("/sign-in?reason=password_set")]
        opened = Visitor(agency.webs[0]).post(
            "/auth/sign-in", {"email": email, "password": winner}, x_forwarded_for=f"198.51.5.{each}"
        )
        assert opened.location == "/mfa"
        set_ = (EVENT.c.action == "user.password_set", EVENT.c.subject == agency.user(number).locator)
        assert agency.count(EVENT, *set_) == 1


@pytest.mark.criterion("FAULT-03")
def test_an_agency_gets_one_first_administrator(agency: Agency, founding: list[Answer]) -> None:
    assert locations(founding) == {"/set-up?problems=link": 3, "/sign-in?reason=password_set": 1}
    first = (EVENT.c.action == "user.created", EVENT.c.actor.like("%@harborlane.com"))
    assert agency.count(EVENT, *first) == 1
    assert agency.count(metadata.tables["portal_user"], metadata.tables["portal_user"].c.role == Role.ADMIN) == 1


@pytest.mark.criterion("FAULT-04")
def test_an_address_may_guess_so_often_at_both_together(agency: Agency) -> None:
    given = {"email": "nobody@agency.test", "password": WRONG_PASSWORD}
    calls = [
        partial(Visitor(site).post, "/auth/sign-in", given, x_forwarded_for="198.51.6.1")
        for site in alternating(agency, 2 * throttle.LIMIT)
    ]
    wrong, throttled = "/sign-in?reason=wrong", "/sign-in?reason=throttled"
    assert locations(together(*calls)) == {throttled: throttle.LIMIT, wrong: throttle.LIMIT}
    right = {"email": "spared@agency.test", "password": PASSWORD}
    agency.somebody("spared@agency.test")
    assert Visitor(agency.webs[1]).post("/auth/sign-in", right, x_forwarded_for="198.51.6.1").location == throttled


@pytest.mark.criterion("FAULT-04")
def test_wrong_tokens_are_counted_at_both_together(agency: Agency) -> None:
    calls = [
        partial(Visitor(site).get, "/api/v1/me", authorization=f"Bearer pp_{number:043d}", x_forwarded_for="198.51.7.1")
        for number, site in enumerate(alternating(agency, 2 * throttle.LIMIT))
    ]
    statuses = [answer.status for answer in together(*calls)]
    assert (statuses.count(401), statuses.count(429)) == (throttle.LIMIT, throttle.LIMIT)


@pytest.mark.criterion("FAULT-04")
def test_links_are_asked_for_so_often_at_both_together(agency: Agency) -> None:
    calls = [
        partial(Visitor(site).post, "/auth/reset", {"email": f"x{number}@agency.test"}, x_forwarded_for="198.51.8.1")
        for number, site in enumerate(alternating(agency, 2 * reset.OF_AN_ADDRESS))
    ]
    half = reset.OF_AN_ADDRESS
    assert locations(together(*calls)) == {"/reset?reason=asked": half, "/reset?reason=throttled": half}


@pytest.mark.criterion("FAULT-04")
def test_five_wrong_codes_at_both_lock_at_the_fifth(agency: Agency) -> None:
    number = agency.somebody("codes@agency.test")
    here = agency.half_way("codes@agency.test", at=0, address="198.51.9.1")
    calls = [
        partial(who.post, "/auth/mfa", {"code": "not a code"}, x_forwarded_for=f"198.51.9.{each}")
        for each, who in enumerate([here, agency.beside(here)] * 8, 2)
    ]
    assert locations(together(*calls)) == {"/mfa?reason=code": 16}
    person = agency.user(number)
    assert person.failed_attempts == FAILURES_UNTIL_LOCK
    failed = (EVENT.c.subject == person.locator, EVENT.c.action == "sign_in.failed")
    assert agency.count(EVENT, *failed) == FAILURES_UNTIL_LOCK


@pytest.mark.criterion("FAULT-02")
def test_what_one_process_ends_the_other_does_not_open(agency: Agency) -> None:
    """A session that was replaced at one process is over at the other with the next request."""
    number = agency.somebody("moved@agency.test")
    first = Visitor(agency.webs[0])
    address = {"x_forwarded_for": "198.51.10.1"}
    first.post("/auth/sign-in", {"email": "moved@agency.test", "password": PASSWORD}, **address)
    assert first.post("/auth/mfa", {"code": pyotp.TOTP(SECRET).now()}, **address).location == "/"
    assert agency.beside(first).get("/policies", **address).status == 200
    with agency.door.database.write() as db:
        db.execute(update(User).where(User.id == number).values(totp_last_step=0))  # type: ignore[arg-type]
    second = agency.half_way("moved@agency.test", at=1, address="198.51.10.1")
    assert second.post("/auth/mfa", {"code": pyotp.TOTP(SECRET).now()}, **address).location == "/"
    assert first.get("/policies", **address).location == "/sign-in?reason=replaced"
