"""Native form posts of the way in and out. Each answers 303, so that a reload sends nothing twice."""

from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal_app.guard.asgi import cookie_name, fault_page
from portal_app.services.door import current_actor, the_door
from portal_app.services.errors import ConfirmFirst, DomainError, Invalid, NotFound, SignInNeeded, TooMany
from portal_app.services.identity import confirm, enrolment, new_password, reset, sessions, set_up, sign_in
from portal_app.services.identity.sign_in import Passed, Refused
from portal_app.services.identity.text_codes import Unsent
from portal_app.settings import Settings

FIELD_LIMIT = 4096
PREFERENCES = "/preferences"


def app(settings: Settings) -> Starlette:
    """The routes under `/auth`."""
    posts = {
        "sign-in": post_sign_in,
        "mfa": post_mfa,
        "mfa/text": post_mfa_text,
        "enroll": post_enroll,
        "enroll/text": post_enroll_text,
        "set-up": post_set_up,
        "reset": post_reset,
        "reset/confirm": post_reset_confirm,
        "confirm": post_confirm,
        "confirm/text": post_confirm_text,
        "password": post_password,
        "sign-out": post_sign_out,
    }
    routes = [Route(f"/{name}", post, methods=["POST"]) for name, post in posts.items()]
    served = Starlette(routes=routes, exception_handlers={DomainError: _refused})
    served.state.settings = settings
    return served


async def _refused(_: Request, error: Any) -> Response:
    """What no form foresees: the first step is over meanwhile, or the portal cannot do it now."""
    return RedirectResponse("/sign-in", 303) if isinstance(error, SignInNeeded) else fault_page(error, again="/")


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


async def post_mfa_text(request: Request) -> RedirectResponse:
    return _texted("/mfa", await the_door().call(sign_in.text_me))


async def post_enroll_text(request: Request) -> RedirectResponse:
    form = await _fields(request, "phone")
    return _texted("/enroll", await the_door().call(enrolment.text_me, number=form["phone"]))


async def post_confirm(request: Request) -> RedirectResponse:
    form = await _fields(request, "password", "code")
    refused = await confirm.again(the_door(), current_actor.get(), password=form["password"], code=form["code"])
    if refused is None:
        return _back(PREFERENCES, reason="confirmed")
    return _back(PREFERENCES, reason="throttled" if refused is Refused.THROTTLED else "unconfirmed")


async def post_confirm_text(request: Request) -> RedirectResponse:
    return _texted(PREFERENCES, await the_door().call(confirm.text_me))


async def post_password(request: Request) -> RedirectResponse:
    form = await _fields(request, "password")
    try:
        await new_password.choose(the_door(), current_actor.get(), password=form["password"])
    except Invalid as error:
        return _back(PREFERENCES, problems=",".join(error.problems))
    except ConfirmFirst:
        return _back(PREFERENCES, reason="confirm")
    return _back(PREFERENCES, reason="password_changed")


async def post_reset(request: Request) -> RedirectResponse:
    form = await _fields(request, "email")
    asked = await the_door().call(reset.ask, email=form["email"])
    return _back("/reset", reason="asked" if asked else "throttled")


async def post_reset_confirm(request: Request) -> RedirectResponse:
    form = await _fields(request, "token", "password")
    return await _password_set("/reset", email="", name="", **form)


async def post_enroll(request: Request) -> RedirectResponse:
    form = await _fields(request, "code")
    outcome = await enrolment.confirm(the_door(), current_actor.get(), code=form["code"])
    return _onward(request, outcome) if isinstance(outcome, Passed) else _back("/enroll", reason=outcome.value)


async def post_set_up(request: Request) -> RedirectResponse:
    return await _password_set("/set-up", **await _fields(request, "token", "email", "name", "password"))


async def _password_set(page: str, *, token: str, email: str, name: str, password: str) -> RedirectResponse:
    try:
        given = {"token": token, "email": email, "name": name, "password": password}
        await set_up.finish(the_door(), **given, address=current_actor.get().address)
    except Invalid as error:
        return _back(page, token=token, problems=",".join(error.problems))
    except TooMany:
        return _back(page, problems="throttled")
    except NotFound:
        return _back(page, problems="link")
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


def _texted(page: str, unsent: Unsent | None) -> RedirectResponse:
    return _back(page, reason="texted" if unsent is None else unsent.value)


def _back(page: str, **query: str) -> RedirectResponse:
    return RedirectResponse(f"{page}?{urlencode(query)}", 303)


def _secure(settings: Settings) -> bool:
    return settings.origin.startswith("https://")
