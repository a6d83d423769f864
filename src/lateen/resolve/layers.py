"""The layers of a proxy's configuration, each a function of the parts of the mesh it depends on and of nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from lateen.api.gateway import Gateway
from lateen.api.problem import Problem
from lateen.api.virtual_service import VirtualService
from lateen.ir.cluster import Cluster
from lateen.ir.config import Layer
from lateen.ir.endpoint import LoadAssignment
from lateen.ir.listener import Listener
from lateen.ir.route import RouteConfig
from lateen.ir.secret import Secret
from lateen.lib.memo import Memo
from lateen.model.service import Endpoint, Service
from lateen.model.settings import MeshSettings
from lateen.model.snapshot import EndpointKey
from lateen.model.tls_secret import TlsSecret
from lateen.resolve.clusters import (
    BY_NAME,
    Asker,
    PortClusters,
    catch_all_clusters,
    cluster_kind,
    is_routable,
    port_clusters,
)
from lateen.resolve.destination_rules import Client, RuleIndex, rules_for
from lateen.resolve.endpoints import EndpointPlan, port_endpoints
from lateen.resolve.gateway import resolve_gateway
from lateen.resolve.gateway_name import MESH
from lateen.resolve.host_rule import HostRule
from lateen.resolve.outbound import resolve_outbound
from lateen.resolve.place import Place
from lateen.resolve.policy_problems import secret_problems
from lateen.resolve.scope import NamespacedName, Scope
from lateen.resolve.sds import TlsSecrets, add_secrets, names_for
from lateen.resolve.view import GatewayView, OutboundPart, OutboundView
from lateen.resolve.visibility import visible_services, visible_virtual_services

Endpoints = Mapping[EndpointKey, tuple[Endpoint, ...]]


class ViewKey(NamedTuple):
    """Clients of equal key see the same services under the same rules; namespace "" is any that is not distinct.

    `sidecar` is the Sidecar that leaves only some services to see.
    """

    namespace: str
    labels: tuple[tuple[str, str], ...] = ()
    sidecar: NamespacedName | None = None


class ClusterKey(NamedTuple):
    """Clients of equal key that see the same get the same clusters.

    `namespace` is "" where no rule names a Secret that the clients might be given.
    """

    view: ViewKey
    gateway: bool
    namespace: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class MeshView:
    """The services that a client sees, one for each hostname, and the destination rules for them."""

    services: tuple[Service, ...]
    by_hostname: Mapping[str, Service]
    rules: Mapping[str, HostRule]


@dataclass(frozen=True, slots=True)
class ClusterPart:
    """The clusters of a view, their names, and how the EDS ones among them get their endpoints."""

    layer: Layer
    names: frozenset[str]
    plans: Mapping[EndpointKey, tuple[EndpointPlan, ...]]


def mesh_view(
    memo: Memo, services: Mapping[tuple[str, str], Service], rules: RuleIndex, settings: MeshSettings, *, key: ViewKey
) -> MeshView:
    """What clients of that key see where no Sidecar is in force."""
    visible = memo.keep("services", visible_services(services, key.namespace))
    return view_of(memo, visible, rules, settings, key=key)


def view_of(
    memo: Memo, services: tuple[Service, ...], rules: RuleIndex, settings: MeshSettings, *, key: ViewKey
) -> MeshView:
    """Those services, and the rules for them, as clients of that key see them."""
    client = Client(key.namespace, dict(key.labels))
    return MeshView(
        services=services,
        by_hostname=memo.keep("hostnames", {service.hostname: service for service in services}),
        rules=memo.keep("rules", rules_for(memo, rules, services, client, settings)),
    )


def cluster_part(
    memo: Memo,
    view: MeshView,
    named: Endpoints,
    settings: MeshSettings,
    problems: tuple[Problem, ...],
    secrets: TlsSecrets,
    *,
    whom: ClusterKey,
) -> ClusterPart:
    """The clusters for what a view sees.

    `named` are the endpoints of services that are looked up by name, `problems` those of the mesh's destination rules,
    `secrets` those of the proxies' namespace that rules name.
    """
    found_secrets: dict[str, Secret] = {}
    remarks = dict.fromkeys(problems)
    clusters: dict[str, Cluster] = {}
    plans: dict[EndpointKey, tuple[EndpointPlan, ...]] = {}
    for cluster in catch_all_clusters(settings, gateway=whom.gateway):
        clusters[cluster.name] = memo.keep(cluster.name, cluster)
    for key, rule, part in _port_clusters(memo, view, named, settings, secrets, whom):
        for cluster in part.clusters:
            clusters[cluster.name] = memo.keep(cluster.name, cluster)
        if part.plans:
            plans[key] = part.plans
        add_secrets(found_secrets, part.secrets)
        if part.unusable and rule:
            remarks |= dict.fromkeys(secret_problems(rule, part.unusable, whom.namespace))
    kept = memo.keep("clusters", clusters)
    sent = memo.keep("secrets", found_secrets)
    return ClusterPart(
        layer=memo.recall("layer", _cluster_layer, kept, sent, memo.keep("problems", tuple(remarks))),
        names=memo.keep("names", frozenset(kept)),
        plans=memo.keep("plans", plans),
    )


def _port_clusters(
    memo: Memo, view: MeshView, named: Endpoints, settings: MeshSettings, secrets: TlsSecrets, whom: ClusterKey
) -> Iterator[tuple[EndpointKey, HostRule | None, PortClusters]]:
    """The clusters of each port that has any, and the rule for them."""
    everyone = memo.keep("asker", Asker(whom.gateway, whom.place))
    for service in view.services:
        rule = view.rules.get(service.hostname)
        asker = memo.recall(("asker", service.hostname), _trusting, everyone, rule, secrets) if rule else everyone
        for port in service.ports:
            if is_routable(service, port):
                key = (service.namespace, service.hostname, port.number)
                kind = cluster_kind(service, gateway=whom.gateway)
                found = named.get(key, ()) if kind in BY_NAME else ()
                yield key, rule, memo.recall(key, port_clusters, service, port, rule, settings, kind, found, asker)


def _trusting(asker: Asker, rule: HostRule, secrets: TlsSecrets) -> Asker:
    """The asker with the Secrets that a rule names, as far as they are there."""
    names = {name for credential in rule.credentials for name in names_for(credential)}
    return replace(asker, secrets={name: secrets[name] for name in sorted(names) if name in secrets})


def _cluster_layer(
    clusters: Mapping[str, Cluster], secrets: Mapping[str, Secret], problems: tuple[Problem, ...]
) -> Layer:
    return Layer(name="clusters", clusters=clusters, secrets=secrets, problems=problems)


def endpoint_layer(
    memo: Memo, plans: Mapping[EndpointKey, tuple[EndpointPlan, ...]], endpoints: Endpoints, *, client: Place | None
) -> Layer:
    """The endpoints of all EDS clusters, as clients at that place get them."""
    found: dict[str, LoadAssignment] = {}
    problems: list[Problem] = []
    for key, ports in plans.items():
        part = memo.recall(key, port_endpoints, ports, endpoints.get(key, ()), client)
        for assignment in part.assignments:
            found[assignment.cluster] = memo.keep(assignment.cluster, assignment)
        problems += part.problems
    kept = memo.keep("endpoints", found)
    return memo.recall("layer", _endpoint_layer, kept, memo.keep("problems", tuple(dict.fromkeys(problems))))


def _endpoint_layer(endpoints: Mapping[str, LoadAssignment], problems: tuple[Problem, ...]) -> Layer:
    return Layer(name="endpoints", endpoints=endpoints, problems=problems)


def relevant_rules(
    _: Memo, rules: Iterable[VirtualService], settings: MeshSettings, *, namespace: str, gateway: bool
) -> tuple[VirtualService, ...]:
    """The rules that can matter to the proxies of a namespace: for sidecars those bound to the mesh, for gateways those
    bound to a gateway. All delegates follow: who may use them is a matter of the rule that delegates."""
    rules = tuple(rules)
    bound = [rule for rule in rules if rule.spec.hosts and _is_bound(rule, gateway)]
    delegates = (rule for rule in rules if not rule.spec.hosts)
    return (*visible_virtual_services(bound, namespace, settings.default_virtual_service_export_to), *delegates)


def _is_bound(rule: VirtualService, gateway: bool) -> bool:
    gateways = rule.spec.gateways or (MESH,)
    return any(name != MESH for name in gateways) if gateway else MESH in gateways


def outbound_layer(
    memo: Memo,
    view: MeshView,
    clusters: frozenset[str],
    rules: tuple[VirtualService, ...],
    headless: Endpoints,
    settings: MeshSettings,
    *,
    scope: Scope,
) -> Layer:
    """The listeners and routes of the sidecars of a scope."""
    return made_layer(
        memo,
        resolve_outbound(
            memo,
            OutboundView(
                settings=settings,
                scope=scope,
                services=view.services,
                by_hostname=view.by_hostname,
                virtual_services=rules,
                clusters=clusters,
                rules=view.rules,
                headless=headless,
                memo=memo,
            ),
        ),
    )


def gateway_layer(  # noqa: PLR0913, PLR0917 - stages compare each input by itself
    memo: Memo,
    view: MeshView,
    clusters: frozenset[str],
    rules: tuple[VirtualService, ...],
    headless: Endpoints,
    settings: MeshSettings,
    services: Mapping[tuple[str, str], Service],
    gateways: tuple[Gateway, ...],
    secrets: Mapping[tuple[str, str], TlsSecret],
    *,
    scope: Scope,
) -> Layer:
    """The listeners and routes of the gateway proxies of a scope."""
    return made_layer(
        memo,
        resolve_gateway(
            GatewayView(
                settings=settings,
                scope=scope,
                services=view.services,
                by_hostname=view.by_hostname,
                virtual_services=rules,
                clusters=clusters,
                rules=view.rules,
                headless=headless,
                memo=memo,
                gateways=scope.chosen(gateways),
                fronts=tuple(services[key] for key in scope.services if key in services),
                port_numbers=dict(scope.ports),
                credentials={name: secret for (owner, name), secret in secrets.items() if owner == scope.namespace},
            )
        ),
    )


def made_layer(memo: Memo, part: OutboundPart) -> Layer:
    """The layer of what was made for a scope."""
    listeners = memo.keep("layer listeners", part.listeners)
    routes = memo.keep("layer routes", part.routes)
    secrets = memo.keep("layer secrets", part.secrets)
    problems = memo.keep("layer problems", part.problems)
    return memo.recall("layer", _outbound_layer, listeners, routes, secrets, problems)


def _outbound_layer(
    listeners: Mapping[str, Listener],
    routes: Mapping[str, RouteConfig],
    secrets: Mapping[str, Secret],
    problems: tuple[Problem, ...],
) -> Layer:
    return Layer(name="outbound", listeners=listeners, routes=routes, secrets=secrets, problems=problems)
