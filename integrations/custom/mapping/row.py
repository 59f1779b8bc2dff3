"""One row under mapping: hands out values and gathers every reason why one cannot be had."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from integrations.custom.columns import Layout
from portal_app.services.ports import RowProblem

_Value = TypeVar("_Value")

# Control characters, and those that turn the writing direction, so that what is shown is not what is stored.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
# One short word, as codes are; none with four digits, which may be somebody's number.
_SHOWN = re.compile(r"(?!(?:.*[0-9]){4})[\w/+-]{1,12}")
_MOST_REASONS = 10


def folded(text: str) -> str:
    """Trimmed, and inside with single spaces."""
    return " ".join(text.split())


class MappedRow:
    """A row's texts, folded, by slot. Reasons name the column as the file calls it, and repeat nothing but words that
    the settings do not translate."""

    __slots__ = ("layout", "reasons", "texts")

    def __init__(self, layout: Layout, texts: tuple[str, ...], long_text: int | None = None) -> None:
        self.layout = layout
        self.reasons: list[str] = []
        self.texts = [text.strip() for text in texts]
        together = "".join(self.texts)
        if "  " in together or not together.isprintable():
            self.texts = [self._cleaned(slot, text, slot == long_text) for slot, text in enumerate(self.texts)]

    def _cleaned(self, slot: int, text: str, keeps_lines: bool) -> str:
        if _REFUSED.search(text):
            self.refuse(slot, "holds a control character")
            text = _REFUSED.sub(" ", text)
        if keeps_lines:
            return "\n".join(folded(line) for line in text.splitlines())
        return folded(text)

    def refuse(self, slot: int, why: str) -> None:
        self.reasons.append(f'Column "{self.layout.names[slot]}" {why}.')

    def name(self, slot: int) -> str:
        return self.layout.names[slot]

    def text(self, slot: int, longest: int) -> str:
        text = self.texts[slot]
        if len(text) > longest:
            self.refuse(slot, f"is longer than {longest} characters")
        return text

    def needed(self, slot: int, longest: int) -> str:
        text = self.texts[slot]
        if not 0 < len(text) <= longest:
            self.refuse(slot, f"is longer than {longest} characters" if text else "is empty")
        return text

    def parsed(self, slot: int, parse: Callable[[str], _Value], otherwise: _Value) -> _Value:
        """The cell's value, or `otherwise` where the cell is empty or refused."""
        text = self.texts[slot]
        if not text:
            return otherwise
        try:
            return parse(text)
        except ValueError as why:
            self.refuse(slot, str(why))
            return otherwise

    def parsed_needed(self, slot: int, parse: Callable[[str], _Value], otherwise: _Value) -> _Value:
        if not self.texts[slot]:
            self.refuse(slot, "is empty")
        return self.parsed(slot, parse, otherwise)

    def word(self, slot: int, words: Mapping[str, str], otherwise: str, repeat: bool = False) -> str:
        """Our word for what the cell says; `otherwise` where it is empty. `repeat` lets the reason tell the word."""
        text = self.texts[slot]
        if not text:
            return otherwise
        ours = words.get(text) or words.get(text.casefold())
        if ours is None:
            shown = f'says "{text}", which' if repeat and _SHOWN.fullmatch(text) else "says something that"
            self.refuse(slot, f"{shown} is not in the feed's list of values")
            return otherwise
        return ours

    def word_needed(self, slot: int, words: Mapping[str, str], otherwise: str, repeat: bool = False) -> str:
        if not self.texts[slot]:
            self.refuse(slot, "is empty")
        return self.word(slot, words, otherwise, repeat)

    def translated(self, slot: int, words: Mapping[str, str], longest: int) -> str:
        """Free text, replaced where the map has a word for it."""
        text = self.text(slot, longest)
        return words.get(text.casefold(), text) if words else text

    def finish(self) -> None:
        """Raises RowProblem where anything was refused."""
        if self.reasons:
            left = len(self.reasons) - _MOST_REASONS
            more = [f"There are {left} more reasons."] if left > 0 else []
            raise RowProblem([*self.reasons[:_MOST_REASONS], *more])
