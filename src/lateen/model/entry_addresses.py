"""Automatic addresses of ServiceEntry hosts, by which TCP services that share a port are told apart.

Rules: `pilot/pkg/controllers/ipallocate` in Istio.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from lateen.api.problem import ResourceRef
from lateen.api.service_entry import ServiceEntry, ServiceEntryAddress, ServiceEntryStatus
from lateen.model.address_range import choose_address
from lateen.model.hostname import is_wildcard
from lateen.model.legacy.outcome import age_of
from lateen.model.service_entries import gets_addresses

RANGE = "240.240.0.0/16"
"""Istio's range; nothing outside of a mesh uses it."""


def with_addresses(entries: Sequence[ServiceEntry]) -> tuple[ServiceEntry, ...]:
    """The entries, in their order, with the addresses that their hosts have in a running mesh."""
    given = allocate(entries)
    return tuple(_with_status(each, given[each.ref]) for each in entries)


def _with_status(entry: ServiceEntry, given: Mapping[str, str]) -> ServiceEntry:
    addresses = tuple(ServiceEntryAddress(value=address, host=host) for host, address in given.items())
    status = entry.status or ServiceEntryStatus()
    return entry if status.addresses == addresses else replace(entry, status=replace(status, addresses=addresses))


def allocate(entries: Sequence[ServiceEntry]) -> dict[ResourceRef, dict[str, str]]:
    """The address of each host of each entry, hosts in their order.

    A host keeps the address it has; where two claim one, a user's claim wins, then that of the older entry. When the
    range is used up, hosts go without.
    """
    ordered = sorted(entries, key=age_of)
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
        try:
            address = kept.get(host) or choose_address(RANGE, f"{meta.namespace}/{meta.name}/{host}", taken)
        except ValueError:
            return
        taken.add(address)
        yield host, address


def _hosts(entry: ServiceEntry) -> tuple[str, ...]:
    """The hosts that get an address: wildcards only where proxies look up what they are asked for."""
    wildcards = entry.spec.resolution == "DYNAMIC_DNS"
    hosts = entry.spec.hosts if gets_addresses(entry) else ()
    return tuple(dict.fromkeys(host for host in hosts if wildcards or not is_wildcard(host)))
