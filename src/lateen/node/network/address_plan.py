"""Which addresses a mesh uses on its machine."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

SLOTS = 16
_PODS = IPv4Network("10.244.0.0/16")
_SERVICES = IPv4Network("10.96.0.0/16")
_UPLINKS = IPv4Network("169.254.244.0/26")
_SLOT_PREFIX = 20
_BROAD_PREFIX = 16


@dataclass(frozen=True, slots=True)
class AddressPlan:
    """The ranges of the mesh in one of the machine's sixteen slots."""

    slot: int

    @property
    def pods(self) -> IPv4Network:
        """The pods' range; its first address is the gateway."""
        return list(_PODS.subnets(new_prefix=_SLOT_PREFIX))[self.slot]

    @property
    def services(self) -> IPv4Network:
        """The range of ClusterIPs."""
        return list(_SERVICES.subnets(new_prefix=_SLOT_PREFIX))[self.slot]

    @property
    def gateway(self) -> IPv4Interface:
        """The bridge's address."""
        return IPv4Interface((int(self.pods.network_address) + 1, _SLOT_PREFIX))

    @property
    def dns(self) -> IPv4Address:
        """The name server's address, the tenth of the services as in Kubernetes."""
        return self.services.network_address + 10

    @property
    def uplink(self) -> IPv4Network:
        """The two addresses between the machine and the node namespace."""
        return list(_UPLINKS.subnets(new_prefix=30))[self.slot]

    @property
    def uplink_machine(self) -> IPv4Interface:
        """The machine's address on the link to the node namespace."""
        return IPv4Interface((int(self.uplink.network_address) + 1, 30))

    @property
    def uplink_node(self) -> IPv4Interface:
        """The node namespace's address on that link."""
        return IPv4Interface((int(self.uplink.network_address) + 2, 30))

    @property
    def ranges(self) -> tuple[IPv4Network, ...]:
        """Everything that must not be in use elsewhere on the machine."""
        return self.pods, self.services, self.uplink


def choose_slot(reserved: Collection[int], routed: Iterable[IPv4Network], preferred: int | None = None) -> int | None:
    """A slot that no route of the machine leads into: `preferred`, else one not reserved, else any. None: none is left.

    A slot below a broad route (a company's 10.0.0.0/8) is used only when every other one is taken: our own, longer
    routes win over it.
    """
    networks = [network for network in routed if network.prefixlen > 0]
    first = [] if preferred is None else [preferred]
    order = [*first, *sorted(range(SLOTS), key=lambda slot: slot in reserved)]
    for least in (1, _BROAD_PREFIX):
        narrow = [network for network in networks if network.prefixlen >= least]
        for slot in order:
            if not _overlaps(AddressPlan(slot), narrow):
                return slot
    return None


def _overlaps(plan: AddressPlan, networks: Iterable[IPv4Network]) -> bool:
    return any(mine.overlaps(network) for network in networks for mine in plan.ranges)
