"""Who passes which gate, and whose rows they see: decided by stage, role and the role's ceiling, by nothing else."""

from dataclasses import replace

import pytest

from portal_app.database import Database
from portal_app.models.accounts import Account
from portal_app.models.enums import Grant, Role, SessionStage
from portal_app.models.identity import User
from portal_app.models.policies import Policy, PolicyTerm, Vehicle
from portal_app.services.access import ANONYMOUS, Actor, Gate, Permission, can, reach, system
from portal_app.services.scope import Scope, codes_in, in_scope, scope_of, visible
from tests.world import Agency, actor, unenrolled

FULL, PASSWORD = SessionStage.FULL, SessionStage.PASSWORD


@pytest.mark.criterion("DOOR-04")
@pytest.mark.parametrize(
    ("stage", "enrolled", "passes"),
    [
        (None, False, set()),
        (None, True, set()),
        (PASSWORD, False, {Gate.ENROLLING}),
        (PASSWORD, True, {Gate.PASSED_PASSWORD}),
        (FULL, False, set()),
        (FULL, True, {Gate.SIGNED_IN}),
    ],
)
def test_each_stage_passes_its_own_gate_and_no_other(
    stage: SessionStage | None, enrolled: bool, passes: set[Gate]
) -> None:
    person = replace(actor(Role.PRINCIPAL, 1), stage=stage, enrolled=enrolled)
    assert {gate for gate in Gate if can(person, gate)} == passes | {Gate.PUBLIC}
    assert {each for each in Permission if can(person, each)} == (
        set(Permission) if stage is FULL and enrolled else set()
    )


@pytest.mark.criterion("DOOR-04")
def test_what_the_portal_does_by_itself_is_open_to_nobody_who_signs_in() -> None:
    for person in (ANONYMOUS, *(actor(role, 1) for role in Role)):
        assert not can(person, Gate.SYSTEM)
    assert all(can(system("test"), each) for each in (*Gate, *Permission))


@pytest.mark.criterion("ACCESS-01")
@pytest.mark.parametrize("role", [Role.PRODUCER, Role.ADMIN, Role.READ_ONLY])
def test_a_grant_beyond_the_ceiling_that_got_into_the_table_widens_nothing(role: Role) -> None:
    granted, plain = actor(role, 1, *Grant), actor(role, 1)
    assert reach(granted, Permission.VIEW_COMMISSIONS) is reach(plain, Permission.VIEW_COMMISSIONS)


@pytest.mark.criterion("ACCESS-01")
def test_only_a_producer_reaches_the_producers_below_by_a_grant(agency: Agency) -> None:
    assert scope_of(agency.branch_manager(Grant.DOWNLINE)) == Scope(producer_id=agency.branch.id, downline=True)
    assert scope_of(agency.branch_manager()) == Scope(producer_id=agency.branch.id)
    assert scope_of(actor(Role.PRODUCER, agency.branch.id, Grant.COMMISSIONS)) == Scope(producer_id=agency.branch.id)
    assert scope_of(actor(Role.PRODUCER)) == scope_of(agency.admin()) == scope_of(ANONYMOUS) == Scope()
    assert scope_of(replace(agency.admin(), producer_id=agency.branch.id)) == Scope()
    assert scope_of(unenrolled(agency.principal())) == Scope()


@pytest.mark.criterion("ACCESS-02")
@pytest.mark.parametrize("model", [Policy, Account, PolicyTerm])
def test_who_has_no_book_sees_no_rows(database: Database, agency: Agency, model: type[Policy]) -> None:
    with database.read() as db:
        for person in (actor(Role.PRODUCER), agency.admin(), ANONYMOUS):
            assert db.scalars(visible(person, model)).all() == []


@pytest.mark.criterion("ACCESS-02")
def test_rows_are_those_of_ones_own_codes_and_with_the_grant_of_those_below(database: Database, agency: Agency) -> None:
    def seen(person: Actor) -> tuple[set[str], set[str]]:
        with database.read() as db:
            policies = {each.number for each in db.scalars(visible(person, Policy))}
            return policies, {each.name.split("'")[0] for each in db.scalars(visible(person, Account))}

    assert seen(agency.producer()) == ({"HO-101"}, {"Maya"})
    assert seen(agency.branch_manager()) == ({"HO-103"}, {"Branch"})
    assert seen(agency.branch_manager(Grant.DOWNLINE)) == ({"HO-101", "HO-102", "HO-103"}, {"Maya", "Daniel", "Branch"})
    assert len(seen(agency.csr())[0]) == 4


@pytest.mark.criterion("ACCESS-02")
def test_the_parts_of_a_policy_are_seen_with_the_policy(database: Database, agency: Agency) -> None:
    with database.write() as db:
        for name, policy in agency.policies.items():
            db.add(Vehicle(policy_id=policy.id or 0, position=1, vin=name))

    def seen(person: Actor) -> set[str]:
        with database.read() as db:
            return {each.vin for each in db.scalars(visible(person, Vehicle))}

    assert seen(agency.producer()) == {"maya"}
    assert seen(agency.branch_manager(Grant.DOWNLINE)) == {"maya", "daniel", "branch"}
    assert seen(agency.csr()) == set(agency.policies)
    assert seen(agency.admin()) == set()


@pytest.mark.criterion("ACCESS-02")
def test_those_below_are_found_at_every_depth(database: Database, agency: Agency) -> None:
    with database.read() as db:
        found = set(db.scalars(codes_in(Scope(producer_id=agency.house.id, downline=True))))
    assert found == {code.id for code in agency.codes.values()}


@pytest.mark.criterion("ACCESS-02")
def test_a_table_without_a_rule_shows_nothing_by_accident(agency: Agency) -> None:
    with pytest.raises(TypeError, match="User has no rule of scope"):
        in_scope(agency.producer(), User)
