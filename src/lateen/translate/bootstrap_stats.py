"""Which statistics a proxy keeps, and how their names become labels."""

from envoy.config.metrics.v3 import stats_pb2
from envoy.type.matcher.v3 import string_pb2

from lateen.translate import scalar
from lateen.translate.string_match import regex_matcher

PREFIXES = (
    "cluster_manager",
    "control_plane",
    "listener_manager",
    "server",
    "cluster.xds-grpc",
    "reporter=",
    "component",
    "istio",
)
"""Istio's own list: every cluster's and route's counters would cost most of a proxy's memory."""

SUFFIXES = (
    "rbac.allowed",
    "rbac.denied",
    "shadow_allowed",
    "shadow_denied",
    "downstream_cx_active",
    "downstream_rq_active",
    "downstream_rq_total",
    "upstream_rq_total",
    "upstream_rq_5xx",
    "upstream_cx_connect_fail",
    "upstream_rq_retry",
    "outlier_detection.ejections_active",
)
"""Beyond Istio's: what it takes to see load, failures and ejections of each cluster."""

REGEXES = (r"vhost\..*\.route\..*",)
"""The counters that a `statPrefix` in a VirtualService asks for."""

TAGS = (
    ("cluster_name", r"^cluster(\.(.+);)"),
    ("http_conn_manager_prefix", r"^http\.(((?:[_.[:digit:]\w|-]*));\.)"),
    ("tcp_prefix", r"^tcp\.((.*?)\.)\w+?$"),
    ("response_code", r"_rq(_(\d{3}))$"),
    ("response_code_class", r"_rq(_(\dxx))$"),
    ("authz_enforce_result", r"rbac(\.(allowed|denied))"),
    ("authz_dry_run_result", r"(\.shadow_(allowed|denied))"),
)
"""Names of Istio's bootstrap. Names end with `;` because they hold dots (`outbound|9080||reviews.default…;`)."""


def stats_config() -> stats_pb2.StatsConfig:
    """An inclusion list, and only the tags named here: both are what Envoy spends memory and start-up time on."""
    patterns = [string_pb2.StringMatcher(prefix=prefix) for prefix in PREFIXES]
    patterns += [string_pb2.StringMatcher(suffix=suffix) for suffix in SUFFIXES]
    patterns += [string_pb2.StringMatcher(safe_regex=regex_matcher(regex)) for regex in REGEXES]
    config = stats_pb2.StatsConfig(
        use_all_default_tags=scalar.boolean(False),
        stats_tags=[stats_pb2.TagSpecifier(tag_name=name, regex=regex) for name, regex in TAGS],
    )
    config.stats_matcher.inclusion_list.patterns.extend(patterns)
    return config
