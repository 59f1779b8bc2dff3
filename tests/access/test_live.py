"""Open pages of sessions that have ended: told and cut off. And a socket's state belongs to its session."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import websocket

from portal_app.demo import PASSWORD, SIGN_INS
from tests import servers
from tests.servers import Site
from tests.visitor import Visitor

ARRIVE = "reflex___state____state.portal_app___state___portal____portal_state.arrive"


@pytest.fixture(scope="module")
def site(built_front_end: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with servers.portal(tmp_path_factory.mktemp("live"), "serve", "--demo") as site:
        yield site


class Tab:
    """A raw socket that speaks as a page does."""

    def __init__(self, site: Site, cookies: dict[str, str], token: str) -> None:
        jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
        address = site.url.replace("http", "ws") + f"/_event/?EIO=4&transport=websocket&token={token}"
        self.socket = websocket.create_connection(address, origin=site.url, cookie=jar, timeout=10)
        self.socket.recv()
        self.socket.send("40/_event,{}")

    def send_raw(self, text: str) -> None:
        self.socket.send(text)

    def send(self, name: str) -> None:
        event = {
            "name": name,
            "payload": {},
            "router_data": {"pathname": "/sign-in", "query": {}, "asPath": "/sign-in"},
        }
        self.socket.send("42/_event," + json.dumps(["event", event]))

    def read_until(self, text: str, seconds: float = 6) -> str:
        """Everything received until `text` came, or the socket was closed, or the time was over."""
        seen, end = "", time.monotonic() + seconds
        self.socket.settimeout(1)
        while text not in seen and time.monotonic() < end:
            try:
                received: Any = self.socket.recv()
            except websocket.WebSocketTimeoutException:
                continue
            except (websocket.WebSocketConnectionClosedException, ConnectionError):
                return seen + "<closed>"
            if received == "2":
                self.socket.send("3")
            seen += str(received)
        return seen


@pytest.fixture
def tabs() -> Iterator[Callable[..., Tab]]:
    with contextlib.ExitStack() as opened:

        def one(*given: Any) -> Tab:
            tab = Tab(*given)
            opened.callback(tab.socket.close)
            return tab

        yield one


def signed_in(site: Site, name: str) -> Visitor:
    person = Visitor(site)
    who = next(each for each in SIGN_INS if each.email.startswith(f"{name}@"))
    assert person.sign_in(who.email, PASSWORD, who.totp_secret).location == "/"
    return person


@pytest.mark.criterion("AUTH-24")
def test_an_open_socket_is_told_and_cut_off_when_its_session_ends(site: Site, tabs: Callable[..., Tab]) -> None:
    person = signed_in(site, "csr")
    tab = tabs(site, person.cookies, "tab-one")
    tab.send(ARRIVE)
    assert "csr@demo.agency" in tab.read_until("csr@demo.agency")
    person.post("/auth/sign-out")
    assert "/sign-in?reason=signed_out" in tab.read_until("reason=signed_out", 5)
    # "41" is the server's end of the conversation; nothing that is sent afterwards is answered.
    assert "41/_event," in tab.read_until("41/_event,", 4)
    tab.send(ARRIVE)
    assert "csr@demo.agency" not in tab.read_until("csr@demo.agency", 2)


@pytest.mark.criterion("AUTH-28")
def test_a_stolen_token_of_a_tab_opens_an_empty_state(site: Site, tabs: Callable[..., Tab]) -> None:
    person = signed_in(site, "principal")
    own = tabs(site, person.cookies, "tab-two")
    own.send(ARRIVE)
    assert "principal@demo.agency" in own.read_until("principal@demo.agency")
    for cookies in ({}, signed_in(site, "readonly").cookies):
        thief = tabs(site, cookies, "tab-two")
        thief.send("reflex___state____state.hydrate")
        assert "principal@demo.agency" not in thief.read_until("never sent", 2)


@pytest.mark.criterion("DATA-04")
def test_what_people_send_over_a_socket_never_reaches_the_log(site: Site, tabs: Callable[..., Tab]) -> None:
    for number, payload in enumerate(('"SSN 555-44-3333"', '{"name":"x","payload":{"q":"SSN 555-44-3333"}}', "[1]")):
        tab = tabs(site, {}, f"log-{number}")
        tab.send_raw(f'42/_event,["event",{payload}]')
        tab.read_until("never sent", 1)
    logged = site.log.read_text(encoding="utf-8")
    assert "555-44-3333" not in logged
    assert not [line for line in logged.splitlines() if line.startswith(("Traceback", "  File"))]


@pytest.mark.criterion("GUARD-19")
def test_strangers_may_hold_few_tabs_and_leave_nothing_behind(site: Site, tabs: Callable[..., Tab]) -> None:
    opened = [tabs(site, {}, f"stranger-{number}") for number in range(40)]
    refused = 0
    for number in range(20):
        try:
            opened.append(tabs(site, {}, f"more-{number}"))
        except websocket.WebSocketBadStatusException:
            refused += 1
    assert refused >= 10
    for tab in opened:
        tab.socket.close()
    again, until = None, time.monotonic() + 10
    while again is None and time.monotonic() < until:
        with contextlib.suppress(websocket.WebSocketBadStatusException):
            again = tabs(site, {}, "again")
    assert again is not None
    assert again.socket.connected
