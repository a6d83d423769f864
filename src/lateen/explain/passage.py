"""A call's way through one proxy: what was asked, what its configuration is, what the simulation found in it."""

from dataclasses import dataclass
from functools import cached_property

import msgspec
from envoy.config.listener.v3.listener_components_pb2 import FilterChain
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.config.route.v3.route_components_pb2 import Route, VirtualHost
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2 import (
    HttpConnectionManager,
)

from lateen.api.problem import ResourceRef
from lateen.explain.parts import cluster_shares, endpoint_views
from lateen.explain.result import ClusterShare, EndpointView
from lateen.explain.scenario import Scenario
from lateen.explain.sources import config_ref
from lateen.model.workload import Workload
from lateen.simulation.call import Call
from lateen.simulation.listener_choice import chain_for
from lateen.simulation.normal_path import normal_path
from lateen.simulation.outcome import Outcome
from lateen.simulation.simulate import simulate
from lateen.translate.resources import Resources
from lateen.translate.wire import unpack


@dataclass(frozen=True, eq=False)
class Passage:
    """Everything about it that more than one part of the answer needs.

    The path of `call` is as routes see it; `written_path` is what the client wrote, "" where it sends no requests.
    """

    scenario: Scenario
    resources: Resources
    call: Call
    outcome: Outcome
    written_path: str = ""

    @cached_property
    def listener(self) -> Listener | None:
        """Envoy's message of the listener that took the connection."""
        return self.resources.listeners.get(self.outcome.listener)

    @cached_property
    def chain(self) -> FilterChain | None:
        """The same of the filter chain."""
        return chain_for(self.listener, self.call) if self.listener is not None else None

    @cached_property
    def manager(self) -> HttpConnectionManager | None:
        """What reads the requests, None where bytes are passed on."""
        network = unpack(self.chain.filters[-1].typed_config) if self.chain is not None else None
        return network if isinstance(network, HttpConnectionManager) else None

    @cached_property
    def route_config(self) -> RouteConfiguration | None:
        """The route configuration that the request went through, inline or not."""
        if self.outcome.route_config in self.resources.routes:
            return self.resources.routes[self.outcome.route_config]
        return self.manager.route_config if self.manager is not None else None

    @cached_property
    def virtual_host(self) -> VirtualHost | None:
        """The virtual host that the request's host belongs to."""
        hosts = self.route_config.virtual_hosts if self.route_config is not None else ()
        return next((each for each in hosts if each.name == self.outcome.virtual_host), None)

    @cached_property
    def route(self) -> Route | None:
        """The route that took the request."""
        position = self.outcome.position
        return self.virtual_host.routes[position] if self.virtual_host is not None and position is not None else None

    @cached_property
    def rule_ref(self) -> ResourceRef | None:
        """The VirtualService that made the route."""
        ref = config_ref(self.outcome.config)
        return ref if ref is not None and ref.kind == "VirtualService" else None

    @cached_property
    def delegate_ref(self) -> ResourceRef | None:
        """The VirtualService that it delegates to."""
        return config_ref(self.outcome.delegate)

    @property
    def written(self) -> tuple[ResourceRef | None, str]:
        """The VirtualService and the part of it (`http[0]`) in which the words are that the route is made of."""
        if self.delegate_ref is not None:
            return self.delegate_ref, self.outcome.delegate_rule
        return self.rule_ref, self.outcome.rule

    @cached_property
    def workloads(self) -> dict[str, Workload]:
        """The mesh's workloads by address."""
        return {each.address: each for each in self.scenario.snapshot.workloads.values() if each.address}

    @cached_property
    def clusters(self) -> tuple[ClusterShare, ...]:
        """Where the call goes: what is certain first, then by share."""
        return cluster_shares(self.resources, self.outcome, self.call, http=self.manager is not None)

    @cached_property
    def endpoints(self) -> tuple[EndpointView, ...]:
        """The endpoints of all clusters."""
        return endpoint_views(self.resources, self.clusters, self.call, self.workloads)


def pass_through(scenario: Scenario, resources: Resources, call: Call) -> Passage:
    """Follows the call through a proxy with that configuration."""
    passage = Passage(scenario, resources, call, simulate(resources, call))
    if passage.manager is None:
        return passage
    read = msgspec.structs.replace(call, path=normal_path(passage.manager, call.path))
    return Passage(scenario, resources, read, passage.outcome, call.path)
