"""The subresource `scale` of deployments, which `kubectl scale` reads and writes."""

from lateen.api.meta import JsonObject
from lateen.apiserver.body import decode_document
from lateen.apiserver.call import Answer, Backend, Call
from lateen.apiserver.merge_patch import merge_patch
from lateen.apiserver.reading import find
from lateen.apiserver.status import bad_request
from lateen.apiserver.updating import patched, retried, write
from lateen.store.config_store import Stored


async def get_scale(backend: Backend, call: Call) -> Answer:
    """How many pods are asked for, and how many there are. Raises StatusError."""
    return Answer(_scale(await find(backend, call.target)))


async def replace_scale(backend: Backend, call: Call) -> Answer:
    """Ask for another number of pods. Raises StatusError."""
    scale = decode_document(call.content_type, call.content)
    return await retried(lambda: _write(backend, call, scale))


async def patch_scale(backend: Backend, call: Call) -> Answer:
    """Ask for another number of pods with a patch of the Scale. Raises StatusError."""

    async def attempt() -> Answer:
        return await _write(backend, call, patched(call, _scale(await find(backend, call.target))))

    return await retried(attempt)


async def _write(backend: Backend, call: Call, scale: JsonObject) -> Answer:
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    if not isinstance(replicas, int) or isinstance(replicas, bool) or replicas < 0:
        raise bad_request("spec.replicas must be a whole number, zero or more")
    current = await find(backend, call.target)
    version = (scale.get("metadata") or {}).get("resourceVersion")
    change = {"metadata": {"resourceVersion": version}, "spec": {"replicas": replicas}}
    await write(backend, call, current, call.target.present(merge_patch(current.body, change)))
    return await get_scale(backend, call)


def _scale(stored: Stored) -> JsonObject:
    metadata, spec = stored.body["metadata"], stored.body.get("spec") or {}
    labels = (spec.get("selector") or {}).get("matchLabels") or {}
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: metadata[key] for key in kept if key in metadata},
        "spec": {"replicas": spec.get("replicas", 1)},
        "status": {
            "replicas": (stored.body.get("status") or {}).get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        },
    }
