"""Responses as bytes, put together from shared pieces."""

from collections import OrderedDict
from dataclasses import dataclass

from envoy.config.core.v3 import base_pb2
from envoy.service.discovery.v3 import discovery_pb2
from google.protobuf.message import Message

from lateen.xds.sheet import Part

CONTROL_PLANE = base_pb2.ControlPlane(identifier="lateen")


@dataclass(slots=True, eq=False, frozen=True)
class Delta:
    """What one response says: resources added or changed, and names removed."""

    parts: tuple[Part, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """The names of the resources added or changed."""
        return {name for part in self.parts for name in part.names}


def encode_resource(name: str, version: str, message: Message) -> bytes:
    """One `resources` entry of a DeltaDiscoveryResponse; entries joined are a response's whole list."""
    resource = discovery_pb2.Resource(name=name, version=version)
    resource.resource.Pack(message, deterministic=True)
    return discovery_pb2.DeltaDiscoveryResponse(resources=[resource]).SerializeToString(deterministic=True)


class Press:
    """Puts responses together, and remembers the latest: a push sends the same bytes to many streams.

    `capacity` is how many bytes of responses are remembered.
    """

    def __init__(self, capacity: int = 16_000_000) -> None:
        self._capacity = capacity
        self._size = 0
        self._printed: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._interned: OrderedDict[frozenset[str], frozenset[str]] = OrderedDict()

    def response(self, type_url: str, version: str, nonce: str, delta: Delta) -> bytes:
        """A serialised DeltaDiscoveryResponse."""
        key = (type_url, nonce, delta.parts, delta.removed)
        printed = self._printed.get(key)
        if printed is None:
            printed = _join(type_url, version, nonce, delta)
            self._remember(key, printed)
        return printed

    def _remember(self, key: tuple[object, ...], printed: bytes) -> None:
        self._printed[key] = printed
        self._size += len(printed)
        while self._size > self._capacity or len(self._printed) > 1024:
            self._size -= len(self._printed.popitem(last=False)[1])

    def intern(self, names: frozenset[str]) -> frozenset[str]:
        """The one copy of a set of names: a thousand proxies that ask for the same keep one set between them."""
        found = self._interned.get(names)
        if found is None:
            if len(self._interned) >= 256:
                self._interned.popitem(last=False)
            found = self._interned[names] = names
        return found


def _join(type_url: str, version: str, nonce: str, delta: Delta) -> bytes:
    frame = discovery_pb2.DeltaDiscoveryResponse(
        system_version_info=version,
        type_url=type_url,
        nonce=nonce,
        removed_resources=delta.removed,
        control_plane=CONTROL_PLANE,
    )
    # Fields of a protobuf message may come in any order, and repeated ones in pieces.
    return b"".join([frame.SerializeToString(), *[part.chunk for part in delta.parts]])
