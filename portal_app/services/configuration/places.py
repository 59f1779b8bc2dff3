"""Where in a configuration a problem stands, as far as the text has it, and in what words people read there. Pure."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

PATH = re.compile(r"(?P<path>[^\s:]+): ")
NOT_JSON = re.compile(r"line (\d+) column (\d+) \(char \d+\)")
# What a part of a configuration is called in itself, the likeliest to be read by people first.
CALLED = ("label", "title", "name")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """`place` is a path such as "sections.1.groups.0", "line 3 column 5" where the text is no JSON, or "twice title"
    of what stands twice in one object; empty where the problem is none of one place. `words` are what stands around it,
    the outermost first."""

    place: str = ""
    words: tuple[str, ...] = ()


def whereabouts(content: str, problem: str) -> Whereabouts:
    """Of a problem as the check of the content tells it."""
    if found := NOT_JSON.search(problem):
        return Whereabouts(f"line {found[1]} column {found[2]}")
    path = PATH.match(problem)
    if path is None:
        return Whereabouts()
    if "stands twice in one object" in problem:
        return Whereabouts(f"twice {path['path']}")
    return _on_the_way(_document(content), path["path"].split("."))


def _on_the_way(document: Any, path: list[str]) -> Whereabouts:
    """As deep as the document goes: what is missing is missing in what is there."""
    there, words, at = [], [], document
    for step in path:
        if isinstance(at, dict) and step in at:
            at = at[step]
        elif isinstance(at, list) and step.isdecimal() and int(step) < len(at):
            at = at[int(step)]
        else:
            break
        there.append(step)
        called = (at.get(name) for name in CALLED) if isinstance(at, dict) else ()
        words += [next((each for each in called if isinstance(each, str) and each.strip()), "")]
    return Whereabouts(".".join(there), tuple(filter(None, words)))


@lru_cache(maxsize=2)
def _document(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
