"""A person asks whether the chain holds, and the worker finds out."""

from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from portal_app.jobs import check_audit, schedule, seal_audit
from portal_app.jobs.job import Lane, Work
from portal_app.services import audit
from portal_app.services.access import system
from portal_app.services.door import Door
from portal_app.services.errors import Forbidden
from portal_app.services.trail import chain
from tests.services.trail.test_events import did
from tests.world import Agency

pytestmark = pytest.mark.both_databases


@pytest.fixture
def work(door: Door) -> Work:
    return Work(door, "worker", Event())


@pytest.mark.criterion("AUDIT-14")
def test_a_check_is_done_once_and_says_what_it_found(door: Door, work: Work, agency: Agency) -> None:
    did(door, "user.enabled")
    seal_audit.run(work)
    assert door.run(chain.standing, agency.admin()) == chain.Chain(ordered=False, may_order=True)
    door.run(chain.order, agency.admin())
    door.run(chain.order, agency.principal())
    assert door.run(chain.standing, agency.admin()).ordered

    check_audit.run(work)

    found = door.run(chain.standing, agency.admin())
    assert (found.ordered, found.checked_at, found.ordered_by) == (False, door.clock(), "admin@agency.test")
    assert (found.sealed, found.unsealed, found.problems_found) == (1, 1, 0), "the order itself is not sealed yet"
    check_audit.run(work)
    with door.database.read() as db:
        assert db.execute(text("SELECT count(*) FROM audit_event WHERE action = 'audit.checked'")).scalar() == 1


@pytest.mark.criterion("AUDIT-14")
def test_what_is_wrong_is_told(door: Door, work: Work, agency: Agency) -> None:
    for _ in range(30):
        did(door, "user.enabled")
    seal_audit.run(work)
    with door.database.write() as db:
        db.execute(text("UPDATE audit_event SET actor = 'somebody else'"))
    door.run(chain.order, agency.principal())
    check_audit.run(work)
    found = door.run(chain.standing, agency.read_only())
    assert (found.problems_found, len(found.problems)) == (30, chain.TOLD)
    assert found.problems[0] == "Link 1 does not fit its row or the link before it."


@pytest.mark.criterion("AUDIT-14")
def test_who_may_have_it_checked_and_who_sees_what_was_found(door: Door, agency: Agency) -> None:
    for person in (agency.producer(), agency.csr()):
        with pytest.raises(Forbidden):
            door.run(chain.order, person)
        with pytest.raises(Forbidden):
            door.run(chain.standing, person)
    with pytest.raises(Forbidden):
        door.run(chain.order, agency.read_only())
    assert not door.run(chain.standing, agency.read_only()).may_order


@pytest.mark.criterion("AUDIT-14")
def test_a_check_keeps_no_other_job_waiting() -> None:
    jobs = {job.name: job for job in schedule.SCHEDULE}
    assert [job.name for job in jobs.values() if job.lane is Lane.CHECK] == ["check audit"]


@pytest.mark.criterion("AUDIT-15")
def test_what_is_sealed_while_the_chain_is_read_is_no_cut(
    door: Door, work: Work, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another sealer goes on writing links and anchors; the check sees the chain as it was when it began."""
    did(door, "user.enabled")
    seal_audit.run(work)
    sealed = audit._sealed

    def and_meanwhile(db: object) -> object:
        yield from sealed(db)  # type: ignore[arg-type]
        did(door, "user.disabled")
        seal_audit.run(work)

    monkeypatch.setattr(audit, "_sealed", and_meanwhile)
    folder: Path = door.settings.folder / "audit"
    verdict = door.run(audit.verify, system("test"), anchors=folder)
    assert (verdict.sealed, verdict.problems) == (1, ())
