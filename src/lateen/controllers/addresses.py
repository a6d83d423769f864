"""Which addresses and node ports services get."""

import hashlib
import ipaddress
from collections.abc import Collection

NODE_PORTS = range(30_000, 32_768)
RESERVED_ADDRESSES = 16
"""The first addresses of the range are kept for the mesh itself (DNS has the tenth)."""


def choose_address(cidr: str, owner: str, taken: Collection[str]) -> str:
    """A free address of `cidr` for `owner`; the same owner gets the same again while it is free.

    Raises ValueError when the range is used up.
    """
    network = ipaddress.ip_network(cidr)
    usable = network.num_addresses - RESERVED_ADDRESSES - 1
    start = _hash(owner) % usable
    for step in range(usable):
        address = str(network[RESERVED_ADDRESSES + (start + step) % usable])
        if address not in taken:
            return address
    raise ValueError(f"no address is left in {cidr}; delete services, or give the mesh a larger range")


def is_elsewhere(address: str, cidr: str) -> bool:
    """Whether an address is of another range: a mesh that was down may have lost its range to someone else."""
    try:
        return ipaddress.ip_address(address) not in ipaddress.ip_network(cidr)
    except ValueError:
        return False


def choose_node_port(owner: str, taken: Collection[int]) -> int:
    """A free node port for `owner`; raises ValueError when all are used."""
    start = _hash(owner) % len(NODE_PORTS)
    for step in range(len(NODE_PORTS)):
        port = NODE_PORTS[(start + step) % len(NODE_PORTS)]
        if port not in taken:
            return port
    raise ValueError(f"no node port is left in {NODE_PORTS.start}-{NODE_PORTS.stop - 1}")


def _hash(owner: str) -> int:
    return int.from_bytes(hashlib.blake2s(owner.encode(), digest_size=8).digest())
