"""What a paper of the portal's own says, before it is drawn. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from portal_app.services.submissions.fingerprint import canonical


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Subheading:
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, or several with line breaks between."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with what belongs to them."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


Part = Heading | Subheading | Text | Facts | Table


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that the portal makes. `filename` is what it is called where it is kept."""

    title: str
    subtitle: str
    filename: str
    parts: tuple[Part, ...]

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal over everything that the paper says, which stands at its end."""
        said = [[type(each).__name__, *(getattr(each, name) for name in each.__slots__)] for each in self.parts]
        return hashlib.sha256(canonical([self.title, self.subtitle, said])).hexdigest()
