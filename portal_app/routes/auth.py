"""Native form posts of the way in and out. Each answers 303, so that a reload sends nothing twice."""

from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from portal_app.guard.asgi import cookie_name
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import DomainError, Invalid
from portal_app.services.identity import enrolment, sessions, set_up, sign_in
from portal_app.services.identity.sign_in import Passed
from portal_app.settings import Settings

FIELD_LIMIT = 4096


def app(settings: Settings) -> Starlette:
    """The routes under `/auth`."""
    posts = {
        "sign-in": post_sign_in,
        "mfa": post_mfa,
        "enroll": post_enroll,
        "set-up": post_set_up,
        "sign-out": post_sign_out,
    }
    served = Starlette(routes=[Route(f"/{name}", post, methods=["POST"]) for name, post in posts.items()])
    served.state.settings = settings
    return served


async def post_sign_in(request: Request) -> RedirectResponse:
    form = await _fields(request, "email", "password")
    outcome = await sign_in.with_password(
        the_door(), email=form["email"], password=form["password"], address=current_actor.get().address
    )
    return _onward(request, outcome) if isinstance(outcome, Passed) else _back("/sign-in", reason=outcome.value)


async def post_mfa(request: Request) -> RedirectResponse:
    form = await _fields(request, "code")
    outcome = await sign_in.with_code(the_door(), current_actor.get(), code=form["code"])
    return _onward(request, outcome) if isinstance(outcome, Passed) else _back("/mfa", reason=outcome.value)


async def post_enroll(request: Request) -> RedirectResponse:
    form = await _fields(request, "code")
    outcome = await enrolment.confirm(the_door(), current_actor.get(), code=form["code"])
    return _onward(request, outcome) if isinstance(outcome, Passed) else _back("/enroll", reason=outcome.value)


async def post_set_up(request: Request) -> RedirectResponse:
    form = await _fields(request, "token", "email", "name", "password")
    try:
        await set_up.finish(the_door(), **form)
    except Invalid as error:
        return _back("/set-up", token=form["token"], problems=",".join(error.problems))
    except DomainError:
        return _back("/set-up", problems="link")
    return _back("/sign-in", reason="password_set")


async def post_sign_out(request: Request) -> RedirectResponse:
    await the_door().call(sessions.sign_out)
    answer = _back("/sign-in", reason="signed_out")
    settings: Settings = request.app.state.settings
    answer.delete_cookie(cookie_name(settings), path="/", secure=_secure(settings), httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


async def _fields(request: Request, *names: str) -> dict[str, str]:
    """The named fields as text; whatever else was sent is ignored, files too."""
    async with request.form(max_files=0, max_fields=20, max_part_size=FIELD_LIMIT) as form:
        found = {name: form.get(name) for name in names}
    return {name: value if isinstance(value, str) else "" for name, value in found.items()}


def _onward(request: Request, passed: Passed) -> RedirectResponse:
    settings: Settings = request.app.state.settings
    answer = RedirectResponse(passed.next_page, 303)
    answer.set_cookie(
        cookie_name(settings), passed.token, path="/", secure=_secure(settings), httponly=True, samesite="lax"
    )
    return answer


def _back(page: str, **query: str) -> RedirectResponse:
    return RedirectResponse(f"{page}?{urlencode(query)}", 303)


def _secure(settings: Settings) -> bool:
    return settings.origin.startswith("https://")
