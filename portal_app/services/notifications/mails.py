"""The mail of a notification, from the files in `templates`: as text, and as HTML in which whatever comes from people
is escaped."""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Notice:
    """What a mail says. `attached` and `too_large` are names of files; `link` and `preferences` whole addresses."""

    agency: str
    name: str
    lead: str
    insured: str
    words: str
    items: tuple[str, ...]
    attached: str
    too_large: str
    link: str
    preferences: str


def written(notice: Notice) -> tuple[str, str]:
    """The mail as text and as HTML."""
    given = asdict(notice)
    text, html = _templates()
    return (
        str(text.get_template("notice.txt").render_unicode(**given)),
        str(html.get_template("notice.html").render_unicode(**given)),
    )


@cache
def _templates() -> tuple[Any, Any]:
    # Loaded with the first mail: mako brings a highlighter of programs along, for which each start would wait.
    from mako.lookup import TemplateLookup

    escaping = TemplateLookup([_FOLDER], strict_undefined=True, default_filters=["h"])
    return TemplateLookup([_FOLDER], strict_undefined=True), escaping
