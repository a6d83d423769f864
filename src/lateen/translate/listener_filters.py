"""Filters that look at a connection before a filter chain is chosen, and their order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from envoy.config.listener.v3 import listener_components_pb2 as components_pb2
from envoy.extensions.filters.listener.http_inspector.v3 import http_inspector_pb2
from envoy.extensions.filters.listener.original_dst.v3 import original_dst_pb2
from envoy.extensions.filters.listener.proxy_protocol.v3 import proxy_protocol_pb2
from envoy.extensions.filters.listener.tls_inspector.v3 import tls_inspector_pb2
from google.protobuf.message import Message

from lateen.ir.listener import ListenerFilter
from lateen.translate.names import (
    HTTP_INSPECTOR_FILTER,
    ORIGINAL_DST_FILTER,
    PROXY_PROTOCOL_FILTER,
    TLS_INSPECTOR_FILTER,
)
from lateen.translate.wire import pack


@dataclass(frozen=True, slots=True)
class Place:
    """A filter in the order in which connections pass; `reason` is why it stands where it does."""

    filter: ListenerFilter
    name: str
    build: Callable[[], Message]
    reason: str


PLACES: tuple[Place, ...] = (
    Place(
        ListenerFilter.ORIGINAL_DST,
        ORIGINAL_DST_FILTER,
        original_dst_pb2.OriginalDst,
        "asks the kernel, reads nothing; all others may look at the restored address",
    ),
    Place(
        ListenerFilter.PROXY_PROTOCOL,
        PROXY_PROTOCOL_FILTER,
        proxy_protocol_pb2.ProxyProtocol,
        "its header comes before the first byte of the client's own",
    ),
    Place(
        ListenerFilter.TLS_INSPECTOR,
        TLS_INSPECTOR_FILTER,
        tls_inspector_pb2.TlsInspector,
        "decides whether the bytes are plain at all",
    ),
    Place(
        ListenerFilter.HTTP_INSPECTOR,
        HTTP_INSPECTOR_FILTER,
        http_inspector_pb2.HttpInspector,
        "looks only at what the TLS inspector has found to be plain",
    ),
)


def listener_filters(wanted: Iterable[ListenerFilter]) -> list[components_pb2.ListenerFilter]:
    """The wanted filters in the table's order, whatever order they are wanted in."""
    chosen = frozenset(wanted)
    return [_listener_filter(place) for place in PLACES if place.filter in chosen]


@cache
def _listener_filter(place: Place) -> components_pb2.ListenerFilter:
    return components_pb2.ListenerFilter(name=place.name, typed_config=pack(place.build()))
