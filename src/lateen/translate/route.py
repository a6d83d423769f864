"""Route configurations and virtual hosts (RDS)."""

from collections.abc import Mapping

from envoy.config.route.v3 import route_components_pb2 as route_pb2
from envoy.config.route.v3 import route_pb2 as config_pb2
from google.protobuf.any_pb2 import Any

from lateen.ir.route import DirectResponse, Forward, HeaderEdits, Redirect, Route, RouteConfig, VirtualHost
from lateen.translate import scalar
from lateen.translate.filters.cors import cors_policy
from lateen.translate.filters.fault import fault_policy
from lateen.translate.header_edits import headers_to_add
from lateen.translate.metadata import route_metadata
from lateen.translate.names import CORS_FILTER, FAULT_FILTER
from lateen.translate.route_action import direct_response_action, forward_action, redirect_action
from lateen.translate.route_match import route_match
from lateen.translate.wire import pack


def translate_route_config(config: RouteConfig) -> config_pb2.RouteConfiguration:
    """A whole route configuration. Clusters need not exist yet: requests to such get 503 until they do."""
    return config_pb2.RouteConfiguration(
        name=config.name,
        virtual_hosts=[translate_virtual_host(host) for host in config.virtual_hosts],
        validate_clusters=scalar.boolean(False),
        ignore_port_in_host_matching=config.ignore_port,
        max_direct_response_body_size_bytes=scalar.optional_uint32(config.max_direct_response_bytes),
    )


def translate_virtual_host(host: VirtualHost) -> route_pb2.VirtualHost:
    return route_pb2.VirtualHost(
        name=host.name,
        domains=host.domains,
        routes=[translate_route(route) for route in host.routes],
        require_tls=route_pb2.VirtualHost.ALL if host.require_tls else route_pb2.VirtualHost.NONE,
        include_request_attempt_count=host.include_request_attempt_count,
    )


def translate_route(route: Route) -> route_pb2.Route:
    """One route with its match, action, header edits, per-filter settings and the resource it comes from."""
    request, response = _edits(route)
    envoy = route_pb2.Route(
        name=route.name,
        match=route_match(route.match),
        metadata=route_metadata(route),
        decorator=route_pb2.Decorator(operation=route.operation) if route.operation else None,
        typed_per_filter_config=_filter_settings(route),
        request_headers_to_add=[option for edits in request for option in headers_to_add(edits)],
        request_headers_to_remove=[name for edits in request for name in edits.remove],
        response_headers_to_add=[option for edits in response for option in headers_to_add(edits)],
        response_headers_to_remove=[name for edits in response for name in edits.remove],
        stat_prefix=route.stat_prefix,
    )
    _set_action(envoy, route.action)
    return envoy


def _edits(route: Route) -> tuple[list[HeaderEdits], list[HeaderEdits]]:
    """The route's edits, then those of its target where there is but one, as Istio orders them."""
    request, response = [route.request], [route.response]
    if isinstance(route.action, Forward) and len(route.action.clusters) == 1:
        request.append(route.action.clusters[0].request)
        response.append(route.action.clusters[0].response)
    return request, response


def _set_action(envoy: route_pb2.Route, action: Forward | Redirect | DirectResponse) -> None:
    match action:
        case Forward():
            envoy.route.CopyFrom(forward_action(action))
        case Redirect():
            envoy.redirect.CopyFrom(redirect_action(action))
        case DirectResponse():
            envoy.direct_response.CopyFrom(direct_response_action(action))


def _filter_settings(route: Route) -> Mapping[str, Any] | None:
    settings: dict[str, Any] = {}
    if route.fault is not None:
        settings[FAULT_FILTER] = pack(fault_policy(route.fault))
    if route.cors is not None:
        settings[CORS_FILTER] = pack(cors_policy(route.cors))
    return settings or None
