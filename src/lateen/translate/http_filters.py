"""The HTTP filters of a connection manager, and their order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from envoy.extensions.filters.network.http_connection_manager.v3 import http_connection_manager_pb2 as hcm_pb2
from google.protobuf.message import Message

from lateen.ir.listener import HttpFilter
from lateen.translate.filters.cors import cors_filter
from lateen.translate.filters.fault import fault_filter
from lateen.translate.filters.grpc_stats import grpc_stats_filter
from lateen.translate.filters.router import router_filter
from lateen.translate.names import CORS_FILTER, FAULT_FILTER, GRPC_STATS_FILTER, ROUTER_FILTER
from lateen.translate.wire import pack


@dataclass(frozen=True, slots=True)
class Place:
    """A filter in the order of requests; `reason` is why it stands where it does."""

    filter: HttpFilter
    name: str
    build: Callable[[], Message]
    reason: str


PLACES: tuple[Place, ...] = (
    Place(HttpFilter.GRPC_STATS, GRPC_STATS_FILTER, grpc_stats_filter, "sees all requests, also those answered below"),
    Place(HttpFilter.FAULT, FAULT_FILTER, fault_filter, "a failure put in must look as if the service had failed"),
    Place(HttpFilter.CORS, CORS_FILTER, cors_filter, "answers preflights; after faults, so that these fail as well"),
    Place(HttpFilter.ROUTER, ROUTER_FILTER, router_filter, "ends the chain: Envoy accepts nothing behind it"),
)
"""Istio's order."""


def http_filters(wanted: Iterable[HttpFilter]) -> list[hcm_pb2.HttpFilter]:
    """The wanted filters in the table's order, whatever order they are wanted in."""
    chosen = frozenset(wanted)
    return [_http_filter(place) for place in PLACES if place.filter in chosen]


@cache
def _http_filter(place: Place) -> hcm_pb2.HttpFilter:
    return hcm_pb2.HttpFilter(name=place.name, typed_config=pack(place.build()))
