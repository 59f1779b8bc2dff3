"""Puts the shell around a page, with what the state knows of the person."""

from typing import Any

import reflex as rx

from portal_app.components.links import button_link
from portal_app.components.notes import empty, ends_soon, failed, flash, news
from portal_app.components.palette import Answers, keys_help, palette
from portal_app.components.shell import Person, shell
from portal_app.components.words import Part
from portal_app.state.palette import PaletteState
from portal_app.state.portal import PortalState

S: Any = PortalState
F: Any = PaletteState
PRODUCT = "Producer portal"


def titled(name: str | rx.Var[str]) -> str | rx.Var[str]:
    return f"{name} · {PRODUCT}" if isinstance(name, str) else rx.Var.create(f"{name} · {PRODUCT}")


def framed(here: str, *content: Part, search: bool = True, refresh: Any = None) -> rx.Component:
    """A page of the portal with the flash message above its content. `refresh` looks again at what it shows, and is
    given where others may change it."""
    person = Person(
        name=S.name,
        initials=S.initials,
        email=S.email,
        role=S.role,
        agency=S.agency_name,
        demo=S.demo,
        places=S.places,
        actions=S.actions,
        single_keys=S.single_keys,
        unread=S.unread,
        unread_messages=S.unread_messages,
    )
    answers = Answers(
        asked=F.asked,
        trouble=F.trouble,
        policies=F.policies,
        accounts=F.accounts,
        submissions=F.submissions,
        people=F.people,
        suggest=F.suggest,
    )
    message = flash(S.flash, S.flash_kind, S.dismiss)
    over = (palette(person, answers), keys_help(S.single_keys))
    told = news(S.news, refresh) if refresh is not None else rx.fragment()
    return shell(
        person,
        here,
        message,
        *content,
        told,
        ends_soon(S.ends_soon, S.stay),
        search=search,
        over=over,
        alive=S.is_hydrated,
    )


def or_problem(what: str, content: rx.Component, *, alone: bool = False) -> rx.Component:
    """The content, or what went wrong in its place."""
    return rx.cond(S.problem != "", failed(what, S.problem, S.reference, alone=alone), content)


def once_loaded(loaded: Any, content: rx.Component, waiting: rx.Component) -> rx.Component:
    """The content when what stands in it has come for this visit. A form is drawn by nothing else: one that was still
    there from the visit before could be written in, and would then be drawn anew.
    """
    return rx.cond(loaded & S.is_hydrated, content, waiting)


def record(
    what: str, drawn: rx.Var[bool], content: rx.Component, waiting: rx.Component, back: tuple[str, str]
) -> rx.Component:
    """A page of one record: there, on its way, not there, or not to be had."""
    gone = empty(
        "file-question",
        f"This {what} is not here",
        f"Either there is no such {what}, or it is not yours to see. If a link brought you here, it may be old.",
        button_link(*back),
        alone=True,
    )
    found = rx.cond(S.missing, gone, once_loaded(drawn, content, waiting))
    return or_problem(f"The {what} could not be loaded", found, alone=True)
