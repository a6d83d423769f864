"""What makes one proxy's outbound view differ from another's."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from lateen.api.gateway import Gateway
from lateen.api.sidecar import Sidecar
from lateen.api.virtual_service import VirtualService
from lateen.model.selection import picked, selects
from lateen.model.workload import Proxy, ProxyType, Workload
from lateen.resolve.place import Place, client_place
from lateen.resolve.selectors import ServiceSelectors
from lateen.resolve.sidecars import NO_SIDECARS, SidecarIndex

NamespacedName = tuple[str, str]
"""(namespace, name)"""


class Scope(msgspec.Struct, frozen=True):
    """Proxies of equal scope share one outbound configuration.

    `sidecar` is the Sidecar in force. `labels` holds only the labels that some rule selects clients by, sorted.
    `place` is set only when endpoints are chosen by it. The rest concerns gateways: the Gateways that select the
    proxy (sorted) and the services in front of it (oldest first), both (namespace, name or hostname), its named ports,
    and the file of the machine's network namespace it may listen in ("": none).
    """

    type: ProxyType
    namespace: str
    labels: tuple[tuple[str, str], ...] = ()
    place: Place | None = None
    sidecar: NamespacedName | None = None
    gateways: tuple[NamespacedName, ...] = ()
    services: tuple[NamespacedName, ...] = ()
    ports: tuple[tuple[str, int], ...] = ()
    host_netns: str = ""

    @property
    def is_gateway(self) -> bool:
        """Whether the proxy runs Gateways rather than standing beside a workload."""
        return self.type is ProxyType.GATEWAY

    def chosen(self, gateways: Iterable[Gateway]) -> tuple[Gateway, ...]:
        """Those of `gateways` that the proxy runs, in their order."""
        return tuple(each for each in gateways if (each.metadata.namespace, each.metadata.name) in self.gateways)


@dataclass(frozen=True, slots=True)
class ScopeIndex:
    """What the rules of the mesh look at in a client; everything else about it cannot matter.

    `labels` are the label keys that some route or rule selects clients by, `rule_labels` those that destination rules
    do, `place_labels` those that some rule prefers endpoints by (`None`: no rule asks where a client is). Clients in
    namespaces that are not `distinct` see the same services governed by the same rules.
    """

    labels: frozenset[str]
    rule_labels: frozenset[str]
    distinct: frozenset[str]
    place_labels: frozenset[str] | None
    gateways: tuple[Gateway, ...]
    sidecars: SidecarIndex = NO_SIDECARS


def route_labels(rules: Iterable[VirtualService]) -> frozenset[str]:
    """The label keys that some route matches its clients by."""
    found: set[str] = set()
    for rule in rules:
        for http in rule.spec.http:
            found.update(key for match in http.match for key in match.source_labels)
        for tls in rule.spec.tls:
            found.update(key for match in tls.match for key in match.source_labels)
        for tcp in rule.spec.tcp:
            found.update(key for match in tcp.match for key in match.source_labels)
    return frozenset(found)


def scope_of(proxy: Proxy, index: ScopeIndex, services: ServiceSelectors, workload: Workload | None) -> Scope:
    """The scope a proxy belongs to."""
    scope = Scope(
        type=proxy.type,
        namespace=proxy.namespace,
        labels=picked(proxy.labels, index.labels),
        place=client_place(proxy, index.place_labels) if index.place_labels is not None else None,
    )
    if proxy.type is not ProxyType.GATEWAY:
        sidecar = index.sidecars.sidecar_for(proxy.namespace, proxy.labels)
        return replace(scope, sidecar=_named(sidecar)) if sidecar else scope
    gateways = (each.metadata for each in index.gateways if selects(each.spec.selector, proxy.labels))
    fronts = services.selecting(proxy.namespace, proxy.labels, proxy.address)
    return replace(
        scope,
        gateways=tuple(sorted((each.namespace, each.name) for each in gateways)),
        services=tuple((each.namespace, each.hostname) for each in fronts),
        ports=tuple(sorted(workload.port_numbers.items())) if workload else (),
        host_netns=proxy.netns_host,
    )


def _named(sidecar: Sidecar) -> NamespacedName:
    return sidecar.metadata.namespace, sidecar.metadata.name
