"""The intake forms that hold where an agency has none of its own: one file for each line of business."""

from functools import cache
from pathlib import Path

from portal_app.services.intake.forms import LINES, Form
from portal_app.services.intake.reading import load

FOLDER = Path(__file__).with_name("forms")


@cache
def shipped_text(line: str) -> str:
    """As it stands in the file. Raises KeyError where there is no such line."""
    if line not in LINES:
        raise KeyError(line)
    return (FOLDER / f"{line}.json").read_text(encoding="utf-8")


@cache
def shipped(line: str) -> Form:
    return load(shipped_text(line))
