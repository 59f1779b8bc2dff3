"""A mail server and a newcomer, for the tests of who people are."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Page, expect

from portal_app.demo import PASSWORD
from tests import servers
from tests.browser.conftest import fresh_code
from tests.servers import Site, until


class Post(MessageHandler):
    """A mail server that keeps what it is handed, and refuses some for good."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []
        self.refused: set[str] = set()
        self.port = servers.free_port()

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return f"550 {address} does not live here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)

    def link(self, to: str) -> str:
        """The address in the newest mail that leads there. The worker sends within seconds."""
        pattern = rf"http\S+{to}\S+"
        until(lambda: self._said(pattern))
        return self._said(pattern)

    def holds(self, text: str) -> None:
        """Wait for a mail that says this."""
        until(lambda: self._said(re.escape(text)))

    def _said(self, pattern: str) -> str:
        """What the newest mail says of it."""
        texts = (bytes(mail.get_payload(decode=True)).decode() for mail in reversed(self.mails))
        return next((found.group() for text in texts if (found := re.search(pattern, text))), "")


@contextmanager
def post_office() -> Iterator[Post]:
    """A mail server on loopback for as long as it is needed."""
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


class Newcomer:
    """Somebody who was just added and has set up everything."""

    def __init__(self, page: Page, site: Site, name: str) -> None:
        self.page, self.site, self.email = page, site, f"{name}@demo.agency"
        link = site.command("user", "add", self.email, "--name", name.title(), "--role", "csr").stdout.strip()
        page.goto(link)
        page.get_by_label("Choose a password").fill(PASSWORD)
        page.get_by_role("button", name="Set password").click()
        self.enter(PASSWORD)
        self.secret = page.locator(".secret").inner_text().replace(" ", "")
        page.get_by_label("6-digit code").fill(fresh_code(site, self.secret))
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    def enter(self, password: str) -> None:
        self.page.get_by_label("Email").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Continue").click()

    def make_codes(self) -> list[str]:
        self.page.get_by_role("button", name="Show my recovery codes").click()
        expect(self.page.locator(".codes li")).to_have_count(10)
        return self.page.locator(".codes li").all_inner_texts()

    def sign_out(self) -> None:
        self.page.goto(self.site.url)
        self.page.get_by_role("button", name="Your account").click()
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_text("You are signed out.")).to_be_visible()


def backdate(site: Site, statement: str, ago: timedelta) -> None:
    """Let the demo's record say that something was so long ago."""
    moment = f"{datetime.now(UTC) - ago:%Y-%m-%d %H:%M:%S.%f}"
    with closing(sqlite3.connect(site.data_dir / "demo" / "portal.db", timeout=10)) as connection, connection:
        connection.execute(statement, (moment,))
