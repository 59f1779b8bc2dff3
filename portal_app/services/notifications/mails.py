"""The mail of a notification, from the files in `templates`: as text, and as HTML in which whatever comes from people
is escaped."""

from dataclasses import asdict, dataclass
from pathlib import Path

from mako.lookup import TemplateLookup

_FOLDER = Path(__file__).with_name("templates")
_TEXT = TemplateLookup([_FOLDER], strict_undefined=True)
_HTML = TemplateLookup([_FOLDER], strict_undefined=True, default_filters=["h"])


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
    text = str(_TEXT.get_template("notice.txt").render_unicode(**given))
    return text, str(_HTML.get_template("notice.html").render_unicode(**given))
