r"""How a numbering plan writes its numbers. Pure.

`#` is a digit of the core number and `X` a letter of it, read together from left to right: after `A99` of `X##` comes
`B00`. `{…}` takes the type's numbering string. `\` makes a literal of what follows; other letters have to be escaped
so, while digits, spaces and marks stand for themselves.
"""

from dataclasses import dataclass
from string import ascii_letters, ascii_uppercase

LONGEST = 128
MOST_POSITIONS = 18
DIGIT, LETTER, STRING = "#", "X", "{"


class FormatProblem(ValueError):
    """Why a format cannot be taken, as a sentence."""


class OutOfNumbers(Exception):
    """The core number has more digits than the format."""


@dataclass(frozen=True, slots=True)
class Format:
    """`parts` are (what it is, its text): a position of the core number, the numbering string, or a literal ("")."""

    text: str
    parts: tuple[tuple[str, str], ...]

    @property
    def capacity(self) -> int:
        """The first core number that it cannot write."""
        found = 1
        for kind, _ in self.parts:
            found *= {DIGIT: 10, LETTER: 26}.get(kind, 1)
        return found

    @property
    def takes_string(self) -> bool:
        return any(kind == STRING for kind, _ in self.parts)

    def length(self, numbering_string: str) -> int:
        return sum(len(numbering_string) if kind == STRING else 1 for kind, _ in self.parts)

    def written(self, number: int, numbering_string: str = "") -> str:
        """The number as the plan writes it. Raises OutOfNumbers."""
        if not 0 <= number < self.capacity:
            raise OutOfNumbers
        found = []
        for kind, text in reversed(self.parts):
            if kind == DIGIT:
                number, digit = divmod(number, 10)
                found.append(str(digit))
            elif kind == LETTER:
                number, digit = divmod(number, 26)
                found.append(ascii_uppercase[digit])
            else:
                found.append(numbering_string if kind == STRING else text)
        return "".join(reversed(found))


def parsed(text: str) -> Format:
    """Read a format. Raises FormatProblem."""
    parts: list[tuple[str, str]] = []
    rest = iter(text)
    for each in rest:
        if each in (DIGIT, LETTER):
            parts.append((each, each))
        elif each == "\\":
            parts.append(("", _escaped(next(rest, ""))))
        elif each == STRING:
            while (inner := next(rest, "")) != "}":
                if inner in ("", STRING):
                    raise FormatProblem("has a { without its }")
            parts.append((STRING, ""))
        else:
            parts.append(("", _literal(each)))
    positions = sum(kind in (DIGIT, LETTER) for kind, _ in parts)
    if not positions:
        raise FormatProblem("has no # or X, so that every number would be the same")
    if positions > MOST_POSITIONS:
        raise FormatProblem(f"has more than {MOST_POSITIONS} of # and X")
    return Format(text, tuple(parts))


def _escaped(each: str) -> str:
    if not each:
        raise FormatProblem("ends in a \\ that escapes nothing")
    return _printable(each)


def _literal(each: str) -> str:
    if each == "}":
        raise FormatProblem("has a } without its {")
    if each in ascii_letters:
        raise FormatProblem(f"has the letter {each}, which has to be written \\{each}")
    return _printable(each)


def _printable(each: str) -> str:
    if not each.isprintable():
        raise FormatProblem("has a character that cannot be seen")
    return each
