"""Assembles the app: pages, guard, routes, lifespan tasks; nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import reflex as rx
from starlette.applications import Starlette
from starlette.routing import Mount

from portal_app.bootstrap import open_portal
from portal_app.components import document
from portal_app.guard import asgi, events, headers, live
from portal_app.pages import PAGES
from portal_app.routes import answers, api, auth, exports, files, health
from portal_app.services.door import the_door
from portal_app.settings import load_settings
from portal_app.state.portal import PortalState

settings = load_settings()
registry = live.Registry()
WORDS = live.Words(PortalState.idle_soon, PortalState.idle_over, PortalState.ring, PortalState, "news")


def guarded(wrapped: Any) -> Callable[..., Any]:
    built = headers.Built(Path(".web/build/client"))
    return asgi.Guard(wrapped, settings, the_door, built, forget, registry.used, keeps_states)


async def keeps_states() -> bool:
    return await live.keeps_states(app)


def forget(token: str) -> None:
    live.drop_state(app, token)


@asynccontextmanager
async def serving() -> AsyncIterator[None]:
    """Open the portal when the server starts, watch over open pages while it runs, close everything when it ends."""
    door = await asyncio.to_thread(open_portal, settings)
    watching = asyncio.create_task(live.watch(app, registry, the_door, WORDS), name="sessions")
    yield
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    door.close()


app = rx.App(
    stylesheets=document.STYLESHEETS,
    html_lang="en",
    toaster=None,
    head_components=document.head(),
    app_wraps=document.around(),
    backend_exception_handler=events.report_failure,
    api_transformer=[
        Starlette(
            routes=[
                *health.ROUTES,
                *exports.ROUTES,
                *files.ROUTES,
                *answers.ROUTES,
                Mount("/auth", auth.app(settings)),
                api.mounted(settings),
            ],
        ),
        guarded,
    ],
)
app.add_middleware(events.EventGuard(registry))
app.register_lifespan_task(serving)
for page in PAGES:
    app.add_page(page.component, route=page.route, title=page.title, on_load=page.on_load)

if missing := events.undeclared():
    raise RuntimeError(f"These event handlers do not say what they need: {', '.join(missing)}")
