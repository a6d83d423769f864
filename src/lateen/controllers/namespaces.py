"""Namespaces: the service account each has, and emptying those that are being deleted."""

from collections.abc import Iterable, Sequence

from lateen.api.namespace import Namespace
from lateen.api.problem import ResourceRef
from lateen.controllers.loop import Key
from lateen.controllers.termination import delete_quietly
from lateen.lib.clock import Clock
from lateen.store.config_store import ConfigStore, ConflictError, Stored

KEPT_UNTIL_LAST = "Pod"


class NotEmptyError(Exception):
    """Something was written into a namespace while it was emptied."""


class NamespaceController:
    """Gives each namespace the ServiceAccount `default`; empties and removes a terminating one."""

    name = "namespaces"
    kinds: Sequence[str] = ("Namespace", "Pod", "ServiceAccount")

    def __init__(self, store: ConfigStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        """The namespace itself, or that of the resource."""
        return [("", stored.ref.namespace or stored.ref.name)]

    async def reconcile(self, key: Key) -> None:
        """Look at one namespace."""
        stored = await self._store.get(ResourceRef("Namespace", "", key[1]))
        if stored is None:
            return
        if stored.resource.metadata.deletion_timestamp:
            await self._empty(stored)
        elif isinstance(stored.resource, Namespace):
            await self._ensure_service_account(stored.ref.name)

    async def _ensure_service_account(self, namespace: str) -> None:
        if await self._store.get(ResourceRef("ServiceAccount", namespace, "default")) is None:
            try:
                await self._store.create(
                    {
                        "apiVersion": "v1",
                        "kind": "ServiceAccount",
                        "metadata": {"name": "default", "namespace": namespace},
                    }
                )
            except ConflictError:
                return

    async def _empty(self, namespace: Stored) -> None:
        listing = await self._store.list(None, namespace.ref.name)
        # Owners first, else their controllers would make the pods anew.
        for item in sorted(listing.items, key=lambda item: item.ref.kind == KEPT_UNTIL_LAST):
            await delete_quietly(self._store, item, self._clock)
        left = (await self._store.list(None, namespace.ref.name)).items
        if not left:
            await delete_quietly(self._store, namespace, self._clock)
        elif others := [str(item.ref) for item in left if item.ref.kind != KEPT_UNTIL_LAST]:
            # Pods come back here when their node has removed them; what was written meanwhile does not.
            raise NotEmptyError(f"namespace {namespace.ref.name} still holds {', '.join(others)}")
