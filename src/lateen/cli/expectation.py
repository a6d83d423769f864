"""What the rules ask for: the way of a call, read from the configuration that a running proxy has."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.endpoint.v3.endpoint_pb2 import ClusterLoadAssignment
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from google.protobuf import json_format
from google.protobuf.message import Message

from lateen.api.meta import JsonObject
from lateen.cli.envoy_admin import cluster_stats, config_dump
from lateen.cli.kinds import Target, kind_named
from lateen.cli.proxy_tables import endpoint_address
from lateen.client.error import ApiError
from lateen.client.sync import SyncClient
from lateen.simulation.call import Call, Entry
from lateen.simulation.outcome import Outcome
from lateen.simulation.simulate import simulate
from lateen.translate.resources import Resources

BALANCER_TOLERANCE = 0.05
"""How far from even a load balancer may be that looks at outstanding requests, not at lots."""

NO_ADDRESS = "240.0.0.1"

M = TypeVar("M", bound=Message)
N = TypeVar("N", Cluster, Listener, RouteConfiguration)


@dataclass(frozen=True, slots=True)
class Workloads:
    """The mesh's pods by address."""

    pods: Mapping[str, JsonObject]

    def name(self, endpoint: str) -> str:
        """The pod at `address:port`, or the endpoint itself."""
        pod = self.pods.get(endpoint.rpartition(":")[0])
        return str(pod["metadata"]["name"]) if pod else endpoint

    def version(self, endpoint: str) -> str:
        """The label `version` of the pod at `address:port`, or its name where it has none."""
        pod = self.pods.get(endpoint.rpartition(":")[0])
        labels: dict[str, str] = (pod["metadata"].get("labels") or {}) if pod else {}
        return labels.get("version") or self.name(endpoint)


@dataclass(frozen=True, slots=True)
class Expectation:
    """Shares by endpoint (`address:port`), who asked for them, and how much a load balancer may add."""

    shares: Mapping[str, float] = field(default_factory=dict)
    config: str = ""
    clusters: frozenset[str] = frozenset()
    tolerance: float = 0.0

    def by_version(self, workloads: Workloads) -> tuple[dict[str, float], float]:
        """Shares by version, and the tolerance: none where every cluster holds one version only."""
        return _grouped(self.shares, workloads.version), self.tolerance

    def by_pod(self, workloads: Workloads) -> tuple[dict[str, float], float]:
        """Shares by pod; between pods of one cluster the load balancer decides."""
        return _grouped(self.shares, workloads.name), BALANCER_TOLERANCE


def read_workloads(client: SyncClient) -> Workloads:
    """All pods that have an address."""
    pods = client.get(Target(kind_named("pods")).path("")).get("items") or []
    return Workloads({ip: pod for pod in pods if (ip := (pod.get("status") or {}).get("podIP"))})


def expect(
    client: SyncClient, pod: JsonObject, url: str, headers: Mapping[str, str], workloads: Workloads, *, port: int = 0
) -> Expectation:
    """What the proxy of `pod` would do with a call to `url`. `port` is the gateway's own port for calls that arrive
    there; 0 is for calls that the pod itself makes. Raises ApiError when the pod has no proxy."""
    outcome = simulate(_resources(client, pod), _call(client, pod, url, headers, port))
    return expectation_of(outcome, workloads)


def expectation_of(outcome: Outcome, workloads: Workloads) -> Expectation:
    """The shares of an outcome, each cluster's spread evenly over its endpoints."""
    shares: dict[str, float] = defaultdict(float)
    mixed = False
    for target in outcome.targets:
        for endpoint in target.endpoints:
            shares[endpoint] += target.share / len(target.endpoints)
        mixed |= len({workloads.version(endpoint) for endpoint in target.endpoints}) > 1
    clusters = frozenset(target.cluster for target in outcome.targets)
    return Expectation(dict(shares), outcome.config, clusters, BALANCER_TOLERANCE if mixed else 0.0)


def answered(client: SyncClient, pods: Sequence[JsonObject]) -> dict[tuple[str, str], int]:
    """How many requests each endpoint got from the proxies of `pods` so far, by (cluster, `address:port`)."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for pod in pods:
        for status in cluster_stats(client, pod):
            for host in status.get("host_statuses") or []:
                stats = {each.get("name"): int(each.get("value") or 0) for each in host.get("stats") or []}
                counts[status["name"], endpoint_address(host)] += stats.get("rq_total", 0)
    return counts


def _grouped(shares: Mapping[str, float], group: Callable[[str], str]) -> dict[str, float]:
    grouped: dict[str, float] = defaultdict(float)
    for endpoint, share in shares.items():
        grouped[group(endpoint)] += share
    return dict(grouped)


def _call(client: SyncClient, pod: JsonObject, url: str, headers: Mapping[str, str], port: int) -> Call:
    split = urlsplit(url)
    number = split.port or (443 if split.scheme == "https" else 80)
    given = {name.lower(): value for name, value in headers.items()}
    host = given.pop("host", split.netloc)
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    if port:
        address, entry, number = pod["status"]["podIP"], Entry.DIRECT, port
    else:
        address, entry = _service_address(client, split.hostname or "", pod["metadata"]["namespace"]), Entry.OUTBOUND
    return Call(address=address, port=number, entry=entry, host=host, path=path, headers=given)


def _service_address(client: SyncClient, host: str, namespace: str) -> str:
    name, _, rest = host.partition(".")
    try:
        service = client.get(Target(kind_named("service"), name).path(rest.split(".")[0] or namespace))
    except ApiError:
        return NO_ADDRESS
    return str(service["spec"].get("clusterIP") or NO_ADDRESS)


def _resources(client: SyncClient, pod: JsonObject) -> Resources:
    dump = config_dump(client, pod)
    return Resources(
        listeners=_named(dump.listeners, Listener),
        clusters=_named(dump.clusters, Cluster),
        routes=_named(dump.routes, RouteConfiguration),
        endpoints={each.cluster_name: each for each in _messages(dump.endpoints, ClusterLoadAssignment)},
    )


def _named(parts: Sequence[JsonObject], kind: type[N]) -> dict[str, N]:
    return {each.name: each for each in _messages(parts, kind)}


def _messages(parts: Sequence[JsonObject], kind: type[M]) -> Iterator[M]:
    for part in parts:
        try:
            yield json_format.ParseDict(part, kind(), ignore_unknown_fields=True)
        except json_format.ParseError:
            continue  # a static part with an extension that our own configuration never holds
