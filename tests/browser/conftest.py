"""The demo agency as it is served, and people who use it in Chromium."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from portal_app.demo import PASSWORD, SIGN_INS, SignIn
from tests import servers
from tests.servers import Site
from tests.visitor import Visitor


@pytest.fixture(scope="package")
def demo_site(built_front_end: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with servers.portal(tmp_path_factory.mktemp("browser"), "serve", "--demo") as site:
        yield site


def fresh_code(site: Site, secret: str) -> str:
    """A code that is good now."""
    site.forget_codes()
    return pyotp.TOTP(secret).now()


def signed_in(site: Site, person: SignIn) -> StorageState:
    """What the browser of somebody holds who signed in with both factors, got by requests alone."""
    visitor = Visitor(site)
    answer = visitor.sign_in(person.email, PASSWORD, person.totp_secret)
    assert (answer.status, answer.location) == (303, "/")
    host = urlsplit(site.url).hostname or ""
    cookies = visitor.cookies.items()
    return {"cookies": [{"name": name, "value": value, "domain": host, "path": "/"} for name, value in cookies]}


@dataclass
class Person:
    """A page in a browser of its own, and whoever sits before it."""

    page: Page
    site: Site
    sign_in: SignIn

    @classmethod
    def of(cls, name: str, page: Page, site: Site) -> "Person":
        """Somebody from the demo, by the name before the @."""
        return cls(page, site, next(each for each in SIGN_INS if each.email.startswith(f"{name}@")))

    def enter(self, password: str = PASSWORD) -> None:
        self.page.goto(f"{self.site.url}/sign-in")
        self.page.get_by_label("Email").fill(self.sign_in.email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Continue").click()

    def arrive(self) -> None:
        """Stand on Home, signed in without a look at the pages that lead there."""
        self.page.context.add_cookies(signed_in(self.site, self.sign_in)["cookies"])  # type: ignore[arg-type]
        self.page.goto(self.site.url)

    def walk_in(self) -> None:
        """Sign in with both factors, page by page, and wait for Home."""
        self.enter()
        self.page.wait_for_url(re.compile("/mfa"))
        self.page.get_by_label("6-digit code").fill(fresh_code(self.site, self.sign_in.totp_secret))
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page).to_have_url(re.compile(re.escape(self.site.url) + "/?$"))

    def open(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path


@pytest.fixture
def visit(
    browser: Browser, browser_context_args: dict[str, object], demo_site: Site
) -> Iterator[Callable[..., Person]]:
    """Open a browser of its own for somebody from the demo, by the name before the @."""
    contexts = []

    def one(name: str, **context: object) -> Person:
        made = browser.new_context(**{**browser_context_args, **context})  # type: ignore[arg-type]
        contexts.append(made)
        return Person.of(name, made.new_page(), demo_site)

    yield one
    for each in contexts:
        each.close()


@pytest.fixture(scope="package")
def sessions(demo_site: Site) -> Callable[[str], StorageState]:
    """What a browser of somebody who signed in holds, who signs in again only where that session has ended."""
    kept: dict[str, StorageState] = {}

    def of(name: str) -> StorageState:
        held = {each["name"]: each["value"] for each in kept[name]["cookies"]} if name in kept else {}
        if Visitor(demo_site, held).get("/").status != 200:
            person = next(each for each in SIGN_INS if each.email.startswith(f"{name}@"))
            kept[name] = signed_in(demo_site, person)
        return kept[name]

    return of


@pytest.fixture
def opened(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    contexts = []

    def one(state: StorageState | None = None, **given: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, "storage_state": state, **given})
        contexts.append(context)
        return context.new_page()

    yield one
    for each in contexts:
        each.close()
