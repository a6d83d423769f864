"""Links, addresses and routes of a network namespace."""

import errno
import socket
import struct
import sys
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

from lateen.lib.netlink import (
    NLM_F_CREATE,
    NLM_F_EXCL,
    NLM_F_REPLACE,
    NetlinkError,
    NetlinkSocket,
    attribute,
    number_attribute,
    parse_attributes,
    text_attribute,
)
from lateen.lib.netns import run_inside

_RTM_NEWLINK, _RTM_DELLINK, _RTM_GETLINK = 16, 17, 18
_RTM_NEWADDR, _RTM_GETADDR = 20, 22
_RTM_NEWROUTE, _RTM_DELROUTE, _RTM_GETROUTE = 24, 25, 26
_IFF_UP = 1
_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_MASTER, _IFLA_LINKINFO, _IFLA_IFALIAS = 1, 3, 10, 18, 20
_IFLA_GROUP, _IFLA_NET_NS_FD = 27, 28
_IFLA_INFO_KIND, _IFLA_INFO_DATA = 1, 2
_VETH_INFO_PEER = 1
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PREFSRC, _RTA_TABLE = 1, 4, 5, 7, 15
_TABLE_MAIN = 254
_PROTOCOL_STATIC = 4
_SCOPE_UNIVERSE, _SCOPE_LINK = 0, 253
_TYPE_UNICAST, _TYPE_UNREACHABLE = 1, 7
_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")
_ROUTE = struct.Struct("=BBBBBBBBI")

LOOPBACK_INDEX = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A network interface; `alias` is the free text that `ip link` shows with it."""

    index: int
    name: str
    up: bool
    alias: str
    master: int


@dataclass(frozen=True, slots=True)
class Route:
    """One IPv4 route of the main table; `link` is an index, zero where the route has none."""

    network: IPv4Network
    link: int
    gateway: IPv4Address | None


@dataclass(frozen=True, slots=True)
class VethPeer:
    """The far end of a veth pair: `netns` is an open descriptor, `index` and `hardware_address` are chosen by us."""

    name: str
    netns: int
    index: int = 0
    hardware_address: bytes = b""


class Rtnetlink:
    """Changes links, addresses and routes of one network namespace."""

    def __init__(self) -> None:
        self._netlink = NetlinkSocket()

    @classmethod
    def inside(cls, netns: Path) -> "Rtnetlink":
        """One for the namespace at `netns`."""
        return run_inside(netns, cls)

    def __enter__(self) -> "Rtnetlink":
        return self

    def __exit__(self, *_: object) -> None:
        self._netlink.close()

    def links(self) -> list[Link]:
        """All interfaces."""
        return [_parse_link(body) for body in self._netlink.dump(_RTM_GETLINK, _LINK.pack(0, 0, 0, 0, 0), "list links")]

    def link(self, name: str) -> Link | None:
        """The interface of that name."""
        request = _LINK.pack(0, 0, 0, 0, 0) + text_attribute(_IFLA_IFNAME, name)
        try:
            return _parse_link(self._netlink.get(_RTM_GETLINK, request, f"look up link {name}")[0])
        except NetlinkError as failure:
            if failure.errno == errno.ENODEV:
                return None
            raise

    def add_veth(self, name: str, peer: VethPeer, *, master: int = 0, group: int = 0) -> None:
        """A veth pair: `name` here, up, in the bridge `master` and in `group`; the peer elsewhere, still down."""
        far = _LINK.pack(0, 0, peer.index, 0, 0) + text_attribute(_IFLA_IFNAME, peer.name)
        far += number_attribute(_IFLA_NET_NS_FD, peer.netns)
        if peer.hardware_address:
            far += attribute(_IFLA_ADDRESS, peer.hardware_address)
        self._add_link(name, "veth", data=attribute(_VETH_INFO_PEER, far), master=master, group=group)

    def add_bridge(self, name: str, hardware_address: bytes) -> None:
        """A bridge, up, without spanning tree. Without an address of its own it would take that of one of its ports,
        another whenever ports come and go."""
        self._add_link(name, "bridge", more=attribute(_IFLA_ADDRESS, hardware_address))

    def _add_link(
        self, name: str, kind: str, *, data: bytes = b"", master: int = 0, group: int = 0, more: bytes = b""
    ) -> None:
        info = text_attribute(_IFLA_INFO_KIND, kind) + (attribute(_IFLA_INFO_DATA, data) if data else b"")
        request = _LINK.pack(0, 0, 0, _IFF_UP, _IFF_UP) + text_attribute(_IFLA_IFNAME, name)
        request += number_attribute(_IFLA_MASTER, master) if master else b""
        request += number_attribute(_IFLA_GROUP, group) if group else b""
        request += more + attribute(_IFLA_LINKINFO, info)
        self._netlink.request(_RTM_NEWLINK, request, NLM_F_CREATE | NLM_F_EXCL, f"add {kind} link {name}")

    def set_up(self, index: int) -> None:
        """Bring an interface up."""
        self._netlink.request(_RTM_NEWLINK, _LINK.pack(0, 0, index, _IFF_UP, _IFF_UP), 0, f"set link {index} up")

    def set_alias(self, name: str, alias: str) -> None:
        """Attach a free text of at most 255 bytes to an interface."""
        request = _LINK.pack(0, 0, 0, 0, 0) + text_attribute(_IFLA_IFNAME, name)
        request += attribute(_IFLA_IFALIAS, alias.encode())
        self._netlink.request(_RTM_NEWLINK, request, 0, f"describe link {name}")

    def delete_link(self, name: str) -> bool:
        """Remove an interface (and with it its veth peer); says whether there was one."""
        request = _LINK.pack(0, 0, 0, 0, 0) + text_attribute(_IFLA_IFNAME, name)
        try:
            self._netlink.request(_RTM_DELLINK, request, 0, f"delete link {name}")
        except NetlinkError as failure:
            if failure.errno == errno.ENODEV:
                return False
            raise
        return True

    def delete_group(self, group: int) -> None:
        """Remove all interfaces of a group at once, much faster than one by one; an empty group is fine."""
        request = _LINK.pack(0, 0, 0, 0, 0) + number_attribute(_IFLA_GROUP, group)
        try:
            self._netlink.request(_RTM_DELLINK, request, 0, f"delete links of group {group}")
        except NetlinkError as failure:
            if failure.errno != errno.ENODEV:
                raise

    def add_address(self, index: int, interface: IPv4Interface) -> None:
        """Give an interface an address; having it already is fine."""
        request = _ADDRESS.pack(socket.AF_INET, interface.network.prefixlen, 0, 0, index)
        request += attribute(_IFA_LOCAL, interface.ip.packed) + attribute(_IFA_ADDRESS, interface.ip.packed)
        self._netlink.request(_RTM_NEWADDR, request, NLM_F_CREATE | NLM_F_REPLACE, f"add address {interface}")

    def addresses(self, index: int) -> list[IPv4Interface]:
        """The IPv4 addresses of an interface."""
        bodies = self._netlink.dump(_RTM_GETADDR, _ADDRESS.pack(socket.AF_INET, 0, 0, 0, 0), "list addresses")
        return [interface for body in bodies for owner, interface in [_parse_address(body)] if owner == index]

    def add_route(
        self, network: IPv4Network, index: int, *, gateway: IPv4Address | None = None, source: IPv4Address | None = None
    ) -> None:
        """Send what goes to `network` out of an interface, through `gateway` if given; replaces an equal route."""
        scope = _SCOPE_UNIVERSE if gateway else _SCOPE_LINK
        request = _route(network, scope, _TYPE_UNICAST) + number_attribute(_RTA_OIF, index)
        request += attribute(_RTA_GATEWAY, gateway.packed) if gateway else b""
        request += attribute(_RTA_PREFSRC, source.packed) if source else b""
        self._netlink.request(_RTM_NEWROUTE, request, NLM_F_CREATE | NLM_F_REPLACE, f"add route to {network}")

    def add_unreachable_route(self, network: IPv4Network) -> None:
        """Answer what goes to `network`, and has no better route, with an error at once."""
        request = _route(network, _SCOPE_UNIVERSE, _TYPE_UNREACHABLE)
        self._netlink.request(_RTM_NEWROUTE, request, NLM_F_CREATE | NLM_F_REPLACE, f"add unreachable route {network}")

    def routes(self) -> list[Route]:
        """The IPv4 routes of the main table."""
        bodies = self._netlink.dump(_RTM_GETROUTE, _ROUTE.pack(socket.AF_INET, *([0] * 8)), "list routes")
        return [route for route in map(_parse_route, bodies) if route is not None]


def _route(network: IPv4Network, scope: int, kind: int) -> bytes:
    header = _ROUTE.pack(socket.AF_INET, network.prefixlen, 0, 0, _TABLE_MAIN, _PROTOCOL_STATIC, scope, kind, 0)
    return header + attribute(_RTA_DST, network.network_address.packed)


def _parse_link(body: bytes) -> Link:
    _, _, index, flags, _ = _LINK.unpack_from(body)
    attributes = parse_attributes(body[_LINK.size :])
    return Link(
        index=index,
        name=_text(attributes.get(_IFLA_IFNAME, b"")),
        up=bool(flags & _IFF_UP),
        alias=_text(attributes.get(_IFLA_IFALIAS, b"")),
        master=int.from_bytes(attributes.get(_IFLA_MASTER, b""), sys.byteorder),
    )


def _parse_address(body: bytes) -> tuple[int, IPv4Interface]:
    _, prefix, _, _, index = _ADDRESS.unpack_from(body)
    attributes = parse_attributes(body[_ADDRESS.size :])
    local = attributes.get(_IFA_LOCAL) or attributes[_IFA_ADDRESS]
    return index, IPv4Interface((local, prefix))


def _parse_route(body: bytes) -> Route | None:
    _, prefix, _, _, table, _, _, _, _ = _ROUTE.unpack_from(body)
    attributes = parse_attributes(body[_ROUTE.size :])
    if (int.from_bytes(attributes.get(_RTA_TABLE, b""), sys.byteorder) or table) != _TABLE_MAIN:
        return None
    gateway = attributes.get(_RTA_GATEWAY)
    return Route(
        network=IPv4Network((attributes.get(_RTA_DST, bytes(4)), prefix)),
        link=int.from_bytes(attributes.get(_RTA_OIF, b""), sys.byteorder),
        gateway=IPv4Address(gateway) if gateway else None,
    )


def _text(payload: bytes) -> str:
    return payload.rstrip(b"\0").decode(errors="replace")
