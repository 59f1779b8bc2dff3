"""What a page of an intake form holds when it goes, over HTTP through the guard: saved once, for whoever typed it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app.guard import asgi, headers
from portal_app.models.identity import User
from portal_app.models.submissions import SubmissionAnswers
from portal_app.routes import answers
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.submissions import drafts
from tests.access.conftest import Cast, cast, door  # noqa: F401
from tests.world import actor

SITE, PATH = "http://testserver", "applicant.insured"
Sends = Callable[..., int]


@pytest.fixture
def maya(door: Door, cast: Cast) -> Actor:  # noqa: F811
    with door.database.read() as db:
        user = db.scalars(select(User).where(User.email == "producer@agency.test")).one()
        return actor(user.role, user.producer_id, user_id=user.id, email=user.email)


@pytest.fixture
def send(door: Door, cast: Cast, maya: Actor, tmp_path: Path) -> Iterator[Sends]:  # noqa: F811
    """A page of Maya's that goes; answers with the status that nobody hears."""
    settings = door.settings.model_copy(update={"public_url": SITE})
    guard = asgi.Guard(Starlette(routes=answers.ROUTES), settings, lambda: door, headers.Built(tmp_path))
    locator = door.run(drafts.begin, maya, line="homeowners").locator
    with TestClient(guard, base_url=SITE, follow_redirects=False) as client:

        def one(name: str, who: str = "producer", origin: str = SITE, **given: Any) -> int:
            rows = [{"key": "0", "values": {"name": name}}]
            whole = {"of": locator, "path": PATH, "by": maya.email, "number": "1.1", "version": 0, "rows": rows} | given
            cookies = {"Cookie": f"portal_session={cast[who]}"} if cast[who] else {}
            answer = client.post("/answers", content=json.dumps(whole), headers=cookies | {"Origin": origin})
            return answer.status_code

        yield one


def stored(door: Door) -> list[tuple[int, Any]]:  # noqa: F811
    with door.database.read() as db:
        asked = select(SubmissionAnswers).where(SubmissionAnswers.path == PATH)
        return [(each.version, each.rows[0]["name"]) for each in db.scalars(asked)]


@pytest.mark.criterion("WIZARD-16")
def test_what_a_page_holds_when_it_goes_is_saved_once_and_over_nobody_else(door: Door, send: Sends) -> None:  # noqa: F811
    assert [send("Ada"), send("Ada")] == [204, 204]
    assert stored(door) == [(1, "Ada")]
    assert send("Nell") == 409
    assert send("Ada Quill", before=[[{"name": "Ada"}]]) == 204, "what it sent before is nobody else's"
    assert stored(door) == [(2, "Ada Quill")]


@pytest.mark.criterion("WIZARD-16")
def test_it_is_taken_from_whoever_typed_it_alone(door: Door, send: Sends) -> None:  # noqa: F811
    assert send("Ada", by="principal@agency.test") == 403, "the session ended, and another began"
    assert send("Ada", "principal") == 403
    assert send("Ada", origin="https://elsewhere.test") == 403
    assert send("Ada", "anonymous") == 303
    assert send("Ada", "other producer", by="other.producer@agency.test") == 404
    assert send("Ada", "read-only", by="read-only@agency.test") == 403
    assert [send("x" * answers.MOST_BYTES), send("Ada", rows="all"), send("Ada", other=1, path="no.such")] == [422] * 3
    assert stored(door) == []
