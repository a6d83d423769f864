"""Host names: short names made long, and wildcards."""

from collections.abc import Iterable
from ipaddress import ip_address


def fully_qualified(host: str, namespace: str, cluster_domain: str) -> str:
    """`host`, or if it has no dot the service of that name in `namespace` (Istio's ResolveShortnameToFQDN)."""
    if not host or "." in host or ":" in host or host == "*":
        return host
    return f"{host}.{namespace}.svc.{cluster_domain}"


def is_address(host: str) -> bool:
    """Whether it is an IP address rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_wildcard(host: str) -> bool:
    """Whether the name stands for many: `*`, `*.example.com`."""
    return host.startswith("*")


def covers(pattern: str, host: str) -> bool:
    """Whether every name that `host` stands for is one that `pattern` stands for."""
    if not is_wildcard(pattern):
        return pattern == host
    suffix = pattern[1:]
    return host.removeprefix("*").endswith(suffix)


def overlaps(one: str, other: str) -> bool:
    """Whether some name is meant by both."""
    return covers(one, other) or covers(other, one)


def most_specific(host: str, patterns: Iterable[str]) -> str | None:
    """The pattern that speaks for `host`: the exact one, else the longest wildcard that covers it."""
    best: str | None = None
    for pattern in patterns:
        if pattern == host:
            return pattern
        if covers(pattern, host) and (best is None or (len(pattern), pattern) > (len(best), best)):
            best = pattern
    return best
