"""Finding the pod, and the container in it, that a user means."""

from collections.abc import Sequence

from lateen.api.column import condition_of
from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target, kind_named, parse_targets
from lateen.cli.mesh import fail
from lateen.client.error import ApiError
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
PROXY = "istio-proxy"


def find_pod(client: SyncClient, word: str, namespace: str) -> JsonObject:
    """The pod named by `reviews-v1-…`, `pod/…`, or the newest ready pod of `deploy/…` or `svc/…`.

    Raises ApiError when there is none of that name; exits with a message when what is named has no pod."""
    return max(find_pods(client, word, namespace), key=_preference)


def find_pods(client: SyncClient, word: str, namespace: str) -> Sequence[JsonObject]:
    """All pods that `word` names: one by its own name, or those of `deploy/…` or `svc/…` that are not being deleted.

    Raises ApiError when there is none of that name; exits with a message when what is named has no pod."""
    target = parse_targets((word,))[0] if "/" in word else Target(kind_named("pod"), word)
    document = _get(client, target, namespace, hint="/" not in word)
    if target.info.id == "Pod":
        return [document]
    selector = _selector(document)
    if not selector:
        fail(f"error: {target.title} has no pods of its own: name a pod, deploy/NAME or svc/NAME")
    query = ",".join(f"{key}={value}" for key, value in selector.items())
    pods = [pod for pod in list_pods(client, namespace, query) if not pod["metadata"].get("deletionTimestamp")]
    if not pods:
        fail(f"error: {target.title} has no pod now: see `lateen describe {word}`")
    return pods


def list_pods(client: SyncClient, namespace: str, selector: str = "") -> list[JsonObject]:
    """Pods by label; an empty namespace means all."""
    path = with_query(Target(kind_named("pod")).path(namespace), labelSelector=selector)
    items: list[JsonObject] = client.get(path).get("items") or []
    return items


def choose_container(pod: JsonObject, wanted: str) -> str:
    """`wanted` if the pod has it, else its default: annotated, or the first that is no proxy."""
    names, every = container_names(pod, with_init=False), container_names(pod)
    if wanted:
        if wanted not in every:
            name = pod["metadata"]["name"]
            fail(f"error: pod {name} has no container {wanted!r}: it has {', '.join(every)}")
        return wanted
    annotated = (pod["metadata"].get("annotations") or {}).get(DEFAULT_CONTAINER)
    return annotated if annotated in names else next((name for name in names if name != PROXY), names[0])


def container_names(pod: JsonObject, *, with_init: bool = True) -> list[str]:
    """The names of a pod's containers, init containers first."""
    spec: JsonObject = pod["spec"]
    init = spec.get("initContainers") or [] if with_init else []
    return [each["name"] for each in [*init, *(spec.get("containers") or [])]]


def is_ready(pod: JsonObject) -> bool:
    """Whether the pod's (or the node's) condition Ready holds."""
    return bool(condition_of(pod, "Ready").get("status") == "True")


def _get(client: SyncClient, target: Target, namespace: str, *, hint: bool) -> JsonObject:
    try:
        return client.get(target.path(namespace))
    except ApiError as error:
        if hint and error.is_missing and _is_there(client, Target(kind_named("deployment"), target.name), namespace):
            fail(f"{error}; there is a deployment of that name: write deploy/{target.name}")
        raise


def _is_there(client: SyncClient, target: Target, namespace: str) -> bool:
    try:
        return bool(client.get(target.path(namespace)))
    except ApiError:
        return False


def _preference(pod: JsonObject) -> tuple[bool, str]:
    return is_ready(pod), pod["metadata"].get("creationTimestamp", "")


def _selector(document: JsonObject) -> dict[str, str]:
    selector: JsonObject = (document.get("spec") or {}).get("selector") or {}
    return selector.get("matchLabels") or {} if "matchLabels" in selector else selector
