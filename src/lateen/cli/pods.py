"""Finding the pod, and the container in it, that a user means."""

import click

from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target, kind_named, parse_targets
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
PROXY = "istio-proxy"


def find_pod(client: SyncClient, word: str, namespace: str) -> JsonObject:
    """The pod named by `reviews-v1-…`, `pod/…`, or the newest ready pod of `deploy/…` or `svc/…`.

    Raises ApiError when there is none of that name, click.UsageError when it has no pod.
    """
    target = parse_targets((word,))[0] if "/" in word else Target(kind_named("pod"), word)
    document = client.get(target.path(namespace))
    if target.info.id == "Pod":
        return document
    selector = _selector(document)
    if not selector:
        raise click.UsageError(f"{target.title} has no pods of its own")
    query = ",".join(f"{key}={value}" for key, value in selector.items())
    pods = client.get(with_query(Target(kind_named("pod")).path(namespace), labelSelector=query)).get("items") or []
    alive = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    if not alive:
        raise click.UsageError(f"{target.title} has no pod now: see `lateen describe {word}`")
    return max(alive, key=lambda pod: (is_ready(pod), pod["metadata"].get("creationTimestamp", "")))


def choose_container(pod: JsonObject, wanted: str) -> str:
    """`wanted` if the pod has it, else its default: annotated, or the first that is no proxy."""
    spec: JsonObject = pod["spec"]
    names: list[str] = [each["name"] for each in (spec.get("containers") or [])]
    every = names + [each["name"] for each in (spec.get("initContainers") or [])]
    if wanted:
        if wanted not in every:
            raise click.UsageError(
                f"pod {pod['metadata']['name']} has no container {wanted!r}: it has {', '.join(every)}"
            )
        return wanted
    annotated = (pod["metadata"].get("annotations") or {}).get(DEFAULT_CONTAINER)
    return annotated if annotated in names else next((name for name in names if name != PROXY), names[0])


def is_ready(pod: JsonObject) -> bool:
    """Whether the pod's condition Ready holds."""
    conditions: list[JsonObject] = (pod.get("status") or {}).get("conditions") or []
    return any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions)


def _selector(document: JsonObject) -> dict[str, str]:
    selector: JsonObject = (document.get("spec") or {}).get("selector") or {}
    return selector.get("matchLabels") or {} if "matchLabels" in selector else selector
