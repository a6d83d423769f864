"""Who calls in a running mesh, named by the same words as for `lateen explain`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target, kind_named
from lateen.cli.mesh import fail
from lateen.cli.pods import find_pods, is_ready, list_pods
from lateen.client.error import ApiError
from lateen.client.sync import SyncClient
from lateen.model.selection import selects

LOOPBACK = "127.0.0.1"
USUAL_PORTS = {"http": 80, "https": 443}
GATEWAYS = frozenset({"gateway", "gw"})
ACCOUNTS = frozenset({"sa", "serviceaccount"})


@dataclass(frozen=True, slots=True)
class LiveCaller:
    """A pod that calls; with `at_gateway`, this machine calls, and the pod is that of the gateway it calls at."""

    pod: JsonObject
    at_gateway: bool = False

    @property
    def name(self) -> str:
        """The pod's name."""
        return str(self.pod["metadata"]["name"])


def find_caller(
    client: SyncClient, word: str, namespace: str = "default", labels: Mapping[str, str] | None = None
) -> LiveCaller:
    """The caller named `productpage-v1`, `pod/…`, `deploy/…`, `svc/…`, `sa/…` or `gateway/…`, or by `labels` alone.

    `NAME.NAMESPACE` overrides `namespace`. Raises ApiError for what is not there; exits with a message for what has no
    pod.
    """
    kind, separator, name = word.rpartition("/")
    name, _, given = name.partition(".")
    where = given or namespace
    if kind.lower() in GATEWAYS:
        return LiveCaller(_ready(_gateway_pods(client, name, where), word), at_gateway=True)
    if kind.lower() in ACCOUNTS:
        owned = [pod for pod in list_pods(client, where) if _account(pod) == name]
        return LiveCaller(_ready(owned, word))
    if not word:
        chosen = [pod for pod in list_pods(client, where) if labels and selects(labels, _labels(pod))]
        return LiveCaller(_ready(chosen, ",".join(f"{key}={value}" for key, value in (labels or {}).items())))
    words = [f"{kind}/{name}"] if separator else [f"{kind}/{name}" for kind in ("pod", "deployment", "service")]
    return LiveCaller(_ready(_first_found(client, words, where), word))


def node_port_address(client: SyncClient, gateway: JsonObject, url: str) -> str:
    """Where this machine reaches what clients outside dial at the gateway, `host:port`; exits with a message where its
    services don't open that port."""
    split = urlsplit(url)
    wanted = split.port or USUAL_PORTS.get(split.scheme, 0)
    ports = [port for service in _fronts(client, gateway) for port in service["spec"].get("ports") or []]
    opened = {port["port"]: port["nodePort"] for port in ports if port.get("nodePort")}
    number = wanted if wanted in opened.values() else opened.get(wanted)
    if number is None:
        known = ", ".join(str(port) for port in opened) or "none"
        fail(f"error: gateway {gateway['metadata']['name']} has no port {wanted} on this machine: it has {known}")
    return f"{LOOPBACK}:{number}"


def _gateway_pods(client: SyncClient, name: str, namespace: str) -> list[JsonObject]:
    """Pods of a workload or service of that name in any namespace, else those that a Gateway of the name selects."""
    pods = list_pods(client, "")
    fronts = [each for each in _items(client, "services") if each["metadata"]["name"] == name]
    behind = [pod for service in fronts for pod in pods if _is_behind(service, pod)]
    own = [pod for pod in pods if name in {pod["metadata"]["name"], _workload(pod)}]
    if own or behind:
        return own or behind
    gateways = [each for each in _items(client, "gateways") if each["metadata"]["name"] == name]
    gateways.sort(key=lambda each: each["metadata"]["namespace"] != namespace)
    selector: dict[str, str] = (gateways[0].get("spec") or {}).get("selector") or {} if gateways else {}
    return [pod for pod in pods if selector and selects(selector, _labels(pod))]


def _first_found(client: SyncClient, words: Sequence[str], namespace: str) -> Sequence[JsonObject]:
    for word in words[:-1]:
        try:
            return find_pods(client, word, namespace)
        except ApiError as error:
            if not error.is_missing:
                raise
    return find_pods(client, words[-1], namespace)


def _ready(pods: Sequence[JsonObject], word: str) -> JsonObject:
    alive = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    if not alive:
        fail(f"error: no pod runs for the caller {word!r}: `lateen get pods -A` lists all")
    return next((pod for pod in alive if is_ready(pod)), alive[0])


def _fronts(client: SyncClient, pod: JsonObject) -> list[JsonObject]:
    return [service for service in _items(client, "services") if _is_behind(service, pod)]


def _is_behind(service: JsonObject, pod: JsonObject) -> bool:
    selector: dict[str, str] = service["spec"].get("selector") or {}
    same = service["metadata"]["namespace"] == pod["metadata"]["namespace"]
    return bool(selector) and same and selects(selector, _labels(pod))


def _items(client: SyncClient, kind: str) -> list[JsonObject]:
    items: list[JsonObject] = client.get(Target(kind_named(kind)).path("")).get("items") or []
    return items


def _labels(pod: JsonObject) -> dict[str, str]:
    return pod["metadata"].get("labels") or {}


def _account(pod: JsonObject) -> str:
    return str(pod["spec"].get("serviceAccountName") or "default")


def _workload(pod: JsonObject) -> str:
    owners: list[JsonObject] = pod["metadata"].get("ownerReferences") or []
    return str(owners[0]["name"]) if owners else ""
