"""Deletes what its owner left behind."""

from collections.abc import Iterable, Sequence

from lateen.controllers.loop import Key
from lateen.controllers.termination import delete_quietly
from lateen.lib.clock import Clock
from lateen.store.config_store import ConfigStore, Stored

OWNERS = ("Deployment", "Service")
OWNED = ("Pod", "EndpointSlice")


class GarbageController:
    """A resource all of whose owners are gone is deleted. Keys are namespaces: ownership never crosses them."""

    name = "garbage collector"
    kinds: Sequence[str] = OWNERS + OWNED

    def __init__(self, store: ConfigStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        """One key a namespace."""
        return [(stored.ref.namespace, "")]

    async def reconcile(self, key: Key) -> None:
        """Delete the orphans of one namespace."""
        listing = await self._store.list(OWNERS + OWNED, key[0])
        alive = {item.resource.metadata.uid for item in listing.items}
        for item in listing.items:
            owners = item.resource.metadata.owner_references
            if item.ref.kind in OWNED and owners and not any(owner.uid in alive for owner in owners):
                await delete_quietly(self._store, item, self._clock)
