"""`/submissions/{locator}/documents`: a submission's files for programs, and `/files` for browsers."""

from typing import Any

import pytest
from httpx2 import Response

from tests.routes.api.conftest import Cast, Person
from tests.services.submissions.sent import MB, add_submission, lying, pdf, picture

KEY = "a-key-of-a-program"


@pytest.fixture
def path(cast: Cast) -> str:
    with cast.door.database.write() as db:
        row = add_submission(db, cast.maya.user, cast.agency.codes["maya"])
        return f"/submissions/{row.locator}/documents"


def send(person: Person, path: str, content: Any, filename: str = "a.pdf", key: str = KEY, **query: str) -> Response:
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/octet-stream"}
    asked = {"filename": filename, "kind": "photos", "uploadKey": key, **query}
    return person.client.post(f"/api/v1{path}", params=asked, content=content, headers=headers)


@pytest.mark.criterion("DOCS-15")
def test_programs_add_list_get_and_remove_files(cast: Cast, path: str) -> None:
    maya, content = cast.writing(cast.maya), picture("PNG")
    made = send(maya, path, content, "roof.png")
    assert (made.status_code, made.headers["location"]) == (201, f"/api/v1{path}/{made.json()['locator']}")
    assert send(maya, path, content, "roof.png").json() == made.json()
    same = send(maya, path, content, "the roof.png", key="another-key").json()
    assert (same["locator"], same["filename"], same["again"]) == (made.json()["locator"], "roof.png", True)
    one = made.json()
    assert one.pop("again") is False
    assert (one["kind"], one["filename"], one["contentType"], one["scan"], one["mayRemove"]) == (
        "photos",
        "roof.png",
        "image/png",
        "not_scanned",
        True,
    )
    assert maya.json(path) == {"items": [one], "total": 1, "listCompleted": True}
    assert cast.csr.json(f"{path}/{one['locator']}") == {**one, "mayRemove": True}
    answer = cast.csr.get(f"{path}/{one['locator']}/content")
    assert len(answer.content) == one["size"]
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''roof.png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "no-store" in answer.headers["cache-control"]
    assert cast.maya.send("DELETE", f"{path}/{one['locator']}").status_code == 403, "the token may only read"
    assert maya.send("DELETE", f"{path}/{one['locator']}").status_code == 204
    assert maya.get(f"{path}/{one['locator']}").status_code == 404
    assert maya.json(path)["total"] == 0


@pytest.mark.criterion("DOCS-15")
def test_what_cannot_be_taken_names_its_field(cast: Cast, path: str, tmp_path: Any) -> None:
    maya = cast.writing(cast.maya)
    for given, name in (({"kind": "quote"}, "kind"), ({"key": "short"}, "uploadKey"), ({"filename": ""}, "filename")):
        answer = send(maya, path, pdf(), **given)
        assert (answer.status_code, list(answer.json()["problems"])) == (422, [name])
    answer = send(maya, path, b"%PDF-1.7 nothing")
    assert (answer.status_code, list(answer.json()["problems"])) == (422, ["file"])
    assert send(maya, path, iter([b"%PDF-1.7"] + [b"x" * MB] * 26)).status_code == 413
    assert lying(tmp_path) == []


@pytest.mark.criterion("DOCS-02")
def test_others_find_nothing_there(cast: Cast, path: str) -> None:
    made = send(cast.writing(cast.maya), path, pdf()).json()
    daniel, nobody = cast.writing(cast.daniel), path.replace(path.split("/")[2], "01J00000000000000000000000")
    for asked in ("", f"/{made['locator']}", f"/{made['locator']}/content"):
        assert daniel.get(f"{path}{asked}").json() == daniel.get(f"{nobody}{asked}").json()
        assert daniel.get(f"{path}{asked}").status_code == 404
        assert cast.admin.get(f"{path}{asked}").status_code == 403
    assert daniel.send("DELETE", f"{path}/{made['locator']}").status_code == 404
    assert send(daniel, path, pdf(), key="another-key").status_code == 404
    assert send(cast.writing(cast.read_only), path, pdf(), key="another-key").status_code == 403
