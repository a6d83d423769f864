"""A client of delta ADS that behaves as Envoy does, without Envoy and without I/O."""

from collections import deque
from collections.abc import Callable
from functools import lru_cache

from envoy.config.cluster.v3 import cluster_pb2
from envoy.config.listener.v3 import listener_pb2
from envoy.config.route.v3 import route_pb2
from envoy.service.discovery.v3 import discovery_pb2
from google.protobuf.message import Message
from tests.support.validators import (
    cluster_secrets,
    listener_clusters,
    listener_managers,
    listener_secrets,
    route_config_clusters,
)

from lateen.translate.names import CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE

Refuses = Callable[[str, discovery_pb2.Resource], bool]
CHILDREN = {CLUSTER_TYPE: (ENDPOINT_TYPE, SECRET_TYPE), LISTENER_TYPE: (ROUTE_TYPE, SECRET_TYPE)}


class XdsClient:
    """Takes responses in order and leaves its requests in `outbox`.

    It subscribes to the endpoints and secrets of the clusters it holds and to the routes and secrets of its listeners,
    and asks for listeners only when it has an answer to its clusters. It answers clusters only when all of them are
    warm. `refuses` says which resources it answers with a NACK.
    """

    def __init__(self, node: Message | None = None, refuses: Refuses = lambda *_: False) -> None:
        self.node = node
        self.refuses = refuses
        self.outbox: deque[discovery_pb2.DeltaDiscoveryRequest] = deque()
        self.resources: dict[str, dict[str, discovery_pb2.Resource]] = {}
        self.subscribed: dict[str, set[str]] = {ENDPOINT_TYPE: set(), ROUTE_TYPE: set(), SECRET_TYPE: set()}
        self.refused: set[tuple[str, str]] = set()
        self.held_back: deque[discovery_pb2.DeltaDiscoveryRequest] = deque()
        self.active: set[str] = set()
        self.warming: set[str] = set()
        self.received: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
        """(type, names added or changed, names removed) of every response."""

    def connect(self) -> None:
        """Open a stream: forget what was under way, keep what is held."""
        self.outbox.clear()
        self.held_back.clear()
        self.warming.clear()
        self._ask(CLUSTER_TYPE, first=True)
        if self.resources:
            for type_url in (ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE):
                if type_url == LISTENER_TYPE or self.subscribed[type_url]:
                    self._ask(type_url, subscribe=self.subscribed.get(type_url, set()), first=True)

    def held(self, type_url: str) -> dict[str, str]:
        """Versions by name."""
        return {name: resource.version for name, resource in self.resources.get(type_url, {}).items()}

    def receive(self, body: bytes) -> None:
        """Apply one response and answer it."""
        response = discovery_pb2.DeltaDiscoveryResponse.FromString(body)
        type_url = response.type_url
        held = self.resources.setdefault(type_url, {})
        names = [resource.name for resource in response.resources]
        self.received.append((type_url, tuple(names), tuple(response.removed_resources)))
        bad = [resource.name for resource in response.resources if self.refuses(type_url, resource)]
        if bad and type_url not in CHILDREN:
            self.refused.update((type_url, name) for name in bad)
            self._warm(type_url, names, [])
            self._answer(response, "Proto constraint validation failed" if len(bad) % 2 else f"bad: {bad[0]} is wrong")
            return
        for resource in response.resources:
            if resource.name not in bad and self._wants(type_url, resource.name):
                held[resource.name] = resource
        for name in response.removed_resources:
            held.pop(name, None)
        self._warm(type_url, [name for name in names if name not in bad], list(response.removed_resources))
        if bad:
            message = "Error adding/updating cluster(s) " + ", ".join(f"{name}: no good" for name in bad)
            self._answer(response, message)
            self.refused.update((type_url, name) for name in bad)
        else:
            self._answer(response)
        self.refused.difference_update((type_url, name) for name in names if name not in bad)
        for child in CHILDREN.get(type_url, ()):
            self._follow(child)
        if type_url == CLUSTER_TYPE and LISTENER_TYPE not in self.resources:
            self.resources[LISTENER_TYPE] = {}
            self._ask(LISTENER_TYPE, first=True)

    def _warm(self, type_url: str, changed: list[str], removed: list[str]) -> None:
        """A new or changed EDS cluster is of use once its endpoints came *after* it."""
        if type_url == CLUSTER_TYPE:
            held = self.resources[CLUSTER_TYPE]
            here = {name for name in changed if name in held}
            waits = {name for name in here if needs_of(CLUSTER_TYPE, ENDPOINT_TYPE, held[name].resource.value)}
            self.warming |= waits
            self.active |= here - waits
            self.warming.difference_update(removed)
            self.active.difference_update(removed)
        elif type_url == ENDPOINT_TYPE:
            arrived = {*changed, *removed} & self.resources.get(CLUSTER_TYPE, {}).keys()
            self.warming -= arrived
            self.active |= arrived
        if not self.warming:
            self.stop_warming()

    def stop_warming(self) -> None:
        """All clusters are warm, or had their time (Envoy's initial fetch timeout): answer what was held back."""
        self.warming.clear()
        self.outbox.extend(self.held_back)
        self.held_back.clear()

    def _wants(self, type_url: str, name: str) -> bool:
        return type_url not in self.subscribed or name in self.subscribed[type_url]

    def _follow(self, child: str) -> None:
        """Subscribe to what the parents need, and unsubscribe from the rest."""
        parents = [
            (parent, resource)
            for parent, children in CHILDREN.items()
            if child in children
            for resource in self.resources.get(parent, {}).values()
        ]
        wanted = {name for parent, resource in parents for name in needs_of(parent, child, resource.resource.value)}
        had = self.subscribed[child]
        if wanted == had:
            return
        self.subscribed[child] = wanted
        for name in had - wanted:
            self.resources.get(child, {}).pop(name, None)
        self._ask(child, subscribe=wanted - had, unsubscribe=had - wanted)

    def _ask(
        self,
        type_url: str,
        subscribe: set[str] | None = None,
        unsubscribe: set[str] | None = None,
        *,
        first: bool = False,
    ) -> None:
        request = discovery_pb2.DeltaDiscoveryRequest(
            type_url=type_url,
            resource_names_subscribe=sorted(subscribe or ()),
            resource_names_unsubscribe=sorted(unsubscribe or ()),
            initial_resource_versions=self.held(type_url) if first else {},
        )
        if first and type_url == CLUSTER_TYPE and self.node is not None:
            request.node.CopyFrom(self.node)  # type: ignore[arg-type]
        self.outbox.append(request)

    def _answer(self, response: discovery_pb2.DeltaDiscoveryResponse, error: str = "") -> None:
        request = discovery_pb2.DeltaDiscoveryRequest(type_url=response.type_url, response_nonce=response.nonce)
        if error:
            request.error_detail.code = 13
            request.error_detail.message = error
        (self.held_back if self.warming and response.type_url == CLUSTER_TYPE else self.outbox).append(request)

    def dangling(self, *, warm: bool = False) -> set[str]:
        """Clusters that a route or listener names and the client lacks, but for those it refused itself.

        With `warm`, a cluster counts only when its endpoints have come."""
        held = self.active if warm else self.resources.get(CLUSTER_TYPE, {}).keys()
        users = ((url, each) for url in (ROUTE_TYPE, LISTENER_TYPE) for each in self.resources.get(url, {}).values())
        named = {name for url, resource in users for name in _clusters_named(url, resource.resource.value)}
        return {name for name in named - held if (CLUSTER_TYPE, name) not in self.refused}


@lru_cache(4096)
def needs_of(parent: str, child: str, value: bytes) -> frozenset[str]:
    """The resources of type `child` that a cluster or listener makes Envoy subscribe to."""
    if parent == CLUSTER_TYPE:
        cluster = cluster_pb2.Cluster.FromString(value)
        if child == SECRET_TYPE:
            return frozenset(cluster_secrets(cluster))
        return frozenset({cluster.name} if cluster.type == cluster_pb2.Cluster.EDS else ())
    listener = listener_pb2.Listener.FromString(value)
    if child == SECRET_TYPE:
        return frozenset(listener_secrets(listener))
    managers = listener_managers(listener)
    return frozenset(manager.rds.route_config_name for manager in managers if manager.HasField("rds"))


@lru_cache(4096)
def _clusters_named(type_url: str, value: bytes) -> frozenset[str]:
    if type_url == LISTENER_TYPE:
        return frozenset(name for _, name in listener_clusters(listener_pb2.Listener.FromString(value)))
    return frozenset(name for _, name in route_config_clusters(route_pb2.RouteConfiguration.FromString(value)))
