"""Choosing addresses from a range."""

import hashlib
import ipaddress
from collections.abc import Collection

RESERVED_ADDRESSES = 16
"""The first addresses of a range are kept for the mesh itself (DNS has the tenth of the services')."""


def choose_address(cidr: str, owner: str, taken: Collection[str]) -> str:
    """A free address of `cidr` for `owner`; the same owner gets the same again while it is free.

    Raises ValueError when the range is used up.
    """
    network = ipaddress.ip_network(cidr)
    usable = network.num_addresses - RESERVED_ADDRESSES - 1
    start = stable_hash(owner) % usable
    for step in range(usable):
        address = str(network[RESERVED_ADDRESSES + (start + step) % usable])
        if address not in taken:
            return address
    raise ValueError(f"no address is left in {cidr}; delete services, or give the mesh a larger range")


def stable_hash(owner: str) -> int:
    """A number that is the same for the same text in every process."""
    return int.from_bytes(hashlib.blake2s(owner.encode(), digest_size=8).digest())
