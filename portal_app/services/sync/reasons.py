"""Reasons as they are told: with the word that a column says to who sees the business, without it to the others."""

import re

from portal_app.services.access import Actor, Permission, can

_WORD = re.compile(r'says "[^"]*", which')


def as_seen(actor: Actor, reason: str) -> str:
    """The reason, or remark, as this person may read it."""
    return reason if can(actor, Permission.VIEW_ALL_ACCOUNTS) else wordless(reason)


def wordless(reason: str) -> str:
    """The reason, or remark, without the word that the column says."""
    return _WORD.sub("says something that", reason)
