"""Which addresses and node ports services get."""

import ipaddress
from collections.abc import Collection

from lateen.model.address_range import stable_hash

NODE_PORTS = range(30_000, 32_768)


def is_elsewhere(address: str, cidr: str) -> bool:
    """Whether an address is of another range: a mesh that was down may have lost its range to someone else."""
    try:
        return ipaddress.ip_address(address) not in ipaddress.ip_network(cidr)
    except ValueError:
        return False


def choose_node_port(owner: str, taken: Collection[int]) -> int:
    """A free node port for `owner`; raises ValueError when all are used."""
    start = stable_hash(owner) % len(NODE_PORTS)
    for step in range(len(NODE_PORTS)):
        port = NODE_PORTS[(start + step) % len(NODE_PORTS)]
        if port not in taken:
            return port
    raise ValueError(f"no node port is left in {NODE_PORTS.start}-{NODE_PORTS.stop - 1}")
