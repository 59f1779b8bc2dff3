"""Closes the network to a process: only loopback and local sockets stay open, and nothing opens it again."""

import ipaddress
import sys

CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
ASKING = {"socket.getaddrinfo", "socket.gethostbyname"}


class NetworkClosed(Exception):
    """A test wanted to leave this machine."""


def close() -> None:
    """Close the network to this process from now on."""
    sys.addaudithook(_refuse)


def is_local(host: object) -> bool:
    """Whether `host` (a name, an address, or what a local socket is called by) stays on this machine."""
    if host is None or isinstance(host, bytes):
        return True
    name = str(host).partition("%")[0]
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _refuse(event: str, details: tuple[object, ...]) -> None:
    if event in CONNECTING:
        address = details[1]
        # Local sockets are called by a path, datagrams on a connected socket by nothing, kernel sockets by numbers.
        if isinstance(address, tuple) and address and isinstance(address[0], str) and not is_local(address[0]):
            raise NetworkClosed(f"Tests stay on this machine: {event} to {address[0]} was refused.")
    elif event in ASKING and not is_local(details[0]):
        raise NetworkClosed(f"Tests stay on this machine: nobody is asked for the address of {details[0]!r}.")
