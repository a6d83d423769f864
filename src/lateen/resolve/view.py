"""What one scope sees of the mesh: the input of the outbound and gateway resolvers, and what they return."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from lateen.api.destination_rule import TrafficPolicy
from lateen.api.gateway import Gateway
from lateen.api.problem import Problem
from lateen.api.virtual_service import VirtualService
from lateen.ir.listener import Listener
from lateen.ir.names import PASSTHROUGH_CLUSTER
from lateen.ir.route import RouteConfig
from lateen.ir.secret import Secret
from lateen.lib.memo import Memo
from lateen.model.service import Endpoint, Service
from lateen.model.settings import MeshSettings
from lateen.model.snapshot import EndpointKey
from lateen.model.tls_secret import TlsSecret
from lateen.resolve.egress import EVERYWHERE, EgressPlace
from lateen.resolve.host_rule import HostRule
from lateen.resolve.policy_overlay import policy_for
from lateen.resolve.scope import Scope


@dataclass(frozen=True, slots=True, eq=False)
class OutboundPart:
    """Listeners and routes of one scope, by name; unchanged values keep their identity from part to part."""

    listeners: Mapping[str, Listener] = field(default_factory=dict)
    routes: Mapping[str, RouteConfig] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OutboundView:
    """Everything a scope's listeners and routes may depend on; `memo` belongs to the scope and outlives the view.

    `services` has one service for each hostname, sorted by it: where several namespaces offer a hostname, the one this
    scope's traffic goes to. `virtual_services` are those visible to the scope in selection order (own namespace,
    exported to it, public), bound to `mesh` for sidecars, to a gateway for gateways; then all delegates.
    `clusters` are the names of all clusters the scope has. `headless` holds the endpoints of headless services only:
    other endpoints must not matter to listeners and routes.
    Where a Sidecar is in force there is a view for each of its egress listeners: `place` is where that listens,
    `services` and `virtual_services` are what it imports, `by_hostname` and `rules` speak of all that the Sidecar does.
    """

    settings: MeshSettings
    scope: Scope
    services: tuple[Service, ...]
    by_hostname: Mapping[str, Service]
    virtual_services: tuple[VirtualService, ...]
    clusters: Collection[str]
    rules: Mapping[str, HostRule]
    """The destination rule that governs each hostname, where there is one."""
    headless: Mapping[EndpointKey, tuple[Endpoint, ...]]
    memo: Memo
    place: EgressPlace = EVERYWHERE
    elsewhere: str = PASSTHROUGH_CLUSTER
    """The cluster for what goes to no known service, where that is let through."""
    whole: "OutboundView | None" = None
    """What the scope would see without a Sidecar: by this rules are found right or wrong. `None`: there is none."""

    def policy_for(self, hostname: str, port: int, subset: str = "") -> TrafficPolicy | None:
        """The traffic policy in force for a cluster: the rule's, overlaid by the subset's and by the port's."""
        rule = self.rules.get(hostname)
        return policy_for(rule, port, subset) if rule else None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GatewayView(OutboundView):
    """What a gateway proxy sees besides: the Gateways that select it, oldest first, and the services in front of it.

    `fronts` map a server's port to the port to listen at (`ServicePort.target`, numeric or named: `port_numbers` gives
    the number of a named container port) and to the machine's port (`node_port`, in `scope.host_netns` if that is set).
    `credentials` are the Secrets of the proxy's own namespace, by name: those of others are not for it.
    """

    gateways: tuple[Gateway, ...]
    fronts: tuple[Service, ...]
    port_numbers: Mapping[str, int]
    credentials: Mapping[str, TlsSecret] = field(default_factory=dict)
