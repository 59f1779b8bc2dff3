"""Writes docs/roles.md from the dictionary of roles. `python -m tests.access.roles_document` brings it up to date."""

import importlib
import pkgutil
from pathlib import Path

from portal_app import portal_app, services
from portal_app.guard.events import RegistrationContext, declared
from portal_app.models.enums import Role
from portal_app.services.access import MATRIX, Permission
from portal_app.services.door import SERVICES

PLACE = Path(__file__).resolve().parents[2] / "docs/roles.md"
# A service is known once its module is loaded: all of them, so that the table does not depend on who asked before.
for _, name, _ in pkgutil.walk_packages(services.__path__, f"{services.__name__}."):
    importlib.import_module(name)

HEAD = """# Roles

Generated from `portal_app/services/access.py`; do not edit. A grant to one person widens their role, never past what
is named here.
"""


def text() -> str:
    assert portal_app.app is not None
    lines = [HEAD]
    for role in Role:
        grants = ", ".join(sorted(each.label.lower() for each in MATRIX[role].may_be_granted)) or "nothing"
        lines.append(f"- **{role.label}**: {MATRIX[role].description} May be granted: {grants}.")
    lines += ["", "| Permission | " + " | ".join(role.label for role in Role) + " |", "|---" * (len(Role) + 1) + "|"]
    for permission in Permission:
        cells = [MATRIX[role].permissions.get(permission) for role in Role]
        lines.append(f"| {permission} | " + " | ".join(cell.value if cell else "—" for cell in cells) + " |")
    lines += [
        "",
        "## What asks for each permission",
        "",
        "| Permission | Services | Events of pages |",
        "|---|---|---|",
    ]
    for permission in Permission:
        lines.append(f"| {permission} | {_services(permission)} | {_events(permission)} |")
    return "\n".join([*lines, ""])


def _services(permission: Permission) -> str:
    found = sorted(
        f"`{service.name}`"
        for service in SERVICES.values()
        if service.requirement is permission and not service.name.startswith(("tests", "bench"))
    )
    if permission is Permission.VIEW_ALL_ACCOUNTS:
        return "every service that reads accounts or policies: it widens what they see"
    return ", ".join(found) or "not built yet"


def _events(permission: Permission) -> str:
    found = sorted(
        f"`{'.'.join(name.split('____')[-1].split('.')[-2:])}`"
        for name in RegistrationContext.get().event_handlers
        if (said := declared(name)) is not None and said.requirement is permission
    )
    if permission is Permission.VIEW_ALL_ACCOUNTS:
        return "the same"
    return ", ".join(found) or "not built yet"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
