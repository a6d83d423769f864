"""What becomes of legacy resources."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lateen.api.destination_rule import DestinationRule
from lateen.api.gateway import Gateway
from lateen.api.meta import ObjectMeta, Resource
from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.api.service import Service as KubernetesService
from lateen.api.service_entry import ServiceEntry
from lateen.api.virtual_service import VirtualService

CONVERTED_FROM: Final = "lateen.dev/converted-from"
"""Annotation of what was converted: its sources, each `group/version/kind/namespace/name`, with spaces between. The
n-th HTTP route of a VirtualService comes from the n-th source."""

NETWORKING: Final = "networking.istio.io/v1"

Services = Mapping[tuple[str, str], KubernetesService]
"""By (namespace, name)."""


@dataclass(frozen=True, slots=True)
class Converted:
    """Today's resources; `sources` are the legacy resources behind each of them, in the order of its HTTP routes."""

    virtual_services: tuple[VirtualService, ...] = ()
    destination_rules: tuple[DestinationRule, ...] = ()
    service_entries: tuple[ServiceEntry, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def resources(self) -> tuple[Resource, ...]:
        """All of them, what others refer to first."""
        return (*self.service_entries, *self.destination_rules, *self.gateways, *self.virtual_services)


def metadata(name: str, namespace: str, *sources: Resource) -> ObjectMeta:
    """The metadata of what `sources` became; it is as old as the oldest of them."""
    return ObjectMeta(
        name=name,
        namespace=namespace,
        creation_timestamp=min(source.metadata.creation_timestamp for source in sources),
        annotations={CONVERTED_FROM: " ".join(map(_path, sources))},
    )


def age_of(resource: Resource) -> tuple[str, str, str]:
    """What sorts the oldest first, whatever order resources come in."""
    meta = resource.metadata
    return meta.creation_timestamp, meta.name, meta.namespace


def sources_of(resource: Resource) -> tuple[tuple[str, ResourceRef], ...]:
    """The `apiVersion` and name of each legacy resource behind a converted one; none of any other."""
    found = resource.metadata.annotations.get(CONVERTED_FROM, "")
    return tuple(_parsed(path) for path in found.split())


def problem(source: Resource, path: str, code: str, message: str, hint: str = "") -> Problem:
    """A warning about a legacy resource."""
    return Problem(source.ref, path, code, Severity.WARNING, message, hint)


def _path(source: Resource) -> str:
    meta = source.metadata
    return f"{source.api_version}/{source.kind}/{meta.namespace}/{meta.name}"


def _parsed(path: str) -> tuple[str, ResourceRef]:
    version, kind, namespace, name = path.rsplit("/", 3)
    return version, ResourceRef(kind, namespace, name)
