"""Which route takes a request, and what it does with it."""

import msgspec
from envoy.config.core.v3.base_pb2 import DataSource, Metadata
from envoy.config.route.v3.route_components_pb2 import RedirectAction, Route, RouteMatch, VirtualHost
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from envoy.extensions.filters.http.fault.v3.fault_pb2 import HTTPFault

from lateen.simulation.call import Call
from lateen.simulation.forwarding import fraction_share, mirrors_of, targets_of
from lateen.simulation.headers import request_headers
from lateen.simulation.outcome import Faults, Kind, Outcome
from lateen.simulation.paths import matches_path, redirected_path
from lateen.simulation.preflight import preflight_answer
from lateen.simulation.stickiness import sticky_choice
from lateen.simulation.strings import matches_header, matches_query
from lateen.simulation.virtual_host_choice import virtual_host_for
from lateen.translate.names import FAULT_FILTER, ISTIO_METADATA
from lateen.translate.resources import Resources
from lateen.translate.wire import unpack

_REDIRECT_STATUS = {
    RedirectAction.MOVED_PERMANENTLY: 301,
    RedirectAction.FOUND: 302,
    RedirectAction.SEE_OTHER: 303,
    RedirectAction.TEMPORARY_REDIRECT: 307,
    RedirectAction.PERMANENT_REDIRECT: 308,
}


def route_request(resources: Resources, config: RouteConfiguration, call: Call) -> Outcome:
    """What the route configuration makes of the request."""
    trail = [f"route configuration {config.name or '(inline)'}"]
    host = virtual_host_for(config, call.authority)
    if host is None:
        trail.append(f"no virtual host for {call.authority}: 404")
        return Outcome(kind=Kind.NOT_FOUND, route_config=config.name, status=404, trail=tuple(trail))
    trail.append(f"virtual host {host.name}")
    if host.require_tls == VirtualHost.ALL and not call.protocol.encrypted:
        return _upgraded(config, host, call, trail)
    for position, route in enumerate(host.routes):
        if matches(route.match, call):
            trail.append(f"route {position}{f' ({route.name})' if route.name else ''}")
            outcome = _acted(resources, config, host, route, call, trail)
            return _with(outcome, position=position)
    trail.append(f"no route for {call.method} {call.path}: 404")
    return Outcome(
        kind=Kind.NOT_FOUND, route_config=config.name, virtual_host=host.name, status=404, trail=tuple(trail)
    )


def matches(match: RouteMatch, call: Call) -> bool:
    """Whether a route takes the request."""
    headers = request_headers(call)
    return (
        matches_path(match, call.path)
        and all(matches_header(header, headers) for header in match.headers)
        and all(matches_query(parameter, call.path) for parameter in match.query_parameters)
    )


def _acted(
    resources: Resources, config: RouteConfiguration, host: VirtualHost, route: Route, call: Call, trail: list[str]
) -> Outcome:
    common = Outcome(
        kind=Kind.NOT_FOUND,
        route_config=config.name,
        virtual_host=host.name,
        route=route.name,
        config=config_of(route.metadata),
        rule=rule_of(route.metadata),
        delegate=delegate_of(route.metadata),
        delegate_rule=delegate_rule_of(route.metadata),
        faults=_faults(route),
        trail=tuple(trail),
    )
    if (answer := preflight_answer(route, call)) is not None:
        return _with(common, kind=Kind.ANSWERED, status=200, answer_headers=dict(answer))
    match route.WhichOneof("action"):
        case "route":
            return _forwarded(resources, route, call, common)
        case "redirect":
            return _redirected(route, call, common)
        case "direct_response":
            fixed = route.direct_response
            return _with(common, kind=Kind.ANSWERED, status=fixed.status, body=_text(fixed.body))
    return common


def _text(body: DataSource) -> str:
    return body.inline_string or body.inline_bytes.decode(errors="replace")


def _forwarded(resources: Resources, route: Route, call: Call, common: Outcome) -> Outcome:
    timeout = route.route.timeout
    return _with(
        common,
        kind=Kind.FORWARDED,
        targets=targets_of(resources, route, call),
        sticky=sticky_choice(route.route, call),
        mirrors=mirrors_of(route.route),
        timeout_ms=timeout.seconds * 1000 + timeout.nanos // 1_000_000,
        retries=route.route.retry_policy.num_retries.value if route.route.HasField("retry_policy") else 0,
    )


def _redirected(route: Route, call: Call, common: Outcome) -> Outcome:
    action = route.redirect
    path = redirected_path(action, route.match, call.path)
    scheme = "https" if action.https_redirect else action.scheme_redirect or _scheme(call)
    authority = action.host_redirect or _authority_for(call, changed=scheme != _scheme(call))
    if action.port_redirect:
        name = authority if action.host_redirect else authority.rpartition(":")[0] or authority
        authority = f"{name}:{action.port_redirect}"
    status = _REDIRECT_STATUS[action.response_code]
    return _with(common, kind=Kind.REDIRECTED, status=status, location=f"{scheme}://{authority}{path}")


def _scheme(call: Call) -> str:
    return "https" if call.protocol.encrypted else "http"


def _authority_for(call: Call, *, changed: bool) -> str:
    """Where the scheme changes, the default port of the old one is dropped."""
    host, colon, port = call.authority.rpartition(":")
    return host if changed and colon and port in {"80", "443"} else call.authority


def _upgraded(config: RouteConfiguration, host: VirtualHost, call: Call, trail: list[str]) -> Outcome:
    authority = _authority_for(call, changed=True)
    return Outcome(
        kind=Kind.REDIRECTED,
        route_config=config.name,
        virtual_host=host.name,
        status=301,
        location=f"https://{authority}{call.path}",
        trail=(*trail, "the virtual host takes TLS only"),
    )


def _faults(route: Route) -> Faults | None:
    packed = route.typed_per_filter_config.get(FAULT_FILTER)
    fault = unpack(packed) if packed is not None else None
    if not isinstance(fault, HTTPFault):
        return None
    delay = fault.delay.fixed_delay
    return Faults(
        delay_ms=delay.seconds * 1000 + delay.nanos // 1_000_000,
        delay_share=fraction_share(fault.delay.percentage),
        abort_status=fault.abort.http_status or (200 if fault.abort.HasField("grpc_status") else 0),
        abort_grpc_status=fault.abort.grpc_status if fault.abort.HasField("grpc_status") else None,
        abort_share=fraction_share(fault.abort.percentage),
    )


def config_of(metadata: Metadata) -> str:
    """The resource a piece of configuration comes from, "" where it doesn't say."""
    return _field_of(metadata, "config")


def rule_of(metadata: Metadata) -> str:
    """The part of that resource, "" where it doesn't say."""
    return _field_of(metadata, "rule")


def delegate_of(metadata: Metadata) -> str:
    """The resource that the resource delegates to, "" where it doesn't."""
    return _field_of(metadata, "delegate")


def delegate_rule_of(metadata: Metadata) -> str:
    """The part of the resource delegated to."""
    return _field_of(metadata, "delegate_rule")


def _field_of(metadata: Metadata, name: str) -> str:
    fields = metadata.filter_metadata[ISTIO_METADATA].fields if ISTIO_METADATA in metadata.filter_metadata else {}
    return fields[name].string_value if name in fields else ""


def _with(outcome: Outcome, **changes: object) -> Outcome:
    return msgspec.structs.replace(outcome, **changes)
