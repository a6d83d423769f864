"""Automatic addresses of ServiceEntry hosts, by which TCP services that share a port are told apart.

Rules: `pilot/pkg/controllers/ipallocate` in Istio.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.api.service_entry import ServiceEntry
from lateen.controllers.addresses import choose_address
from lateen.controllers.loop import Key
from lateen.model.hostname import is_wildcard
from lateen.model.service_entries import gets_addresses
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored

RANGE = "240.240.0.0/16"
"""Istio's range; nothing outside of a mesh uses it."""

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


def allocate(entries: Sequence[ServiceEntry]) -> dict[ResourceRef, dict[str, str]]:
    """The address of each host of each entry, hosts in their order.

    A host keeps the address it has; where two claim one, a user's claim wins, then that of the older entry.
    """
    ordered = sorted(entries, key=lambda each: (each.metadata.creation_timestamp, each.ref))
    taken = {address for each in ordered for address in each.spec.addresses}
    kept = {each.ref: dict(_kept(each, taken)) for each in ordered}
    return {each.ref: dict(_completed(each, kept[each.ref], taken)) for each in ordered}


def _kept(entry: ServiceEntry, taken: set[str]) -> Iterator[tuple[str, str]]:
    """The addresses that an entry's hosts have and may keep; they are `taken` from then on."""
    hosts = set(_hosts(entry))
    for each in entry.status.addresses if entry.status else ():
        if each.host in hosts and each.value not in taken:
            hosts.remove(each.host)
            taken.add(each.value)
            yield each.host, each.value


def _completed(entry: ServiceEntry, kept: Mapping[str, str], taken: set[str]) -> Iterator[tuple[str, str]]:
    meta = entry.metadata
    for host in _hosts(entry):
        address = kept.get(host) or choose_address(RANGE, f"{meta.namespace}/{meta.name}/{host}", taken)
        taken.add(address)
        yield host, address


def _hosts(entry: ServiceEntry) -> tuple[str, ...]:
    """The hosts that get an address: wildcards only where proxies look up what they are asked for."""
    wildcards = entry.spec.resolution == "DYNAMIC_DNS"
    hosts = entry.spec.hosts if gets_addresses(entry) else ()
    return tuple(dict.fromkeys(host for host in hosts if wildcards or not is_wildcard(host)))
