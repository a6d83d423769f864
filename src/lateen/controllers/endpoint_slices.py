"""EndpointSlices: which pods stand behind a service, and whether they are ready."""

from collections.abc import Iterable, Sequence

from lateen.api.endpoint_slice import EndpointSlice
from lateen.api.meta import JsonObject
from lateen.api.pod import Pod
from lateen.api.problem import ResourceRef
from lateen.api.service import Service
from lateen.controllers.loop import Key
from lateen.controllers.ownership import controller_reference
from lateen.model.endpoint_slices import SERVICE_LABEL, slices_for
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored


class EndpointSliceController:
    """One slice for each service and set of port numbers; services without a selector are left alone."""

    name = "endpoint slices"
    kinds: Sequence[str] = ("Service", "Pod", "EndpointSlice")

    def __init__(self, store: ConfigStore) -> None:
        self._store = store
        self._selectors: dict[Key, dict[str, str]] = {}

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        """The service, the service of a slice, or the services that select (or selected) a pod."""
        key = (stored.ref.namespace, stored.ref.name)
        if isinstance(stored.resource, Service):
            self._selectors[key] = stored.resource.spec.selector
            return [key]
        if isinstance(stored.resource, EndpointSlice):
            service = stored.resource.metadata.labels.get(SERVICE_LABEL, "")
            return [(stored.ref.namespace, service)] if service else []
        labels = stored.resource.metadata.labels
        return [
            service
            for service, selector in self._selectors.items()
            if service[0] == stored.ref.namespace and selector and selector.items() <= labels.items()
        ]

    async def reconcile(self, key: Key) -> None:
        """Write the slices of one service."""
        namespace, name = key
        stored = await self._store.get(ResourceRef("Service", namespace, name))
        if stored is None:
            self._selectors.pop(key, None)
            return
        service = stored.resource
        if not isinstance(service, Service) or not service.spec.selector:
            return
        listing = await self._store.list(["EndpointSlice", "Pod"], namespace)
        pods = [item.resource for item in listing.items if isinstance(item.resource, Pod)]
        wanted = [
            _owned(body, service) for body in slices_for(service, [pod for pod in pods if _selects(service, pod)])
        ]
        present = {item.ref.name: item for item in listing.items if _is_slice_of(item, name)}
        for body in wanted:
            await self._write(body, present.pop(body["metadata"]["name"], None))
        for leftover in present.values():
            await self._remove(leftover)

    async def _write(self, body: JsonObject, present: Stored | None) -> None:
        if present is None:
            try:
                await self._store.create(body)
            except ConflictError:
                return
        elif any(present.body.get(field) != body[field] for field in ("addressType", "endpoints", "ports")):
            await self._store.replace({**body, "metadata": {**present.body["metadata"], **body["metadata"]}})

    async def _remove(self, stored: Stored) -> None:
        try:
            await self._store.delete(stored.ref)
        except MissingError:
            return


def _owned(body: JsonObject, service: Service) -> JsonObject:
    return {**body, "metadata": {**body["metadata"], "ownerReferences": [controller_reference(service)]}}


def _selects(service: Service, pod: Pod) -> bool:
    return service.spec.selector.items() <= pod.metadata.labels.items()


def _is_slice_of(stored: Stored, service: str) -> bool:
    labels = stored.resource.metadata.labels
    return isinstance(stored.resource, EndpointSlice) and labels.get(SERVICE_LABEL) == service
