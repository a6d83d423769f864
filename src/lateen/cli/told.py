"""What a running proxy is told: its configuration, and what follows from it for a call."""

from collections.abc import Iterator, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.endpoint.v3.endpoint_pb2 import ClusterLoadAssignment
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from google.protobuf import json_format
from google.protobuf.message import Message

from lateen.api.meta import JsonObject
from lateen.cli.envoy_admin import Dump, config_dump
from lateen.cli.expectation import Expectation, Workloads, expectation_of
from lateen.cli.kinds import Target, kind_named
from lateen.cli.pods import list_pods
from lateen.cli.sending import Sending
from lateen.client.error import ApiError
from lateen.client.sync import SyncClient
from lateen.simulation.call import Call, Entry
from lateen.simulation.simulate import simulate
from lateen.translate.resources import Resources

NO_ADDRESS = "240.0.0.1"

M = TypeVar("M", bound=Message)
N = TypeVar("N", Cluster, Listener, RouteConfiguration)


def read_workloads(client: SyncClient) -> Workloads:
    """All pods that have an address."""
    return Workloads({ip: pod for pod in list_pods(client, "") if (ip := (pod.get("status") or {}).get("podIP"))})


def expect(client: SyncClient, pod: JsonObject, url: str, sending: Sending, *, port: int = 0) -> Expectation:
    """What the proxy of `pod` is told to do with requests like those of `sending`, but to `url`. `port` is a gateway's
    port at which calls arrive, 0 for calls that the pod makes. Raises ApiError when the pod has no proxy."""
    resources = resources_of(config_dump(client, pod))
    call = _call(client, pod, url, sending, port)
    return expectation_of(simulate(resources, call), resources, call)


def resources_of(dump: Dump) -> Resources:
    """The messages in a configuration dump."""
    return Resources(
        listeners=_named(dump.listeners, Listener),
        clusters=_named(dump.clusters, Cluster),
        routes=_named(dump.routes, RouteConfiguration),
        endpoints={each.cluster_name: each for each in _messages(dump.endpoints, ClusterLoadAssignment)},
    )


def _call(client: SyncClient, pod: JsonObject, url: str, sending: Sending, port: int) -> Call:
    split = urlsplit(url)
    number = split.port or (443 if split.scheme == "https" else 80)
    given = {name.lower(): value for name, value in sending.headers.items()}
    if port:
        address, entry, number = pod["status"]["podIP"], Entry.DIRECT, port
    else:
        address, entry = _service_address(client, split.hostname or "", pod["metadata"]["namespace"]), Entry.OUTBOUND
    return Call(
        address=address,
        port=number,
        entry=entry,
        host=given.pop("host", split.netloc),
        method=sending.method,
        path=(split.path or "/") + (f"?{split.query}" if split.query else ""),
        headers=given,
        source=(pod.get("status") or {}).get("podIP") or NO_ADDRESS,
    )


def _service_address(client: SyncClient, host: str, namespace: str) -> str:
    if host.replace(".", "").isdigit():
        return host
    name, _, rest = host.partition(".")
    try:
        service = client.get(Target(kind_named("service"), name).path(rest.split(".")[0] or namespace))
    except ApiError:
        return NO_ADDRESS
    address = str(service["spec"].get("clusterIP") or NO_ADDRESS)
    return NO_ADDRESS if address == "None" else address


def _named(parts: Sequence[JsonObject], kind: type[N]) -> dict[str, N]:
    return {each.name: each for each in _messages(parts, kind)}


def _messages(parts: Sequence[JsonObject], kind: type[M]) -> Iterator[M]:
    for part in parts:
        try:
            yield json_format.ParseDict(part, kind(), ignore_unknown_fields=True)
        except json_format.ParseError:
            continue  # a static part with an extension that our own configuration never holds
