"""Whose address a request comes from. What a client writes into X-Forwarded-For counts only behind a proxy that the
settings trust."""

import ipaddress


def client_address(peer: tuple[str, int] | list[object] | None, forwarded: str, trusted: list[str]) -> str:
    """The peer's address; behind trusted proxies the last address in X-Forwarded-For that is not one of them."""
    address = str(peer[0]) if peer else ""
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    while hops and _is_trusted(address, trusted):
        following = hops.pop()
        if not _is_address(following):
            return address
        address = following
    return address


def _is_trusted(address: str, trusted: list[str]) -> bool:
    return _is_address(address) and any(
        ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False) for network in trusted
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
