"""The HTTP filters of a connection manager, and their order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from envoy.extensions.filters.network.http_connection_manager.v3 import http_connection_manager_pb2 as hcm_pb2
from google.protobuf.message import Message

from lateen.ir.listener import Http, HttpFilter
from lateen.translate.dns_cache import dns_cache
from lateen.translate.filters.cors import cors_filter
from lateen.translate.filters.fault import fault_filter
from lateen.translate.filters.forward_proxy import forward_proxy_filter
from lateen.translate.filters.grpc_stats import grpc_stats_filter
from lateen.translate.filters.router import router_filter
from lateen.translate.names import CORS_FILTER, FAULT_FILTER, FORWARD_PROXY_FILTER, GRPC_STATS_FILTER, ROUTER_FILTER
from lateen.translate.wire import pack


@dataclass(frozen=True, slots=True)
class Place:
    """A filter in the order of requests, once for each configuration; `reason` is why it stands where it does."""

    filter: HttpFilter
    name: str
    build: Callable[[Http], Sequence[Message]]
    reason: str


def _once(build: Callable[[], Message]) -> Callable[[Http], Sequence[Message]]:
    return lambda _: (build(),)


def _forward_proxies(http: Http) -> Sequence[Message]:
    return [forward_proxy_filter(dns_cache(name)) for name in http.dns_caches]


PLACES: tuple[Place, ...] = (
    Place(
        HttpFilter.GRPC_STATS,
        GRPC_STATS_FILTER,
        _once(grpc_stats_filter),
        "sees all requests, also those answered below",
    ),
    Place(
        HttpFilter.FAULT, FAULT_FILTER, _once(fault_filter), "a failure put in must look as if the service had failed"
    ),
    Place(
        HttpFilter.CORS, CORS_FILTER, _once(cors_filter), "answers preflights; after faults, so that these fail as well"
    ),
    Place(
        HttpFilter.FORWARD_PROXY,
        FORWARD_PROXY_FILTER,
        _forward_proxies,
        "only requests that really leave need their host looked up",
    ),
    Place(HttpFilter.ROUTER, ROUTER_FILTER, _once(router_filter), "ends the chain: Envoy accepts nothing behind it"),
)
"""Istio's order."""


def http_filters(http: Http) -> list[hcm_pb2.HttpFilter]:
    """The wanted filters in the table's order, whatever order they are wanted in."""
    return [
        hcm_pb2.HttpFilter(name=place.name, typed_config=pack(message))
        for place in PLACES
        if place.filter in http.filters
        for message in place.build(http)
    ]
