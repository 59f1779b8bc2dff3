"""The agency's own rules about producers and codes, as a Python module beside the portal.

A module that `PORTAL_PLUGINS` names implements one or both of these hooks:

    from dataclasses import replace
    from portal_app.services.producers.plugins import Entity, Request, ValidationItem, hookimpl

    @hookimpl
    def pre_commit(request: Request) -> Entity | None: ...

    @hookimpl
    def validate(request: Request) -> ValidationItem | None: ...

They run inside the transaction, and again where the database asked for it to be repeated: they are to be quick, and to
reach out to nothing.
"""

import copy
import importlib
import importlib.util
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pluggy

from portal_app.logs import log
from portal_app.models.enums import ProducerKind, ProducerState
from portal_app.services.errors import InvalidData
from portal_app.services.producers.data import can_be_kept

PROJECT = "portal"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Answer = TypeVar("Answer")

MAY_CHANGE = ("data", "name", "npn", "kind")


class PluginProblem(Exception):
    """Why a module cannot be used, as a sentence."""


class Unfit(Exception):
    """What is wrong with the answer of a hook: `answered something else than an entity`."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A producer (`element` is "producer") or a code ("producerCode") as it would be saved. What the other of them has
    is empty; a code's `name` is that of its producer."""

    element: str
    type: str
    locator: str
    state: ProducerState
    data: Mapping[str, Any]
    name: str = ""
    npn: str = ""
    kind: ProducerKind | None = None
    code: str = ""
    parent_locator: str = ""
    producer_locator: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What a hook is asked about. `created` says that the entity is new."""

    entity: Entity
    created: bool = False

    @property
    def type(self) -> str:
        return self.entity.type


@dataclass(frozen=True, slots=True)
class ValidationItem:
    """What speaks against an entity, a sentence each; without errors nothing does. Type and locator are the entity's
    own unless said otherwise."""

    errors: tuple[str, ...] = ()
    element_type: str = ""
    locator: str = ""


class Hooks:
    """What a module may implement."""

    @hookspec(firstresult=True)
    def pre_commit(self, request: Request) -> Entity | None:
        """Before a new or changed value is saved: the value to save in its place, or None to leave it as it is. `data`
        can be another one, and of a producer `name`, `npn` and `kind`."""

    @hookspec(firstresult=True)
    def validate(self, request: Request) -> ValidationItem | None:
        """When an entity is validated: what speaks against it."""


@dataclass(frozen=True)
class Plugins:
    """The hooks that an agency implements; none where no module is given."""

    name: str = ""
    manager: pluggy.PluginManager = field(default_factory=lambda: _manager(None))

    @classmethod
    def named(cls, name: str) -> "Plugins":
        """The hooks of a module by its name, or of a file by its path. Raises PluginProblem."""
        try:
            return cls.of(_module(name))
        except PluginProblem:
            raise
        except (Exception, SystemExit) as error:
            raise PluginProblem(f"{name} cannot be used: {type(error).__name__}: {error}.") from error

    @classmethod
    def of(cls, module: ModuleType) -> "Plugins":
        """The hooks of a module. Raises pluggy.PluginValidationError for one that is not asked so."""
        return cls(module.__name__, _manager(module))

    def pre_commit(self, request: Request) -> Entity:
        """The value to save. Raises InvalidData where the plugin fails or answers what cannot be."""
        given = request.entity
        answer = self._asked("pre_commit", self.manager.hook.pre_commit, request, lambda it: _entity(it, given))
        return given if answer is None else answer

    def validate(self, request: Request) -> ValidationItem:
        """What speaks against the entity. Raises InvalidData where the plugin fails or answers what cannot be."""
        answer = self._asked("validate", self.manager.hook.validate, request, _item)
        return ValidationItem() if answer is None else answer

    def _asked(
        self, hook: str, call: Callable[..., Any], request: Request, read: Callable[[object], Answer]
    ) -> Answer | None:
        """What the hook answered, read by `read`; None where it had nothing to say."""
        # A copy, so that what is changed in place is not saved behind the checks.
        own = replace(request, entity=replace(request.entity, data=copy.deepcopy(dict(request.entity.data))))
        try:
            answer = call(request=own)
            # Read here: an answer is of the plugin's making, and may fail when it is looked at.
            return None if answer is None else read(answer)
        except Unfit as unfit:
            raise self._wrong(hook, str(unfit)) from None
        except BaseException as error:  # a hook that exits ends its request, and not the portal
            if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
                raise  # whoever runs the portal ends it
            reference = secrets.token_hex(4)
            log.error("plugin failed", plugin=self.name, hook=hook, reference=reference, exc_info=error)
            raise self._wrong(hook, f"failed ({type(error).__name__}, reference {reference})") from error

    def _wrong(self, hook: str, why: str) -> InvalidData:
        return InvalidData({"plugin": f"The agency's plugin {self.name} {why} in {hook}. Nothing was saved."})


def _entity(answer: object, given: Entity) -> Entity:
    """The answer to `pre_commit`, its data as JSON has it. Raises Unfit."""
    if not isinstance(answer, Entity) or not isinstance(answer.data, Mapping):
        raise Unfit("answered something else than an entity")
    may = {name: getattr(answer, name) for name in MAY_CHANGE if given.element == "producer" or name == "data"}
    if replace(given, **may) != answer:
        raise Unfit(f"changed more than {', '.join(may)}")
    return replace(given, **may | {"data": _plain(answer.data)})


def _plain(value: object) -> Any:
    """The value as it is written as JSON; what of it fits is for its field to say. Raises Unfit."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    raise Unfit("answered data that cannot be written as JSON")


def _item(answer: object) -> ValidationItem:
    """The answer to `validate`. Raises Unfit."""
    errors: object = answer.errors if isinstance(answer, ValidationItem) else None
    if not isinstance(answer, ValidationItem) or not isinstance(errors, tuple | list):
        raise Unfit("answered something else than a ValidationItem with sentences")
    texts = (answer.element_type, answer.locator, *errors)
    if not all(isinstance(each, str) for each in texts):
        raise Unfit("answered something else than a ValidationItem with sentences")
    if not all(can_be_kept(each) for each in texts):
        raise Unfit("answered characters that cannot be kept")
    return ValidationItem(tuple(errors), answer.element_type, answer.locator)


def _module(name: str) -> ModuleType:
    if not name.endswith(".py"):
        return importlib.import_module(name)
    path = Path(name)
    if not path.is_file():
        raise PluginProblem(f"there is no file {name}.")
    found = importlib.util.spec_from_file_location(path.stem, path)
    if found is None or found.loader is None:
        raise PluginProblem(f"{name} is no Python module.")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def _manager(module: ModuleType | None) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    if module is not None:
        manager.register(module)
        manager.check_pending()
    return manager
