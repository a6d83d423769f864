"""What happens to a pod before it is stored: defaults, and the sidecar where one is asked for."""

from collections.abc import Callable

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.model.injection import inject, wants_injection
from lateen.store.config_store import ConfigStore


class SidecarAdmission:
    """Istio's injection webhook: adds the proxy to new pods of namespaces, or with labels, that ask for it."""

    def __init__(self, store: ConfigStore, defaults: Callable[[JsonObject], JsonObject]) -> None:
        self._store = store
        self._defaults = defaults

    async def admit(self, body: JsonObject, operation: str) -> JsonObject:
        """The document as it is to be stored; only new pods change."""
        if body.get("kind") != "Pod" or operation != "CREATE":
            return body
        return await self.complete(body)

    async def complete(self, pod: JsonObject) -> JsonObject:
        """A new pod with its defaults and, if it gets one, its proxy."""
        if not await self._wants_proxy(pod):
            return self._defaults(pod)
        return self._defaults(inject(self._defaults(pod)))

    async def _wants_proxy(self, pod: JsonObject) -> bool:
        metadata = pod["metadata"]
        namespace = await self._store.get(ResourceRef("Namespace", "", metadata["namespace"]))
        return wants_injection(
            metadata.get("labels") or {},
            metadata.get("annotations") or {},
            namespace.resource.metadata.labels if namespace else {},
            namespace=metadata["namespace"],
            host_network=bool(pod["spec"].get("hostNetwork")),
        )
