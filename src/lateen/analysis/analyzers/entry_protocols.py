"""ServiceEntries that declare one host and port, for the same namespaces, must agree on the protocol.

IST0177 for each that does not.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.hosts import EVERYWHERE, scopes_of
from lateen.analysis.messages import ENTRY_PROTOCOL_CONFLICT
from lateen.analysis.subject import full_name
from lateen.api.problem import Problem
from lateen.api.service_entry import ServiceEntry

_Declared = dict[tuple[str, int], list[tuple[ServiceEntry, int]]]
"""Entries, and the places of their ports, by host and port number."""


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report each ServiceEntry that contradicts another, once."""
    by_scope: dict[str, _Declared] = {}
    for entry in config.of(ServiceEntry):
        for scope in scopes_of(entry.spec.export_to, entry.metadata.namespace):
            declared = by_scope.setdefault(scope, {})
            for host in entry.spec.hosts:
                for place, port in enumerate(entry.spec.ports):
                    declared.setdefault((host, port.number), []).append((entry, place))
    reported: set[str] = set()
    for scope, declared in sorted(by_scope.items()):
        for key, entries in declared.items():
            everywhere = by_scope.get(EVERYWHERE, {}).get(key, []) if scope != EVERYWHERE else []
            yield from _conflicts(key, [*entries, *everywhere], reported)


def _conflicts(key: tuple[str, int], entries: list[tuple[ServiceEntry, int]], reported: set[str]) -> Iterator[Problem]:
    protocols = {entry.spec.ports[place].protocol.upper() for entry, place in entries}
    if len(protocols) < 2:
        return
    names = ", ".join(sorted({full_name(entry) for entry, _ in entries}))
    facts = {"names": names, "host": key[0], "port": str(key[1]), "protocols": ", ".join(sorted(protocols))}
    for entry, place in entries:
        if str(entry.ref) not in reported:
            reported.add(str(entry.ref))
            yield ENTRY_PROTOCOL_CONFLICT.at(entry.ref, f"spec.ports[{place}].protocol", **facts)
