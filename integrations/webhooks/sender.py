"""Events by HTTP, signed after Standard Webhooks (https://www.standardwebhooks.com)."""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from threading import Thread, Timer
from typing import Any

import httpx2
from standardwebhooks import Webhook

from integrations.webhooks import addresses
from integrations.webhooks.addresses import Address
from portal_app.services.ports import DeliveryFailed
from portal_app.services.webhooks.port import EventAnswer, EventCall
from portal_app.settings import PREFIX

LOOK_UP_SECONDS, CONNECT_SECONDS, SECONDS = 5.0, 5.0, 10.0
MOST_OF_AN_ANSWER = 4096
MOST_ADDRESSES = 3
PORTS = {"http": 80, "https": 443}

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses that a name leads to, as text, best first. Raises OSError."""

NO_SUCH = "Enter an address such as https://example.com/events, without name, password or fragment."
ONLY_HTTPS = "The address must begin with https://, for anybody on the way could read and change what goes there."
NOT_THERE = f"The address leads into a network to which nothing is sent, unless {PREFIX}WEBHOOK_NETWORKS names it."
IN_TIME = "The receiver did not answer in time."


def by_system(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(each[4][0]) for each in found]


@dataclass(frozen=True, slots=True)
class _Place:
    """An address as it was read: `host` in ASCII, `at` where it is no name."""

    url: httpx2.URL
    host: str
    port: int
    at: Address | None


class HttpSender:
    """Implements WebhookSender with one connection for each event. `networks` are those inside to which events may go,
    `resolve` asks where a name leads, `trusted` replaces the authorities of the system by which certificates are
    checked."""

    def __init__(
        self, networks: Sequence[str] = (), *, resolve: Resolve = by_system, trusted: ssl.SSLContext | None = None
    ) -> None:
        self._networks = addresses.networks_of(networks)
        self._resolve = resolve
        self._tls = trusted or ssl.create_default_context()
        self._tls.minimum_version = max(self._tls.minimum_version, ssl.TLSVersion.TLSv1_2)

    def wrong_with(self, url: str) -> str:
        """What speaks against an address before anybody is asked where it leads; empty where nothing does."""
        try:
            self._place(url)
        except DeliveryFailed as wrong:
            return str(wrong)
        return ""

    def send(self, call: EventCall) -> EventAnswer:
        """Hand the event over and tell the answer's status. Raises DeliveryFailed where there is none, or where the
        address leads to where nothing may be sent; it repeats no address."""
        place = self._place(call.url)
        headers = _signed(call) | {"Host": place.url.netloc.decode("ascii")}
        found = self._addresses(place)
        for last, address in ((each == found[-1], each) for each in found):
            try:
                return self._posted(place, address, headers, call)
            except httpx2.ConnectError as error:
                # Only where nobody is there at all: what has begun to talk has had the event, for all that we know.
                if last or _cause(error, ssl.SSLError) is not None:
                    raise DeliveryFailed(_told(error)) from None
            except httpx2.TransportError as error:
                raise DeliveryFailed(_told(error)) from None
        raise AssertionError("unreachable")

    def _place(self, url: str) -> _Place:
        """Raises DeliveryFailed with what speaks against the address as it is written."""
        place = _read(url)
        if place is None:
            raise DeliveryFailed(NO_SUCH)
        inside = self._networks if place.at is None else addresses.is_inside(place.at, self._networks)
        if place.url.scheme == "http" and not inside:
            raise DeliveryFailed(ONLY_HTTPS)
        if place.at is not None and not self._may(place.at):
            raise DeliveryFailed(NOT_THERE)
        return place

    def _addresses(self, place: _Place) -> list[Address]:
        """Where the connection goes: looked up here and never again. One address that is not allowed spoils all."""
        if place.at is not None:
            return [place.at]
        try:
            found = [ipaddress.ip_address(each) for each in self._looked_up(place)]
        except TimeoutError:
            raise DeliveryFailed("The receiver's name was not found in time.") from None
        except (OSError, ValueError):
            raise DeliveryFailed("The receiver's name is not known.") from None
        if not found:
            raise DeliveryFailed("The receiver's name is not known.")
        if not all(map(self._may, found)):
            raise DeliveryFailed(NOT_THERE)
        if place.url.scheme == "http" and not all(addresses.is_inside(each, self._networks) for each in found):
            raise DeliveryFailed(ONLY_HTTPS)
        return list(dict.fromkeys(found))[:MOST_ADDRESSES]

    def _looked_up(self, place: _Place) -> Sequence[str]:
        """Where the name leads, in time: the system's own question has no limit and cannot be broken off, so that it is
        left behind where it takes too long. Raises TimeoutError then, and what the question raises."""
        answer: Future[Sequence[str]] = Future()
        Thread(target=_ask, args=(answer, partial(self._resolve, place.host, place.port)), daemon=True).start()
        return answer.result(LOOK_UP_SECONDS)

    def _may(self, address: Address) -> bool:
        return addresses.is_inside(address, self._networks) or addresses.is_public(address)

    def _posted(self, place: _Place, address: Address, headers: dict[str, str], call: EventCall) -> EventAnswer:
        watch = _Watch()
        transport = httpx2.HTTPTransport(verify=self._tls, trust_env=False)
        patience = httpx2.Timeout(SECONDS, connect=CONNECT_SECONDS)
        # By address and not by name, so that nobody can lead it elsewhere; the certificate must bear the name still.
        more = {"sni_hostname": place.host, "trace": watch.see}
        url = place.url.copy_with(host=str(address))
        try:
            with (
                httpx2.Client(transport=transport, timeout=patience, trust_env=False, follow_redirects=False) as client,
                watch,
                client.stream("POST", url, content=call.body, headers=headers, extensions=more) as answer,
            ):
                _hear_out(answer)
                return EventAnswer(answer.status_code, _wait(answer, call.at))
        except httpx2.TransportError:
            if watch.is_over:
                raise DeliveryFailed(IN_TIME) from None
            raise


class _Watch:
    """Ends a conversation that goes on and on: the time limits of a socket are for each piece, and a receiver can send
    a byte whenever one would run out."""

    def __init__(self) -> None:
        self.is_over = False
        self._stream: Any = None
        self._timer = Timer(SECONDS + CONNECT_SECONDS, self._end)
        self._timer.daemon = True

    def __enter__(self) -> "_Watch":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def see(self, event: str, details: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._stream = details["return_value"]

    def _end(self) -> None:
        self.is_over = True
        with suppress(OSError, AttributeError):
            self._stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def _ask(answer: Future[Sequence[str]], resolve: Callable[[], Sequence[str]]) -> None:
    try:
        answer.set_result(resolve())
    except Exception as error:  # noqa: BLE001 (whoever waits for the answer raises it)
        answer.set_exception(error)


def _read(url: str) -> _Place | None:
    """None for what is no address that an event could go to."""
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parsed = httpx2.URL(url)
        host = parsed.raw_host.decode("ascii").lower().removesuffix(".")
        at = addresses.literal(host)
    except (httpx2.InvalidURL, ValueError, UnicodeError):
        return None
    if parsed.scheme not in PORTS or parsed.userinfo or parsed.fragment or "#" in url or "@" in url.split("/")[2]:
        return None
    port = PORTS[parsed.scheme] if parsed.port is None else parsed.port
    return _Place(parsed, host, port, at) if 0 < port < 65536 else None


def _signed(call: EventCall) -> dict[str, str]:
    at = call.at.astimezone(UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": "producer-portal",
        "Accept-Encoding": "identity",
        "webhook-id": call.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(each).sign(call.message_id, at, call.body) for each in call.secrets),
    }


def _hear_out(answer: httpx2.Response) -> None:
    """A polite end for a short answer; nothing of it is kept, and a long one is cut off."""
    heard = 0
    with suppress(httpx2.TransportError):
        for piece in answer.iter_raw(MOST_OF_AN_ANSWER):
            heard += len(piece)
            if heard >= MOST_OF_AN_ANSWER:
                return


def _wait(answer: httpx2.Response, now: datetime) -> timedelta | None:
    """How long the receiver asks to be left alone, in seconds or until a time."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return timedelta(seconds=int(text))
    with suppress(ValueError, TypeError):
        until = parsedate_to_datetime(text)
        return max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta(0))
    return None


def _cause(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error


def _told(error: httpx2.TransportError) -> str:
    """What keeps the event here, in the portal's own words."""
    if isinstance(error, httpx2.TimeoutException):
        return IN_TIME
    if _cause(error, ssl.SSLCertVerificationError) is not None:
        return "The receiver's certificate is not trusted here, or is for another name."
    if _cause(error, ssl.SSLError) is not None:
        return "The receiver and the portal could not agree on TLS."
    if isinstance(error, httpx2.ConnectError):
        return "The receiver cannot be reached."
    return "The receiver broke the connection off."
