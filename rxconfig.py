"""Reflex's own configuration. What an operator sets reaches it from `portal_app/serve.py` by REFLEX_… variables."""

import os
from pathlib import Path
from typing import Any

import reflex as rx
from reflex.constants import StateManagerMode
from reflex.plugins import Plugin

from portal_app import frontend


class RelocatableAddresses(Plugin):
    """Takes the address out of the bundle, so that one build serves every host and port."""

    def post_build(self, **context: Any) -> None:
        frontend.make_relocatable(Path(context["static_dir"]))


config = rx.Config(
    app_name="portal_app",
    backend_host="127.0.0.1",
    cors_allowed_origins=["http://127.0.0.1:8000"],
    db_url=None,
    disable_plugins=[rx.plugins.SitemapPlugin],
    frontend_packages=["@fontsource-variable/inter@5.3.0"],
    plugins=[
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(
                accent_color="iris", gray_color="slate", radius="medium", scaling="95%", panel_background="solid"
            )
        ),
        RelocatableAddresses(),
    ],
    show_built_with_reflex=False,
    state_manager_mode=StateManagerMode.REDIS if os.environ.get("REFLEX_REDIS_URL") else StateManagerMode.MEMORY,
    telemetry_enabled=False,
)
