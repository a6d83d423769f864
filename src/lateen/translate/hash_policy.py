"""What a consistent-hash load balancer hashes."""

from envoy.config.route.v3 import route_components_pb2 as route_pb2

from lateen.ir.route import HashCookie, HashOn
from lateen.translate import scalar

_HashPolicy = route_pb2.RouteAction.HashPolicy


def hash_policy(on: HashOn) -> route_pb2.RouteAction.HashPolicy:
    """A header, a cookie (which Envoy hands out itself where it has a lifetime), a query parameter or the source."""
    if on.header:
        return _HashPolicy(header=_HashPolicy.Header(header_name=on.header))
    if on.cookie is not None:
        return _HashPolicy(cookie=_cookie(on.cookie))
    if on.query_parameter:
        return _HashPolicy(query_parameter=_HashPolicy.QueryParameter(name=on.query_parameter))
    return _HashPolicy(connection_properties=_HashPolicy.ConnectionProperties(source_ip=True))


def _cookie(cookie: HashCookie) -> route_pb2.RouteAction.HashPolicy.Cookie:
    return _HashPolicy.Cookie(
        name=cookie.name,
        path=cookie.path,
        ttl=scalar.optional_duration(cookie.ttl_ms),
        attributes=[_HashPolicy.CookieAttribute(name=name, value=value) for name, value in cookie.attributes],
    )
