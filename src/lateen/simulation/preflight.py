"""Browsers' preflight requests, which a route's cross-origin policy answers."""

from collections.abc import Mapping

from envoy.config.route.v3.route_components_pb2 import Route
from envoy.extensions.filters.http.cors.v3.cors_pb2 import CorsPolicy

from lateen.simulation.call import Call
from lateen.simulation.headers import request_headers
from lateen.simulation.strings import matches_string
from lateen.translate.names import CORS_FILTER
from lateen.translate.wire import unpack


def preflight_answer(route: Route, call: Call) -> Mapping[str, str] | None:
    """The headers of the answer 200, None for requests that go on to the route's action.

    A preflight of an origin that is not allowed goes on too, unless the policy says otherwise: then it is answered
    without any header.
    """
    packed = route.typed_per_filter_config.get(CORS_FILTER)
    policy = unpack(packed) if packed is not None else None
    headers = request_headers(call)
    origin = headers.get("origin", "")
    if not isinstance(policy, CorsPolicy) or not origin:
        return None
    if call.method != "OPTIONS" or not headers.get("access-control-request-method"):
        return None
    if not any(matches_string(allowed, origin) for allowed in policy.allow_origin_string_match):
        return None if policy.forward_not_matching_preflights.value else {}
    given = {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true" if policy.allow_credentials.value else "",
        "access-control-allow-methods": policy.allow_methods,
        "access-control-allow-headers": policy.allow_headers,
        "access-control-max-age": policy.max_age,
    }
    return {name: value for name, value in given.items() if value}
