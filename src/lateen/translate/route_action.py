"""What a route does: forward, redirect, or answer by itself."""

from envoy.config.core.v3 import base_pb2
from envoy.config.route.v3 import route_components_pb2 as route_pb2
from envoy.type.matcher.v3 import regex_pb2

from lateen.ir.route import DirectResponse, Forward, Mirror, Redirect, WeightedCluster
from lateen.translate import scalar
from lateen.translate.hash_policy import hash_policy
from lateen.translate.header_edits import headers_to_add
from lateen.translate.retry import retry_policy
from lateen.translate.string_match import regex_matcher

_REDIRECT_CODES = {
    301: route_pb2.RedirectAction.MOVED_PERMANENTLY,
    302: route_pb2.RedirectAction.FOUND,
    303: route_pb2.RedirectAction.SEE_OTHER,
    307: route_pb2.RedirectAction.TEMPORARY_REDIRECT,
    308: route_pb2.RedirectAction.PERMANENT_REDIRECT,
}


def forward_action(forward: Forward) -> route_pb2.RouteAction:
    """A single target is written as `cluster` (its header edits then belong to the route), several as weights."""
    action = route_pb2.RouteAction(
        timeout=scalar.duration(forward.timeout_ms),
        retry_policy=None if forward.retry is None else retry_policy(forward.retry),
        request_mirror_policies=[_mirror(mirror) for mirror in forward.mirrors],
        hash_policy=[hash_policy(on) for on in forward.hash_on],
        prefix_rewrite=forward.prefix_rewrite,
    )
    _set_grpc_timeout(action, forward)
    _set_target(action, forward)
    _set_rewrite(action, forward)
    return action


def _set_grpc_timeout(action: route_pb2.RouteAction, forward: Forward) -> None:
    """gRPC callers may ask for less time than the route allows (`grpc-timeout`); 0 lets them ask for any.

    Envoy leaves `timeout` out of account where there is a `max_stream_duration`, so that one is for routes without.
    """
    limit = forward.timeout_ms if forward.max_grpc_timeout_ms is None else forward.max_grpc_timeout_ms
    if forward.timeout_ms:
        action.max_grpc_timeout.CopyFrom(scalar.duration(limit))
    else:
        action.max_stream_duration.grpc_timeout_header_max.CopyFrom(scalar.duration(limit))


def _set_target(action: route_pb2.RouteAction, forward: Forward) -> None:
    if len(forward.clusters) == 1:
        only = forward.clusters[0]
        action.cluster = only.cluster
        if only.host_rewrite:
            action.host_rewrite_literal = only.host_rewrite
        return
    action.weighted_clusters.clusters.extend(_weighted(target) for target in forward.clusters)
    if forward.hash_on:
        action.weighted_clusters.use_hash_policy.CopyFrom(scalar.boolean(True))


def _weighted(target: WeightedCluster) -> route_pb2.WeightedCluster.ClusterWeight:
    weighted = route_pb2.WeightedCluster.ClusterWeight(
        name=target.cluster,
        weight=scalar.uint32(target.weight),
        request_headers_to_add=headers_to_add(target.request),
        request_headers_to_remove=target.request.remove,
        response_headers_to_add=headers_to_add(target.response),
        response_headers_to_remove=target.response.remove,
    )
    if target.host_rewrite:
        weighted.host_rewrite_literal = target.host_rewrite
    return weighted


def _set_rewrite(action: route_pb2.RouteAction, forward: Forward) -> None:
    """The route's host rewrite wins over that of a target."""
    if forward.path_rewrite:
        action.regex_rewrite.CopyFrom(_regex_rewrite("^.*$", _literal_substitution(forward.path_rewrite)))
    elif forward.regex_rewrite is not None:
        action.regex_rewrite.CopyFrom(_regex_rewrite(forward.regex_rewrite.match, forward.regex_rewrite.substitution))
    if forward.host_rewrite:
        action.host_rewrite_literal = forward.host_rewrite
    elif forward.auto_host_rewrite:
        action.auto_host_rewrite.CopyFrom(scalar.boolean(True))


def _regex_rewrite(pattern: str, substitution: str) -> regex_pb2.RegexMatchAndSubstitute:
    return regex_pb2.RegexMatchAndSubstitute(pattern=regex_matcher(pattern), substitution=substitution)


def _literal_substitution(text: str) -> str:
    return text.replace("\\", "\\\\")


def _mirror(mirror: Mirror) -> route_pb2.RouteAction.RequestMirrorPolicy:
    """Mirrored requests are never sampled for traces; Envoy marks their host with `-shadow`."""
    return route_pb2.RouteAction.RequestMirrorPolicy(
        cluster=mirror.cluster,
        runtime_fraction=scalar.runtime_fraction(mirror.share),
        trace_sampled=scalar.boolean(False),
    )


def redirect_action(redirect: Redirect) -> route_pb2.RedirectAction:
    """Validation lets only the five codes through that Envoy knows."""
    action = route_pb2.RedirectAction(
        host_redirect=redirect.host, port_redirect=redirect.port or 0, response_code=_REDIRECT_CODES[redirect.code]
    )
    if redirect.prefix:
        action.prefix_rewrite = redirect.prefix
    elif redirect.path:
        action.path_redirect = redirect.path
    if redirect.https:
        action.https_redirect = True
    elif redirect.scheme:
        action.scheme_redirect = redirect.scheme
    return action


def direct_response_action(response: DirectResponse) -> route_pb2.DirectResponseAction:
    body = None
    if response.body_bytes:
        body = base_pb2.DataSource(inline_bytes=response.body_bytes)
    elif response.body:
        body = base_pb2.DataSource(inline_string=response.body)
    return route_pb2.DirectResponseAction(status=response.status, body=body)
