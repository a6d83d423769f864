"""The whole mesh at one revision, indexed for look-ups, immutable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lateen.api.destination_rule import DestinationRule
from lateen.api.gateway import Gateway
from lateen.api.problem import Problem, ResourceRef
from lateen.api.sidecar import Sidecar
from lateen.api.virtual_service import VirtualService
from lateen.model.service import Endpoint, Service
from lateen.model.settings import MeshSettings
from lateen.model.tls_secret import TlsSecret
from lateen.model.workload import Workload

EndpointKey = tuple[str, str, int]
"""(namespace, hostname, service port number)"""


@dataclass(frozen=True, slots=True, eq=False)
class MeshSnapshot:
    """Built by `lateen.model.build`. An unchanged resource's value is the same object as in the snapshot before,
    and so is every index (`services`, `endpoints`, …) in which nothing changed: compare by identity first.

    Lists of rules are sorted as Istio sorts them: creation time, then name, then namespace.
    """

    revision: int
    settings: MeshSettings
    namespaces: Mapping[str, Mapping[str, str]]
    """Labels by namespace."""
    services: Mapping[tuple[str, str], Service]
    """By (namespace, hostname)."""
    endpoints: Mapping[EndpointKey, tuple[Endpoint, ...]]
    workloads: Mapping[tuple[str, str], Workload]
    """By (namespace, name)."""
    virtual_services: Sequence[VirtualService] = ()
    destination_rules: Sequence[DestinationRule] = ()
    gateways: Sequence[Gateway] = ()
    sidecars: Sequence[Sidecar] = ()
    secrets: Mapping[tuple[str, str], TlsSecret] = field(default_factory=dict)
    """Those that may hold certificates, by (namespace, name)."""
    legacy: Mapping[ResourceRef, tuple[ResourceRef, ...]] = field(default_factory=dict)
    """The legacy resources behind each converted one; of a VirtualService, in the order of its HTTP routes."""
    problems: Sequence[Problem] = field(default=())
