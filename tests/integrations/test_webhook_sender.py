"""Events by HTTP, to a real receiver on this machine: signed, over TLS, and to nowhere but where they may go."""

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from integrations.webhooks import addresses, sender
from integrations.webhooks.sender import NO_SUCH, NOT_THERE, ONLY_HTTPS, HttpSender
from portal_app.services.ports import DeliveryFailed
from portal_app.services.webhooks.port import EventCall
from tests import receiver as receivers
from tests.receiver import Receiver
from tests.servers import free_port

SECRET, OTHER = ("whsec_" + base64.b64encode(bytes([each]) * 32).decode() for each in (1, 2))
LOOPBACK = ["127.0.0.0/8", "::1/128"]
BODY = json.dumps({"type": "webhook.test", "data": {"code": "Grüße"}})
SENTENCES = (NO_SUCH, NOT_THERE, ONLY_HTTPS)


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receivers.receiver() as told:
        yield told


def call(url: str, *secrets: str, body: str = BODY) -> EventCall:
    return EventCall(url, "01J00000000000000000000000", datetime.now(UTC), body, secrets or (SECRET,))


def leads_to(*found: str) -> Callable[[str, int], Sequence[str]]:
    return lambda *_: found


@pytest.mark.criterion("HOOK-05")
def test_an_event_is_signed_as_receivers_verify_it(there: Receiver) -> None:
    sent = call(there.url)
    assert HttpSender(LOOPBACK).send(sent).status == 204

    [arrived] = there.arrived
    assert Webhook(SECRET).verify(arrived.body, arrived.headers) == json.loads(BODY)
    assert arrived.headers["webhook-id"] == sent.message_id
    assert arrived.headers["Content-Type"] == "application/json"
    assert arrived.headers["Host"] == f"127.0.0.1:{there.port}"
    # And by hand, as the specification says it.
    signed = f"{sent.message_id}.{int(sent.at.timestamp())}.".encode() + arrived.body
    digest = hmac.new(bytes([1]) * 32, signed, hashlib.sha256).digest()
    assert arrived.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    for wrong in (
        (OTHER, arrived.body, arrived.headers),
        (SECRET, arrived.body + b" ", arrived.headers),
        (SECRET, arrived.body, arrived.headers | {"webhook-id": "01J00000000000000000000001"}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(wrong[0]).verify(wrong[1], wrong[2])


@pytest.mark.criterion("HOOK-06")
def test_both_secrets_sign_where_there_are_two(there: Receiver) -> None:
    HttpSender(LOOPBACK).send(call(there.url, OTHER, SECRET))
    [arrived] = there.arrived
    assert arrived.headers["webhook-signature"].count("v1,") == 2
    for each in (SECRET, OTHER):
        assert Webhook(each).verify(arrived.body, arrived.headers)


@pytest.mark.criterion("HOOK-09")
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(there: Receiver, status: int) -> None:
    there.status, there.headers = status, {"Location": "/elsewhere"}
    assert HttpSender(LOOPBACK).send(call(there.url)).status == status
    assert [each.path for each in there.arrived] == ["/events"]


@pytest.mark.criterion("HOOK-09")
def test_a_proxy_of_the_environment_is_not_asked(there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert HttpSender(LOOPBACK).send(call(there.url)).status == 204


@pytest.mark.criterion("HOOK-10")
def test_a_name_that_leads_elsewhere_the_second_time_changes_nothing(there: Receiver) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    url = f"http://hooks.example.test:{there.port}/events?key=1"
    assert HttpSender(LOOPBACK, resolve=rebinding).send(call(url)).status == 204
    assert asked == ["hooks.example.test"], "asked once, and the connection went to what was found then"
    assert there.arrived[0].headers["Host"] == f"hooks.example.test:{there.port}"
    assert there.arrived[0].path == "/events?key=1"


@pytest.mark.criterion("HOOK-10")
@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"]])
def test_a_name_that_leads_inside_gets_nothing(there: Receiver, found: list[str]) -> None:
    url = f"https://hooks.example.test:{there.port}/events"
    with pytest.raises(DeliveryFailed, match="leads into a network"):
        HttpSender(resolve=leads_to(*found)).send(call(url))
    assert there.arrived == []


@pytest.mark.criterion("HOOK-10")
def test_a_network_that_the_operator_names_is_served_over_http_and_no_other(there: Receiver) -> None:
    url = f"http://hooks.example.test:{there.port}/events"
    assert HttpSender(["127.0.0.1/32"], resolve=leads_to("127.0.0.1")).send(call(url)).status == 204
    for found, sentence in ((["127.0.0.2"], NOT_THERE), (["93.184.216.34"], ONLY_HTTPS)):
        with pytest.raises(DeliveryFailed, match=sentence[:20]):
            HttpSender(["127.0.0.1/32"], resolve=leads_to(*found)).send(call(url))
    with pytest.raises(DeliveryFailed, match="https"):
        HttpSender(resolve=leads_to("127.0.0.1")).send(call(url))
    assert len(there.arrived) == 1


def not_public() -> st.SearchStrategy[ipaddress.IPv4Address]:
    ranges = (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/29 192.0.2.0/24 "
        "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    )
    return st.one_of([st.ip_addresses(v=4, network=each) for each in ranges.split()])


def dressed(address: ipaddress.IPv4Address) -> list[str]:
    """The address as IPv6: mapped, compatible, translated, 6to4, Teredo, and behind a local translation."""
    number = int(address)
    whole = {
        "mapped": 0xFFFF << 32 | number,
        "compatible": number,
        "translated": 0x64FF9B << 96 | number,
        "translated here": 0x64FF9B0001 << 80 | number,
        "6to4": 0x2002 << 112 | number << 80,
        "teredo": 0x20010000 << 96 | (number ^ 0xFFFFFFFF),
    }
    return [str(ipaddress.IPv6Address(each)) for each in whole.values()]


def spelled(address: ipaddress.IPv4Address) -> list[str]:
    """The spellings that resolvers take, but for the plain one."""
    a, b, c, d = address.packed
    number = int(address)
    return [
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{number & 0xFFFF}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a}.{b}.{c}.{d}.",
        f"{a}.{b}.{c}.0x{d:x}",
        f"{a}.{b}.{c}.{d}".translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        f"{a}。{b}。{c}。{d}",
        f"%3{a % 10}{a}.{b}.{c}.{d}",
    ]


def as_resolvers_read(host: str, port: int) -> Sequence[str]:
    """What a resolver that takes every old spelling makes of it. Raises OSError."""
    return [LED_TO.get(host) or socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))]


LED_TO: dict[str, str] = {}
TO_NOBODY = HttpSender(resolve=as_resolvers_read)


@pytest.mark.criterion("HOOK-10")
@given(not_public())
def test_an_address_inside_is_refused_in_every_spelling(address: ipaddress.IPv4Address) -> None:
    for host in [str(address), *spelled(address), *(f"[{each}]" for each in dressed(address))]:
        assert TO_NOBODY.wrong_with(f"https://{host}/events") in (NOT_THERE, NO_SUCH), host
        assert TO_NOBODY.wrong_with(f"http://{host}/events") in SENTENCES, host
        with pytest.raises(DeliveryFailed):
            TO_NOBODY.send(call(f"https://{host}:{1}/events"))
    for found in (str(address), *dressed(address)):
        LED_TO["hooks.example.test"] = found
        with pytest.raises(DeliveryFailed, match="leads into a network"):
            TO_NOBODY.send(call("https://hooks.example.test/events"))


@pytest.mark.criterion("HOOK-10")
@given(st.ip_addresses(v=6))
def test_ipv6_is_public_only_where_it_is_routed_for_everybody(address: ipaddress.IPv6Address) -> None:
    assert not addresses.is_public(address) or address in ipaddress.IPv6Network("2000::/3") or address.is_global


@pytest.mark.criterion("HOOK-10")
def test_what_is_public_is_taken() -> None:
    for host in ("93.184.216.34", "2606:4700::6810:84e5", "64:ff9b::5db8:d822"):
        assert addresses.is_public(ipaddress.ip_address(host)), host
    for host in (
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "100::1"),
        *("2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "192.88.99.1", "255.255.255.255"),
    ):
        assert not addresses.is_public(ipaddress.ip_address(host)), host


@pytest.mark.criterion("HOOK-10")
def test_a_named_network_holds_its_addresses_in_the_clothes_of_ipv6_too() -> None:
    networks = addresses.networks_of(["10.20.0.0/16", "fd00:1::/32"])
    for host, inside in (
        ("10.20.3.4", True),
        ("::ffff:10.20.3.4", True),
        ("fd00:1::9", True),
        ("10.21.0.1", False),
        ("::ffff:10.21.0.1", False),
        ("2002:0a14:0304::", False),
        ("64:ff9b::a14:304", False),
    ):
        assert addresses.is_inside(ipaddress.ip_address(host), networks) is inside, host


WRONG = (
    "ftp://example.com/",
    "https://",
    "https:///events",
    "example.com",
    "//example.com/events",
    "https://ada@example.com/",
    "https://ada:word@example.com/",
    "https://@example.com/",
    "https://example.com/#part",
    "https://example.com/#",
    "https://exa mple.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com/\nHost: inside",
    "https://[::1",
    "https://[fe80::1%25eth0]/",
    "https://example.com:99999/",
    "https://example.com:0/",
    "https://-example-.com/",
    "https://" + "a" * 64 + ".com/",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://0x7f000001/",
    "https://1.2.3/",
    "https://localhost.0x1/",
)


@pytest.mark.criterion("HOOK-10")
@pytest.mark.parametrize("url", WRONG)
def test_what_is_no_address_is_refused(url: str) -> None:
    assert HttpSender(LOOPBACK).wrong_with(url) in (NO_SUCH, NOT_THERE)
    with pytest.raises(DeliveryFailed):
        HttpSender(LOOPBACK, resolve=leads_to("127.0.0.1")).send(call(url))


@pytest.mark.criterion("HOOK-10")
@given(
    st.text() | st.text("@:/[]#?%.\\\\0x1af\u3002 ", max_size=20), st.sampled_from(["", "//", "https://", "http://"])
)
def test_whatever_is_typed_gets_an_answer_and_never_a_way_inside(text: str, before: str) -> None:
    said = TO_NOBODY.wrong_with(before + text)
    assert said in ("", *SENTENCES)
    assert said or before == "https://" or text.lower().startswith("https://")


@pytest.mark.criterion("HOOK-10")
def test_a_plain_address_over_https_is_fine() -> None:
    for url in ("https://example.com/events?key=1", "https://EXAMPLE.com:8443", "https://müller.example/"):
        assert HttpSender().wrong_with(url) == "", url


@pytest.mark.criterion("HOOK-11")
def test_over_tls_the_certificate_bears_the_name_though_the_connection_goes_by_address(tmp_path: Path) -> None:
    issuer = receivers.authority(tmp_path)
    with receivers.receiver(issuer.shown("hooks.example.test"), "hooks.example.test") as there:
        asking = HttpSender(LOOPBACK, resolve=leads_to("127.0.0.1"), trusted=issuer.trusted())
        assert asking.send(call(there.url)).status == 204
        other = there.url.replace("hooks.", "other.")
        with pytest.raises(DeliveryFailed, match="for another name"):
            asking.send(call(other))
        with pytest.raises(DeliveryFailed, match="for another name"):
            asking.send(call(f"https://127.0.0.1:{there.port}/events"))
        with pytest.raises(DeliveryFailed, match="not trusted"):
            HttpSender(LOOPBACK, resolve=leads_to("127.0.0.1")).send(call(there.url))
    assert len(there.arrived) == 1


@pytest.mark.criterion("HOOK-11")
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_an_old_tls_gets_nothing(tmp_path: Path) -> None:
    issuer = receivers.authority(tmp_path)
    trusted = issuer.trusted()
    # So that nothing but what is tested refuses it.
    trusted.minimum_version = ssl.TLSVersion.TLSv1
    trusted.set_ciphers("ALL:@SECLEVEL=0")
    old = issuer.shown("127.0.0.1", newest=ssl.TLSVersion.TLSv1_1)
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with receivers.receiver(old) as there, pytest.raises(DeliveryFailed, match="TLS"):
        HttpSender(LOOPBACK, trusted=trusted).send(call(there.url))
    assert there.arrived == []


@pytest.mark.criterion("HOOK-12")
def test_a_receiver_that_is_slow_or_drips_is_given_up_for_now(there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "SECONDS", 0.4)
    monkeypatch.setattr(sender, "CONNECT_SECONDS", 0.4)
    there.slow = True
    with pytest.raises(DeliveryFailed, match="did not answer in time"):
        HttpSender(LOOPBACK).send(call(there.url))
    there.slow, there.dripping = False, True
    start = datetime.now(UTC)
    with pytest.raises(DeliveryFailed, match="did not answer in time"):
        HttpSender(LOOPBACK).send(call(there.url))
    assert datetime.now(UTC) - start < timedelta(seconds=8)


@pytest.mark.criterion("HOOK-12")
def test_of_a_long_answer_little_is_read(there: Receiver) -> None:
    there.status, there.body = 200, b"x" * 50_000_000
    assert HttpSender(LOOPBACK).send(call(there.url)).status == 200
    assert there.written < len(there.body)


@pytest.mark.criterion("HOOK-12")
def test_nobody_there_and_a_name_that_is_not_known_are_told_plainly() -> None:
    with pytest.raises(DeliveryFailed, match="cannot be reached"):
        HttpSender(LOOPBACK).send(call(f"http://127.0.0.1:{free_port()}/"))

    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, host)

    for resolve in (unknown, leads_to()):
        with pytest.raises(DeliveryFailed, match="name is not known"):
            HttpSender(resolve=resolve).send(call("https://hooks.example.test/"))


@pytest.mark.criterion("HOOK-12")
def test_a_name_that_is_looked_up_for_too_long_is_given_up_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "LOOK_UP_SECONDS", 0.1)
    end = Event()

    def without_end(host: str, port: int) -> Sequence[str]:
        end.wait(20)
        return ["192.0.2.1"]

    began = time.monotonic()
    with pytest.raises(DeliveryFailed, match="name was not found in time"):
        HttpSender(resolve=without_end).send(call("https://hooks.example.test/"))
    assert time.monotonic() - began < 5
    end.set()


@pytest.mark.criterion("HOOK-12")
def test_the_next_address_is_tried_where_nobody_is_at_the_first(there: Receiver) -> None:
    url = f"http://hooks.example.test:{there.port}/events"
    asking = HttpSender(LOOPBACK, resolve=leads_to("127.0.0.3", "127.0.0.1"))
    assert asking.send(call(url)).status == 204


@pytest.mark.criterion("HOOK-08")
def test_how_long_a_receiver_asks_to_be_left_alone_is_told(there: Receiver) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=7)
    for text, low, high in (
        ("120", 120, 120),
        (format_datetime(soon, usegmt=True), 415, 420),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ):
        there.status, there.headers = 429, {"Retry-After": text}
        answer = HttpSender(LOOPBACK).send(call(there.url))
        assert answer.wait is not None
        assert low <= answer.wait.total_seconds() <= high, text
    for text in ("soon", "-5", "1e9", "99999999999999"):
        there.headers = {"Retry-After": text}
        assert HttpSender(LOOPBACK).send(call(there.url)).wait is None, text
