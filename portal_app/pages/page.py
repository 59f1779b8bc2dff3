"""What a page module offers to the app."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx


@dataclass(frozen=True)
class Page:
    """One screen: where it lies, what it is called, how it is drawn, and what happens on arrival."""

    route: str
    title: str | rx.Var[str]
    component: Callable[[], rx.Component]
    on_load: Sequence[Any] = ()
