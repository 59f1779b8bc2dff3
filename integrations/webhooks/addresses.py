"""Where an event may go: to addresses of the public network, and to networks that the operator names.

What a name leads to is looked up once, by the caller, and each address is judged here; so is an address that stands in
a URL by itself, in the one spelling that is taken.
"""

import ipaddress
import re
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# All that is routed for everybody. What lies outside (mapped, unique local, site and link local, multicast) is refused,
# but for the translation of a public address, which hosts without IPv4 are told by their resolver.
GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
# Within it: tunnels that carry another address inside, and what is set aside.
NOT_GLOBAL_6 = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "3ffe::/16", "5f00::/16"))
)
NOT_GLOBAL_4 = tuple(map(ipaddress.IPv4Network, ("192.88.99.0/24",)))
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
LOOKS_LIKE_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def networks_of(texts: Sequence[str]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(each) for each in texts)


def literal(host: str) -> Address | None:
    """The address that `host` is, or None for a name. Raises ValueError for what is neither: also for the spellings of
    an address that some resolvers know and others take for a name (`127.1`, `0x7f.0.0.1`, `2130706433`)."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        if LOOKS_LIKE_A_NUMBER.fullmatch(host.rsplit(".", 1)[-1]) or not NAME.fullmatch(host) or len(host) > 253:
            raise
        return None


def plain(address: Address) -> Address:
    """The address itself, where it is IPv4 in the clothes of IPv6."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_inside(address: Address, networks: Sequence[Network]) -> bool:
    """Whether it lies in a network that the operator names."""
    meant = plain(address)
    return any(meant.version == network.version and meant in network for network in networks)


def is_public(address: Address) -> bool:
    """Whether it belongs to somebody on the public network, and to none of ours."""
    if isinstance(address, ipaddress.IPv4Address):
        return (
            address.is_global
            and not address.is_multicast
            and not address.is_reserved
            and not any(address in network for network in NOT_GLOBAL_4)
        )
    if address.scope_id is not None:
        return False
    if address in TRANSLATED:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address in GLOBAL_6 and not any(address in network for network in NOT_GLOBAL_6)
