"""What is read from a configuration is as it should be, or a problem with its path; reading goes on either way."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


class ConfigurationProblems(Exception):
    """Everything that is wrong with a configuration, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Place:
    """A path in the file, such as `producerManagement.producers.Agency.extend`."""

    def __init__(self, path: str = "") -> None:
        self.path = path

    def __truediv__(self, name: str) -> "Place":
        return Place(f"{self.path}.{name}" if self.path else name)


class Reader:
    """Collects problems. What is wrong is answered by something harmless, and the configuration is not used then."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def wrong(self, at: Place, why: str) -> None:
        self.problems.append(f"{at.path}: {why}." if at.path else f"{why}.")

    def fields(self, at: Place, given: Any, allowed: tuple[str, ...]) -> Mapping[str, Any]:
        """An object with these names and no other."""
        found = self._object(at, given)
        for name in found.keys() - set(allowed):
            self.wrong(at / str(name)[:80], f"is not known here; known are {', '.join(allowed)}")
        return found

    def named(self, at: Place, given: Any) -> Mapping[str, Any]:
        """An object whose names the agency chooses."""
        found = self._object(at, given)
        for name in found:
            if not NAME.fullmatch(name):
                self.wrong(
                    at / name[:80], "a name begins with a letter and holds letters, digits and _, at most 64 of them"
                )
        return {name: each for name, each in found.items() if NAME.fullmatch(name)}

    def _object(self, at: Place, given: Any) -> Mapping[str, Any]:
        if isinstance(given, dict):
            return given
        self.wrong(at, "should be an object { … }")
        return {}

    def flag(self, at: Place, given: Any) -> bool:
        if not isinstance(given, bool):
            self.wrong(at, "should be true or false")
        return given is True

    def text(self, at: Place, given: Any, longest: int, *, empty: bool = True) -> str:
        if not isinstance(given, str) or not (given or empty):
            self.wrong(at, "should be a text" if empty else "should be a text that is not empty")
            return ""
        if len(given) > longest or not given.isprintable():
            self.wrong(at, f"should have at most {longest} characters, all of them to be seen")
            return ""
        return given

    def whole(self, at: Place, given: Any, low: int, high: int) -> int:
        if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
            self.wrong(at, f"should be a whole number from {low} to {high}")
            return low
        return given

    def one_of(self, at: Place, given: Any, kind: type[StrEnum]) -> str:
        values = [each.value for each in kind]
        if given in values:
            return str(given)
        self.wrong(at, f"should be one of {', '.join(values)}")
        return values[0]
