"""Istio's names for clusters, routes, listeners and hosts, byte for byte: tools and dashboards depend on them."""

import enum
from typing import NamedTuple

PASSTHROUGH_CLUSTER = "PassthroughCluster"
BLACK_HOLE_CLUSTER = "BlackHoleCluster"
INBOUND_PASSTHROUGH_CLUSTER = "InboundPassthroughCluster"

VIRTUAL_OUTBOUND = "virtualOutbound"
VIRTUAL_INBOUND = "virtualInbound"

BLOCK_ALL = "block_all"
ALLOW_ANY = "allow_any"
"""Names of the catch-all virtual hosts (and of their routes) of sidecars."""

BLACK_HOLE_VIRTUAL_HOST = "blackhole"
"""Name of the virtual host of a gateway server that nothing is bound to."""

OUTBOUND_PORT = 15001
INBOUND_PORT = 15006
READINESS_PORT = 15021
STATS_PORT = 15090
ADMIN_PORT = 15000

INBOUND_SOURCE_IP = "127.0.0.6"
"""Source of connections from the inbound listener to the workload, which capture lets through."""

WILDCARD_ADDRESS = "0.0.0.0"  # noqa: S104 - capture sends connections for every address here


class Side(enum.StrEnum):
    """The first part of a cluster name."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class SubsetKey(NamedTuple):
    """A cluster name taken apart."""

    direction: str
    subset: str
    hostname: str
    port: int


def subset_key(direction: str, subset: str, hostname: str, port: int) -> str:
    """A cluster's name: `outbound|9080|v2|reviews.default.svc.cluster.local`, `inbound|9080||`."""
    return f"{direction}|{port}|{subset}|{hostname}"


def parse_subset_key(name: str) -> SubsetKey | None:
    """The parts of a cluster's name, or `None` for names of another form (`PassthroughCluster`)."""
    parts = name.split("|")
    if len(parts) != 4 or not parts[1].isdigit():
        return None
    return SubsetKey(direction=parts[0], subset=parts[2], hostname=parts[3], port=int(parts[1]))


def sni_subset_key(direction: str, subset: str, hostname: str, port: int) -> str:
    """The server name a sidecar sends over mutual TLS: `outbound_.9080_.v2_.reviews.default.svc.cluster.local`."""
    return f"{direction}_.{port}_.{subset}_.{hostname}"


def outbound_route(port: int) -> str:
    """The route configuration that all HTTP services on `port` share: `9080`."""
    return str(port)


def sniffed_route(hostname: str, port: int) -> str:
    """The route configuration of one service whose protocol is sniffed: `reviews.default.svc.cluster.local:9080`."""
    return f"{hostname}:{port}"


def inbound_route(port: int) -> str:
    """The inline route configuration of an inbound port: `inbound|9080||`."""
    return subset_key(Side.INBOUND, "", "", port)


def sds_name(credential: str) -> str:
    """The SDS resource of a credential: `kubernetes://bookinfo-cert`. Names that have a scheme keep it."""
    return credential if "://" in credential else f"kubernetes://{credential}"


def gateway_http_route(port: int) -> str:
    """The route configuration of a gateway's plain HTTP port: `http.8080`."""
    return f"http.{port}"


def gateway_https_route(port: int, port_name: str, gateway: str, namespace: str) -> str:
    """The route configuration of one HTTPS server of a Gateway: `https.443.https.bookinfo-gateway.default`."""
    return f"https.{port}.{port_name}.{gateway}.{namespace}"


def dns_cache_name(hostname: str) -> str:
    """The cache of addresses that proxies look up for a wildcard: `*.example.com_dfp_dns_cache`."""
    return f"{hostname}_dfp_dns_cache"


def listener_name(address: str, port: int) -> str:
    """A listener's name: `0.0.0.0_9080`, `10.96.0.1_3306`."""
    return f"{address}_{port}"


def domain_virtual_host(hostname: str, port: int) -> str:
    """A virtual host's name: `reviews.default.svc.cluster.local:9080`."""
    return f"{hostname}:{port}"
