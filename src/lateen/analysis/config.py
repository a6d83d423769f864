"""What analyzers look at: the resources of a mesh, and indexes over them that are made when first asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from lateen.analysis.hosts import HostIndex
from lateen.analysis.system import ENABLED
from lateen.analysis.workloads import Workload, WorkloadIndex, pod_workload, template_workload
from lateen.api.codec import Document, from_yaml
from lateen.api.config_map import ConfigMap
from lateen.api.deployment import Deployment
from lateen.api.destination_rule import DestinationRule
from lateen.api.meta import JsonObject, Resource
from lateen.api.namespace import Namespace
from lateen.api.pod import Pod
from lateen.api.problem import Problem
from lateen.api.service import Service
from lateen.api.service_entry import ServiceEntry
from lateen.api.virtual_service import VirtualService
from lateen.model.injection import INJECT, NAMESPACE_LABEL, SYSTEM_NAMESPACES
from lateen.model.kubernetes_services import service_of
from lateen.model.legacy.blame import Sources, sources_by_ref
from lateen.model.legacy.convert import LEGACY_KINDS, by_name, convert
from lateen.model.legacy.takeover import beside
from lateen.model.mesh_config import SETTINGS_MAP, mesh_settings
from lateen.model.service_entries import services_of
from lateen.model.settings import MeshSettings

R = TypeVar("R", bound=Resource)

_WITHOUT_NAMESPACE = frozenset({"Namespace", "Node"})


@dataclass(frozen=True, eq=False)
class Configuration:
    """A mesh's resources; those of the system's own namespaces are not among them.

    `documents` are the files' documents, whose schema is analyzed too; `now` is seconds since the epoch, by which
    certificates are found to have expired. Of legacy resources, `by_kind` has what they mean in today's API too, and
    `sources` says which of them are behind it, and `legacy_problems` what no longer means the same.
    """

    by_kind: Mapping[type[Resource], Sequence[Resource]]
    documents: Sequence[Document] = ()
    now: float = field(default=0.0, kw_only=True)
    sources: Sources = field(default_factory=dict, kw_only=True)
    legacy_problems: Sequence[Problem] = field(default=(), kw_only=True)

    def of(self, kind: type[R]) -> Sequence[R]:
        """All resources of a kind, by namespace and name."""
        return self.by_kind.get(kind, ())  # type: ignore[return-value]  # each list holds its own kind

    @cached_property
    def settings(self) -> MeshSettings:
        """The mesh-wide settings."""
        return mesh_settings(self._settings_map)[0]

    @cached_property
    def mesh_config(self) -> JsonObject:
        """The whole MeshConfig as written, with the fields that `settings` has no word for; `{}` when unreadable."""
        source = self._settings_map
        try:
            return from_yaml(source.data.get("mesh", "")) if source else {}
        except ValueError:
            return {}

    @cached_property
    def hosts(self) -> HostIndex:
        """Every service by host name."""
        services = [service_of(each, self.settings) for each in self.of(Service)]
        entries = (service for each in self.of(ServiceEntry) for service in services_of(each, self.settings))
        return HostIndex((*services, *entries), self.settings.cluster_domain)

    @cached_property
    def workloads(self) -> WorkloadIndex:
        """Every pod, and the pods that deployments are going to make."""
        pods = (pod_workload(each) for each in self.of(Pod))
        return WorkloadIndex((*pods, *(template_workload(each) for each in self.of(Deployment))))

    @cached_property
    def namespaces(self) -> Mapping[str, Namespace]:
        """By name."""
        return {each.metadata.name: each for each in self.of(Namespace)}

    def is_in_mesh(self, workload: Workload) -> bool:
        """Whether pods of a workload have a proxy, or get one when they are made; or are in ambient mode."""
        if workload.is_ambient or workload.has_proxy:
            return True
        for own in (workload.labels, workload.annotations):
            if INJECT in own:
                return own[INJECT] == "true"
        namespace = self.namespaces.get(workload.namespace)
        return namespace is not None and namespace.metadata.labels.get(NAMESPACE_LABEL) == ENABLED

    @property
    def _settings_map(self) -> ConfigMap | None:
        maps = (each for each in self.of(ConfigMap))
        return next((each for each in maps if (each.metadata.namespace, each.metadata.name) == SETTINGS_MAP), None)


def configuration(
    resources: Iterable[Resource], documents: Sequence[Document] = (), *, now: float = 0.0
) -> Configuration:
    """The configuration that `resources` are, each given once; what is in the system's own namespaces is left out."""
    by_kind: dict[type[Resource], list[Resource]] = {}
    for resource in sorted(resources, key=lambda each: (each.metadata.namespace, each.metadata.name)):
        meta = resource.metadata
        where = meta.name if resource.kind in _WITHOUT_NAMESPACE else meta.namespace
        if where not in SYSTEM_NAMESPACES:
            by_kind.setdefault(type(resource), []).append(resource)
    config = Configuration(by_kind, documents, now=now)
    return _with_legacy(config) if any(kind in by_kind for kind in LEGACY_KINDS) else config


def _with_legacy(config: Configuration) -> Configuration:
    domain = config.settings.cluster_domain
    legacy = (each for kind in LEGACY_KINDS for each in config.of(kind))
    converted = beside(
        convert(legacy, by_name(config.of(Service)), domain),
        config.of(VirtualService),
        config.of(DestinationRule),
        config.of(ServiceEntry),
        domain,
    )
    by_kind = {kind: list(group) for kind, group in config.by_kind.items()}
    for resource in converted.resources:
        by_kind.setdefault(type(resource), []).append(resource)
    sources = sources_by_ref(converted.resources)
    return replace(config, by_kind=by_kind, sources=sources, legacy_problems=converted.problems)
