"""Answers health checks by itself."""

from envoy.config.route.v3 import route_components_pb2 as route_pb2
from envoy.extensions.filters.http.health_check.v3 import health_check_pb2
from envoy.type.matcher.v3 import string_pb2

from lateen.translate import scalar

READINESS_PATH = "/healthz/ready"


def health_check_filter(path: str) -> health_check_pb2.HealthCheck:
    """200 for `path` while the proxy serves, 503 once it was told to fail its checks."""
    return health_check_pb2.HealthCheck(
        pass_through_mode=scalar.boolean(False),
        headers=[route_pb2.HeaderMatcher(name=":path", string_match=string_pb2.StringMatcher(exact=path))],
    )
