"""Open pages without a browser: raw sockets that send events as a page does, many of them in one thread."""

import heapq
import json
import random
import selectors
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import websocket

ANSWER_SECONDS = 20.0
QUIET_SECONDS = 0.5


@dataclass(eq=False)
class Tab:
    """One page's socket. `handler` is the event that it sends again and again; `times` are how long answers took."""

    url: str
    token: str
    handler: str
    cookie: str = ""
    page: str = "/"
    sent_at: float = 0.0
    times: list[float] = field(default_factory=list)
    socket: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        address = f"{self.url.replace('http', 'ws')}/_event/?EIO=4&transport=websocket&token={self.token}"
        self.socket = websocket.create_connection(
            address, origin=self.url, cookie=self.cookie or None, timeout=ANSWER_SECONDS
        )
        self.socket.recv()
        self.socket.send("40/_event,{}")
        where = {"pathname": self.page, "query": {}, "asPath": self.page}
        event = {"name": self.handler, "payload": {}, "router_data": where}
        self.message = "42/_event," + json.dumps(["event", event])

    def send(self) -> None:
        self.sent_at = time.perf_counter()
        self.socket.send(self.message)

    def answered(self) -> bool:
        """Read one message; whether it is the answer, which is then timed."""
        received = self.socket.recv()
        now = time.perf_counter()
        if received == "2":
            self.socket.send("3")
        if not received.startswith("42"):
            return False
        if "flash" not in received:
            raise RuntimeError(f"Not the answer of the handler: {received[:300]}")
        self.times.append(now - self.sent_at)
        return True

    def close(self) -> None:
        self.socket.close()


def opened(url: str, handler: str, cookies: Sequence[str], page: str) -> list[Tab]:
    """A page for each cookie. Their first event is over, which brings the whole state and what the page loads."""
    tabs = [
        Tab(url, f"tab-{number}-of-{len(cookies)}", handler, cookie=cookie, page=page)
        for number, cookie in enumerate(cookies)
    ]
    with _watched(tabs) as selector:
        for tab in tabs:
            tab.send()
        while not all(tab.times for tab in tabs) or selector.select(QUIET_SECONDS):
            for tab in _with_something(selector, ANSWER_SECONDS):
                tab.answered()
    return tabs


def one_after_another(tab: Tab, count: int) -> list[float]:
    """Seconds of `count` round trips without a pause."""
    tab.times = []
    for _ in range(count):
        tab.send()
        while not tab.answered():
            pass
    return tab.times


def each(tabs: Sequence[Tab], every: float, seconds: float, idle: Sequence[Tab] = ()) -> list[float]:
    """Seconds of every round trip while each tab sends an event each `every` seconds, or when it has its answer where
    that takes longer; their beginnings are spread evenly. The idle tabs are only kept open."""
    chance, begin = random.Random(2), time.perf_counter() + 0.1
    due = [(begin + chance.random() * every, number) for number in range(len(tabs))]
    heapq.heapify(due)
    for tab in tabs:
        tab.times = []
    waiting, at = 0, {tab: number for number, tab in enumerate(tabs)}
    with _watched([*tabs, *idle]) as selector:
        while True:
            while due and due[0][0] <= time.perf_counter():
                moment, number = heapq.heappop(due)
                if moment <= begin + seconds:
                    tabs[number].send()
                    waiting += 1
            if not waiting and not due:
                break
            pause = max(0.0, due[0][0] - time.perf_counter()) if due else ANSWER_SECONDS
            for tab in _with_something(selector, pause):
                if tab.answered():
                    waiting -= 1
                    heapq.heappush(due, (max(tab.sent_at + every, time.perf_counter()), at[tab]))
    return [took for tab in tabs for took in tab.times]


@contextmanager
def _watched(tabs: Sequence[Tab]) -> Iterator[selectors.BaseSelector]:
    with selectors.DefaultSelector() as selector:
        for tab in tabs:
            selector.register(tab.socket.sock, selectors.EVENT_READ, tab)
        yield selector


def _with_something(selector: selectors.BaseSelector, seconds: float) -> Iterator[Tab]:
    """The tabs that have received something by then."""
    for key, _ in selector.select(seconds):
        yield key.data
