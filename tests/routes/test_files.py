"""Files of producers over HTTP, through the guard: who brings them, who gets them, and what is refused."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app.guard import asgi, headers
from portal_app.models.audit import AuditEvent
from portal_app.models.enums import SubmissionStatus
from portal_app.models.identity import User
from portal_app.models.producers import Producer
from portal_app.models.submissions import IntakeForm
from portal_app.routes import files
from portal_app.services.door import Door
from portal_app.services.intake.shipped import shipped_text
from portal_app.services.media.files import MOST_BYTES
from tests.access.conftest import Cast, cast, door  # noqa: F401
from tests.services.submissions.sent import add_submission, pdf

SITE = "http://testserver"
PDF = b"%PDF-1.7 a license"
Asks = Callable[..., Any]


@pytest.fixture
def ask(door: Door, cast: Cast, tmp_path: Path) -> Iterator[Asks]:  # noqa: F811
    """A request by somebody of the cast, from the portal's own pages unless said otherwise."""
    settings = door.settings.model_copy(update={"public_url": SITE})
    guard = asgi.Guard(Starlette(routes=files.ROUTES), settings, lambda: door, headers.Built(tmp_path))
    with TestClient(guard, base_url=SITE, follow_redirects=False) as client:

        def one(who: str, method: str, path: str, *, origin: str = SITE, content: bytes = b"") -> Any:
            cookies = {"Cookie": f"portal_session={cast[who]}"} if cast[who] else {}
            return client.request(method, path, content=content, headers=cookies | {"Origin": origin})

        yield one


def brought(ask: Asks, name: str = "license.pdf", content: bytes = PDF, of: str = "") -> dict[str, str]:
    answer = ask("admin", "POST", f"/files?filename={name}&of={of}", content=content)
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = json.loads(answer.text)
    return found


@pytest.mark.criterion("PRODPAGE-15")
def test_a_file_is_brought_and_handed_out_in_each_of_its_versions(ask: Asks) -> None:
    first = brought(ask)
    newer = brought(ask, "license 2027.pdf", PDF + b" of 2027", first["locator"])
    assert newer["locator"] == first["locator"]
    answer = ask("csr", "GET", f"/files/{first['locator']}?version={first['versionLocator']}")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''license.pdf"
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert ask("csr", "GET", f"/files/{first['locator']}").content == PDF + b" of 2027"
    assert ask("csr", "GET", f"/files/{first['locator']}?version=nonsense").status_code == 404


@pytest.mark.criterion("PRODPAGE-15")
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("license.pdf", b"", "The file is empty."),
        ("license.pdf", b"<html>", "Only PDF, JPG and PNG files are taken, whatever their name says."),
        ("license.pdf", PDF + b"x" * MOST_BYTES, "A file has at most 25 MB."),
        ("a%2Fb.pdf", PDF, "A file's name has 1 to 200 characters, no slashes and no quotes."),
    ],
)
def test_what_cannot_be_taken_is_told_in_a_sentence_and_leaves_nothing(
    ask: Asks, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    answer = ask("admin", "POST", f"/files?filename={name}", content=content)
    assert (answer.status_code, answer.json()) == (422, {"problem": sentence})
    assert [each for each in tmp_path.rglob("media/**/*") if each.is_file()] == []


@pytest.mark.criterion("PRODPAGE-15")
def test_only_who_manages_producers_brings_files_and_only_from_the_portals_pages(ask: Asks) -> None:
    for who, status in (
        ("csr", 403),
        ("producer", 403),
        ("read-only", 403),
        ("anonymous", 303),
        ("password only", 303),
    ):
        assert ask(who, "POST", "/files?filename=a.pdf", content=PDF).status_code == status
    assert ask("admin", "POST", "/files?filename=a.pdf", origin="https://evil.example", content=PDF).status_code == 403


@pytest.mark.criterion("PRODPAGE-15")
def test_a_producer_gets_what_their_own_data_refers_to(ask: Asks, door: Door) -> None:  # noqa: F811
    kept = brought(ask)
    place = f"/files/{kept['locator']}"
    assert ask("producer", "GET", place).status_code == 404
    with door.database.write() as db:
        maya = db.scalars(select(Producer).where(Producer.name == "Maya Alvarez")).one()
        maya.data = {"license": kept}
    assert ask("producer", "GET", place).content == PDF
    assert ask("anonymous", "GET", place).headers["location"] == "/sign-in"


@pytest.mark.criterion("DOCS-16")
def test_files_of_a_submission_go_up_come_down_and_go_away_from_its_page(
    ask: Asks,
    door: Door,  # noqa: F811
    cast: Cast,  # noqa: F811
) -> None:
    with door.database.write() as db:
        maya = db.scalars(select(User).where(User.email == "producer@agency.test")).one()
        of = f"submission:{add_submission(db, maya, cast.agency.codes['maya']).locator}"
    asked = f"/files?of={of}&kind=loss_runs&filename=runs.exe&upload_key=key-of-a-page"
    for who, status in (("admin", 403), ("other producer", 404), ("read-only", 403), ("anonymous", 303)):
        assert ask(who, "POST", asked, content=pdf()).status_code == status
    made = [ask("producer", "POST", asked, content=pdf()) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert made[0].json()["filename"] == "runs.exe.pdf"
    place = f"/files/{made[0].json()['locator']}?of={of}"
    answer = ask("csr", "GET", place)
    assert (answer.status_code, answer.content) == (200, pdf())
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''runs.exe.pdf"
    for name, value in (("x-content-type-options", "nosniff"), ("cache-control", "no-store")):
        assert value in answer.headers[name]
    assert ask("other producer", "GET", place).status_code == 404
    assert ask("admin", "GET", place).headers["location"] == "/denied"
    assert ask("producer", "DELETE", place, origin="https://evil.example").status_code == 403
    assert ask("other producer", "DELETE", place).status_code == 404
    assert ask("producer", "DELETE", place).status_code == 204
    assert ask("producer", "DELETE", place).status_code == 404
    refused = ask("producer", "POST", asked, content=b"%PDF-1.7 nothing")
    assert (refused.status_code, "damaged" in refused.json()["problem"]) == (422, True)


@pytest.mark.criterion("PRODPAGE-18")
def test_a_file_of_licenses_is_brought_by_who_manages_producers_alone(ask: Asks) -> None:
    sent = brought(ask, "nipr.csv", b"NPN,State\n", "licenses")
    assert (sent["filename"], len(sent["locator"])) == ("nipr.csv", 26)
    assert ask("admin", "GET", f"/files/{sent['locator']}").status_code == 404, "it is handed out to nobody"
    too_large = ask("admin", "POST", "/files?filename=x.csv&of=licenses", content=b"x" * (5 * 1024 * 1024 + 1))
    assert (too_large.status_code, too_large.json()) == (422, {"problem": "A file of licenses has at most 5 MB."})
    assert ask("csr", "POST", "/files?filename=x.csv&of=licenses", content=b"x").status_code in (303, 403)


@pytest.mark.criterion("ACORD-06")
@pytest.mark.criterion("BOUND-19")
def test_the_evidence_file_is_had_from_the_page_and_the_trail_says_by_whom(
    ask: Asks,
    door: Door,  # noqa: F811
    cast: Cast,  # noqa: F811
) -> None:
    with door.database.write() as db:
        maya = db.scalars(select(User).where(User.email == "producer@agency.test")).one()
        form = {"status": SubmissionStatus.PENDING, "submitted_by_id": maya.id, "insured_name": "Ada Quill"}
        row = add_submission(db, maya, cast.agency.codes["maya"], **form)
        db.get_one(IntakeForm, row.form_id).content = shipped_text("homeowners")
        locator, number = row.locator, row.number
    place = f"/files/evidence/{locator}"
    for who in ("producer", "read-only"):
        answer = ask(who, "GET", place)
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-"), answer.text
        assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''Evidence%20{number}.pdf"
        assert answer.headers["cache-control"] == "no-store"
    assert ask("other producer", "GET", place).status_code == 404
    assert ask("admin", "GET", place).headers["location"] == "/denied"
    assert ask("anonymous", "GET", place).headers["location"] == "/sign-in"
    with door.database.read() as db:
        events = db.scalars(select(AuditEvent).where(AuditEvent.action == "submission.evidence_made")).all()
        made = [(each.actor, each.subject, len((each.detail or {})["sha256"])) for each in events]
    assert made == [("producer@agency.test", locator, 64), ("read-only@agency.test", locator, 64)]
    table = ask("read-only", "GET", f"/files/acord/{locator}")
    assert (table.status_code, table.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    name = f"Application%20{number}%20by%20ACORD%20name.csv"
    assert table.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert '"Producer_FullName_A"' in table.text
    assert ask("other producer", "GET", f"/files/acord/{locator}").status_code == 404
    for who, there in (("admin", "/denied"), ("anonymous", "/sign-in")):
        assert ask(who, "GET", f"/files/acord/{locator}").headers["location"] == there
