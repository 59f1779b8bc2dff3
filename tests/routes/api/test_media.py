"""`/media`: files that extension data refers to, taken in while they arrive and handed out to be saved."""

import copy
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import select

from portal_app.models.audit import AuditEvent
from portal_app.models.media import MediaVersion
from portal_app.services import door as doors
from portal_app.services.door import Door
from portal_app.services.media.files import MOST_BYTES
from tests.routes.api.conftest import Cast, Person
from tests.services.producers.configured import SEED, with_configuration

PDF, PNG, JPG = b"%PDF-1.7 a license", b"\x89PNG\r\n\x1a\n a picture", b"\xff\xd8\xff\xe0 a photo"
NOBODY = "01J00000000000000000000000"


@pytest.fixture
def admin(cast: Cast, door: Door, monkeypatch: pytest.MonkeyPatch) -> Person:
    """An administrator of an agency whose producers have a license on file, and pictures."""
    given = copy.deepcopy(SEED)
    data = {"license": {"type": "media"}, "pictures": {"type": "list", "of": "media"}}
    given["producerManagement"]["producers"]["Producer"] = {"data": data}
    given["producerManagement"]["producerCodes"]["ProducerCode"] = {"data": data}
    monkeypatch.setattr(doors, "_installed", with_configuration(door, given))
    return cast.writing(cast.admin)


def send(person: Person, path: str, content: Any) -> Response:
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/octet-stream"}
    return person.client.post(f"/api/v1{path}", content=content, headers=headers)


def added(person: Person, content: bytes = PDF, path: str = "/media?filename=license.pdf&title=License") -> Any:
    answer = send(person, path, content)
    assert answer.status_code == 201, answer.text
    return answer.json()


def reference(media: Any, version: int = 0, **more: str) -> dict[str, str]:
    return {"locator": media["locator"], "versionLocator": media["versions"][version]["locator"], **more}


def kept(tmp_path: Path) -> list[Path]:
    return sorted(each for each in (tmp_path / "media").rglob("*") if each.is_file())


@pytest.mark.criterion("MEDIA-01")
def test_a_file_is_kept_under_its_sum_and_handed_out_to_be_saved(admin: Person, tmp_path: Path, door: Door) -> None:
    media = added(admin)
    [version] = media["versions"]
    digest = hashlib.sha256(PDF).hexdigest()
    assert (media["title"], version["filename"], version["contentType"]) == (
        "License",
        "license.pdf",
        "application/pdf",
    )
    assert (version["size"], version["digest"], version["createdBy"]) == (len(PDF), digest, "admin@agency.test")
    assert [path.name for path in kept(tmp_path)] == [digest]
    assert kept(tmp_path)[0].stat().st_mode & 0o777 == 0o600
    assert admin.json(f"/media/{media['locator']}") == media

    answer = admin.get(f"/media/{media['locator']}/content")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''license.pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["content-length"] == str(len(PDF))
    with door.database.read() as db:
        assert db.scalars(select(AuditEvent.subject).where(AuditEvent.action == "media.added")).all() == [
            media["locator"]
        ]


@pytest.mark.criterion("MEDIA-01")
def test_a_newer_version_leaves_the_older_one_and_the_same_bytes_lie_there_once(admin: Person, tmp_path: Path) -> None:
    media = added(admin)
    newer = added(admin, PNG, f"/media/{media['locator']}/versions?filename=l%C3%AFcense.png")
    added(admin, PDF, "/media?filename=again.pdf")
    assert [each["contentType"] for each in newer["versions"]] == ["image/png", "application/pdf"]
    path = f"/media/{media['locator']}/content"
    assert admin.get(path).content == PNG
    assert admin.get(path).headers["content-disposition"] == "attachment; filename*=UTF-8''l%C3%AFcense.png"
    assert admin.get(path, version=newer["versions"][1]["locator"]).content == PDF
    assert admin.get(path, version=NOBODY).status_code == 404
    assert len(kept(tmp_path)) == 2


@pytest.mark.criterion("MEDIA-02")
def test_the_limit_holds_while_bytes_arrive_and_nothing_is_left_behind(admin: Person, tmp_path: Path) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield PDF
        while sent < 4 * MOST_BYTES:
            sent += 1024 * 1024
            yield b"x" * 1024 * 1024

    answer = send(admin, "/media?filename=a.pdf", endless())
    assert answer.status_code == 413
    assert kept(tmp_path) == []
    largest = PDF + b"x" * (MOST_BYTES - len(PDF))
    assert added(admin, largest)["versions"][0]["size"] == MOST_BYTES
    assert send(admin, "/media?filename=a.pdf", largest + b"x").status_code == 413


@pytest.mark.criterion("MEDIA-02")
@pytest.mark.parametrize(
    ("path", "content", "name"),
    [
        ("/media?filename=a.pdf", b"<script>", "file"),
        ("/media?filename=a.pdf", b"%PD", "file"),
        ("/media?filename=a.pdf", b"", "file"),
        ("/media?filename=a/b.pdf", PDF, "filename"),
        ("/media?filename=a%0A.pdf", PDF, "filename"),
        ("/media?filename=%22.pdf", PDF, "filename"),
        ("/media?filename=", PDF, "filename"),
        ("/media", PDF, "filename"),
        ("/media?filename=a.pdf&filename=b.pdf", PDF, "filename"),
    ],
)
def test_what_is_no_such_file_is_told_and_nothing_is_left_behind(
    admin: Person, path: str, content: bytes, name: str, tmp_path: Path, door: Door
) -> None:
    answer = send(admin, path, content)
    assert (answer.status_code, list(answer.json()["problems"])) == (422, [name])
    assert kept(tmp_path) == []
    with door.database.read() as db:
        assert db.scalars(select(MediaVersion.id)).all() == []


@pytest.mark.criterion("MEDIA-02")
def test_photos_are_known_by_their_first_bytes_and_not_by_their_name(admin: Person) -> None:
    assert added(admin, JPG, "/media?filename=a.pdf")["versions"][0]["contentType"] == "image/jpeg"


@pytest.mark.criterion("MEDIA-03")
def test_data_refers_to_files_that_are_there_with_the_names_that_are_written_down(cast: Cast, admin: Person) -> None:
    media, path = added(admin), f"/producers/{cast.agency.maya.locator}"
    full = reference(media, filename="license.pdf", title="License", tag="2026")
    sent = {"license": reference(media, tag="2026", filename="other.pdf"), "pictures": [reference(media)]}
    changed = admin.done("PATCH", path, {"setData": sent})
    assert changed["data"] == {"license": full, "pictures": [full | {"tag": ""}]}
    code = admin.done("PATCH", f"/producer-codes/{cast.agency.codes['daniel'].locator}", {"setData": sent})
    assert code["data"] == changed["data"]

    for wrong, told in (
        ({"license": {"locator": media["locator"], "versionLocator": NOBODY}}, "data.license"),
        ({"license": {"locator": NOBODY, "versionLocator": media["versions"][0]["locator"]}}, "data.license"),
        ({"pictures": [reference(media), {"locator": NOBODY, "versionLocator": NOBODY}]}, "data.pictures[1]"),
        ({"license": {"locator": media["locator"]}}, "data.license"),
        ({"license": reference(media, colour="red")}, "data.license"),
        ({"license": "a.pdf"}, "data.license"),
        ({"license": {"locator": 1, "versionLocator": 2}}, "data.license"),
    ):
        answer = admin.send("PATCH", path, {"setData": wrong})
        assert (answer.status_code, list(answer.json()["problems"])) == (422, [told])
    assert admin.json(path)["data"] == changed["data"]


@pytest.mark.criterion("MEDIA-04")
def test_a_producer_sees_what_their_own_data_refers_to(cast: Cast, admin: Person) -> None:
    media = added(admin)
    path = f"/media/{media['locator']}"
    assert cast.maya.get(path).status_code == cast.maya.get(f"{path}/content").status_code == 404
    admin.done("PATCH", f"/producers/{cast.agency.maya.locator}", {"setData": {"pictures": [reference(media)]}})
    assert cast.maya.json(path) == media
    assert cast.maya.get(f"{path}/content").content == PDF
    assert cast.daniel.get(path).content == cast.daniel.get(f"/media/{NOBODY}").content
    admin.done(
        "PATCH", f"/producer-codes/{cast.agency.codes['daniel'].locator}", {"setData": {"license": reference(media)}}
    )
    assert cast.daniel.json(path) == media
    assert cast.csr.json(path) == cast.read_only.json(path) == media


@pytest.mark.criterion("MEDIA-05")
def test_a_producer_sees_the_versions_that_their_data_refers_to_and_no_other(cast: Cast, admin: Person) -> None:
    media = added(admin)
    path = f"/media/{media['locator']}"
    newer = added(admin, PNG, f"{path}/versions?filename=newer.png")
    old, new = reference(newer, 1), reference(newer, 0)
    mayas = f"/producers/{cast.agency.maya.locator}"
    admin.done("PATCH", mayas, {"setData": {"license": old}})
    assert cast.maya.json(path)["versions"] == media["versions"]
    assert cast.maya.get(f"{path}/content").content == PDF
    refused = cast.maya.get(f"{path}/content", version=new["versionLocator"])
    assert (refused.status_code, refused.content) == (404, cast.maya.get(f"{path}/content", version=NOBODY).content)
    assert cast.csr.json(path) == newer
    admin.done("PATCH", mayas, {"setData": {"pictures": [new]}})
    assert cast.maya.json(path) == newer
    assert cast.maya.get(f"{path}/content").content == PNG


@pytest.mark.criterion("MEDIA-06")
def test_what_nothing_refers_to_is_taken_away_with_its_bytes(
    cast: Cast, admin: Person, tmp_path: Path, door: Door
) -> None:
    media, same = added(admin), added(admin, PDF, "/media?filename=again.pdf")
    path = f"/media/{media['locator']}"
    newer = added(admin, PNG, f"{path}/versions?filename=newer.png")
    code = f"/producer-codes/{cast.agency.codes['daniel'].locator}"
    admin.done("PATCH", code, {"setData": {"pictures": [reference(newer, 1)]}})
    refused = admin.send("DELETE", path)
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "A producer or a code refers to this file. Take it out of their data first.",
    )
    admin.done("PATCH", code, {"removeData": ["pictures"]})
    for person in (cast.admin, cast.writing(cast.csr), cast.writing(cast.maya)):
        assert person.send("DELETE", path).status_code == 403
    assert len(kept(tmp_path)) == 2

    assert admin.send("DELETE", path).status_code == 204

    assert admin.get(path).status_code == admin.send("DELETE", path).status_code == 404
    assert [each.name for each in kept(tmp_path)] == [hashlib.sha256(PDF).hexdigest()], "the other file's bytes stay"
    assert admin.get(f"/media/{same['locator']}/content").content == PDF
    assert send(admin, f"{path}/versions?filename=a.png", PNG).status_code == 404
    with door.database.read() as db:
        [event] = db.scalars(select(AuditEvent).where(AuditEvent.action == "media.removed")).all()
        assert event.subject == media["locator"]
        assert [each["filename"] for each in event.detail["versions"]] == ["license.pdf", "newer.png"]
    assert admin.send("DELETE", f"/media/{same['locator']}").status_code == 204
    assert kept(tmp_path) == []


@pytest.mark.criterion("MEDIA-04")
def test_who_may_not_add_is_refused_before_a_byte_is_taken(cast: Cast, admin: Person, tmp_path: Path) -> None:
    media = added(admin)
    before = kept(tmp_path)
    for person in (cast.admin, cast.writing(cast.csr), cast.writing(cast.maya), cast.writing(cast.read_only)):
        assert send(person, "/media?filename=a.png", PNG).status_code == 403
        assert send(person, f"/media/{media['locator']}/versions?filename=a.png", PNG).status_code == 403
    assert send(admin, f"/media/{NOBODY}/versions?filename=a.png", PNG).status_code == 404
    assert kept(tmp_path) == before


@pytest.mark.criterion("MEDIA-04")
def test_bytes_that_are_gone_are_told(admin: Person, tmp_path: Path) -> None:
    media = added(admin)
    kept(tmp_path)[0].unlink()
    answer = admin.get(f"/media/{media['locator']}/content")
    assert answer.status_code == 404
    assert "not in the portal's data folder any more" in answer.json()["detail"]
