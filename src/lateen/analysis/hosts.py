"""Which service a host name means, to whom. Rule: `GetDestinationHost` of Istio's analyzers."""

from collections.abc import Iterable, Iterator, Sequence

from lateen.model.hostname import covers, fully_qualified, is_wildcard
from lateen.model.service import Service

EVERYWHERE = "*"
HERE = "."


def scopes_of(export_to: Iterable[str], namespace: str) -> frozenset[str]:
    """The namespaces an `exportTo` of a resource in `namespace` names: `{"*"}` for all of them."""
    named = frozenset(namespace if each == HERE else each for each in export_to)
    return frozenset((EVERYWHERE,)) if not named or EVERYWHERE in named else named


class HostIndex:
    """Services by host name."""

    def __init__(self, services: Iterable[Service], cluster_domain: str) -> None:
        self._domain = cluster_domain
        self._by_host: dict[str, list[Service]] = {}
        for service in services:
            self._by_host.setdefault(service.hostname, []).append(service)
        self._wildcards = [each for host, group in self._by_host.items() if is_wildcard(host) for each in group]

    def qualified(self, host: str, namespace: str) -> str:
        """The whole name of what `host` means in `namespace`."""
        return fully_qualified(host, namespace, self._domain)

    def find(self, host: str, namespace: str, export_to: Sequence[str] = ()) -> Service | None:
        """The service that `host` means to a rule of `namespace` that is exported to `export_to`: one that every
        namespace sees, or one of those the rule is for; None when there is none."""
        name = self.qualified(host, namespace)
        scopes = {namespace if each == HERE else each for each in export_to or (HERE,)}
        exact = next(_visible(self._by_host.get(name, ()), scopes), None)
        wild = (each for each in self._wildcards if covers(each.hostname, name))
        return exact or next(_visible(wild, {namespace}), None)


def _visible(services: Iterable[Service], scopes: set[str]) -> Iterator[Service]:
    for service in services:
        exported = scopes_of(service.export_to, service.namespace)
        if EVERYWHERE in exported or exported & scopes:
            yield service
