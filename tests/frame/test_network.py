import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable

import pytest

from tests import network, servers

ELSEWHERE = "192.0.2.1"  # set aside for documentation: nobody is there


def _connect() -> None:
    socket.create_connection((ELSEWHERE, 80), timeout=0.1)


def _send_a_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"?", (ELSEWHERE, 53))


def _ask_for_a_name() -> None:
    socket.getaddrinfo("portal.example.com", 443)


def _connect_by_six() -> None:
    with socket.socket(socket.AF_INET6) as one:
        one.connect(("2001:db8::1", 80))


def _fetch() -> None:
    urllib.request.urlopen(f"http://{ELSEWHERE}/", timeout=0.1)


@pytest.mark.parametrize("leave", [_connect, _send_a_datagram, _ask_for_a_name, _connect_by_six, _fetch])
def test_a_test_cannot_leave_this_machine(leave: Callable[[], None]) -> None:
    with pytest.raises(network.NetworkClosed):
        leave()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost", "", None])
def test_this_machine_is_local(host: str | None) -> None:
    assert network.is_local(host)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "169.254.169.254", "0.0.0.0", "::", "localhost.example.com", "fe80::1%lo"]
)
def test_everything_else_is_not(host: str) -> None:
    assert not network.is_local(host)


def test_loopback_and_local_sockets_stay_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
    left, right = socket.socketpair()
    with left, right:
        left.send(b"x")
        assert right.recv(1) == b"x"


def test_processes_that_tests_start_cannot_leave_either(tmp_path) -> None:
    environment = servers.portal_environment(tmp_path, 1, {})
    leaving = f"import socket; socket.create_connection(({ELSEWHERE!r}, 80), timeout=0.1)"
    done = subprocess.run([sys.executable, "-c", leaving], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "NetworkClosed" in done.stderr
