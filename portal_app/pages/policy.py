"""One policy."""

from typing import Any

import reflex as rx

from portal_app.components.badge import policy_status
from portal_app.components.facts import bar, fact, facts, lines, panel
from portal_app.components.links import button_link, link, plain_link
from portal_app.components.notes import skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, row, table
from portal_app.components.words import amount, copy_button, either, icon, meta, or_dash, source
from portal_app.pages import sections
from portal_app.pages.frame import framed, record, titled
from portal_app.pages.message_thread import has_thread, message_thread
from portal_app.pages.page import Page
from portal_app.state.messages import MessageThreadState
from portal_app.state.policy import PolicyState
from portal_app.state.portal import PortalState

S: Any = PolicyState


def policy() -> rx.Component:
    return framed(
        "policies",
        record("policy", S.shown != "", _policy(), skeleton_page("Policy"), ("All policies", "/policies")),
        refresh=[S.refresh, MessageThreadState.refresh_thread],
    )


def _policy() -> rx.Component:
    return rx.fragment(
        _header(),
        _sections(),
        rx.el.div(
            rx.el.div(_term(), _insured(), _producer(), class_name="record-side"),
            rx.el.div(
                _coverage(),
                _vehicles(),
                _locations(),
                sections.billing(),
                sections.documents(),
                sections.claims(),
                message_thread(),
                _history(),
                class_name="record-main",
            ),
            class_name="record record-side-first",
        ),
    )


def _source() -> rx.Component:
    return source(S.feed, S.as_of, S.stale)


def _header() -> rx.Component:
    return page_header(
        rx.fragment(S.policy.insured_name),
        rx.fragment(
            policy_status(S.policy.status),
            rx.el.span(S.policy.line),
            rx.el.span(S.policy.carrier),
            rx.el.span(S.policy.number, copy_button(S.policy.number, "the policy number"), class_name="with-copy"),
        ),
        button_link("On a date", S.policy.href + "/snapshot", "calendar-search", quiet=True),
        button_link("Ledger", S.policy.href + "/ledger", "scroll-text", quiet=True),
        back=("Policies", "/policies"),
    )


def _sections() -> rx.Component:
    """Leads down a long page; only to what is there."""

    def to(name: str, label: str) -> rx.Component:
        return plain_link(label, href=f"#{name}", class_name="section-link")

    return rx.el.nav(
        to("term", "Term"),
        to("insured", "Insured"),
        to("coverage", "Coverage summary"),
        rx.cond(S.vehicles.length() > 0, to("vehicles", "Vehicles")),
        rx.cond(S.locations.length() > 0, to("locations", "Locations")),
        to("billing", "Billing"),
        to("documents", "Documents"),
        to("claims", "Claims"),
        rx.cond(has_thread(), to("messages", "Messages")),
        to("history", "History"),
        class_name="section-nav",
        custom_attrs={"aria-label": "Sections of this policy"},
    )


def _term() -> rx.Component:
    return panel(
        S.term_title,
        facts(
            fact("Policy number", S.policy.number),
            fact("Carrier", S.policy.carrier),
            fact("Effective date", S.policy.effective),
            fact("Expiration date", S.policy.expiration),
            fact("Premium", amount(S.policy.premium)),
            fact("Status", policy_status(S.policy.status)),
            rx.cond(
                S.submission_href != "",
                fact("Bound from", link(S.submission_number, href=S.submission_href, class_name="link")),
            ),
            rx.cond(
                S.binder_href != "",
                fact("Binder", plain_link("Binder (PDF)", href=S.binder_href, class_name="link")),
            ),
        ),
        rx.el.div(rx.cond(S.term_runs, bar(S.term_share)), meta(S.term_sentence), class_name="way-through"),
        _source(),
        name="term",
    )


def _insured() -> rx.Component:
    return panel(
        "Insured",
        facts(
            fact("Named insured", lines(S.insured_names)),
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
        ),
        link("All of this account", icon("arrow-right", 14), href=S.account_href, class_name="link onward"),
        _source(),
        name="insured",
    )


def _producer() -> rx.Component:
    return rx.cond(
        S.producer_code != "",
        panel(
            "Producer",
            facts(
                fact("Producer", S.producer_name),
                fact("Producer code", S.producer_code),
                rx.cond(S.code_of_record != "", fact("Code of record", S.code_of_record)),
            ),
            name="producer",
        ),
    )


def _coverage() -> rx.Component:
    listed = table(
        "Coverages",
        head(
            heading("Coverage"),
            heading("Limit"),
            heading("Deductible"),
            rx.cond(S.covers_priced, heading("Premium", numeric=True)),
        ),
        body(
            S.coverages,
            lambda each: row(
                rx.el.th(each.name, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                cell("Limit", or_dash(each.limit), kind="named left"),
                cell("Deductible", or_dash(each.deductible), kind="named left"),
                rx.cond(S.covers_priced, cell("Premium", amount(or_dash(each.premium)), numeric=True)),
                key=each.name,
            ),
        ),
    )
    none = meta("The agency's system sent no coverages for this policy.", class_name="meta none")
    return panel(
        "Coverage summary",
        rx.el.div(
            facts(
                fact("LOB", S.policy.line),
                rx.cond(S.description != "", fact("Description", rx.el.span(S.description, class_name="as-written"))),
            ),
            class_name="padded",
        ),
        rx.cond(S.coverages.length() > 0, listed, none),
        name="coverage",
        aside=_source(),
        flush=True,
    )


def _vehicles() -> rx.Component:
    listed = rx.foreach(
        S.vehicles,
        lambda each: rx.el.li(
            icon("car", 16),
            rx.el.span(either(each.description != "", each.description, "Vehicle"), class_name="item-name"),
            rx.el.span("VIN ", each.vin, class_name="num item-detail item-own-line"),
            key=each.vin,
        ),
    )
    return rx.cond(
        S.vehicles.length() > 0,
        panel("Vehicles", rx.el.ul(listed, class_name="items"), name="vehicles", aside=_source(), flush=True),
    )


def _locations() -> rx.Component:
    listed = rx.foreach(
        S.locations, lambda place: rx.el.li(icon("map-pin", 16), rx.el.span(place, class_name="item-name"), key=place)
    )
    return rx.cond(
        S.locations.length() > 0,
        panel("Locations", rx.el.ul(listed, class_name="items"), name="locations", aside=_source(), flush=True),
    )


def _history() -> rx.Component:
    terms = table(
        "Terms",
        head(
            heading("Effective date"),
            heading("Expiration date"),
            heading("Policy #"),
            heading("Premium", numeric=True),
            heading("Status"),
        ),
        body(
            S.terms,
            lambda each: row(
                rx.el.th(each.effective, scope="row", class_name="name-cell", custom_attrs={"role": "rowheader"}),
                cell("Expires", each.expiration, kind="day left"),
                cell("Policy #", each.number, kind="number plain left"),
                cell("Premium", amount(each.premium), numeric=True),
                cell("Status", policy_status(each.status), kind="state"),
                key=each.effective,
            ),
        ),
    )
    return panel(
        "History",
        terms,
        rx.cond(
            S.terms.length() > 1,
            link(
                "What differs between two terms",
                icon("arrow-right", 14),
                href=S.policy.href + "/difference",
                class_name="link onward padded",
            ),
        ),
        rx.el.ol(rx.foreach(S.history, _event), class_name="timeline"),
        name="history",
        aside=_source(),
        flush=True,
    )


def _event(each: Any) -> rx.Component:
    sign = rx.match(
        each.title,
        ("Issuance", icon("file-plus-2", 14)),
        ("Renewal", icon("rotate-cw", 14)),
        ("Cancellation", icon("circle-x", 14)),
        ("Reinstatement", icon("circle-check-big", 14)),
        icon("file-pen-line", 14),
    )
    return rx.el.li(
        rx.el.span(sign, class_name="timeline-sign"),
        rx.el.div(
            rx.el.p(rx.el.strong(each.title), rx.el.span(each.on, class_name="meta"), class_name="timeline-head"),
            rx.cond(
                each.changes.length() > 0,
                rx.el.ul(rx.foreach(each.changes, lambda change: rx.el.li(change, key=change)), class_name="changes"),
            ),
            meta(
                "Term of ",
                each.term,
                " · ",
                either(each.origin == "feed", "from the agency's system", "made in the portal"),
                ", known since ",
                each.learned,
            ),
        ),
        key=each.key,
    )


PAGE = Page(
    "/policies/[policy_locator]",
    titled(either(S.shown != "", S.policy.number, "Policy")),
    policy,
    [PortalState.arrive, MessageThreadState.load_thread, PolicyState.load],
)
