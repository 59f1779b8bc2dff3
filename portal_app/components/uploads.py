"""A place where files of a submission go up as soon as they are chosen, dropped or photographed, and what is there.

The bytes go to `/files` by the static script (assets/uploads.js), which also shows how far they have come, tries again
after a lost connection, and takes a file away only when eight seconds have passed without an undo. The list of what is
there is the state's; it is drawn anew when the page hears of a change."""

from typing import Any

import reflex as rx

from portal_app.components.links import plain_link
from portal_app.components.words import Text, chip, hidden_text, icon, meta

ACCEPT = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
PHOTOS = "image/jpeg,image/png"
ABOUT = "PDF, JPG or PNG. A file has at most 25 MB, all files together 100 MB."
ABOUT_ONE = "PDF, JPG or PNG of at most 25 MB."


def uploads(
    label: Text, *, submission: Text, kind: Text, ident: str, documents: Any, may_add: Any = True, hint: Text = ABOUT
) -> rx.Component:
    """Files of one kind. `documents` are `DocumentRow`s of that kind, `ident` tells several of these places apart."""
    return rx.el.section(
        rx.el.h3(label, id=rx.Var.create(f"{ident}-label"), class_name="upload-title"),
        rx.cond(may_add, _drop(label, ident, hint)),
        rx.el.ul(class_name="upload-rows", custom_attrs={"data-upload-rows": ""}),
        rx.cond(
            documents.length() > 0,
            rx.el.ul(rx.foreach(documents, document), class_name="upload-files"),
        ),
        rx.el.p(class_name="visually-hidden", custom_attrs={"role": "status", "data-upload-said": ""}),
        class_name="uploads",
        custom_attrs={
            "data-upload-to": _of(submission),
            "data-upload-kind": kind,
            "aria-labelledby": f"{ident}-label",
        },
    )


def upload_one(
    label: Text, *, submission: Text, kind: str, ident: Text, done: rx.EventHandler, item: Text = "", field: str = ""
) -> rx.Component:
    """A place for one file that is asked for where it stands: the answer to `item` (the locator of what a request for
    information asks for), or what is then chosen in the select whose id is `field`. `done` is told when it is there."""
    told = rx.el.button(
        "Show what came", type="button", on_click=done, hidden=True, tab_index=-1, custom_attrs={"data-upload-done": ""}
    )
    return rx.el.div(
        _drop(label, ident, ABOUT_ONE, many=False),
        rx.el.ul(class_name="upload-rows", custom_attrs={"data-upload-rows": ""}),
        rx.el.p(class_name="visually-hidden", custom_attrs={"role": "status", "data-upload-said": ""}),
        told,
        class_name="uploads",
        custom_attrs={
            "data-upload-to": _of(submission),
            "data-upload-kind": kind,
            "data-upload-item": item,
            "data-upload-field": field,
        },
    )


def _drop(label: Text, ident: Any, hint: Text, *, many: bool = True) -> rx.Component:
    described = ident + "-hint"
    return rx.el.div(
        icon("cloud-upload", 20),
        rx.el.div(
            _chooser("Choose files" if many else "Choose a file", "file-up", label, described, many=many),
            # Shown where there is a touch screen: there a photo is quicker taken than found.
            _chooser("Take a photo", "camera", label, described, camera=True),
            class_name="upload-choosers",
        ),
        rx.el.p("or drop them here" if many else "or drop it here", class_name="meta upload-drop-words"),
        rx.el.p(hint, id=rx.Var.create(described), class_name="hint"),
        class_name="upload-drop",
        custom_attrs={"data-upload-drop": ""},
    )


def _chooser(
    words: str, sign: str, label: Text, described: Text, *, many: bool = False, camera: bool = False
) -> rx.Component:
    more: dict[str, Any] = {"capture": "environment"} if camera else {"multiple": True} if many else {}
    return rx.el.label(
        rx.el.input(
            type="file",
            accept=PHOTOS if camera else ACCEPT,
            class_name="visually-hidden",
            custom_attrs={"data-upload-choose": "", "aria-describedby": described, **more},
        ),
        icon(sign, 16),
        words,
        hidden_text(": ", label),
        class_name="button button-quiet upload-camera" if camera else "button button-quiet",
    )


def document(each: Any) -> rx.Component:
    """One file that is there: a `DocumentRow`."""
    there = rx.el.div(
        icon("paperclip", 14),
        rx.el.div(
            rx.cond(
                each.href != "",
                plain_link(each.filename, href=each.href, class_name="link breakable", custom_attrs={"download": ""}),
                rx.el.span(each.filename, class_name="breakable"),
            ),
            meta(each.size, " · ", each.added),
            class_name="upload-words",
        ),
        _standing(each),
        rx.cond(
            each.may_remove,
            rx.el.button(
                "Remove",
                hidden_text(" ", each.filename),
                type="button",
                class_name="button button-plain button-small",
                custom_attrs={"data-upload-remove": each.locator},
            ),
        ),
        class_name="upload-there",
    )
    going = rx.el.div(
        icon("trash-2", 14),
        rx.el.span(each.filename, " is being removed.", class_name="upload-words breakable"),
        rx.el.button(
            "Undo",
            hidden_text(": keep ", each.filename),
            type="button",
            class_name="button button-quiet button-small",
            custom_attrs={"data-upload-undo": each.locator},
        ),
        class_name="upload-going",
    )
    return rx.el.li(there, going, key=each.locator, custom_attrs={"data-document": each.locator})


def _of(submission: Text) -> Any:
    """What the script sends along with every file."""
    named: Any = rx.Var.create("submission:")
    return named + submission


def _standing(each: Any) -> Any:
    return rx.match(
        each.standing,
        ("waiting", chip("hourglass", "Being checked", tone="amber")),
        ("refused", chip("shield-alert", "Refused: it held malware", tone="red")),
        ("removed", chip("trash-2", "Removed")),
        rx.fragment(),
    )
