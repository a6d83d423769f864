"""Counts gRPC messages and makes the gRPC status known to access logs and metrics."""

from envoy.extensions.filters.http.grpc_stats.v3 import config_pb2

from lateen.translate import scalar


def grpc_stats_filter() -> config_pb2.FilterConfig:
    """One set of counters for all methods: a set for each would grow with what callers ask for."""
    return config_pb2.FilterConfig(emit_filter_state=True, stats_for_all_methods=scalar.boolean(False))
