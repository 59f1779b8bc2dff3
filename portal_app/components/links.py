"""Links inside the portal: real anchors that change the page without loading it anew."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.inline import A
from reflex_components_core.react_router.dom import ReactRouterLink

from portal_app.components.words import Part, Text, icon


def link(*parts: Part, href: Text, **props: Any) -> rx.Component:
    props.setdefault("class_name", "link")
    return ReactRouterLink.create(*parts, to=href, **props)


def plain_link(*parts: Part, href: Text, **props: Any) -> rx.Component:
    """For places on the same page, which the browser gives the focus, and for what is no page: mail, telephone."""
    props.setdefault("class_name", "link")
    return A.create(*parts, href=href, **props)


def button_link(label: str, href: Text, sign: str = "", *, quiet: bool = False) -> rx.Component:
    """A link that looks like a button, for the one thing to do next."""
    look = "button button-quiet" if quiet else "button button-solid"
    return ReactRouterLink.create(*([icon(sign, 16)] if sign else []), label, to=href, class_name=look)
