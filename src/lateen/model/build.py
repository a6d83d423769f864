"""Resources into one `MeshSnapshot`: from scratch, or step by step as they change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from lateen.api.config_map import ConfigMap
from lateen.api.destination_rule import DestinationRule
from lateen.api.endpoint_slice import EndpointSlice
from lateen.api.gateway import Gateway
from lateen.api.meta import Resource
from lateen.api.namespace import Namespace
from lateen.api.node import Node
from lateen.api.pod import Pod
from lateen.api.secret import Secret
from lateen.api.service import Service as KubernetesService
from lateen.api.service_entry import ServiceEntry
from lateen.api.sidecar import Sidecar
from lateen.api.virtual_service import VirtualService
from lateen.lib.memo import Memo, Stage, same_if_equal
from lateen.model.entry_addresses import with_addresses
from lateen.model.kubernetes_services import PortEndpoints, pods_in, service_endpoints, slices_by_service
from lateen.model.legacy.blame import blamed, sources_by_ref
from lateen.model.legacy.convert import LEGACY_KINDS, convert
from lateen.model.legacy.outcome import Converted, age_of
from lateen.model.legacy.takeover import beside
from lateen.model.mesh_config import SETTINGS_MAP, mesh_settings
from lateen.model.pods import node_locality, pod_locality, workload_of
from lateen.model.registry import Registry, register_services
from lateen.model.service import Endpoint, Locality
from lateen.model.service_entries import entry_endpoints
from lateen.model.settings import MeshSettings
from lateen.model.snapshot import EndpointKey, MeshSnapshot
from lateen.model.tls_secret import TlsSecret, is_tls_secret, tls_secret
from lateen.model.traffic_distribution import ANNOTATION as DISTRIBUTION
from lateen.model.workload import Workload

R = TypeVar("R", bound=Resource)
NamespacedName = tuple[str, str]
Bucket = Mapping[NamespacedName, R]

KINDS: tuple[type[Resource], ...] = (
    Namespace, Node, Pod, KubernetesService, EndpointSlice, ConfigMap,
    ServiceEntry, VirtualService, DestinationRule, Gateway, Sidecar, Secret, *LEGACY_KINDS,
)  # fmt: skip
"""What a snapshot is made of; other kinds are ignored."""


_NOTHING = Converted()


def build_snapshot(resources: Iterable[Resource], revision: int, previous: MeshSnapshot | None = None) -> MeshSnapshot:
    """The mesh that `resources` (each once, in any order) describe.

    With `previous`, whatever equals its counterpart there is the same object. The work grows with the whole mesh: where
    changes come one by one, keep a `SnapshotBuilder`.
    """
    builder = SnapshotBuilder()
    for resource in resources:
        builder.put(resource)
    snapshot = builder.build(revision)
    return snapshot if previous is None else _share(previous, snapshot)


class SnapshotBuilder:
    """Builds snapshot after snapshot; each does the work of what changed since the one before, and shares the rest."""

    def __init__(self, *, gives_addresses: bool = False) -> None:
        """`gives_addresses`: hosts of ServiceEntries have their automatic addresses before these are written down."""
        self._gives_addresses = gives_addresses
        self._buckets: dict[type[Resource], dict[NamespacedName, Resource]] = {kind: {} for kind in KINDS}
        self._shared: set[type[Resource]] = set()
        self._settings = Stage(lambda _, source: mesh_settings(source))
        self._namespaces = Stage(_namespaces)
        self._distributions = Stage(_distributions)
        self._nodes = Stage(_nodes)
        self._workloads = Stage(_workloads)
        self._registry = Stage(register_services)
        self._slices = Stage(_slices)
        self._endpoints = Stage(_endpoints)
        self._secrets = Stage(_secrets)
        self._legacy = Stage(_legacy)
        self._entries = Stage(_with_converted)
        self._addressed = Stage(_with_addresses)
        self._all = {kind: Stage(_and) for kind in (VirtualService, DestinationRule, Gateway)}
        self._rules = {kind: Stage(_in_order) for kind in (VirtualService, DestinationRule, Gateway, Sidecar)}

    def put(self, resource: Resource) -> None:
        """Add a resource, or take its new version."""
        if (bucket := self._writable(type(resource))) is not None:
            bucket[resource.metadata.namespace, resource.metadata.name] = resource

    def remove(self, resource: Resource) -> None:
        """Take a resource out; any version of it will do."""
        if (bucket := self._writable(type(resource))) is not None:
            bucket.pop((resource.metadata.namespace, resource.metadata.name), None)

    def build(self, revision: int) -> MeshSnapshot:
        """The mesh as of the resources put so far."""
        settings, problems = self._settings.run(self._bucket(ConfigMap).get(SETTINGS_MAP))
        workloads = self._workloads.run(self._bucket(Pod), self._nodes.run(self._bucket(Node)))
        legacy = self._converted(settings)
        entries = self._entries.run(self._bucket(ServiceEntry), legacy.service_entries)
        if self._gives_addresses:
            entries = self._addressed.run(entries)
        distributions = self._distributions.run(self._bucket(Namespace))
        registry = self._registry.run(self._bucket(KubernetesService), entries, settings, distributions)
        slices = self._slices.run(self._bucket(EndpointSlice))
        return MeshSnapshot(
            revision=revision,
            settings=settings,
            namespaces=self._namespaces.run(self._bucket(Namespace)),
            services=registry.services,
            endpoints=self._endpoints.run(registry, slices, workloads),
            workloads=workloads,
            virtual_services=self._all[VirtualService].run(self._ordered(VirtualService), legacy.virtual_services),
            destination_rules=self._all[DestinationRule].run(self._ordered(DestinationRule), legacy.destination_rules),
            gateways=self._all[Gateway].run(self._ordered(Gateway), legacy.gateways),
            sidecars=self._rules[Sidecar].run(self._bucket(Sidecar)),
            secrets=self._secrets.run(self._bucket(Secret)),
            legacy=(sources := sources_by_ref(legacy.resources)),
            problems=(*problems, *legacy.problems, *blamed(registry.problems, sources)),
        )

    def _converted(self, settings: MeshSettings) -> Converted:
        if not any(self._buckets[kind] for kind in LEGACY_KINDS):
            return _NOTHING
        return self._legacy.run(
            settings,
            self._bucket(KubernetesService),
            self._bucket(ServiceEntry),
            self._ordered(VirtualService),
            self._ordered(DestinationRule),
            *(self._bucket(kind) for kind in LEGACY_KINDS),
        )

    def _ordered(self, kind: type[R]) -> tuple[R, ...]:
        rules: tuple[R, ...] = self._rules[kind].run(self._bucket(kind))  # type: ignore[index]  # those of KINDS
        return rules

    def _bucket(self, kind: type[R]) -> dict[NamespacedName, R]:
        self._shared.add(kind)
        return self._buckets[kind]  # type: ignore[return-value]  # each bucket holds its own kind

    def _writable(self, kind: type[Resource]) -> dict[NamespacedName, Resource] | None:
        """The bucket of `kind`, copied first if a stage has seen it: stages compare buckets by identity."""
        if kind in self._shared:
            self._shared.remove(kind)
            self._buckets[kind] = dict(self._buckets[kind])
        return self._buckets.get(kind)


def _namespaces(_: Memo, bucket: Bucket[Namespace]) -> dict[str, dict[str, str]]:
    return {each.metadata.name: each.metadata.labels for each in bucket.values()}


def _distributions(_: Memo, bucket: Bucket[Namespace]) -> dict[str, str]:
    """The words of the namespaces that ask for a traffic distribution."""
    return {
        each.metadata.name: word for each in bucket.values() if (word := each.metadata.annotations.get(DISTRIBUTION))
    }


def _nodes(_: Memo, bucket: Bucket[Node]) -> dict[str, Locality]:
    return {each.metadata.name: node_locality(each) for each in bucket.values()}


def _workloads(memo: Memo, bucket: Bucket[Pod], nodes: Mapping[str, Locality]) -> dict[NamespacedName, Workload]:
    return {key: memo.recall(key, _workload, pod, nodes) for key, pod in bucket.items()}


def _workload(pod: Pod, nodes: Mapping[str, Locality]) -> Workload:
    return workload_of(pod, pod_locality(pod, nodes))


def _secrets(memo: Memo, bucket: Bucket[Secret]) -> dict[NamespacedName, TlsSecret]:
    return {key: memo.recall(key, tls_secret, secret) for key, secret in bucket.items() if is_tls_secret(secret)}


def _legacy(
    memo: Memo,
    settings: MeshSettings,
    services: Bucket[KubernetesService],
    entries: Bucket[ServiceEntry],
    virtual_services: tuple[VirtualService, ...],
    destination_rules: tuple[DestinationRule, ...],
    *buckets: Bucket[Resource],
) -> Converted:
    resources = (resource for bucket in buckets for resource in bucket.values())
    converted = convert(resources, services, settings.cluster_domain)
    found = beside(converted, virtual_services, destination_rules, _in_order(memo, entries), settings.cluster_domain)
    return Converted(
        virtual_services=_kept(memo, found.virtual_services),
        destination_rules=_kept(memo, found.destination_rules),
        service_entries=_kept(memo, found.service_entries),
        gateways=_kept(memo, found.gateways),
        problems=found.problems,
    )


def _kept(memo: Memo, resources: tuple[R, ...]) -> tuple[R, ...]:
    return tuple(memo.keep(resource.ref, resource) for resource in resources)


def _and(_: Memo, own: tuple[R, ...], converted: tuple[R, ...]) -> tuple[R, ...]:
    """Converted rules are younger than all others."""
    return (*own, *converted) if converted else own


def _with_converted(_: Memo, own: Bucket[ServiceEntry], converted: tuple[ServiceEntry, ...]) -> Bucket[ServiceEntry]:
    return {**own, **{(each.metadata.namespace, each.metadata.name): each for each in converted}} if converted else own


def _with_addresses(memo: Memo, bucket: Bucket[ServiceEntry]) -> Bucket[ServiceEntry]:
    addressed = with_addresses(tuple(bucket.values()))
    return {key: memo.keep(key, each) for key, each in zip(bucket, addressed, strict=True)}


def _in_order(_: Memo, bucket: Bucket[R]) -> tuple[R, ...]:
    return tuple(sorted(bucket.values(), key=age_of))


def _slices(memo: Memo, bucket: Bucket[EndpointSlice]) -> dict[NamespacedName, tuple[EndpointSlice, ...]]:
    return {key: memo.keep(key, tuple(group)) for key, group in slices_by_service(bucket).items()}


def _endpoints(
    memo: Memo,
    registry: Registry,
    slices: Mapping[NamespacedName, tuple[EndpointSlice, ...]],
    workloads: Mapping[NamespacedName, Workload],
) -> dict[EndpointKey, tuple[Endpoint, ...]]:
    found: dict[EndpointKey, tuple[Endpoint, ...]] = {}
    for key, service in registry.services.items():
        if key in registry.entries:
            by_port = _from_entries(memo, registry, key, workloads)
        else:
            group = slices.get((service.namespace, service.source.name), ())
            pods = memo.recall(("pods", *key), pods_in, group)
            by_port = memo.recall(key, _from_slices, service, group, *map(workloads.get, pods))
        for port, endpoints in by_port.items():
            found[*key, port] = memo.keep((*key, port), endpoints)
    return found


def _from_slices(service: Any, group: Sequence[EndpointSlice], *pods: Workload | None) -> PortEndpoints:
    return service_endpoints(service, group, pods)


def _from_entries(
    memo: Memo, registry: Registry, key: NamespacedName, workloads: Mapping[NamespacedName, Workload]
) -> PortEndpoints:
    entries = registry.entries[key]
    candidates: tuple[Workload, ...] = ()
    if any(entry.spec.workload_selector is not None for entry in entries):
        namespace = key[0]
        candidates = memo.recall(("workloads", namespace), _workloads_in, namespace, workloads)
    return memo.recall(key, entry_endpoints, registry.services[key], entries, candidates)


def _workloads_in(namespace: str, workloads: Mapping[NamespacedName, Workload]) -> tuple[Workload, ...]:
    return tuple(workloads[key] for key in sorted(workloads) if key[0] == namespace)


def _share(old: MeshSnapshot, new: MeshSnapshot) -> MeshSnapshot:
    values = {each.name: _shared_value(getattr(old, each.name), getattr(new, each.name)) for each in fields(new)}
    return MeshSnapshot(**{**values, "revision": new.revision})


def _shared_value(old: Any, new: Any) -> Any:  # Any: snapshots' fields are mappings, tuples and structs
    if isinstance(new, dict):
        shared = {key: same_if_equal(old[key], value) if key in old else value for key, value in new.items()}
        return old if old == shared else shared
    if isinstance(new, tuple):
        by_value = {getattr(each, "ref", None): each for each in old}
        shared_tuple = tuple(same_if_equal(by_value.get(getattr(each, "ref", None), each), each) for each in new)
        return old if old == shared_tuple else shared_tuple
    return same_if_equal(old, new)
