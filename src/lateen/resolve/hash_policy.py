"""What requests are hashed by when their destination rule asks for a consistent hash."""

from lateen.api.load_balancer import ConsistentHashLB
from lateen.ir.route import HashCookie, HashOn


def hash_on(consistent: ConsistentHashLB | None) -> HashOn | None:
    """The part of a request that decides its endpoint (`ConsistentHashToHashPolicy`)."""
    if consistent is None:
        return None
    if consistent.http_header_name:
        return HashOn(header=consistent.http_header_name)
    cookie = consistent.http_cookie
    if cookie is not None:
        return HashOn(
            cookie=HashCookie(
                name=cookie.name,
                path=cookie.path,
                ttl_ms=None if cookie.ttl is None else cookie.ttl.milliseconds,
                attributes=tuple((each.name, each.value) for each in cookie.attributes),
            )
        )
    if consistent.http_query_parameter_name:
        return HashOn(query_parameter=consistent.http_query_parameter_name)
    return HashOn(source_ip=True) if consistent.use_source_ip else None
