"""IR layers as encoded resources: translated and serialised once, kept while the IR value stays the same."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from google.protobuf.message import Message

from lateen.ir.cluster import Cluster, ClusterKind
from lateen.ir.config import Layer
from lateen.ir.listener import Http, Listener
from lateen.ir.value import Value
from lateen.translate.cluster import translate_cluster
from lateen.translate.endpoint import translate_load_assignment
from lateen.translate.listener import translate_listener
from lateen.translate.names import CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE
from lateen.translate.route import translate_route_config
from lateen.translate.secret import translate_secret
from lateen.translate.wire import serialize
from lateen.xds.delta import Target
from lateen.xds.resource_type import TYPES
from lateen.xds.response import encode_resource
from lateen.xds.sheet import Encoded, Sheet, Sheets

VERSION_BYTES = 8

# The values' types differ from entry to entry; each function is given only those of its own attribute of `Layer`.
Translate = Callable[[Any], Message]
TRANSLATORS: Mapping[str, Translate] = {
    CLUSTER_TYPE: translate_cluster,
    ENDPOINT_TYPE: translate_load_assignment,
    LISTENER_TYPE: translate_listener,
    ROUTE_TYPE: translate_route_config,
    SECRET_TYPE: translate_secret,
}


@dataclass(slots=True, eq=False)
class _Encoded:
    """A layer and its sheets, by type URL; empty ones are left out."""

    layer: Layer
    sheets: dict[str, Sheet] = field(default_factory=dict)


def _values(layer: Layer, type_url: str) -> Mapping[str, Value]:
    match type_url:
        case _ if type_url == CLUSTER_TYPE:
            return layer.clusters
        case _ if type_url == ENDPOINT_TYPE:
            return layer.endpoints
        case _ if type_url == LISTENER_TYPE:
            return layer.listeners
        case _ if type_url == SECRET_TYPE:
            return layer.secrets
        case _:
            return layer.routes


class Encoder:
    """Remembers what it encoded in the latest round. A round encodes every layer in use; `end` forgets the others."""

    def __init__(self, translators: Mapping[str, Translate] = TRANSLATORS) -> None:
        self._translators = translators
        self._latest: dict[int, _Encoded] = {}
        self._used: dict[int, _Encoded] = {}
        self._values: dict[int, Encoded] = {}
        self._targets: dict[tuple[int, ...], Target] = {}

    def target(self, layers: tuple[Layer, ...], version: int, before: tuple[Layer, ...] = ()) -> Target:
        """The resources of all layers; the same object for the same layers within a round.

        `before` are the layers that these replace: where both agree, sheets and resources are the same objects.
        """
        key = tuple(map(id, layers))
        found = self._targets.get(key)
        if found is None or found.version != version:
            replaced = {layer.name: layer for layer in before}
            encoded = [self._sheets(layer, replaced.get(layer.name)) for layer in layers]
            sheets: dict[str, Sheets] = {
                type_url: tuple(sheets[type_url] for sheets in encoded if type_url in sheets) for type_url in TYPES
            }
            found = self._targets[key] = Target(version, sheets)
        return found

    def end(self) -> None:
        """End the round."""
        self._latest, self._used = self._used, {}
        self._targets = {}
        live = sum(len(sheet.resources) for each in self._latest.values() for sheet in each.sheets.values())
        if len(self._values) > 2 * live + 1000:
            self._values = dict(self._held())

    def _held(self) -> Iterable[tuple[int, Encoded]]:
        for each in self._latest.values():
            for sheet in each.sheets.values():
                for resource in sheet.resources.values():
                    yield id(resource.value), resource

    def _sheets(self, layer: Layer, before: Layer | None) -> Mapping[str, Sheet]:
        key = id(layer)
        found = self._known(layer)
        if found is None:
            found = self._encode(layer, self._known(before))
        self._used[key] = found
        return found.sheets

    def _known(self, layer: Layer | None) -> _Encoded | None:
        found = self._used.get(id(layer)) or self._latest.get(id(layer))
        return found if found is not None and found.layer is layer else None

    def _encode(self, layer: Layer, before: _Encoded | None) -> _Encoded:
        encoded = _Encoded(layer)
        for type_url in TYPES:
            values = _values(layer, type_url)
            old = before.sheets.get(type_url) if before else None
            if before is not None and old is not None and _values(before.layer, type_url) is values:
                encoded.sheets[type_url] = old
            elif values:
                encoded.sheets[type_url] = self._sheet(layer.name, type_url, values, old)
        return encoded

    def _sheet(self, layer: str, type_url: str, values: Mapping[str, Value], old: Sheet | None) -> Sheet:
        before = old.resources if old is not None else {}
        resources = {name: self._resource(type_url, name, value, before.get(name)) for name, value in values.items()}
        if old is not None and len(before) == len(resources) and all(map(_same, resources.values(), before.values())):
            return old
        return Sheet(layer, resources)

    def _resource(self, type_url: str, name: str, value: Value, before: Encoded | None) -> Encoded:
        if before is not None and (before.value is value or before.value == value):
            return before
        found = self._values.get(id(value))
        if found is None or found.value is not value:
            message = self._translators[type_url](value)
            version = blake2b(serialize(message), digest_size=VERSION_BYTES).hexdigest()
            if before is not None and before.version == version:
                before.value = value
                self._values[id(value)] = before
                return before
            chunk = encode_resource(name, version, message)
            found = Encoded(name, version, chunk, value, before.value if before else None, needs_of(value))
            self._values[id(value)] = found
        return found


def _same(new: Encoded, old: Encoded) -> bool:
    return new is old


def needs_of(value: Value) -> tuple[str, ...]:
    """What a client asks for when it takes a cluster (its endpoints) or a listener (its route configurations)."""
    if isinstance(value, Cluster):
        return (value.name,) if value.kind is ClusterKind.EDS else ()
    if isinstance(value, Listener):
        chains = [*value.chains, *([value.default_chain] if value.default_chain else [])]
        networks = [chain.network for chain in chains]
        return tuple({net.route_name: None for net in networks if isinstance(net, Http) and net.route_name})
    return ()
