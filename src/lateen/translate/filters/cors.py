"""Cross-origin requests (Istio `CorsPolicy`)."""

from envoy.extensions.filters.http.cors.v3 import cors_pb2

from lateen.ir.route import Cors
from lateen.translate import scalar
from lateen.translate.string_match import string_matcher


def cors_filter() -> cors_pb2.Cors:
    """Does nothing until a route has a policy."""
    return cors_pb2.Cors()


def cors_policy(cors: Cors) -> cors_pb2.CorsPolicy:
    """A route's policy. Preflights that don't match go on to the service unless told otherwise, as in Istio."""
    forward = True if cors.forward_unmatched_preflights is None else cors.forward_unmatched_preflights
    return cors_pb2.CorsPolicy(
        allow_origin_string_match=[string_matcher(origin) for origin in cors.allow_origins],
        allow_methods=cors.allow_methods,
        allow_headers=cors.allow_headers,
        expose_headers=cors.expose_headers,
        max_age=cors.max_age,
        allow_credentials=None if cors.allow_credentials is None else scalar.boolean(cors.allow_credentials),
        filter_enabled=scalar.runtime_fraction(scalar.MILLION),
        forward_not_matching_preflights=scalar.boolean(forward),
    )
