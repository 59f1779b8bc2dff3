"""What a kind of configuration says of itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from portal_app.services.access import Permission
from portal_app.services.door import Tx

Value = TypeVar("Value")


def nothing_keeps(tx: Tx, name: str) -> str:
    return ""


def by_its_name(tx: Tx, name: str) -> str:
    return name


@dataclass(frozen=True, slots=True)
class Kind(Generic[Value]):
    """One kind. `word` names it in addresses and rows, `label` on the screen; who edits it needs `permission` beside
    that for settings. `names` are the configurations that there are, the empty one alone where there is no more than
    one. `shipped` is the text that holds where nothing was saved. `read` takes a text, and raises ConfigurationProblems
    with everything that is wrong with it. `against` is asked before a save, with what holds now and what is to hold: a
    sentence for each thing that is stored and would not fit any more. `keeps` says what goes on as it began whatever is
    saved, empty where nothing does. `called` is what people call the configuration of a name."""

    word: str
    label: str
    permission: Permission
    names: Callable[[Tx], tuple[str, ...]]
    shipped: Callable[[Tx, str], str]
    read: Callable[[str], Value]
    against: Callable[[Tx, str, Value, Value], list[str]]
    keeps: Callable[[Tx, str], str] = nothing_keeps
    called: Callable[[Tx, str], str] = by_its_name


def only_one(tx: Tx) -> tuple[str, ...]:
    """The names of a kind of which there is one configuration."""
    return ("",)
