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
            rx.el.ul(rx.foreach(documents, _document), class_name="upload-files"),
        ),
        rx.el.p(class_name="visually-hidden", custom_attrs={"role": "status", "data-upload-said": ""}),
        class_name="uploads",
        custom_attrs={
            "data-upload-to": _of(submission),
            "data-upload-kind": kind,
            "aria-labelledby": f"{ident}-label",
        },
    )


def _drop(label: Text, ident: str, hint: Text) -> rx.Component:
    described = f"{ident}-hint"
    return rx.el.div(
        icon("cloud-upload", 20),
        rx.el.div(
            _chooser("Choose files", "file-up", label, described, accept=ACCEPT),
            # Shown where there is a touch screen: there a photo is quicker taken than found.
            _chooser("Take a photo", "camera", label, described, accept=PHOTOS, capture="environment"),
            class_name="upload-choosers",
        ),
        rx.el.p("or drop them here", class_name="meta upload-drop-words"),
        rx.el.p(hint, id=rx.Var.create(described), class_name="hint"),
        class_name="upload-drop",
        custom_attrs={"data-upload-drop": ""},
    )


def _chooser(words: str, sign: str, label: Text, described: str, *, accept: str, capture: str = "") -> rx.Component:
    more = {"capture": capture} if capture else {"multiple": True}
    return rx.el.label(
        rx.el.input(
            type="file",
            accept=accept,
            class_name="visually-hidden",
            custom_attrs={"data-upload-choose": "", "aria-describedby": described, **more},
        ),
        icon(sign, 16),
        words,
        hidden_text(": ", label),
        class_name="button button-quiet upload-camera" if capture else "button button-quiet",
    )


def _document(each: Any) -> rx.Component:
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
