"""Which groups of a form have to be read to judge some of them: they, and what their conditions and checks ask."""

from collections.abc import Iterator
from functools import lru_cache

from portal_app.services.intake.forms import Check, Condition, Form, Group


@lru_cache(maxsize=1024)
def groups_for(form: Form, wanted: frozenset[str]) -> frozenset[str]:
    """The keys of the groups that are `wanted` and of those that they depend on."""
    by_key = {group.key: group for group in form.groups}
    found = set(wanted & by_key.keys())
    ahead = {_key(path) for key in found for path in _judged_by(form, by_key[key])}
    while ahead := ahead - found:
        found |= ahead
        ahead = {_key(path) for key in ahead if key in by_key for path in _shown_by(by_key[key])}
    return frozenset(found & by_key.keys())


def _judged_by(form: Form, group: Group) -> Iterator[str]:
    """What decides over what is shown, needed and right in the group."""
    yield from _shown_by(group)
    for field in group.fields:
        yield from _asked(field.required_when)
    for check in group.checks:
        yield from _compared(check)
    for check in form.checks:
        if _key(check.field) == group.key:
            yield from _compared(check)


def _shown_by(group: Group) -> Iterator[str]:
    yield from _asked(group.when)
    for field in group.fields:
        yield from _asked(field.when)


def _compared(check: Check) -> Iterator[str]:
    yield from (path for path in check.than if "." in path)
    yield from _asked(check.when)


def _asked(condition: Condition | None) -> Iterator[str]:
    """The whole paths that a condition asks about."""
    if condition is None:
        return
    if "." in condition.field:
        yield condition.field
    for part in (*condition.all, *condition.any, condition.negated):
        yield from _asked(part)


def _key(path: str) -> str:
    """That of the group, of a field or of the group itself."""
    return ".".join(path.split(".")[:2])
