"""The matrix of roles: as the requirements say it, and as service, route and event keep it, for every record."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import reflex as rx
from starlette.testclient import TestClient

from portal_app.guard import events
from portal_app.models.enums import BindAction, DocumentCategory, Grant, Role
from portal_app.models.identity import User
from portal_app.routes import api
from portal_app.services import documents
from portal_app.services.access import MATRIX, WIDENS, Actor, Permission, Reach, can, reach, system
from portal_app.services.authority import decide, grants
from portal_app.services.authority.facts import Facts
from portal_app.services.door import SERVICES, Door
from portal_app.services.errors import Forbidden, NotFound
from portal_app.services.exports import accounts as accounts_export
from portal_app.services.identity import tokens, users
from portal_app.services.ledger import issuing
from portal_app.services.messaging import sending
from portal_app.services.messaging.records import RecordKind
from portal_app.services.policies import detail
from portal_app.services.producers import find, lifecycle
from portal_app.services.settings import agency
from portal_app.services.submissions import drafts
from portal_app.services.sync import conflicts, freshness, orders
from portal_app.services.trail import events as events_of_the_trail
from tests.access import roles_document
from tests.access.conftest import Cast
from tests.access.pipeline import tab
from tests.access.test_events import who
from tests.attached import attach

# The requirements' own table, cell by cell.
SEED = """
View own accounts         | ✓ | ✓                | ✓                | — | ✓
View all agency accounts  | ✓ | —                | ✓                | — | ✓
Submit new business       | ✓ | ✓                | ✓                | — | —
Bind policies             | ✓ | Within authority | Within authority | — | —
Request endorsements      | ✓ | ✓                | ✓                | — | —
Download policy documents | ✓ | Own clients      | ✓                | — | ✓
View commission reports   | ✓ | Own only         | —                | — | ✓ (read)
Manage portal users       | ✓ | —                | —                | ✓ | —
Export data               | ✓ | —                | ✓ (limited)      | — | ✓
"""
COLUMNS = (Role.PRINCIPAL, Role.PRODUCER, Role.CSR, Role.ADMIN, Role.READ_ONLY)
CELLS = [
    (Permission(row[0]), role, cell)
    for row in ([part.strip() for part in line.split("|")] for line in SEED.strip().splitlines())
    for role, cell in zip(COLUMNS, row[1:], strict=True)
]
PEOPLE = {
    Role.PRINCIPAL: "principal",
    Role.PRODUCER: "producer",
    Role.CSR: "csr",
    Role.ADMIN: "admin",
    Role.READ_ONLY: "read-only",
}
RECORDS = {"own": "maya", "another producer's": "daniel", "unassigned": "nobody"}


@pytest.mark.criterion("ACCESS-01")
@pytest.mark.parametrize(("permission", "role", "cell"), CELLS)
def test_the_dictionary_says_what_the_requirements_say(permission: Permission, role: Role, cell: str) -> None:
    found = MATRIX[role].permissions.get(permission)
    assert (found.value if found else "—") == cell


@pytest.mark.criterion("ACCESS-01")
def test_no_grant_passes_a_roles_ceiling() -> None:
    for role in Role:
        for grant in Grant:
            person = Actor("user", "x", role=role, grants=frozenset({grant}))
            permission = WIDENS.get(grant)
            if permission and grant not in MATRIX[role].may_be_granted:
                assert reach(person, permission) is MATRIX[role].permissions.get(permission)
    assert not MATRIX[Role.READ_ONLY].may_be_granted
    assert not MATRIX[Role.ADMIN].may_be_granted
    assert (
        reach(Actor("user", "x", role=Role.CSR, grants=frozenset({Grant.COMMISSIONS})), P.VIEW_COMMISSIONS)
        is Reach.FULL
    )


P = Permission


@dataclass
class Asked:
    """One question to the product, by somebody, about one record."""

    app: rx.App
    door: Door
    cast: Cast
    role: Role
    record: str

    @property
    def actor(self) -> Actor:
        found = who(self.door, self.cast[PEOPLE[self.role]])
        assert found is not None
        return found

    @property
    def policy(self) -> Any:
        return self.cast.agency.policies[RECORDS[self.record]]

    def service(self, call: Callable[..., Any], **given: Any) -> bool:
        try:
            self.door.run(call, self.actor, **given)
        except (Forbidden, NotFound):
            return False
        return True

    def permits(self, call: Callable[..., Any], **given: Any) -> bool:
        """Whether it is let in, although what it asks for is not there."""
        try:
            self.door.run(call, self.actor, **given)
        except NotFound:
            return True
        except Forbidden:
            return False
        raise AssertionError("it was not to be there")

    def route(self, path: str, body: dict[str, str] | None = None) -> bool:
        """Asked for, or posted where there is a body."""
        with self.door.database.read() as db:
            email = db.query(User.email).filter(User.id == self.actor.user_id).scalar()
        token = self.door.run(tokens.create, system("test"), email=email, name="matrix")
        client = TestClient(api.app(self.door.settings), base_url=self.door.settings.origin)
        method, about = "POST" if body else "GET", {"authorization": f"Bearer {token}"}
        status = client.request(method, path, json=body, headers=about).status_code
        assert status in (200, 403, 404), status
        return status == 200

    def lets_write(self, path: str, body: dict[str, object]) -> bool:
        """Whether it is let in with a token that writes, although what it sends cannot be."""
        with self.door.database.read() as db:
            email = db.query(User.email).filter(User.id == self.actor.user_id).scalar()
        token = self.door.run(tokens.create, system("test"), email=email, name="matrix", may_write=True)
        client = TestClient(api.app(self.door.settings), base_url=self.door.settings.origin)
        status = client.post(path, json=body, headers={"authorization": f"Bearer {token}"}).status_code
        assert status in (403, 409), status
        return status == 409

    def adds(self, path: str, body: dict[str, object]) -> bool:
        """Whether it is let in with a token that writes, and adds what it sends."""
        with self.door.database.read() as db:
            email = db.query(User.email).filter(User.id == self.actor.user_id).scalar()
        token = self.door.run(tokens.create, system("test"), email=email, name="matrix", may_write=True)
        client = TestClient(api.app(self.door.settings), base_url=self.door.settings.origin)
        status = client.post(path, json=body, headers={"authorization": f"Bearer {token}"}).status_code
        assert status in (201, 403), status
        return status == 201

    def event(self, state: str, path: str, shows: str) -> bool:
        name = next(each for each in events.RegistrationContext.get().event_handlers if each.endswith(state))

        async def one() -> bool:
            async with tab(self.app, self.cast[PEOPLE[self.role]], path) as socket:
                return (await socket.send(name)).holds(shows)

        return asyncio.run(one())


# What stands for a permission today: its service, its route and its event. None: that part is not built.
Ask = Callable[[Asked], bool]
EXERCISES: dict[Permission, tuple[Ask, Ask | None, Ask | None]] = {
    P.VIEW_OWN_ACCOUNTS: (
        lambda asked: asked.service(detail.policy, locator=asked.policy.locator),
        lambda asked: asked.route(f"/policies/{asked.policy.locator}"),
        lambda asked: asked.event(
            "policy_state.load", f"/policies/{asked.policy.locator}", asked.policy.insured_name.split("'")[0]
        ),
    ),
    P.DOWNLOAD_DOCUMENTS: (
        lambda asked: asked.service(documents.of_policy, locator=asked.policy.locator),
        lambda asked: asked.route(f"/policies/{asked.policy.locator}/documents"),
        lambda asked: asked.event(
            "policy_state.load", f"/policies/{asked.policy.locator}", DocumentCategory.DECLARATIONS.label
        ),
    ),
    P.MANAGE_USERS: (
        lambda asked: asked.service(users.unlock, who="csr@agency.test"),
        lambda asked: asked.route("/users"),
        lambda asked: asked.event("users_state.load", "/admin/users", "csr@agency.test"),
    ),
    P.VIEW_FEEDS: (
        lambda asked: asked.service(freshness.feeds),
        lambda asked: asked.route("/sync-runs"),
        lambda asked: asked.event("integrations_state.load", "/admin/integrations", "may_run"),
    ),
    P.VIEW_AUDIT: (
        lambda asked: asked.service(events_of_the_trail.listed, asked=events_of_the_trail.Asked()),
        lambda asked: asked.route("/audit-events"),
        lambda asked: asked.event("audit_state.load", "/admin/audit", "may_order"),
    ),
    P.EXPORT_DATA: (
        lambda asked: asked.service(accounts_export.measure, asked=""),
        lambda asked: asked.route("/exports", {"kind": "accounts"}),
        lambda asked: asked.event("accounts_state.load", "/accounts", "label='Export'"),
    ),
    P.MEND_ROWS: (
        lambda asked: asked.service(conflicts.listed),
        lambda asked: asked.route("/conflicts"),
        lambda asked: asked.event("quarantined_state.load", "/admin/integrations/rows/nowhere", "missing"),
    ),
    P.RUN_FEEDS: (lambda asked: asked.permits(orders.place, feed="nobody"), None, None),
    P.UNDERWRITE: (
        lambda asked: asked.permits(issuing.issue, locator="nothing"),
        # Nothing was issued on it yet that could be renewed.
        lambda asked: asked.lets_write(f"/policies/{asked.policy.locator}/renew", {}),
        lambda asked: asked.event("quote_page_state.underwrite", "/quotes/nowhere", "It is not there any more."),
    ),
    P.SUBMIT_BUSINESS: (
        lambda asked: asked.permits(drafts.discard, locator="nothing"),
        lambda asked: asked.adds("/submissions", {"line": "homeowners"}),
        lambda asked: asked.event("new_submission_state.load", "/submissions/new", "Workers compensation"),
    ),
    P.CHANGE_SETTINGS: (
        lambda asked: asked.service(agency.current),
        lambda asked: asked.route("/settings"),
        lambda asked: asked.event("settings_state.load", "/admin/settings", "hourly_minute"),
    ),
    P.VIEW_PRODUCERS: (
        lambda asked: asked.service(find.producer, locator=asked.cast.agency.maya.locator),
        lambda asked: asked.route(f"/producers/{asked.cast.agency.maya.locator}"),
        None,
    ),
    P.MANAGE_PRODUCERS: (
        lambda asked: asked.service(lifecycle.suspend_producer, locator=asked.cast.agency.maya.locator),
        lambda asked: asked.route(f"/producers/{asked.cast.agency.maya.locator}/impact"),
        None,
    ),
    P.WRITE_MESSAGES: (
        lambda asked: asked.permits(sending.send, kind=RecordKind.POLICY, locator="nothing", body="Hello"),
        lambda asked: asked.adds(f"/policies/{asked.policy.locator}/messages", {"body": "Hello"}),
        None,
    ),
    P.BIND_POLICIES: (
        lambda asked: asked.service(decide.by_hand, facts=Facts(BindAction.NEW)),
        lambda asked: asked.adds("/authority-decisions", {"action": "new"}),
        lambda asked: asked.event("binding_state.load", "/authority", "HL-maya"),
    ),
    P.SET_AUTHORITY: (
        lambda asked: asked.permits(grants.end, locator="nothing", version=1),
        lambda asked: asked.adds(
            "/authority-grants", {"granteeKind": "agency", "actions": ["new"], "effectiveOn": "2026-01-01"}
        ),
        lambda asked: asked.event("rule_state.load_new", "/admin/authority/grants/new", "Granite Mutual"),
    ),
}
EXERCISES[P.VIEW_ALL_ACCOUNTS] = EXERCISES[P.VIEW_OWN_ACCOUNTS]
BY_RECORD = {P.VIEW_OWN_ACCOUNTS: ("own",), P.VIEW_ALL_ACCOUNTS: ("another producer's", "unassigned")}
PRODUCT = [
    (permission, role, record)
    for permission in EXERCISES
    for role in Role
    for record in BY_RECORD.get(permission, ("own",))
]


@pytest.mark.criterion("ACCESS-02")
@pytest.mark.parametrize(("permission", "role", "record"), PRODUCT)
def test_service_route_and_event_keep_the_matrix(
    app: rx.App, door: Door, cast: Cast, permission: Permission, role: Role, record: str
) -> None:
    asked = Asked(app, door, cast, role, record)
    with door.database.write() as db:
        attach(db, asked.policy)
    expected = permission in MATRIX[role].permissions
    answers = [ask(asked) for ask in EXERCISES[permission] if ask is not None]
    assert answers == [expected] * len(answers)


@pytest.mark.criterion("ACCESS-03")
def test_somebody_elses_record_and_a_missing_one_answer_alike(door: Door, cast: Cast) -> None:
    sentences = set()
    for locator in (cast.agency.policies["daniel"].locator, "01J00000000000000000000000", "x' OR 1=1"):
        with pytest.raises(NotFound) as refused:
            door.run(detail.policy, cast.agency.producer(), locator=locator)
        sentences.add(refused.value.sentence)
    assert len(sentences) == 1


@pytest.mark.criterion("ACCESS-02")
def test_every_permission_that_a_service_asks_for_is_exercised() -> None:
    asked_for = {
        each.requirement
        for each in SERVICES.values()
        if isinstance(each.requirement, Permission) and not each.name.startswith("tests.")
    }
    assert asked_for <= set(EXERCISES)


@pytest.mark.criterion("ACCESS-04")
def test_the_table_of_roles_is_current_and_says_what_is_not_built() -> None:
    assert roles_document.PLACE.read_text(encoding="utf-8") == roles_document.text()
    assert "not built yet" in roles_document.text()


def test_grants_widen_and_can_agrees_with_check(cast: Cast) -> None:
    granted = cast.agency.csr(Grant.COMMISSIONS)
    assert can(granted, P.VIEW_COMMISSIONS)
    assert not can(cast.agency.csr(), P.VIEW_COMMISSIONS)
