"""Sending a pod's traffic through its sidecar.

The rules have the order of Istio's own iptables rules; the annotations are those of
https://istio.io/latest/docs/reference/config/annotations/ below `traffic.sidecar.istio.io/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, collapse_addresses
from pathlib import Path

from lateen.api.codec import from_yaml
from lateen.node.dns.ports import CAPTURED_PORT, DNS_PORT
from lateen.node.network.nftables import load_rules

PROXY_UID = 1337
OUTBOUND_PORT = 15001
INBOUND_PORT = 15006
TUNNEL_PORT = 15008
PASSTHROUGH_SOURCE = "127.0.0.6"
_NEVER_INBOUND = (15000, OUTBOUND_PORT, INBOUND_PORT, 15020, 15021, 15090)
_PREFIX = "traffic.sidecar.istio.io/"
_MODE = "sidecar.istio.io/interceptionMode"
_PROXY_CONFIG = "proxy.istio.io/config"
_ALL = "*"


@dataclass(frozen=True, slots=True)
class Capture:
    """What is redirected to the proxy; None in an `include` means everything.

    What goes to the `name_server` is answered with the hosts of ServiceEntries, but not for the proxy itself: it must
    find those hosts where they really are.
    """

    outbound_ranges: tuple[IPv4Network, ...] | None = None
    outbound_ranges_excluded: tuple[IPv4Network, ...] = ()
    outbound_ports: tuple[int, ...] = ()
    outbound_ports_excluded: tuple[int, ...] = ()
    inbound_ports: tuple[int, ...] | None = None
    inbound_ports_excluded: tuple[int, ...] = ()
    interfaces_excluded: tuple[str, ...] = ()
    enabled: bool = True
    name_server: IPv4Address | None = None


def parse_capture(annotations: Mapping[str, str]) -> tuple[Capture, list[str]]:
    """What the pod's annotations ask for, and what is wrong with them; a wrong one counts as absent."""
    reader = _AnnotationReader(annotations)
    mode = annotations.get(_MODE, "REDIRECT")
    if mode not in ("REDIRECT", "NONE"):
        reader.complaints.append(f"annotation {_MODE}: {mode} is not supported here; REDIRECT is used")
    capture = Capture(
        outbound_ranges=reader.ranges("includeOutboundIPRanges"),
        outbound_ranges_excluded=reader.ranges("excludeOutboundIPRanges") or (),
        outbound_ports=reader.ports("includeOutboundPorts", absent=()) or (),
        outbound_ports_excluded=reader.ports("excludeOutboundPorts", absent=()) or (),
        inbound_ports=reader.ports("includeInboundPorts", absent=None),
        inbound_ports_excluded=reader.ports("excludeInboundPorts", absent=()) or (),
        interfaces_excluded=tuple(reader.words("excludeInterfaces") or ()),
        enabled=mode != "NONE",
    )
    return capture, reader.complaints


def captures_names(annotations: Mapping[str, str]) -> bool:
    """Whether the pod wants to know the hosts of ServiceEntries: unless its proxy's ISTIO_META_DNS_CAPTURE is false."""
    try:
        config = from_yaml(annotations.get(_PROXY_CONFIG, ""))
    except ValueError:
        return True
    metadata = config.get("proxyMetadata") if isinstance(config, dict) else None
    return not isinstance(metadata, dict) or str(metadata.get("ISTIO_META_DNS_CAPTURE")).lower() != "false"


def capture_rules(capture: Capture) -> str:
    """The nft commands that replace the capture table of a pod."""
    out = [f"tcp dport {_set(capture.outbound_ports_excluded)} return"] if capture.outbound_ports_excluded else []
    out += _interface_rules("oifname", capture)
    out += [
        f"oif lo ip saddr {PASSTHROUGH_SOURCE} return",
        f"meta skuid {PROXY_UID} oif lo ip daddr != 127.0.0.0/8 tcp dport != {TUNNEL_PORT} redirect to :{INBOUND_PORT}",
        f"meta skuid {PROXY_UID} return",
        "oif lo return",
        "ip daddr 127.0.0.0/8 return",
        *_name_rules(capture.name_server),
        *_outbound_selection(capture),
    ]
    inbound = [
        *_interface_rules("iifname", capture),
        f"tcp dport {_set(_NEVER_INBOUND)} return",
        *_inbound_selection(capture),
    ]
    return "\n".join(
        [
            "add table ip lateen-capture",
            "delete table ip lateen-capture",
            "table ip lateen-capture {",
            "  chain out {",
            "    type nat hook output priority -100; policy accept",
            *(f"    {rule}" for rule in out),
            "  }",
            "  chain in {",
            "    type nat hook prerouting priority dstnat; policy accept",
            *(f"    {rule}" for rule in inbound),
            "  }",
            "}",
            "",
        ]
    )


def install_capture(netns: Path, capture: Capture) -> None:
    """Put the rules into a pod's namespace, or take them out when capture is off. Raises nftables' errors."""
    if capture.enabled:
        load_rules(netns, capture_rules(capture))
    else:
        load_rules(netns, "add table ip lateen-capture\ndelete table ip lateen-capture\n")


def _interface_rules(match: str, capture: Capture) -> list[str]:
    return [f'{match} "{name}" return' for name in capture.interfaces_excluded]


def _name_rules(server: IPv4Address | None) -> list[str]:
    if server is None:
        return []
    return [f"ip daddr {server} meta l4proto {{ tcp, udp }} th dport {DNS_PORT} dnat to {server}:{CAPTURED_PORT}"]


def _outbound_selection(capture: Capture) -> list[str]:
    redirect = f"redirect to :{OUTBOUND_PORT}"
    rules = []
    if capture.outbound_ranges_excluded:
        rules.append(f"ip daddr {_set(capture.outbound_ranges_excluded)} return")
    if capture.outbound_ranges is None:
        return [*rules, f"meta l4proto tcp {redirect}"]
    if capture.outbound_ports:
        rules.append(f"tcp dport {_set(capture.outbound_ports)} {redirect}")
    if capture.outbound_ranges:
        rules.append(f"meta l4proto tcp ip daddr {_set(capture.outbound_ranges)} {redirect}")
    return rules


def _inbound_selection(capture: Capture) -> list[str]:
    redirect = f"redirect to :{INBOUND_PORT}"
    if capture.inbound_ports is not None:
        return [f"tcp dport {_set(capture.inbound_ports)} {redirect}"] if capture.inbound_ports else []
    excluded = capture.inbound_ports_excluded
    return [f"tcp dport {_set(excluded)} return"] * bool(excluded) + [f"meta l4proto tcp {redirect}"]


def _set(members: tuple[int, ...] | tuple[IPv4Network, ...]) -> str:
    return "{ " + ", ".join(str(member) for member in members) + " }"


class _AnnotationReader:
    def __init__(self, annotations: Mapping[str, str]) -> None:
        self._annotations = annotations
        self.complaints: list[str] = []

    def words(self, name: str) -> list[str] | None:
        text = self._annotations.get(_PREFIX + name)
        return None if text is None else [word for part in text.split(",") if (word := part.strip())]

    def ranges(self, name: str) -> tuple[IPv4Network, ...] | None:
        words = self.words(name)
        if words is None or _ALL in words:
            return None
        try:
            ranges = [IPv4Network(word, strict=False) for word in words if ":" not in word]
            return tuple(collapse_addresses(ranges))  # nft refuses sets with overlapping members
        except ValueError as failure:
            self.complaints.append(
                f"annotation {_PREFIX}{name}: {','.join(words)}: {failure}; write ranges like 10.0.0.0/8"
            )
            return None

    def ports(self, name: str, absent: tuple[int, ...] | None) -> tuple[int, ...] | None:
        words = self.words(name)
        if words is None or _ALL in words:
            return absent
        wrong = [word for word in words if not (word.isdecimal() and 0 < int(word) < 65536)]
        if wrong:
            self.complaints.append(f"annotation {_PREFIX}{name}: {wrong[0]!r} is not a port from 1 to 65535")
            return absent
        return tuple(sorted({int(word) for word in words}))
