"""Which virtual host takes a request."""

from envoy.config.route.v3.route_components_pb2 import VirtualHost
from envoy.config.route.v3.route_pb2 import RouteConfiguration


def virtual_host_for(config: RouteConfiguration, authority: str) -> VirtualHost | None:
    """Exact names first, then the longest `*.suffix`, then the longest `prefix.*`, then `*`; case doesn't matter."""
    host = _without_port(authority) if config.ignore_port_in_host_matching else authority
    host = host.lower()
    ranked = [
        (rank, virtual_host)
        for virtual_host in config.virtual_hosts
        for domain in virtual_host.domains
        if (rank := _rank(domain.lower(), host)) is not None
    ]
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _without_port(authority: str) -> str:
    host, colon, port = authority.rpartition(":")
    return host if colon and port.isdigit() else authority


def _rank(domain: str, host: str) -> tuple[int, int] | None:
    """How well a domain fits, `None` where it doesn't. A wildcard stands for at least one character."""
    if domain == host:
        return (3, len(domain))
    if domain == "*":
        return (0, 0)
    if domain.startswith("*") and host.endswith(domain[1:]) and len(host) >= len(domain):
        return (2, len(domain))
    if domain.endswith("*") and host.startswith(domain[:-1]) and len(host) >= len(domain):
        return (1, len(domain))
    return None
