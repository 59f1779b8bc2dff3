"""`/users`: people added, changed, shut out and let in by programs, as by the pages."""

import pytest
from sqlmodel import col, select, update

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Role, SessionStage
from portal_app.models.identity import User
from portal_app.routes.api import problems
from portal_app.services.door import Door, Tx
from portal_app.services.identity import sessions
from tests.routes.api.conftest import Cast, Person
from tests.world import NOW, Clock, actor

OLGA = {"email": "Olga@agency.test", "name": "Olga Tereshkova", "role": "producer", "producerCode": "HL-maya"}
NOBODY = "01J00000000000000000000000"
MALFORMED = "x' OR 1=1"
ACTIONS = ["disable", "enable", "unlock", "reset-mfa", "sign-out", "invitation", "reset-link"]


@pytest.fixture
def admin(cast: Cast) -> Person:
    return cast.writing(cast.admin)


def of(person: Person) -> str:
    return f"/users/{person.user.locator}"


def events(door: Door) -> list[str]:
    with door.database.read() as db:
        return list(db.scalars(select(col(AuditEvent.action)).order_by(col(AuditEvent.id))))


def sign_in(door: Door, person: Person) -> None:
    with door.database.write() as db:
        themselves = actor(person.user.role, user_id=person.user.id)
        tx = Tx(db, themselves, door.clock(), door.settings, door.ports)
        sessions.start(tx, db.get_one(User, person.user.id), SessionStage.FULL)


@pytest.mark.criterion("REST-01")
def test_people_are_listed_by_name_and_narrowed(cast: Cast) -> None:
    found = cast.admin.json("/users")
    assert (found["total"], found["listCompleted"]) == (6, True)
    assert [each["name"] for each in found["items"]] == sorted(each["name"] for each in found["items"])
    assert [each["email"] for each in cast.admin.json("/users", role="producer")["items"]] == [
        "maya@agency.test",
        "daniel@agency.test",
    ]
    assert cast.admin.json("/users", text="MAYA")["total"] == 1
    assert cast.admin.json("/users", standing="locked")["total"] == 0
    part = cast.admin.json("/users", offset=5, count=5)
    assert (len(part["items"]), part["total"], part["listCompleted"]) == (1, 6, True)
    assert cast.admin.get("/users", role="owner").json()["problems"].keys() == {"role"}


@pytest.mark.criterion("REST-01")
def test_one_person_is_shown_with_what_is_written_down_of_them(cast: Cast) -> None:
    found = cast.admin.json(of(cast.maya))
    [token] = found.pop("tokens")
    assert (token["name"], token["mayWrite"]) == ("Nightly report", False)
    assert cast.maya.token not in str(token)
    assert found == {
        "locator": cast.maya.user.locator,
        "name": "Sub-Agent / Producer",
        "email": "maya@agency.test",
        "role": "producer",
        "producer": "Maya Alvarez",
        "standing": "invited",
        "enrolled": True,
        "lastSignInAt": None,
        "producerCode": "HL-maya",
        "grants": [],
        "mayBeGranted": ["downline"],
        "createdAt": NOW.isoformat().replace("+00:00", "Z"),
        "openSessions": 0,
    }


@pytest.mark.criterion("REST-02")
def test_somebody_is_added_and_their_link_told_once(admin: Person, door: Door) -> None:
    answer = admin.post("/users", {**OLGA, "grants": ["downline"]})
    assert answer.status_code == 201
    found = answer.json()
    assert found["link"].startswith("http://127.0.0.1:8000/set-up?token=")
    assert (found["user"]["email"], found["user"]["grants"]) == ("olga@agency.test", ["downline"])
    assert answer.headers["location"] == f"/api/v1/users/{found['user']['locator']}"
    later = admin.get(answer.headers["location"].removeprefix("/api/v1"))
    assert (later.json(), found["link"] in later.text) == (found["user"], False)
    assert "user.created" in events(door)


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "no address": ({"email": "no address"}, "email"),
    "an address that is taken": ({"email": "maya@agency.test"}, "email"),
    "no name": ({"name": " "}, "name"),
    "a code that there is not": ({"producerCode": "HL-404"}, "producerCode"),
    "a producer without a code": ({"producerCode": ""}, "producerCode"),
    "a grant beyond the ceiling": ({"grants": ["commissions"]}, "grants"),
    "a role that there is not": ({"role": "owner"}, "role"),
    "a grant that there is not": ({"grants": ["everything"]}, "grants[0]"),
    "a field that there is not": ({"isAdmin": True}, "isAdmin"),
    "a password": ({"password": "x"}, "password"),
    "a name with nothing in it": ({"name": "a\0b"}, "name"),
    "half a letter": ({"name": "\ud800"}, "name"),
    "a number": ({"name": 5}, "name"),
    "nothing for a role": ({"role": None}, "role"),
}


@pytest.mark.criterion("REST-02")
@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_taken_is_named_and_nobody_is_added_or_changed(admin: Person, cast: Cast, wrong: str) -> None:
    given, field = WRONG[wrong]
    before = admin.json(of(cast.daniel))
    for answer in (admin.post("/users", OLGA | given), admin.send("PATCH", of(cast.daniel), given)):
        assert (answer.status_code, list(answer.json()["problems"])) == (422, [field])
        assert answer.headers["content-type"] == problems.MEDIA_TYPE
    assert admin.json(of(cast.daniel)) == before
    assert admin.json("/users")["total"] == 6


@pytest.mark.criterion("REST-02")
def test_what_is_no_body_is_refused(admin: Person) -> None:
    headers = {"Authorization": f"Bearer {admin.token}", "Content-Type": "application/json"}

    def status(content: bytes) -> int:
        return int(admin.client.post("/api/v1/users", content=content, headers=headers).status_code)

    assert {sent: status(sent) for sent in (b"", b"{", b"[]", b"null", b'"x"')} == dict.fromkeys(
        (b"", b"{", b"[]", b"null", b'"x"'), 422
    )
    assert status(b"\xff\xfe{") == 400
    assert status(b'{"name": "' + b"a" * 70_000 + b'"}') == 413
    too_long = admin.client.post("/api/v1/users", content=iter([b" " * 40_000] * 3), headers=headers)
    assert (too_long.status_code, too_long.headers["content-type"]) == (413, problems.MEDIA_TYPE)
    assert status(b"[" * 60_000) in (400, 422)
    assert admin.json("/users")["total"] == 6


@pytest.mark.criterion("REST-03")
def test_what_is_named_is_changed_and_the_rest_stays(admin: Person, cast: Cast, door: Door) -> None:
    sign_in(door, cast.maya)
    renamed = admin.done("PATCH", of(cast.maya), {"name": "Maya A."})
    assert (renamed["name"], renamed["role"], renamed["producerCode"]) == ("Maya A.", "producer", "HL-maya")
    assert renamed["openSessions"] == 1, "a name is no reason to end a session"
    widened = admin.done("PATCH", of(cast.maya), {"grants": ["downline"]})
    assert (widened["grants"], widened["openSessions"], widened["name"]) == (["downline"], 0, "Maya A.")
    moved = admin.done("PATCH", of(cast.maya), {"producerCode": "HL-daniel"})
    assert (moved["producer"], moved["grants"]) == ("Daniel Kim", ["downline"])
    csr = admin.done("PATCH", of(cast.maya), {"role": "csr", "producerCode": "", "grants": []})
    assert (csr["role"], csr["producer"], csr["mayBeGranted"]) == ("csr", "", ["commissions", "underwriting"])
    assert admin.done("PATCH", of(cast.maya), {}) == csr
    assert events(door).count("user.changed") == 4


@pytest.mark.criterion("REST-04")
def test_somebody_is_shut_out_and_let_in_again(admin: Person, cast: Cast, door: Door) -> None:
    sign_in(door, cast.maya)
    out = admin.done("POST", f"{of(cast.maya)}/disable")
    assert (out["standing"], out["openSessions"], out["tokens"]) == ("disabled", 0, [])
    assert cast.maya.get("/me").status_code == 401
    for link in ("invitation", "reset-link"):
        refused = admin.post(f"{of(cast.maya)}/{link}")
        assert (refused.status_code, refused.json()["detail"]) == (409, "They are shut out. Let them in again first.")
    assert admin.done("POST", f"{of(cast.maya)}/enable")["standing"] == "invited"
    assert events(door)[-2:] == ["user.disabled", "user.enabled"]


@pytest.mark.criterion("REST-04")
def test_a_lock_a_factor_and_sessions_are_taken_away(admin: Person, cast: Cast, door: Door, clock: Clock) -> None:
    with door.database.write() as db:
        held = {"locked_until": clock.now.replace(year=2027), "failed_attempts": 5}
        db.execute(update(User).where(col(User.id) == cast.maya.user.id).values(**held))
    assert admin.json(of(cast.maya))["standing"] == "locked"
    assert admin.done("POST", f"{of(cast.maya)}/unlock")["standing"] == "invited"
    sign_in(door, cast.maya)
    assert admin.done("POST", f"{of(cast.maya)}/sign-out") == {"ended": 1}
    assert admin.done("POST", f"{of(cast.maya)}/sign-out") == {"ended": 0}
    bare = admin.done("POST", f"{of(cast.maya)}/reset-mfa")
    assert (bare["enrolled"], bare["tokens"]) == (False, [])


@pytest.mark.criterion("REST-04")
def test_links_are_made_for_who_needs_them(admin: Person, cast: Cast, door: Door) -> None:
    first, second = (admin.done("POST", f"{of(cast.maya)}/invitation")["link"] for _ in range(2))
    assert "/set-up?token=" in first
    assert first != second
    with door.database.write() as db:
        db.execute(update(User).where(col(User.id) == cast.maya.user.id).values(password_hash="set"))
    refused = admin.post(f"{of(cast.maya)}/invitation")
    assert (refused.status_code, refused.json()["detail"][:29]) == (409, "They have set a password alre")
    assert "/reset?token=" in admin.done("POST", f"{of(cast.maya)}/reset-link")["link"]


@pytest.mark.criterion("REST-05")
def test_the_last_administrator_stays_and_nobody_acts_on_themselves(admin: Person, cast: Cast) -> None:
    principal = cast.writing(cast.principal)
    for method, path, body in (("POST", "/disable", None), ("PATCH", "", {"role": "csr"})):
        answer = principal.send(method, of(cast.admin) + path, body)
        assert (answer.status_code, answer.json()["detail"][:34]) == (409, "This is the last administrator. Ma")
        assert admin.send(method, of(cast.admin) + path, body).status_code == 403
    for action in ("disable", "reset-mfa", "reset-link"):
        assert admin.post(f"{of(cast.admin)}/{action}").status_code == 403
    assert admin.json(of(cast.admin))["role"] == "admin"


@pytest.mark.criterion("REST-05")
def test_who_may_not_manage_users_learns_and_changes_nothing(cast: Cast) -> None:
    asked = [("GET", "/users", None), ("GET", of(cast.daniel), None), ("GET", f"/users/{NOBODY}", None)]
    asked += [("GET", "/roles", None), ("POST", "/users", OLGA), ("POST", "/users/outlook", OLGA)]
    asked += [("PATCH", of(cast.daniel), {"name": "X"}), ("DELETE", f"{of(cast.daniel)}/tokens/{NOBODY}", None)]
    asked += [("POST", f"{of(cast.daniel)}/{action}", None) for action in ACTIONS]
    for person in (cast.maya, cast.csr, cast.read_only):
        writer = cast.writing(person)
        for method, path, body in asked:
            answer = writer.send(method, path, body)
            assert (answer.status_code, answer.headers["content-type"]) == (403, problems.MEDIA_TYPE), (method, path)
            assert answer.json()["detail"] == "Your role does not include this."
    assert cast.admin.json(of(cast.daniel))["name"] == "Sub-Agent / Producer"


@pytest.mark.criterion("REST-05")
def test_somebody_who_is_not_there_is_a_404_whatever_is_asked(admin: Person) -> None:
    bodies = set()
    for who in (NOBODY, MALFORMED, "maya@agency.test"):
        answers = [admin.get(f"/users/{who}"), admin.send("PATCH", f"/users/{who}", {"name": "X"})]
        answers += [admin.post(f"/users/{who}/{action}") for action in ACTIONS]
        answers += [admin.send("DELETE", f"/users/{who}/tokens/{NOBODY}")]
        assert {each.status_code for each in answers} == {404}
        bodies |= {each.content for each in answers}
    assert len(bodies) == 1


@pytest.mark.criterion("REST-06")
def test_a_token_that_only_reads_changes_nothing(cast: Cast, door: Door) -> None:
    before = events(door)
    asked = [("POST", "/users", OLGA), ("PATCH", of(cast.daniel), {"name": "X"}), ("DELETE", "/sessions", None)]
    asked += [("POST", f"{of(cast.daniel)}/{action}", None) for action in ACTIONS]
    asked += [("DELETE", f"/{kind}/{NOBODY}", None) for kind in ("tokens", "sessions")]
    asked += [("POST", "/feeds/agency-system/runs", None), ("POST", f"/dead-letters/{NOBODY}/retry", None)]
    for method, path, body in asked:
        answer = cast.admin.send(method, path, body)
        assert (answer.status_code, answer.json()["detail"]) == (403, "This token may only read."), (method, path)
    assert events(door) == before


@pytest.mark.criterion("REST-07")
def test_what_somebody_would_see_is_told_in_numbers_and_changes_nothing(cast: Cast, admin: Person) -> None:
    before = admin.json("/users")
    told = cast.admin.done("POST", "/users/outlook", OLGA)
    assert (told["accounts"], told["policies"]) == (1, 1)
    assert {"permission": "viewCommissions", "reach": "ownOnly"} in told["permissions"]
    whole = cast.admin.done("POST", "/users/outlook", OLGA | {"role": "csr", "producerCode": ""})
    assert whole["policies"] == 4
    same = {"email": "maya@agency.test", "name": "M", "role": "csr", "user": cast.maya.user.locator}
    assert cast.admin.done("POST", "/users/outlook", same)["policies"] == 4
    taken = cast.admin.post("/users/outlook", same | {"user": ""})
    assert (taken.status_code, list(taken.json()["problems"])) == (422, ["email"])
    assert cast.admin.post("/users/outlook", same | {"user": NOBODY}).status_code == 404
    assert cast.admin.post("/users/outlook", same | {"user": "x"}).json()["problems"].keys() == {"user"}
    assert admin.json("/users") == before


@pytest.mark.criterion("REST-08")
def test_roles_are_told_as_the_portal_keeps_them(cast: Cast) -> None:
    found = cast.admin.json("/roles")
    assert [each["role"] for each in found["items"]] == [role.value for role in Role]
    producer = found["items"][1]
    assert (producer["label"], producer["mayBeGranted"]) == ("Sub-Agent / Producer", ["downline"])
    assert {"permission": "bindPolicies", "reach": "withinAuthority"} in producer["permissions"]
    part = cast.admin.json("/roles", offset=4, count=1)
    assert ([each["role"] for each in part["items"]], part["listCompleted"]) == (["read_only"], True)
