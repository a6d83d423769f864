"""What each proxy is told: the resolver's entry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from lateen.api.destination_rule import DestinationRule
from lateen.api.gateway import Gateway
from lateen.api.problem import Problem
from lateen.api.sidecar import Sidecar
from lateen.api.virtual_service import VirtualService
from lateen.ir.config import Layer, ProxyConfig
from lateen.lib.memo import Memo, Recent, Stage
from lateen.model.legacy.blame import blamed
from lateen.model.selection import picked
from lateen.model.service import Resolution, Service
from lateen.model.settings import MeshSettings
from lateen.model.snapshot import EndpointKey, MeshSnapshot
from lateen.model.tls_secret import TlsSecret
from lateen.model.workload import Proxy, ProxyType, Workload
from lateen.resolve.auto_passthrough import passed_on_hosts
from lateen.resolve.destination_rules import Client, RuleIndex, distinct_by_rules, index_rules, rules_for
from lateen.resolve.host_rule import named_secrets
from lateen.resolve.imports import Imports, imports_of
from lateen.resolve.inbound import InboundShape, inbound_shape, resolve_inbound
from lateen.resolve.ingress import shape_by_sidecar
from lateen.resolve.layers import (
    ClusterKey,
    ClusterPart,
    Endpoints,
    MeshView,
    ViewKey,
    cluster_part,
    endpoint_layer,
    gateway_layer,
    mesh_view,
    outbound_layer,
    relevant_rules,
    view_of,
)
from lateen.resolve.locality import places_compared
from lateen.resolve.passed_on_layer import passed_on_layer
from lateen.resolve.place import Place
from lateen.resolve.policy_problems import policy_problems
from lateen.resolve.scope import NamespacedName, Scope, ScopeIndex, route_labels, scope_of
from lateen.resolve.sds import TlsSecrets, names_for
from lateen.resolve.selectors import ServiceSelectors, index_selectors
from lateen.resolve.sidecar_layer import sidecar_layer
from lateen.resolve.sidecars import SidecarIndex, index_sidecars, sidecar_conflicts
from lateen.resolve.visibility import distinct_by_services

Services = Mapping[tuple[str, str], Service]

NO_SECRETS: TlsSecrets = {}


@dataclass(frozen=True, slots=True, eq=False)
class _Mesh:
    """A snapshot and what follows from it for all scopes."""

    snapshot: MeshSnapshot
    sidecars: Mapping[NamespacedName, Sidecar]
    rules: RuleIndex
    selectors: ServiceSelectors
    scopes: ScopeIndex
    named: Endpoints
    headless: Endpoints
    credentials: Mapping[str, TlsSecrets]
    problems: tuple[Problem, ...]
    conflicts: tuple[Problem, ...]


@dataclass(slots=True, eq=False)
class _Known:
    """What is remembered of one proxy: the steps to its configuration, and the last one with what it was made for."""

    scope: Stage[Scope]
    shape: Stage[InboundShape]
    config: Stage[ProxyConfig]
    proxy: Proxy | None = None
    mesh: _Mesh | None = None
    answer: ProxyConfig | None = None


class MeshResolver:
    """Resolves the mesh for one proxy after another; proxies of equal scope share their layers.

    `update` is cheap; a scope is resolved when a proxy of it is asked about. Whatever an update does not change keeps
    its identity: values, layers and whole configurations.
    """

    def __init__(self) -> None:
        self._mesh: _Mesh | None = None
        self._rules = Stage(index_rules)
        self._selectors = Stage(_selectors)
        self._sidecars = Stage(lambda _, sidecars, settings: index_sidecars(sidecars, settings.root_namespace))
        self._conflicts = Stage(lambda _, index, workloads: sidecar_conflicts(index, workloads.values()))
        self._distributions = Stage(_distributions)
        self._places = Stage(places_compared)
        self._scopes = Stage(_scopes)
        self._special = Stage(_special)
        self._named = Stage(_pick)
        self._headless = Stage(_pick)
        self._credentials = Stage(_credentials)
        self._problems = Stage(_problems)
        self._views = Recent(_view_stage)
        self._imports = Recent(_import_stage)
        self._imported = Recent(_imported_stage)
        self._clusters = Recent(_cluster_stage)
        self._endpoints = Recent(_endpoint_stage)
        self._visible = Recent(_visible_stage)
        self._outbound = Recent(_outbound_stage)
        self._passed_on = Recent(_passed_on_stage)
        self._inbound = Recent(resolve_inbound)
        self._known = Recent(_known)
        self._resolved: dict[Scope, tuple[Layer, ...]] = {}

    def update(self, snapshot: MeshSnapshot) -> None:
        """Take `snapshot` as the mesh from now on."""
        services, settings = snapshot.services, snapshot.settings
        rules = self._rules.run(snapshot.destination_rules, settings)
        sidecars = self._sidecars.run(snapshot.sidecars, settings)
        named, headless = self._special.run(services)
        self._mesh = _Mesh(
            snapshot=snapshot,
            sidecars={(each.metadata.namespace, each.metadata.name): each for each in snapshot.sidecars},
            rules=rules,
            selectors=self._selectors.run(services),
            scopes=self._scopes.run(
                services,
                rules,
                self._places.run(snapshot.destination_rules, settings, self._distributions.run(services)),
                snapshot.virtual_services,
                snapshot.gateways,
                sidecars,
                settings,
            ),
            named=self._named.run(named, snapshot.endpoints),
            headless=self._headless.run(headless, snapshot.endpoints),
            credentials=self._credentials.run(snapshot.secrets, snapshot.destination_rules),
            problems=self._problems.run(rules, snapshot.destination_rules),
            conflicts=self._conflicts.run(sidecars, snapshot.workloads),
        )
        self._resolved = {}
        self._views.begin()
        self._imports.begin()
        self._imported.begin()
        self._clusters.begin()
        self._endpoints.begin()
        self._visible.begin()
        self._outbound.begin()
        self._passed_on.begin()
        self._inbound.begin()
        self._known.begin()

    def config_for(self, proxy: Proxy) -> ProxyConfig:
        """What `proxy` is to be told; the same object as before when nothing changed for it."""
        mesh = self._mesh
        if mesh is None:
            return ProxyConfig(layers=())
        known = self._known[proxy.id]
        if known.answer is None or known.mesh is not mesh or known.proxy is not proxy:
            known.answer = known.config.run(*self._layers(proxy, known, mesh))
            known.proxy, known.mesh = proxy, mesh
        return known.answer

    def sidecar_for(self, proxy: Proxy) -> Sidecar | None:
        """The Sidecar in force for `proxy`."""
        if self._mesh is None or proxy.type is ProxyType.GATEWAY:
            return None
        return self._mesh.scopes.sidecars.sidecar_for(proxy.namespace, proxy.labels)

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the rules, as far as it showed for the proxies asked about since the last update."""
        layers = {id(layer): layer for layers in self._resolved.values() for layer in layers}.values()
        if self._mesh is None:
            return ()
        found = dict.fromkeys(self._mesh.conflicts)
        found |= dict.fromkeys(problem for layer in layers for problem in layer.problems)
        return tuple(blamed(found, self._mesh.snapshot.legacy))

    def _layers(self, proxy: Proxy, known: _Known, mesh: _Mesh) -> tuple[Layer, ...]:
        workload = mesh.snapshot.workloads.get((proxy.namespace, proxy.name))
        scope = known.scope.run(proxy, workload, mesh.scopes, mesh.selectors)
        if scope not in self._resolved:
            self._resolved[scope] = self._resolve_scope(scope, mesh)
        if scope.is_gateway:
            return self._resolved[scope]
        sidecar = mesh.sidecars[scope.sidecar] if scope.sidecar else None
        shape = known.shape.run(proxy, workload, mesh.selectors, mesh.snapshot.settings, sidecar, mesh.rules)
        return (*self._resolved[scope], self._inbound[shape])

    def _resolve_scope(self, scope: Scope, mesh: _Mesh) -> tuple[Layer, ...]:
        snapshot, settings, gateway = mesh.snapshot, mesh.snapshot.settings, scope.is_gateway
        namespace = scope.namespace if scope.namespace in mesh.scopes.distinct else ""
        key = ViewKey(namespace, picked(dict(scope.labels), mesh.scopes.rule_labels) if namespace else ())
        view = self._views[key].run(snapshot.services, mesh.rules, settings)
        rules = self._visible[scope.namespace, gateway].run(snapshot.virtual_services, settings)
        if scope.sidecar is not None:
            return self._resolve_imports(scope, mesh, view, rules)
        clusters, endpoints = self._clusters_of(key, scope, mesh, view)
        fronts = (snapshot.services, snapshot.gateways, snapshot.secrets) if gateway else ()
        outbound = self._outbound[scope].run(view, clusters.names, rules, mesh.headless, settings, *fronts)
        layers = (clusters.layer, endpoints, outbound)
        hosts = passed_on_hosts(scope.chosen(snapshot.gateways))
        return (*layers, self._passed_on[key, hosts].run(view, snapshot.endpoints, settings)) if hosts else layers

    def _resolve_imports(
        self, scope: Scope, mesh: _Mesh, whole: MeshView, rules: tuple[VirtualService, ...]
    ) -> tuple[Layer, ...]:
        """The layers of a scope with a Sidecar; `whole` and `rules` are what would be seen without it."""
        assert scope.sidecar is not None  # noqa: S101 - asked by the caller
        snapshot, settings, sidecar = mesh.snapshot, mesh.snapshot.settings, mesh.sidecars[scope.sidecar]
        key = ViewKey(scope.namespace, picked(dict(scope.labels), mesh.scopes.rule_labels), scope.sidecar)
        imports = self._imports[scope.sidecar, scope.namespace].run(sidecar, snapshot.services, rules, settings)
        view = self._imported[key].run(imports.services, mesh.rules, settings)
        clusters, endpoints = self._clusters_of(key, scope, mesh, view)
        outbound = self._outbound[scope].run(view, clusters.names, imports, mesh.headless, settings, sidecar, whole)
        return clusters.layer, endpoints, outbound

    def _clusters_of(self, key: ViewKey, scope: Scope, mesh: _Mesh, view: MeshView) -> tuple[ClusterPart, Layer]:
        snapshot, gateway = mesh.snapshot, scope.is_gateway
        named_for = scope.place if mesh.named else None
        trusted = scope.namespace if mesh.credentials and (gateway or key.namespace) else ""
        secrets = mesh.credentials.get(trusted, NO_SECRETS)
        clusters = self._clusters[ClusterKey(key, gateway, trusted, named_for)].run(
            view, mesh.named, snapshot.settings, mesh.problems, secrets
        )
        endpoints = self._endpoints[key, gateway, scope.place].run(clusters.plans, snapshot.endpoints)
        return clusters, endpoints


def _import_stage(key: tuple[NamespacedName, str]) -> Stage[Imports]:
    return Stage(partial(imports_of, namespace=key[1]))


def _imported_stage(key: ViewKey) -> Stage[MeshView]:
    return Stage(partial(view_of, key=key))


def _view_stage(key: ViewKey) -> Stage[MeshView]:
    return Stage(partial(mesh_view, key=key))


def _cluster_stage(key: ClusterKey) -> Stage[ClusterPart]:
    return Stage(partial(cluster_part, whom=key))


def _endpoint_stage(key: tuple[ViewKey, bool, Place | None]) -> Stage[Layer]:
    return Stage(partial(endpoint_layer, client=key[2]))


def _visible_stage(key: tuple[str, bool]) -> Stage[tuple[VirtualService, ...]]:
    return Stage(partial(relevant_rules, namespace=key[0], gateway=key[1]))


def _outbound_stage(scope: Scope) -> Stage[Layer]:
    if scope.is_gateway:
        return Stage(partial(gateway_layer, scope=scope))
    return Stage(partial(sidecar_layer if scope.sidecar else outbound_layer, scope=scope))


def _passed_on_stage(key: tuple[ViewKey, tuple[str, ...]]) -> Stage[Layer]:
    return Stage(partial(passed_on_layer, hosts=key[1]))


def _known(_: str) -> _Known:
    return _Known(scope=Stage(_scope), shape=Stage(_shape), config=Stage(lambda _, *layers: ProxyConfig(layers)))


def _scope(_: Memo, proxy: Proxy, workload: Workload | None, index: ScopeIndex, services: ServiceSelectors) -> Scope:
    return scope_of(proxy, index, services, workload)


def _shape(
    memo: Memo,
    proxy: Proxy,
    workload: Workload | None,
    services: ServiceSelectors,
    settings: MeshSettings,
    sidecar: Sidecar | None,
    rules: RuleIndex,
) -> InboundShape:
    labels = workload.labels if workload else proxy.labels
    selecting = services.selecting(proxy.namespace, labels, proxy.address)
    general = rules_for(memo, rules, selecting, Client(proxy.namespace, {}), settings)
    shape = inbound_shape(workload, selecting, settings, general)
    return shape_by_sidecar(shape, sidecar, proxy) if sidecar else shape


def _selectors(_: Memo, services: Services) -> ServiceSelectors:
    return index_selectors(services.values())


def _scopes(
    _: Memo,
    services: Services,
    index: RuleIndex,
    places: frozenset[str] | None,
    virtual_services: tuple[VirtualService, ...],
    gateways: tuple[Gateway, ...],
    sidecars: SidecarIndex,
    settings: MeshSettings,
) -> ScopeIndex:
    return ScopeIndex(
        labels=route_labels(virtual_services) | index.labels,
        rule_labels=index.labels,
        distinct=frozenset(distinct_by_services(services.values()) | distinct_by_rules(index, services, settings)),
        place_labels=places,
        gateways=gateways,
        sidecars=sidecars,
    )


def _distributions(_: Memo, services: Services) -> frozenset[str]:
    return frozenset(each.traffic_distribution for each in services.values() if each.traffic_distribution)


def _special(_: Memo, services: Services) -> tuple[tuple[EndpointKey, ...], tuple[EndpointKey, ...]]:
    """The ports whose endpoints matter to more than EDS: those looked up by name, and those that clients dial."""
    named = tuple(_keys(each for each in services.values() if each.resolution.is_by_name))
    return named, tuple(_keys(each for each in services.values() if each.headless or _has_own_workloads(each)))


def _has_own_workloads(service: Service) -> bool:
    """Whether a ServiceEntry without resolution stands for workloads that it selects."""
    return service.resolution is Resolution.NONE and bool(service.selector)


def _keys(services: Iterable[Service]) -> Iterable[EndpointKey]:
    return ((each.namespace, each.hostname, port.number) for each in services for port in each.ports)


def _pick(_: Memo, keys: tuple[EndpointKey, ...], endpoints: Endpoints) -> Endpoints:
    return {key: endpoints.get(key, ()) for key in keys}


def _credentials(
    memo: Memo, secrets: Mapping[NamespacedName, TlsSecret], rules: tuple[DestinationRule, ...]
) -> dict[str, TlsSecrets]:
    """By namespace, the Secrets that destination rules name; empty only if they name none."""
    credentials = {name for rule in rules for name in memo.recall(("named by", rule.ref), named_secrets, rule)}
    names = {name for credential in credentials for name in names_for(credential)}
    found: dict[str, dict[str, TlsSecret]] = {"": {}} if names else {}
    for (namespace, name), secret in secrets.items():
        if name in names:
            found.setdefault(namespace, {})[name] = secret
    return {namespace: memo.keep(namespace, group) for namespace, group in found.items()}


def _problems(_: Memo, index: RuleIndex, rules: tuple[DestinationRule, ...]) -> tuple[Problem, ...]:
    return (*index.problems, *(problem for rule in rules for problem in policy_problems(rule)))
