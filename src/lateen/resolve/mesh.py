"""What each proxy is told: the resolver's entry."""

from dataclasses import dataclass
from functools import partial

from lateen.api.problem import Problem
from lateen.api.sidecar import Sidecar
from lateen.api.virtual_service import VirtualService
from lateen.ir.config import Layer, ProxyConfig
from lateen.lib.memo import Memo, Recent, Stage
from lateen.model.legacy.blame import blamed
from lateen.model.selection import picked
from lateen.model.settings import MeshSettings
from lateen.model.snapshot import MeshSnapshot
from lateen.model.workload import Proxy, ProxyType, Workload
from lateen.resolve.auto_passthrough import passed_on_hosts
from lateen.resolve.destination_rules import Client, RuleIndex, rules_for
from lateen.resolve.imports import Imports, imports_of
from lateen.resolve.inbound import InboundShape, inbound_shape, resolve_inbound
from lateen.resolve.ingress import shape_by_sidecar
from lateen.resolve.layers import (
    ClusterKey,
    ClusterPart,
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
from lateen.resolve.mesh_index import MeshIndex, MeshIndexer
from lateen.resolve.passed_on_layer import passed_on_layer
from lateen.resolve.place import Place
from lateen.resolve.scope import NamespacedName, Scope, ScopeIndex, scope_of
from lateen.resolve.sds import TlsSecrets
from lateen.resolve.selectors import ServiceSelectors
from lateen.resolve.sidecar_layer import sidecar_layer

NO_SECRETS: TlsSecrets = {}


@dataclass(slots=True, eq=False)
class _Known:
    """What is remembered of one proxy: the steps to its configuration, and the last one with what it was made for."""

    scope: Stage[Scope]
    shape: Stage[InboundShape]
    config: Stage[ProxyConfig]
    proxy: Proxy | None = None
    mesh: MeshIndex | None = None
    answer: ProxyConfig | None = None


class MeshResolver:
    """Resolves the mesh for one proxy after another; proxies of equal scope share their layers.

    `update` is cheap; a scope is resolved when a proxy of it is asked about. Whatever an update does not change keeps
    its identity: values, layers and whole configurations.
    """

    def __init__(self) -> None:
        self._indexer = MeshIndexer()
        self._mesh: MeshIndex | None = None
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
        self._mesh = self._indexer.index(snapshot)
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

    def _layers(self, proxy: Proxy, known: _Known, mesh: MeshIndex) -> tuple[Layer, ...]:
        workload = mesh.snapshot.workloads.get((proxy.namespace, proxy.name))
        scope = known.scope.run(proxy, workload, mesh.scopes, mesh.selectors)
        if scope not in self._resolved:
            self._resolved[scope] = self._resolve_scope(scope, mesh)
        if scope.is_gateway:
            return self._resolved[scope]
        sidecar = mesh.sidecars[scope.sidecar] if scope.sidecar else None
        shape = known.shape.run(proxy, workload, mesh.selectors, mesh.snapshot.settings, sidecar, mesh.rules)
        return (*self._resolved[scope], self._inbound[shape])

    def _resolve_scope(self, scope: Scope, mesh: MeshIndex) -> tuple[Layer, ...]:
        snapshot, settings, gateway = mesh.snapshot, mesh.snapshot.settings, scope.is_gateway
        namespace = scope.namespace if scope.namespace in mesh.scopes.distinct else ""
        key = ViewKey(namespace, picked(dict(scope.labels), mesh.scopes.rule_labels) if namespace else ())
        view = self._views[key].run(snapshot.services, mesh.rules, settings)
        rules = self._visible[scope.namespace, gateway].run(snapshot.virtual_services, settings)
        if scope.sidecar is not None:
            return self._resolve_imports(scope, scope.sidecar, mesh, view, rules)
        clusters, endpoints = self._clusters_of(key, scope, mesh, view)
        fronts = (snapshot.services, snapshot.gateways, snapshot.secrets) if gateway else ()
        outbound = self._outbound[scope].run(view, clusters.names, rules, mesh.headless, settings, *fronts)
        layers = (clusters.layer, endpoints, outbound)
        hosts = passed_on_hosts(scope.chosen(snapshot.gateways)) if gateway else ()
        return (*layers, self._passed_on[key, hosts].run(view, snapshot.endpoints, settings)) if hosts else layers

    def _resolve_imports(
        self, scope: Scope, name: NamespacedName, mesh: MeshIndex, whole: MeshView, rules: tuple[VirtualService, ...]
    ) -> tuple[Layer, ...]:
        """The layers of a scope with the Sidecar `name`; `whole` and `rules` are what would be seen without it."""
        snapshot, settings, sidecar = mesh.snapshot, mesh.snapshot.settings, mesh.sidecars[name]
        key = ViewKey(scope.namespace, picked(dict(scope.labels), mesh.scopes.rule_labels), name)
        imports = self._imports[name, scope.namespace].run(sidecar, snapshot.services, rules, settings)
        view = self._imported[key].run(imports.services, mesh.rules, settings)
        clusters, endpoints = self._clusters_of(key, scope, mesh, view)
        outbound = self._outbound[scope].run(view, clusters.names, imports, mesh.headless, settings, sidecar, whole)
        return clusters.layer, endpoints, outbound

    def _clusters_of(self, key: ViewKey, scope: Scope, mesh: MeshIndex, view: MeshView) -> tuple[ClusterPart, Layer]:
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
