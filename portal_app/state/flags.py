"""An underwriting flag as the forms for it ask for one."""

from collections.abc import Mapping
from typing import Any

from portal_app.models.enums import FlagLevel

LEVELS = {each.value: each.label for each in FlagLevel}


def read(form: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in; a level that there is not does nothing by itself."""
    level = FlagLevel(form["level"]) if form.get("level") in LEVELS else FlagLevel.INFO
    return {"level": level, "tag": str(form.get("tag", "")), "note": str(form.get("note", ""))}
