"""The sections of a policy's page that feeds of their own fill: billing, documents, claims."""

from typing import Any

import reflex as rx

from portal_app.components.badge import claim_status
from portal_app.components.facts import fact, facts, panel
from portal_app.components.links import plain_link
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import Part, amount, brought, chip, copy_button, either, meta, or_dash
from portal_app.state.policy import PolicyState

S: Any = PolicyState


def _none(origin: Any, what: str, none: Part) -> rx.Component:
    """Why there is nothing: no feed brings it, nothing of it has come yet, or the agency's system holds none."""
    said = rx.cond(
        origin.feed == "",
        rx.fragment("No feed brings ", what, " here: look in the agency's system."),
        rx.cond(
            origin.as_of == "",
            rx.fragment("The feed ", origin.feed, " brings ", what, ", but no file of it has come yet."),
            none,
        ),
    )
    return meta(said, class_name="meta none")


def billing() -> rx.Component:
    each = S.billing
    term = rx.el.div(
        facts(
            fact("Term", each.term),
            fact("Premium", amount(S.policy.premium)),
            fact("Billed by", each.mode),
            fact("Payment plan", or_dash(each.payment_plan)),
            fact("Next due date", amount(or_dash(each.next_due))),
            fact(
                "Balance",
                amount(or_dash(each.balance)),
                rx.cond(each.past_due != "", chip("triangle-alert", each.past_due, " past due", tone="amber")),
            ),
            rx.cond(each.billed != "", fact("Billed", amount(each.billed))),
            rx.cond(each.paid != "", fact("Paid to date", amount(each.paid))),
            rx.cond(each.last_paid != "", fact("Last payment", amount(each.last_paid))),
        ),
        class_name="padded billing-facts",
    )
    none = _none(S.billing_from, "billing", "The agency's system sent no billing for this policy.")
    other = meta("The agency's system sent no billing for this term.", class_name="meta none")
    return panel(
        "Billing",
        rx.cond(each.key != "", term, rx.cond(S.other_billing.length() > 0, other, none)),
        rx.cond(S.other_billing.length() > 0, _other_billing()),
        name="billing",
        aside=brought(S.billing_from),
        flush=True,
    )


def _other_billing() -> rx.Component:
    return table(
        "Billing of other terms",
        head(
            heading("Other terms"),
            heading("Payment plan"),
            heading("Billed", numeric=True),
            heading("Paid", numeric=True),
            heading("Balance", numeric=True),
        ),
        body(
            S.other_billing,
            lambda each: row(
                rx.el.th(each.term, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                cell("Payment plan", or_dash(each.payment_plan), kind="plain left"),
                cell("Billed", amount(or_dash(each.billed)), numeric=True, kind="named"),
                cell("Paid", amount(or_dash(each.paid)), numeric=True, kind="named"),
                cell("Balance", amount(or_dash(each.balance)), numeric=True, kind="named"),
                key=each.key,
            ),
        ),
        look="table-amounts",
    )


def documents() -> rx.Component:
    listed = table(
        "Documents on file in the agency's system",
        head(heading("Document"), heading("Category"), heading("Date"), heading("Reference")),
        body(S.documents, _document),
        look="table-documents",
    )
    where = meta(
        "This is what ",
        S.documents_from.feed,
        " has on file. None of these files is at the portal: ask for one by its reference. ",
        S.documents_from.left,
        class_name="meta padded",
    )
    none = _none(S.documents_from, "documents", "The agency's system lists no document of this policy for your role.")
    return panel(
        "Documents",
        rx.cond(S.documents.length() > 0, rx.fragment(where, listed), none),
        name="documents",
        aside=brought(S.documents_from),
        flush=True,
    )


def _document(each: Any) -> rx.Component:
    reference = rx.el.span(each.reference, copy_button(each.reference, "the reference"), class_name="with-copy num")
    return row(
        rx.el.th(
            each.title,
            rx.cond(each.file_name != "", rx.el.span(each.file_name, class_name="under-name")),
            scope="row",
            class_name="name-cell",
            custom_attrs={"role": "rowheader"},
        ),
        cell(
            "Category",
            each.category,
            rx.cond(each.term != "", rx.el.span(each.term, class_name="under-name")),
            kind="plain left",
        ),
        cell("Date", each.dated, kind="day right"),
        cell("Reference", reference, kind="named whole"),
        key=each.key,
    )


def claims() -> rx.Component:
    listed = table(
        "Claims on this policy",
        head(
            heading("Claim #"),
            heading("Status"),
            heading("Date of loss"),
            heading("What happened"),
            heading("Paid", numeric=True),
            heading("Reserved", numeric=True),
        ),
        body(S.claims, _claim),
        look="table-claims",
    )
    left = rx.cond(S.claims_from.left != "", meta(S.claims_from.left, class_name="meta none"))
    return panel(
        "Claims",
        rx.cond(
            S.claims.length() > 0, rx.fragment(listed, left), _none(S.claims_from, "claims", "No claims reported.")
        ),
        name="claims",
        aside=brought(S.claims_from),
        flush=True,
    )


def _claim(each: Any) -> rx.Component:
    reached = rx.cond(
        each.adjuster_phone != "",
        rx.fragment(
            either(each.adjuster != "", ", ", ""),
            plain_link(each.adjuster_phone, href="tel:" + each.adjuster_phone, class_name="link"),
        ),
    )
    return row(
        rx.el.th(each.number, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
        cell("Status", claim_status(each.status), kind="state"),
        cell(
            "Date of loss",
            each.lost_on,
            rx.cond(each.reported_on != "", rx.el.span("Reported ", each.reported_on, class_name="under-name")),
            rx.cond(each.closed_on != "", rx.el.span("Closed ", each.closed_on, class_name="under-name")),
            kind="day whole",
        ),
        cell(
            "What happened",
            or_dash(each.cause),
            rx.cond(each.description != "", rx.el.span(each.description, class_name="under-name as-written")),
            rx.cond(
                either(each.adjuster != "", each.adjuster, each.adjuster_phone) != "",
                rx.el.span("Adjuster ", each.adjuster, reached, class_name="under-name"),
            ),
            kind="wrapping plain whole",
        ),
        cell("Paid", amount(or_dash(each.paid)), numeric=True, kind="named"),
        cell("Reserved", amount(or_dash(each.reserved)), numeric=True, kind="named"),
        key=each.key,
    )
