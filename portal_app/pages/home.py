"""Home: what waits, what happened, and figures, in cards by role."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from portal_app.components.badge import policy_status, run_state
from portal_app.components.cards import grouped, one_of, thing
from portal_app.components.facts import bar, figure, panel
from portal_app.components.links import button_link, link
from portal_app.components.notes import empty, skeleton_page
from portal_app.components.shell import page_header
from portal_app.components.table import body, cell, head, heading, name_cell, row, table
from portal_app.components.words import amount, as_of, chip, either, icon, meta
from portal_app.pages.frame import framed, or_problem, titled
from portal_app.pages.page import Page
from portal_app.state.home import HomeState
from portal_app.state.inbox import UNREAD
from portal_app.state.notifications import PLACE as NOTIFICATIONS
from portal_app.state.portal import PortalState

S: Any = HomeState
card = one_of(S.cards, S.came, S.broken, S.again)


def home() -> rx.Component:
    # Whoever has a desk has the long queue beside it.
    underwrites = S.cards.contains("desk")
    drawn = rx.fragment(
        page_header(S.greeting, rx.fragment(rx.el.span(S.today), as_of(S.as_of, S.stale))),
        _two(
            "turns",
            (_turns(), _desk(), _messages(), rx.cond(underwrites, _since())),
            (_at_risk(), _queue(), rx.cond(underwrites, rx.fragment(), _since())),
        ),
        card("book", "Policies in force", rx.cond(S.is_empty, _nothing_yet(), _figures())),
        _renewals(),
        _two("feeds", (_troubles(), _wanting(), _roles()), (_feeds(),)),
    )
    return framed(
        "home",
        or_problem("Home could not be loaded", rx.cond(S.loaded, drawn, skeleton_page("Home")), alone=True),
        refresh=S.refresh,
    )


def _two(name: str, left: Sequence[rx.Component], right: Sequence[rx.Component]) -> rx.Component:
    """Two stacks side by side, for who has the card of that name."""
    drawn = rx.el.div(rx.el.div(*left, class_name="stack"), rx.el.div(*right, class_name="stack"), class_name="keepers")
    return rx.cond(S.cards.contains(name), drawn)


def _turns() -> rx.Component:
    none = (
        "Nothing waits. What the agency asks for, quotes that can be bound and drafts to finish come here, the most "
        "urgent first."
    )
    return card(
        "turns", either(S.turns_title != "", S.turns_title, "Waits for you"), grouped(S.turns_title, S.turns, none)
    )


def _at_risk() -> rx.Component:
    none = "No response is overdue or due by the next close of business. When one is, it comes here."
    title = "Response dates at risk"
    return card("at_risk", title, grouped(title, S.at_risk, none))


def _desk() -> rx.Component:
    none = "Nothing is assigned to you. What you pick up or are given comes here, by its response date."
    return card("desk", "Your desk", grouped("Your desk", S.desk, none))


def _queue() -> rx.Component:
    none = (
        "Nothing waits. Submissions that nobody handles, quotes that somebody asks to have bound, and drafts of quotes "
        "and policy changes come here."
    )
    title = "Waits for any underwriter"
    return card("queue", title, grouped(title, S.queue, none))


def _messages() -> rx.Component:
    none = "You have read everything. What is written to you about a submission or policy comes here until you read it."
    return card("messages", "Messages", grouped("Messages", S.messages, none))


def _since() -> rx.Component:
    title = "Since you last signed in"
    none = rx.cond(
        S.signed_in_before != "",
        rx.fragment(
            "Nothing since ",
            S.signed_in_before,
            ". What others do with submissions and policies that you see comes here.",
        ),
        rx.fragment(
            "You have not signed in before. From the next time on, this tells what others did with submissions and "
            "policies in between."
        ),
    )
    unread = rx.cond(
        S.unread > 0,
        link(
            icon("bell", 14), rx.el.span(S.unread, class_name="num"), " unread",
            href=f"{NOTIFICATIONS}?state={UNREAD}", class_name="link card-all",
        ),
        rx.cond(S.signed_in_before != "", meta(S.signed_in_before, class_name="meta num")),
    )  # fmt: skip
    return card("since", title, grouped(title, S.since, none, aside=unread))


def _nothing_yet() -> rx.Component:
    return empty(
        "shield",
        "No policies yet",
        "Your book appears here after the next sync with the agency's system, once policies carry a code of yours.",
        rx.cond(S.submits, button_link("New submission", "/submissions/new")),
    )


def _figures() -> rx.Component:
    return rx.el.div(
        figure("Policies in force", S.in_force, S.spread, S.in_force_href),
        figure("Premium in force", S.premium, "written premium of the terms in force"),
        class_name="figures figures-two",
    )


def _renewals() -> rx.Component:
    """Figures above, and below them what is next, beside the book by line."""
    title = "Terms that end"
    windows = rx.el.section(
        rx.el.h2(title, class_name="section-title over-figures"),
        rx.el.div(rx.foreach(S.endings, _ending), class_name="figures figures-three"),
        custom_attrs={"aria-label": title},
    )
    none = meta(
        "No term in force ends unrenewed. Those that end within 90 days come here, and what ended just now without a "
        "renewal.",
        class_name="meta none",
    )
    drawn = rx.cond(S.nothing_ends, panel(title, none, flush=True), rx.fragment(_next_to_end(), _lapsed()))
    return rx.cond(
        S.cards.contains("renewals"),
        rx.fragment(
            rx.cond(S.came.contains("renewals") & ~S.nothing_ends, windows),
            rx.el.div(
                rx.el.div(card("renewals", title, drawn), class_name="record-main"),
                rx.cond(S.came.contains("book") & ~S.is_empty, rx.el.div(_lines(), class_name="record-side")),
                class_name="record",
            ),
        ),
    )


def _ending(each: Any) -> rx.Component:
    under = rx.fragment(each.premium, " premium", rx.cond(each.renewed != "", rx.fragment(" · ", each.renewed)))
    return rx.el.div(figure_of(each, under), key=each.label)


def figure_of(each: Any, under: rx.Component) -> rx.Component:
    return link(
        rx.el.p(each.label, class_name="figure-label"),
        rx.el.p(each.policies, class_name="figure-value num"),
        rx.el.p(under, class_name="figure-under"),
        icon("arrow-right", 16, class_name="figure-arrow"),
        href=each.href,
        class_name="panel figure figure-link",
    )


def _next_to_end() -> rx.Component:
    none = meta("No term in force is without a renewal.", class_name="meta none")
    return panel(
        "Next to end, not renewed yet",
        rx.cond(S.next_to_end.length() > 0, _short_table("Next to end", S.next_to_end), none),
        flush=True,
    )


def _lapsed() -> rx.Component:
    return rx.cond(
        S.lapsed.length() > 0,
        panel(
            "Ended in the last 7 days, not renewed",
            _short_table("Ended lately", S.lapsed),
            rx.cond(S.lapsed_more != "", meta(S.lapsed_more, class_name="meta none")),
            flush=True,
        ),
    )


def _short_table(label: str, rows: Any) -> rx.Component:
    return table(
        label,
        head(
            heading("Insured name"),
            heading("LOB"),
            heading("Expiration date"),
            heading("Premium", numeric=True),
            heading("Status"),
        ),
        body(
            rows,
            lambda each: row(
                name_cell(each.href, each.insured_name),
                cell("LOB", each.line, kind="wrapping plain left"),
                cell("Expires", each.expiration, kind="day left"),
                cell("Premium", amount(each.premium), numeric=True),
                cell("Status", policy_status(each.status), kind="state"),
                key=each.href,
            ),
        ),
    )


def _lines() -> rx.Component:
    return panel(
        "Premium in force by line",
        rx.el.ul(
            rx.foreach(
                S.shares,
                lambda each: rx.el.li(
                    rx.el.div(
                        link(each.name, href=each.href),
                        amount(each.premium),
                        class_name="share-head",
                    ),
                    bar(each.share),
                    rx.el.p(each.policies, " · ", each.share, "%", class_name="meta num"),
                    key=each.name,
                ),
            ),
            class_name="shares",
        ),
    )


def _wanting() -> rx.Component:
    none = "Everybody who was invited has come, nobody is locked, and all have a second factor."
    title = "Access that wants looking after"
    return card("people", title, grouped(title, S.people, none))


def _roles() -> rx.Component:
    listed = rx.foreach(
        S.roles,
        lambda each: rx.el.li(
            icon("user-round", 16),
            rx.el.div(
                rx.el.p(each.role, class_name="item-name"),
                rx.cond(each.remark != "", meta(each.remark)),
                class_name="item-body",
            ),
            rx.el.span(each.people, class_name="num item-detail"),
            key=each.role,
        ),
    )
    return rx.cond(
        S.came.contains("people"), panel("People who can sign in", rx.el.ul(listed, class_name="items"), flush=True)
    )


def _troubles() -> rx.Component:
    listed = rx.el.ul(rx.foreach(S.troubles, thing), class_name="items")
    none = meta(
        "Nothing waits. Runs that failed, rows in quarantine, conflicts and messages that could not be sent come here.",
        class_name="meta none",
    )
    title = "Waits in Integrations"
    return card("troubles", title, panel(title, rx.cond(S.troubles.length() > 0, listed, none), flush=True))


def _feeds() -> rx.Component:
    none = meta(
        "No feed is configured yet. Describe the files of the agency's system in a file of your own, such as "
        "demo/feeds.toml, name it in PORTAL_FEEDS_FILE, and start the portal anew.",
        class_name="meta none",
    )
    listed = rx.cond(S.feeds.length() > 0, rx.el.ul(rx.foreach(S.feeds, _feed), class_name="items"), none)
    title = "Feeds from the agency's system"
    return card("feeds", title, panel(title, listed, flush=True))


def _feed(each: Any) -> rx.Component:
    return rx.el.li(
        icon("database", 16),
        rx.el.div(
            rx.el.p(each.kind, " ", rx.el.span(each.feed, class_name="meta"), class_name="item-name"),
            rx.cond(each.counts != "", meta(each.counts, class_name="meta num")),
            rx.cond(each.message != "", meta(each.message)),
            rx.cond(
                each.waiting != "",
                link(chip("triangle-alert", each.waiting, tone="amber"), href="/admin/integrations#quarantine"),
            ),
            class_name="item-body",
        ),
        rx.el.div(
            as_of(each.as_of, each.stale),
            run_state(each.state),
            class_name="source",
        ),
        key=each.key,
    )


PAGE = Page("/", titled("Home"), home, [PortalState.arrive, HomeState.load])
