"""`/files`: files that the data of producers and codes refers to, and those of submissions, taken in from pages and
handed out to browsers. `of=submission:LOCATOR` says that a file is of a submission, `of=LOCATOR` that it is the newest
version of what is there, `of=licenses` that it is one of licenses, to be looked at. `/files/evidence/LOCATOR` is the
evidence file of a submission, made when it is asked for, `/files/acord/LOCATOR` its answers by ACORD's names."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive

from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooMany
from portal_app.services.licensing import waiting_file
from portal_app.services.media import library, taking
from portal_app.services.media.files import MOST_BYTES
from portal_app.services.media.library import Download, MediaView
from portal_app.services.papers import making
from portal_app.services.submissions import acord, documents, uploading

CHUNK = 64 * 1024
STATUS: dict[type[DomainError], int] = {Invalid: 422, Forbidden: 403, NotFound: 404, Conflict: 409, TooMany: 429}
OF_SUBMISSION = "submission:"
OF_LICENSES = "licenses"
MOST_POURED_AWAY = 2 * MOST_BYTES


async def post_file(request: Request) -> Response:
    """The body is the file itself. Answers with the reference to keep, or with a sentence for the field."""
    submission, body = _submission(request), Body(request.receive)
    try:
        if request.query_params.get("of") == OF_LICENSES:
            kept: Mapping[str, str | bool] = await _of_licenses(request, body)
        else:
            kept = await (_of_submission(request, body, submission) if submission else _of_data(request, body))
        await body.pour_away()
        return JSONResponse(kept, 201)
    except DomainError as refusal:
        await body.pour_away()
        return _refused(refusal)
    except ClientDisconnect:
        return Response(status_code=400)


async def _of_data(request: Request, body: "Body") -> dict[str, str]:
    names = {name: request.query_params.get(name, "") for name in ("filename", "of")}
    return reference(await taking.take_in(the_door(), current_actor.get(), body.arriving(), **names))


async def _of_submission(request: Request, body: "Body", submission: str) -> dict[str, str | bool]:
    told = {name: request.query_params.get(name, "") for name in ("kind", "filename", "upload_key", "item")}
    named = documents.Named(submission, **told)
    kept = await uploading.take_in(the_door(), current_actor.get(), body.arriving(), named)
    return {"locator": kept.locator, "filename": kept.filename, "scan": kept.scan.value, "again": kept.again}


async def _of_licenses(request: Request, body: "Body") -> dict[str, str]:
    filename = request.query_params.get("filename", "")
    arriving = body.arriving()
    locator = await waiting_file.take_in(the_door(), current_actor.get(), arriving, filename=filename)
    return {"locator": locator, "filename": filename}


async def delete_file(request: Request) -> Response:
    """Take a file of a submission out of it."""
    asked = {"submission": _submission(request), "locator": request.path_params["locator"]}
    try:
        await uploading.remove(the_door(), current_actor.get(), **asked)
    except DomainError as refusal:
        return _refused(refusal)
    return Response(status_code=204)


async def get_file(request: Request) -> Response:
    """A file to be saved and not to be shown: a document of a submission, or a version, the newest or the one that
    `version` names."""
    locator, version = request.path_params["locator"], request.query_params.get("version", "")
    submission = _submission(request)
    try:
        if submission:
            found = await the_door().call(documents.download, submission=submission, locator=locator)
        else:
            found = await the_door().call(library.download, locator=locator, version=version)
    except Forbidden:
        return Response(status_code=303, headers={"Location": "/denied"})
    except (NotFound, Conflict) as refusal:
        return Response(refusal.sentence, STATUS[type(refusal)], media_type="text/plain")
    headers = _headers(found.filename) | {"Content-Length": str(found.size)}
    return StreamingResponse(_bytes(found), media_type=found.content_type, headers=headers)


async def get_evidence(request: Request) -> Response:
    """The evidence file of a submission in one PDF, as it stands now."""
    submission = request.path_params["submission"]
    try:
        name, content = await making.evidence_file(the_door(), current_actor.get(), submission=submission)
    except Forbidden:
        return Response(status_code=303, headers={"Location": "/denied"})
    except DomainError as refusal:
        return Response(refusal.sentence, STATUS.get(type(refusal), 503), media_type="text/plain")
    return Response(content, media_type="application/pdf", headers=_headers(name))


async def get_acord(request: Request) -> Response:
    """The answers of a submission by ACORD's names, as a table that spreadsheets open."""
    submission = request.path_params["submission"]
    try:
        found = await acord.taken(the_door(), current_actor.get(), submission=submission)
    except Forbidden:
        return Response(status_code=303, headers={"Location": "/denied"})
    except DomainError as refusal:
        return Response(refusal.sentence, STATUS.get(type(refusal), 503), media_type="text/plain")
    return Response(acord.as_csv(found), media_type="text/csv; charset=utf-8", headers=_headers(found.filename))


def _headers(filename: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }


def reference(kept: MediaView) -> dict[str, str]:
    """The newest version, as extension data refers to it."""
    newest = kept.versions[0]
    return {"locator": kept.locator, "versionLocator": newest.locator, "filename": newest.filename}


def _submission(request: Request) -> str:
    """The submission that a file is of; "" where it is of none."""
    of = request.query_params.get("of", "")
    return of.removeprefix(OF_SUBMISSION) if of.startswith(OF_SUBMISSION) else ""


def _refused(refusal: DomainError) -> Response:
    return JSONResponse({"problem": refusal.sentence}, STATUS.get(type(refusal), 503))


@dataclass
class Body:
    """What is sent, as it comes."""

    receive: Receive
    ended: bool = False
    size: int = 0

    async def arriving(self) -> AsyncIterator[bytes]:
        """Raises ClientDisconnect where whoever sends it breaks off."""
        while not self.ended:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            self.ended = not message.get("more_body", False)
            piece = message.get("body", b"")
            self.size += len(piece)
            yield piece

    async def pour_away(self) -> None:
        """Let the rest come and keep nothing of it: a browser whose sending is cut short never reads the answer. What
        is far larger than it may be is cut short all the same."""
        with suppress(ClientDisconnect):
            async for _ in self.arriving():
                if self.size > MOST_POURED_AWAY:
                    return


def _bytes(found: Download) -> Iterator[bytes]:
    with found.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


ROUTES = [
    Route("/files", post_file, methods=["POST"]),
    Route("/files/evidence/{submission}", get_evidence, methods=["GET"]),
    Route("/files/acord/{submission}", get_acord, methods=["GET"]),
    Route("/files/{locator}", get_file, methods=["GET"]),
    Route("/files/{locator}", delete_file, methods=["DELETE"]),
]
