"""What somebody may have meant: the words of insureds' names that are nearest to the words that were typed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from threading import Lock
from weakref import WeakKeyDictionary

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Connection, Engine, text

from portal_app.services.policies.words import WORD

SHORTEST = 3
TWO_EDITS_FROM = 5
"""A shorter word with two letters changed is another word."""
MOST_NEIGHBOURS = 24
MOST_MEANT = 48


@dataclass(frozen=True, slots=True)
class Meant:
    """A text that may have been meant, and the words it takes for those that were typed."""

    text: str
    taken: tuple[tuple[str, str], ...]


def turned(typed: str) -> Iterator[list[Meant]]:
    """The same name the other way round, as one tier: systems write John Smith or Smith, John."""
    words = typed.replace(",", " ").split()
    if len(words) > 1:
        first, last = words[0], words[-1]
        ways = (f"{last}, {' '.join(words[:-1])}", f"{last} {' '.join(words[:-1])}", f"{' '.join(words[1:])} {first}")
        yield [Meant(way, ((typed, way),)) for way in dict.fromkeys(ways) if way != typed]


@dataclass
class Vocabulary:
    """The words as last read, and how many and up to which id that were: words are only added."""

    known: dict[str, None] = field(default_factory=dict)
    version: tuple[int, int] = (0, 0)


_read: "WeakKeyDictionary[Engine, Vocabulary]" = WeakKeyDictionary()
_lock = Lock()
VERSION = text("SELECT count(*), coalesce(max(id), 0) FROM name_word")
NEWER = text("SELECT word FROM name_word WHERE id > :newest AND id <= :last ORDER BY id")


def vocabulary(db: Connection) -> dict[str, None]:
    """Every word of every name, kept in the process and read on where words were added."""
    count, last = db.execute(VERSION).one()
    with _lock:
        kept = _read.setdefault(db.engine, Vocabulary())
        if kept.version != (count, last):
            newer = db.scalars(NEWER, {"newest": kept.version[1], "last": last}).all()
            if len(kept.known) + len(newer) != count:
                kept.known, newer = {}, db.scalars(NEWER, {"newest": -1, "last": last}).all()
            kept.known = kept.known | dict.fromkeys(newer)
            kept.version = (count, last)
        return kept.known


def nearest(db: Connection, typed: str) -> Iterator[list[Meant]]:
    """The texts that may have been meant, in tiers: first those one edit away, then those two. Words that are right
    stay."""
    words = [(found.start(), found.end(), found.group()) for found in WORD.finditer(typed)]
    known = vocabulary(db)
    choices = [_neighbours(word, known) for _, _, word in words]
    for edits in (1, 2):
        tier: list[Meant] = []
        for picks in product(*choices):
            if sum(distance for _, distance in picks) == edits and len(tier) < MOST_MEANT:
                tier.append(_meant(typed, words, [word for word, _ in picks]))
        if tier:
            yield tier


def _neighbours(word: str, known: dict[str, None]) -> list[tuple[str, int]]:
    """The word itself at distance 0, then the nearest known ones."""
    if len(word) < SHORTEST:
        return [(word, 0)]
    edits = 2 if len(word) >= TWO_EDITS_FROM else 1
    near = process.extract(
        word, known.keys(), scorer=OSA.distance, processor=None, score_cutoff=edits, limit=MOST_NEIGHBOURS
    )
    return [(word, 0), *((other, int(distance)) for other, distance, _ in near if distance)]


def _meant(typed: str, words: list[tuple[int, int, str]], picks: list[str]) -> Meant:
    text, taken, end = "", [], 0
    for (start, stop, word), pick in zip(words, picks, strict=True):
        text += typed[end:start] + pick
        end = stop
        if pick != word:
            taken.append((word, pick))
    return Meant(text + typed[end:], tuple(taken))
