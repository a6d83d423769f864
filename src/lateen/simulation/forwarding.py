"""Where a route's requests go."""

from collections.abc import Sequence
from typing import NamedTuple

from envoy.config.core.v3.base_pb2 import HeaderValueOption, RuntimeFractionalPercent
from envoy.config.route.v3.route_components_pb2 import Route, RouteAction, WeightedCluster
from envoy.type.v3.percent_pb2 import FractionalPercent

from lateen.simulation.call import Call
from lateen.simulation.endpoints import endpoints_of
from lateen.simulation.headers import edited, plain, request_headers
from lateen.simulation.outcome import Target
from lateen.simulation.paths import rewritten_path
from lateen.translate.resources import Resources

Edits = tuple[Sequence[HeaderValueOption], Sequence[str]]

_DENOMINATORS = {
    FractionalPercent.HUNDRED: 100,
    FractionalPercent.TEN_THOUSAND: 10_000,
    FractionalPercent.MILLION: 1_000_000,
}


class _Choice(NamedTuple):
    cluster: str
    share: float
    host: str
    request: list[Edits]
    response: list[Edits]


def targets_of(resources: Resources, route: Route, call: Call) -> tuple[Target, ...]:
    """Every cluster the route may pick, with the request that it would get."""
    before = request_headers(call)
    path = rewritten_path(route.route, route.match, call.path)
    original = {"x-envoy-original-path": call.path} if path != call.path else {}
    return tuple(
        Target(
            cluster=choice.cluster,
            share=choice.share,
            host=choice.host or call.authority,
            path=path,
            headers={**plain(edited(before, choice.request)), **original},
            response_headers=edited({}, choice.response),
            endpoints=endpoints_of(resources, choice.cluster, call),
        )
        for choice in _choices(route)
    )


def mirrors_of(action: RouteAction) -> tuple[tuple[str, float], ...]:
    return tuple((mirror.cluster, share_of(mirror.runtime_fraction)) for mirror in action.request_mirror_policies)


def share_of(fraction: RuntimeFractionalPercent) -> float:
    return fraction_share(fraction.default_value)


def fraction_share(fraction: FractionalPercent) -> float:
    return fraction.numerator / _DENOMINATORS[fraction.denominator]


def _choices(route: Route) -> list[_Choice]:
    request: Edits = (route.request_headers_to_add, route.request_headers_to_remove)
    response: Edits = (route.response_headers_to_add, route.response_headers_to_remove)
    action = route.route
    host = action.host_rewrite_literal
    if action.cluster:
        return [_Choice(action.cluster, 1.0, host, [request], [response])]
    targets = action.weighted_clusters.clusters
    total = sum(target.weight.value for target in targets)
    return [_weighted(target, total, host, request, response) for target in targets]


def _weighted(target: WeightedCluster.ClusterWeight, total: int, host: str, request: Edits, response: Edits) -> _Choice:
    """Envoy applies the target's host rewrite first and the route's last, so the route's wins."""
    own_request: Edits = (target.request_headers_to_add, target.request_headers_to_remove)
    own_response: Edits = (target.response_headers_to_add, target.response_headers_to_remove)
    return _Choice(
        cluster=target.name,
        share=target.weight.value / total if total else 0.0,
        host=host or target.host_rewrite_literal,
        request=[own_request, request],
        response=[own_response, response],
    )
