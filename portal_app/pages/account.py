"""One account, with its policies."""

from typing import Any

import reflex as rx

from portal_app.components.badge import policy_status
from portal_app.components.facts import fact, facts, lines, panel
from portal_app.components.links import button_link, link, plain_link
from portal_app.components.notes import skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, name_cell, row, table
from portal_app.components.words import amount, either, icon, meta, source
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.page import Page
from portal_app.state.accounts import AccountState
from portal_app.state.portal import PortalState

S: Any = AccountState


def account() -> rx.Component:
    return framed(
        "accounts",
        record("account", S.shown != "", _account(), skeleton_page("Account"), ("All accounts", "/accounts")),
        refresh=S.refresh,
    )


def _account() -> rx.Component:
    return rx.fragment(
        page_header(
            S.account_name,
            rx.fragment(
                rx.el.span(S.kind),
                rx.el.span(S.policies, class_name="num"),
                rx.el.span(S.premium_in_force, " in force", class_name="num"),
                source(S.feed, S.as_of, S.stale),
            ),
            rx.cond(
                S.may_submit,
                button_link("New submission", "/submissions/new?account=" + S.shown, "file-plus-2", quiet=True),
            ),
            back=("Accounts", "/accounts"),
        ),
        rx.el.div(rx.el.div(_contact(), class_name="facts-row"), _policies(), class_name="record-main"),
    )


def _contact() -> rx.Component:
    return panel(
        "Contact",
        facts(
            rx.cond(S.mailing_address.length() > 0, fact("Mailing address", lines(S.mailing_address))),
            rx.cond(
                S.contact_phone != "",
                fact("Phone", plain_link(S.contact_phone, href="tel:" + S.contact_phone, class_name="link")),
            ),
            rx.cond(
                S.contact_email != "",
                fact(
                    "Email", plain_link(S.contact_email, href="mailto:" + S.contact_email, class_name="link breakable")
                ),
            ),
            rx.cond(S.tax_id != "", fact("Tax id", rx.el.span(S.tax_id, class_name="num"))),
            rx.cond(S.birth_year != "", fact("Born", rx.el.span(S.birth_year, class_name="num"))),
        ),
        source(S.feed, S.as_of, S.stale),
    )


def _policies() -> rx.Component:
    listed = table(
        "Policies of this account",
        head(
            heading("Policy #"), heading("LOB"), heading("Carrier"), heading("Effective date"),
            heading("Expiration date"),
            heading("Premium", numeric=True), heading("Status"),
        ),
        body(
            S.rows,
            lambda each: row(
                name_cell(each.href, each.number),
                cell("LOB", each.line, kind="wrapping plain left"),
                cell("Carrier", each.carrier, kind="wrapping plain right"),
                cell("Effective", each.effective, kind="day left"),
                cell("Expires", each.expiration, kind="day right"),
                cell("Premium", amount(each.premium), numeric=True),
                cell("Status", policy_status(each.status), kind="state"),
                key=each.href,
            ),
        ),
    )  # fmt: skip
    more = rx.cond(
        S.all_policies != "",
        link("Show all ", S.policies, icon("arrow-right", 14), href=S.all_policies, class_name="link onward padded"),
    )
    none = meta("No policy of this account is yours to see.", class_name="meta none")
    return panel("Policies", rx.cond(S.rows.length() > 0, rx.fragment(listed, more), none), flush=True)


PAGE = Page(
    "/accounts/[account_locator]",
    titled(either(S.shown != "", S.account_name, "Account")),
    account,
    [PortalState.arrive, AccountState.load],
)
