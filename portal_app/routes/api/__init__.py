"""The REST API under `/api/v1`: one module per noun, each calling the same services as the pages."""

from portal_app.routes.api.application import app, mounted

__all__ = ["app", "mounted"]
