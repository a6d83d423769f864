"""The nft commands that forward service addresses to endpoints."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from lateen.node.network.address_plan import AddressPlan
from lateen.node.network.forwarding import Backends, Forwarding, ServiceAddress

_TABLE = "ip lateen-services"


def base_rules(plan: AddressPlan) -> str:
    """The table without any service. What goes to the service range and is no service is refused at once."""
    return f"""add table {_TABLE}
delete table {_TABLE}
table {_TABLE} {{
  map services {{
    type ipv4_addr . inet_proto . inet_service : verdict
  }}
  set hairpin {{
    type ipv4_addr . ipv4_addr
  }}
  chain in {{
    type nat hook prerouting priority -100; policy accept
    ip daddr . meta l4proto . th dport vmap @services
  }}
  chain out {{
    type nat hook output priority -100; policy accept
    ip daddr . meta l4proto . th dport vmap @services
  }}
  chain unanswered {{
    type filter hook prerouting priority -99; policy accept
    ip daddr != {plan.services} accept
    ip daddr {plan.dns} accept
    meta l4proto tcp reject with tcp reset
    reject with icmp type port-unreachable
  }}
  chain back {{
    type nat hook postrouting priority 100; policy accept
    ip saddr . ip daddr @hairpin masquerade
  }}
}}
"""


def change_rules(before: Forwarding, after: Forwarding) -> str:
    """The commands that turn one forwarding into another; "" when they are equal."""
    lines = [
        *(line for address in sorted(before.keys() - after.keys()) for line in _removal(address)),
        *_additions(before, after),
        *_hairpin("delete", _endpoint_addresses(before) - _endpoint_addresses(after)),
        *_hairpin("add", _endpoint_addresses(after) - _endpoint_addresses(before)),
    ]
    return "".join(f"{line}\n" for line in lines)


def _additions(before: Forwarding, after: Forwarding) -> Iterator[str]:
    new = []
    for address in sorted(after):
        if before.get(address) == after[address]:
            continue
        chain = _chain(address)
        if address in before:
            yield f"flush chain {_TABLE} {chain}"
        else:
            yield f"add chain {_TABLE} {chain}"
            new.append(f"{_element(address)} : goto {chain}")
        yield f"add rule {_TABLE} {chain} {_translation(address, after[address])}"
    if new:
        yield f"add element {_TABLE} services {{ {', '.join(new)} }}"


def _removal(address: ServiceAddress) -> Iterator[str]:
    yield f"delete element {_TABLE} services {{ {_element(address)} }}"
    yield f"flush chain {_TABLE} {_chain(address)}"
    yield f"delete chain {_TABLE} {_chain(address)}"


def _translation(address: ServiceAddress, backends: Backends) -> str:
    choice = "jhash ip saddr" if backends.sticky else "numgen random"
    members = ", ".join(f"{number} : {ip} . {port}" for number, (ip, port) in enumerate(backends.endpoints))
    target = f"{choice} mod {len(backends.endpoints)} map {{ {members} }}"
    return f"meta l4proto {address.protocol} dnat ip to {target}"


def _hairpin(verb: str, addresses: set[IPv4Address]) -> Iterator[str]:
    # A pod that its own service chose must see the gateway as its client, or it would drop its own packet.
    if addresses:
        pairs = ", ".join(f"{address} . {address}" for address in sorted(addresses))
        yield f"{verb} element {_TABLE} hairpin {{ {pairs} }}"


def _endpoint_addresses(forwarding: Forwarding) -> set[IPv4Address]:
    return {ip for backends in forwarding.values() for ip, _ in backends.endpoints}


def _element(address: ServiceAddress) -> str:
    return f"{address.address} . {address.protocol} . {address.port}"


def _chain(address: ServiceAddress) -> str:
    return f"to-{address.address}-{address.protocol}-{address.port}"
