"""Answers to questions about names of the mesh."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from dns.rcode import NOERROR, NXDOMAIN, SERVFAIL, Rcode
from dns.rdatatype import CNAME, PTR, SOA, SRV, A, RdataType

from lateen.node.dns.table import DnsTable, EntryAddresses, is_for_all

TTL_SECONDS = 5
_REVERSE = ".in-addr.arpa"


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record in the text form of zone files; `name` has no last dot."""

    name: str
    kind: RdataType
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer. `alias_target` is a name of the outside whose addresses must be added."""

    rcode: Rcode = NOERROR
    records: tuple[Record, ...] = ()
    extra: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    alias_target: str = ""


class Zone:
    """The names of one table, ready to be asked about; those of ServiceEntries only `with_entries`."""

    def __init__(self, table: DnsTable, *, with_entries: bool) -> None:
        self._table = table
        self._domain = table.domain
        self._pods = IPv4Network(table.pods)
        self._entries = table.entries if with_entries else {}
        self._existing = _with_parents([*table.addresses, *self._entries, *table.aliases, *table.ports], table.domain)
        self._names_of = _names_by_address(table)

    def answer(self, name: str, kind: RdataType, client: str = "") -> Answer | None:
        """The answer to a `client` about a lower-case name without its last dot; None when others must be asked."""
        if name.endswith(_REVERSE):
            return self._reverse(name, kind)
        if name == self._domain or name.endswith(f".{self._domain}"):
            return self._own(name, kind, client)
        addresses = self._entry_addresses(name, client)
        return self._addresses_answer(name, addresses, kind) if addresses else None

    def is_same_for_all(self, name: str) -> bool:
        """Whether every client gets the same answer about a name."""
        entries = self._entries_for(name)
        return not entries or is_for_all(entries)

    def _own(self, name: str, kind: RdataType, client: str) -> Answer:
        if name in self._table.aliases:
            return self._alias(name, kind, client)
        addresses = self._table.addresses.get(name) or self._pod_address(name) or self._entry_addresses(name, client)
        if addresses:
            return self._addresses_answer(name, addresses, kind)
        if kind == SRV and name in self._table.ports:
            return self._ports(name)
        if name == self._domain and kind == SOA:
            return Answer(records=(self._soa(),))
        exists = name in self._existing or name in (f"pod.{self._domain}", f"svc.{self._domain}")
        return self._nothing(NOERROR if exists else NXDOMAIN)

    def _addresses_answer(self, name: str, addresses: list[str], kind: RdataType) -> Answer:
        if kind == A:
            return Answer(records=tuple(Record(name, A, address) for address in addresses))
        return self._nothing(NOERROR)

    def _alias(self, name: str, kind: RdataType, client: str) -> Answer:
        """The chain of names and what is at its end; SERVFAIL for one that leads back to itself."""
        chain: dict[str, Record] = {}
        while name in self._table.aliases and name not in chain:
            target = self._table.aliases[name]
            chain[name] = Record(name, CNAME, f"{target}.")
            name = target
        aliases = tuple(chain.values())
        if kind == CNAME:
            return Answer(records=aliases[:1])
        if name in chain:
            return self._nothing(SERVFAIL)
        found = self.answer(name, kind, client)
        if found is None:
            return Answer(records=aliases, alias_target=name)
        return Answer(rcode=found.rcode, records=(*aliases, *found.records), authority=found.authority)

    def _ports(self, name: str) -> Answer:
        targets = self._table.ports[name]
        share = max(1, 100 // len(targets))
        records = tuple(Record(name, SRV, f"0 {share} {target.port} {target.host}.") for target in targets)
        extra = [
            Record(host, A, address)
            for host in dict.fromkeys(target.host for target in targets)
            for address in self._table.addresses.get(host, ())
        ]
        return Answer(records=records, extra=tuple(extra))

    def _pod_address(self, name: str) -> list[str]:
        labels = name.removesuffix(self._domain).rstrip(".").split(".")
        if len(labels) != 3 or labels[2] != "pod":
            return []
        try:
            address = IPv4Address(labels[0].replace("-", "."))
        except ValueError:
            return []
        return [str(address)] if address in self._pods else []

    def _entry_addresses(self, name: str, client: str) -> list[str]:
        """What a client's own namespace says, else the oldest of those that are for it."""
        namespace = self._table.clients.get(client, "")
        entries = self._entries_for(name)
        visible = [each for each in entries if not each.namespaces or namespace in each.namespaces]
        chosen = next((each for each in visible if each.owner == namespace), visible[0] if visible else None)
        return chosen.addresses if chosen else []

    def _entries_for(self, name: str) -> Sequence[EntryAddresses]:
        """Those of the host itself, else of the longest wildcard."""
        parent = f".{name}"
        found = self._entries.get(name)
        while found is None and "." in parent[1:]:
            parent = parent[parent.index(".", 1) :]
            found = self._entries.get(f"*{parent}")
        return found or ()

    def _reverse(self, name: str, kind: RdataType) -> Answer | None:
        try:
            address = IPv4Address(".".join(reversed(name.removesuffix(_REVERSE).split("."))))
        except ValueError:
            return None
        names = self._names_of.get(str(address), [])
        if not names and address not in self._pods:
            return None
        if not names:
            return self._nothing(NXDOMAIN)
        if kind != PTR:
            return self._nothing(NOERROR)
        return Answer(records=tuple(Record(name, PTR, f"{target}.") for target in names))

    def _nothing(self, code: Rcode) -> Answer:
        return Answer(rcode=code, authority=(self._soa(),))

    def _soa(self) -> Record:
        text = f"ns.dns.{self._domain}. hostmaster.{self._domain}. 1 7200 1800 86400 {TTL_SECONDS}"
        return Record(self._domain, SOA, text)


def _with_parents(names: list[str], domain: str) -> frozenset[str]:
    existing = {domain}
    for name in names:
        while name.endswith(f".{domain}") and name not in existing:
            existing.add(name)
            name = name.partition(".")[2]  # noqa: PLW2901 - walking up
    return frozenset(existing)


def _names_by_address(table: DnsTable) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    headless = {name for name, addresses in table.addresses.items() if len(addresses) != 1}
    for name, addresses in table.addresses.items():
        # A headless service's own name stands for all of its pods; each pod's name for one.
        if name.endswith(f".{table.domain}") and name not in headless:
            names.setdefault(addresses[0], []).append(name)
    return names
