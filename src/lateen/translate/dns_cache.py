"""Caches of the addresses that proxies look up while they serve."""

from envoy.config.cluster.v3 import cluster_pb2
from envoy.extensions.common.dynamic_forward_proxy.v3 import dns_cache_pb2


def dns_cache(name: str) -> dns_cache_pb2.DnsCacheConfig:
    """A cluster and the filters that look up for it share the cache of that name: its settings must be the same."""
    return dns_cache_pb2.DnsCacheConfig(name=name, dns_lookup_family=cluster_pb2.Cluster.V4_ONLY)
