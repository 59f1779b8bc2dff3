"""What lists of what somebody was told or written have in common."""

from typing import Any

import reflex as rx

from portal_app.state import address, wording

UNREAD = "unread"


class Inbox(rx.State, mixin=True):
    """A page of a list, all of it or what is unread, as the address says."""

    loaded: bool = False
    total: int = 0
    headline: str = ""
    only_unread: bool = False
    span: str = ""
    previous: str = ""
    following: str = ""

    def _part(self) -> dict[str, Any]:
        """What is asked for, as services take it."""
        given = self.router.url.query_parameters
        page = address.read_simple(given)[1]
        return {"offset": (page - 1) * address.PAGE, "count": address.PAGE, "unread": given.get("state") == UNREAD}

    def _told(self, place: str, part: dict[str, Any], rows: int, total: int, unread: int) -> None:
        """Say how much there is, and lead to the pages before and after this one."""
        offset, only = part["offset"], part["unread"]
        self.loaded, self.total, self.only_unread = True, total, only
        self.headline = f"{unread:,} unread" if unread else "Nothing unread"
        self.span = wording.span(offset, rows, total)
        page, kept = offset // address.PAGE + 1, UNREAD if only else ""
        self.previous, self.following = address.simple_neighbours(place, "", page, total, state=kept)
