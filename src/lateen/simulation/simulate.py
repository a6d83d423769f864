"""What a proxy does with a call, read from the messages it was sent."""

import msgspec
from envoy.config.listener.v3.listener_components_pb2 import FilterChain
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2 import (
    HttpConnectionManager,
)
from envoy.extensions.filters.network.tcp_proxy.v3.tcp_proxy_pb2 import TcpProxy

from lateen.simulation.call import Call, Entry, Protocol
from lateen.simulation.downstream_tls import downstream_tls
from lateen.simulation.endpoints import endpoints_of
from lateen.simulation.listener_choice import chain_for, listener_for
from lateen.simulation.normal_path import normal_path
from lateen.simulation.outcome import Kind, Outcome, Target
from lateen.simulation.routing import config_of, route_request, rule_of
from lateen.translate.resources import Resources
from lateen.translate.wire import unpack


def simulate(resources: Resources, call: Call) -> Outcome:
    """Follows the call: listener, filter chain, virtual host, route, clusters.

    A TLS connection that isn't terminated is passed on as it is, whatever is inside of it.
    """
    listener = listener_for(resources.listeners, call)
    if listener is None:
        dialled = call.entry is Entry.DIRECT or call.is_local
        reason = f"nothing listens at {call.address}:{call.port}" if dialled else "not captured"
        return Outcome(kind=Kind.REFUSED, trail=(reason,))
    chain = chain_for(listener, call)
    trail = (f"listener {listener.name}",)
    if chain is None:
        return Outcome(kind=Kind.REFUSED, listener=listener.name, trail=(*trail, "no filter chain takes it: closed"))
    outcome = _through(resources, chain, call)
    return msgspec.structs.replace(
        outcome,
        listener=listener.name,
        chain=chain.name,
        config=outcome.config or _chain_config(chain, listener),
        rule=outcome.rule or ("" if outcome.config else rule_of(chain.metadata)),
        trail=(*trail, f"filter chain {chain.name or '(default)'}", *outcome.trail),
    )


def _chain_config(chain: FilterChain, listener: Listener) -> str:
    return config_of(chain.metadata) or config_of(listener.metadata)


def _through(resources: Resources, chain: FilterChain, call: Call) -> Outcome:
    """The last network filter is the one that ends the chain."""
    network = unpack(chain.filters[-1].typed_config)
    reads_requests = isinstance(network, HttpConnectionManager)
    if (complaint := _tls_complaint(chain, call, reads_requests=reads_requests)) is not None:
        return Outcome(kind=Kind.TLS_ERROR, trail=(complaint,))
    if isinstance(network, HttpConnectionManager):
        if call.protocol is Protocol.TCP:
            return Outcome(kind=Kind.REFUSED, status=400, trail=("only HTTP is understood here: 400",))
        return _through_http(resources, network, call)
    if isinstance(network, TcpProxy):
        return _through_tcp(resources, network, call)
    return Outcome(kind=Kind.REFUSED, trail=(f"unknown network filter {chain.filters[-1].name}",))


def _tls_complaint(chain: FilterChain, call: Call, *, reads_requests: bool) -> str | None:
    """Why the client's TLS doesn't fit the chain."""
    tls = downstream_tls(chain)
    if tls is None:
        unread = call.protocol.encrypted and reads_requests
        return "requests are read here, and TLS is not ended: the client's bytes make no sense" if unread else None
    if not call.protocol.encrypted:
        return "only TLS is understood here, and the client does not speak it"
    if tls.require_client_certificate.value and not call.client_certificate:
        return "the client must show a certificate, and has none"
    return None


def _through_http(resources: Resources, manager: HttpConnectionManager, call: Call) -> Outcome:
    call = msgspec.structs.replace(call, path=normal_path(manager, call.path))
    if manager.HasField("route_config"):
        return route_request(resources, manager.route_config, call)
    name = manager.rds.route_config_name
    config = resources.routes.get(name)
    if config is None:
        return Outcome(
            kind=Kind.NOT_FOUND, route_config=name, status=404, trail=(f"route configuration {name} is missing: 404",)
        )
    return route_request(resources, config, call)


def _through_tcp(resources: Resources, proxy: TcpProxy, call: Call) -> Outcome:
    weights = [(target.name, target.weight) for target in proxy.weighted_clusters.clusters] or [(proxy.cluster, 1)]
    total = sum(weight for _, weight in weights)
    targets = tuple(
        Target(cluster=name, share=weight / total, endpoints=endpoints_of(resources, name, call))
        for name, weight in weights
    )
    tunnel = _tunnel(proxy)
    trail = f"passed on as bytes{f' inside of {tunnel}' if tunnel else ''}"
    return Outcome(kind=Kind.FORWARDED, targets=targets, tunnel=tunnel, trail=(trail,))


def _tunnel(proxy: TcpProxy) -> str:
    if not proxy.HasField("tunneling_config"):
        return ""
    settings = proxy.tunneling_config
    return f"{'POST' if settings.use_post else 'CONNECT'} {settings.hostname}"
