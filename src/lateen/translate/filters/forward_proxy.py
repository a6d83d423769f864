"""Looking up the host of a request, so that a cluster can connect to it."""

from envoy.extensions.common.dynamic_forward_proxy.v3 import dns_cache_pb2
from envoy.extensions.filters.http.dynamic_forward_proxy.v3 import dynamic_forward_proxy_pb2


def forward_proxy_filter(cache: dns_cache_pb2.DnsCacheConfig) -> dynamic_forward_proxy_pb2.FilterConfig:
    """Requests wait until their host is in the cache, if their cluster is one that resolves by itself."""
    return dynamic_forward_proxy_pb2.FilterConfig(dns_cache_config=cache)
