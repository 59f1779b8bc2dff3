"""Whose address counts: the peer's, and behind trusted proxies the last one that is not theirs."""

import pytest

from portal_app.guard.address import client_address


@pytest.mark.criterion("GUARD-16")
@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("203.0.113.5", "198.51.100.1", [], "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", ["10.0.0.0/8"], "203.0.113.5"),
        ("10.0.0.1", "198.51.100.1", ["10.0.0.0/8"], "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", ["10.0.0.0/8"], "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.7", ["10.0.0.0/8"], "198.51.100.1"),
        ("10.0.0.1", "nonsense", ["10.0.0.0/8"], "10.0.0.1"),
        ("10.0.0.1", "", ["10.0.0.0/8"], "10.0.0.1"),
    ],
)
def test_the_address_is_the_peers_unless_a_trusted_proxy_says_otherwise(
    peer: str, forwarded: str, trusted: list[str], expected: str
) -> None:
    assert client_address((peer, 50000), forwarded, trusted) == expected
