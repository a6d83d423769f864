"""Setting endpoints aside that fail (Istio `OutlierDetection`)."""

from envoy.config.cluster.v3 import outlier_detection_pb2
from envoy.config.common.matcher.v3 import matcher_pb2
from envoy.config.route.v3 import route_components_pb2 as route_pb2
from envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2 as options_pb2
from envoy.type.matcher.v3 import string_pb2

from lateen.ir.cluster import OutlierDetection
from lateen.translate import scalar


def outlier_detection(rules: OutlierDetection) -> outlier_detection_pb2.OutlierDetection:
    """Success rates never eject, as in Istio; a count of 0 turns its rule off."""
    return outlier_detection_pb2.OutlierDetection(
        consecutive_5xx=scalar.optional_uint32(rules.consecutive_5xx),
        enforcing_consecutive_5xx=_enforcing(rules.consecutive_5xx),
        consecutive_gateway_failure=scalar.optional_uint32(rules.consecutive_gateway_failure),
        enforcing_consecutive_gateway_failure=_enforcing(rules.consecutive_gateway_failure),
        consecutive_local_origin_failure=scalar.optional_uint32(rules.consecutive_local_origin_failure),
        enforcing_consecutive_local_origin_failure=_enforcing(rules.consecutive_local_origin_failure),
        enforcing_local_origin_success_rate=scalar.uint32(0) if rules.split_external_local_origin else None,
        split_external_local_origin_errors=rules.split_external_local_origin,
        interval=scalar.optional_duration(rules.interval_ms),
        base_ejection_time=scalar.optional_duration(rules.base_ejection_ms),
        max_ejection_percent=scalar.optional_uint32(rules.max_ejection_percent),
        enforcing_success_rate=scalar.uint32(0),
    )


def failing_statuses(codes: tuple[int, ...]) -> options_pb2.HttpProtocolOptions.OutlierDetection:
    """The statuses that count as failures, in place of 5xx."""
    rules = [_status_is(code) for code in codes]
    matcher = rules[0] if len(rules) == 1 else matcher_pb2.MatchPredicate(or_match=_any_of(rules))
    return options_pb2.HttpProtocolOptions.OutlierDetection(error_matcher=matcher)


def _any_of(rules: list[matcher_pb2.MatchPredicate]) -> matcher_pb2.MatchPredicate.MatchSet:
    return matcher_pb2.MatchPredicate.MatchSet(rules=rules)


def _status_is(code: int) -> matcher_pb2.MatchPredicate:
    header = route_pb2.HeaderMatcher(name=":status", string_match=string_pb2.StringMatcher(exact=str(code)))
    return matcher_pb2.MatchPredicate(
        http_response_headers_match=matcher_pb2.HttpHeadersMatch(headers=[header]),
    )


def _enforcing(count: int | None) -> scalar.UInt32 | None:
    """Envoy enforces gateway failures 0 % and others 100 % by default: what is asked for is always enforced."""
    if count is None:
        return None
    return scalar.uint32(100 if count > 0 else 0)
