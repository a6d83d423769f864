"""Writing down the automatic addresses of ServiceEntry hosts."""

from collections.abc import Iterable, Mapping, Sequence

from lateen.api.meta import JsonObject
from lateen.api.service_entry import ServiceEntry
from lateen.controllers.loop import Key
from lateen.model.entry_addresses import allocate
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored

_ALL: Key = ("", "")


class EntryAddressController:
    """Writes `status.addresses` of ServiceEntries. Addresses stay for as long as the host does.

    There is one key for all: an address is free when no entry has it.
    """

    name = "service entry addresses"
    kinds: Sequence[str] = ("ServiceEntry",)

    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        """The one key."""
        return [_ALL]

    async def reconcile(self, _: Key) -> None:
        """Bring the addresses of all entries up to date."""
        entries = {each.ref: each for each in (await self._store.list(self.kinds)).items}
        wanted = allocate([each.resource for each in entries.values() if isinstance(each.resource, ServiceEntry)])
        for ref, addresses in wanted.items():
            await self._write(entries[ref], addresses)

    async def _write(self, stored: Stored, addresses: Mapping[str, str]) -> None:
        status: JsonObject = {**(stored.body.get("status") or {})}
        before = status.pop("addresses", [])
        after = [{"value": address, "host": host} for host, address in addresses.items()]
        if before == after:
            return
        if after:
            status["addresses"] = after
        try:
            await self._store.replace({**stored.body, "status": status}, expected=stored.revision, status_only=True)
        except (ConflictError, MissingError):
            return  # its newer version is in the queue already
