"""A call's way through a proxy of which only its configuration dump is known."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.endpoint.v3.endpoint_pb2 import ClusterLoadAssignment
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2 import (
    HttpConnectionManager,
    HttpFilter,
)
from google.protobuf import descriptor_pool, empty_pb2, json_format
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message

from lateen.api.meta import JsonObject
from lateen.explain.caller import Caller
from lateen.explain.explain import follow
from lateen.explain.question import Question, WrongQuestionError
from lateen.explain.result import Explanation, Step, Topic
from lateen.explain.scenario import build_scenario
from lateen.explain.views import asked_of, call_of
from lateen.model.hostname import is_address
from lateen.model.workload import Proxy, ProxyType, Workload
from lateen.simulation.call import Call, Entry
from lateen.simulation.known import unknown_fields
from lateen.simulation.listener_choice import listener_for
from lateen.translate.resources import Resources
from lateen.translate.wire import unpack

M = TypeVar("M", bound=Message)
N = TypeVar("N", Cluster, Listener, RouteConfiguration)

SHOWN = 8
"""Names in a note."""

UNKNOWN = f"type.googleapis.com/{empty_pb2.Empty.DESCRIPTOR.full_name}"

ANY_ADDRESS = "240.0.0.1"
"""Where a name leads is not in a dump; listeners for one address only are found when the address is asked about."""


@dataclass(frozen=True, slots=True)
class Dump:
    """A proxy's resources, and its node id, "" where the dump doesn't say."""

    resources: Resources
    node: str = ""


def read_dump(text: str) -> Dump:
    """Envoy's `/config_dump` (with `?include_eds` also the endpoints). Raises WrongQuestionError.

    Parts with extensions that stock Envoy's API does not know are left out.
    """
    try:
        dump = json.loads(text)
    except ValueError as error:
        raise WrongQuestionError(f"the configuration dump is no JSON: {error}") from None
    if not isinstance(dump, dict) or not isinstance(dump.get("configs"), list):
        raise WrongQuestionError("this is no configuration dump of Envoy: it has no list named configs")
    parts: dict[str, JsonObject] = {str(part.get("@type", "")).rpartition(".")[2]: part for part in dump["configs"]}
    bootstrap = (parts.get("BootstrapConfigDump") or {}).get("bootstrap") or {}
    resources = Resources(
        listeners=_named(_listeners(parts.get("ListenersConfigDump", {})), Listener),
        clusters=_named(_inner(parts, "ClustersConfigDump", "cluster"), Cluster),
        routes=_named(_inner(parts, "RoutesConfigDump", "route_config"), RouteConfiguration),
        endpoints={
            each.cluster_name: each
            for each in _messages(_inner(parts, "EndpointsConfigDump", "endpoint_config"), ClusterLoadAssignment)
        },
    )
    return Dump(resources, str((bootstrap.get("node") or {}).get("id", "")))


def explain_dump(dump: Dump, question: Question) -> Explanation:
    """Follows the call through the dump's proxy: by capture where there is any, else as one dials a gateway."""
    resources = dump.resources
    captured = any(listener.use_original_dst.value for listener in resources.listeners.values())
    entry = Entry.INBOUND if question.inbound else Entry.OUTBOUND if captured else Entry.DIRECT
    address = question.host if is_address(question.host) else ANY_ADDRESS
    kind = ProxyType.GATEWAY if entry is Entry.DIRECT else ProxyType.SIDECAR
    name, _, namespace = (dump.node.split("~")[2] if dump.node.count("~") == 3 else "").rpartition(".")
    workload = Workload(name=name or "the proxy of the dump", namespace=namespace, has_sidecar=True)
    proxy = Proxy(id=dump.node, type=kind, name=workload.name, namespace=namespace)
    scenario = build_scenario([])
    scenario.told[proxy.id] = resources
    caller = Caller(name=workload.name, workload=workload, proxy=proxy)
    call = call_of(question, address, question.port, entry)
    return follow(scenario, caller, call, asked_of(question, address), list(_notes(resources, call)))


def _notes(resources: Resources, call: Call) -> Iterator[Step]:
    yield Step(topic=Topic.NOTE, text="only the dump is looked at: which address a name has, it does not say")
    listener = listener_for(resources.listeners, call)
    if listener is None:
        return
    unread = list(dict.fromkeys(each.rpartition("(")[2].rstrip(")") for each in unknown_fields(listener)))
    names = dict.fromkeys(
        each.name
        for chain in listener.filter_chains
        for network in chain.filters
        for each in (_http_filters(network.typed_config) or (network,))
        if _is_unread(each.typed_config)
    )
    if unread or names:
        text = f"not followed: {', '.join([*names, *unread][:SHOWN])}"
        yield Step(topic=Topic.NOTE, text=text)


def _http_filters(packed: AnyMessage) -> Sequence[HttpFilter]:
    network = unpack(packed) if packed.type_url else None
    return tuple(network.http_filters) if isinstance(network, HttpConnectionManager) else ()


def _is_unread(packed: AnyMessage) -> bool:
    return packed.type_url == UNKNOWN


def _listeners(part: JsonObject) -> Iterator[JsonObject]:
    for each in part.get("static_listeners") or ():
        yield each.get("listener") or {}
    for each in part.get("dynamic_listeners") or ():
        yield (each.get("active_state") or {}).get("listener") or {}


def _inner(parts: dict[str, JsonObject], name: str, key: str) -> Sequence[JsonObject]:
    """The resources of one part, static ones before dynamic ones; what still warms up is not used yet."""
    part = parts.get(name, {})
    fields = sorted(name for name in part if name.startswith(("static_", "dynamic_")) and "warming" not in name)
    lists = (part[field] for field in reversed(fields))
    return [entry[key] for entries in lists for entry in entries if key in entry]


def _named(parts: Iterator[JsonObject] | Sequence[JsonObject], kind: type[N]) -> dict[str, N]:
    return {each.name: each for each in _messages(parts, kind)}


def _messages(parts: Iterator[JsonObject] | Sequence[JsonObject], kind: type[M]) -> Iterator[M]:
    for part in parts:
        try:
            yield json_format.ParseDict(_known(part), kind(), ignore_unknown_fields=True)
        except json_format.ParseError:
            continue


def _known(value: Any) -> Any:  # Any: JSON
    """The JSON with an empty message in the place of each extension that is not known here."""
    if isinstance(value, list):
        return [_known(each) for each in value]
    if not isinstance(value, dict):
        return value
    name = str(value.get("@type", "")).rpartition("/")[2]
    if name and not _is_known(name):
        return {"@type": UNKNOWN}
    return {key: _known(each) for key, each in value.items()}


@cache
def _is_known(name: str) -> bool:
    try:
        descriptor_pool.Default().FindMessageTypeByName(name)
    except KeyError:
        return False
    return True
