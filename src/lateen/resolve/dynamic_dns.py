"""Wildcard hosts whose addresses proxies look up when somebody asks for them (`resolution: DYNAMIC_DNS`)."""

from collections.abc import Iterable

from msgspec.structs import replace

from lateen.ir.listener import FilterChain, Http, HttpFilter, SniLookup
from lateen.ir.names import dns_cache_name
from lateen.model.service import Resolution, Service


def looking_up(http: Http, services: Iterable[Service]) -> Http:
    """The same, looking up the hosts of requests for those of `services` that are such wildcards."""
    caches = tuple(sorted({dns_cache_name(each.hostname) for each in services if _takes_requests(each)}))
    return replace(http, filters=(*http.filters, HttpFilter.FORWARD_PROXY), dns_caches=caches) if caches else http


def _takes_requests(service: Service) -> bool:
    return service.resolution is Resolution.DYNAMIC_DNS and any(port.protocol.is_http for port in service.ports)


def chain_looking_up(chain: FilterChain, services: Iterable[Service]) -> FilterChain:
    """The same for a chain that reads requests; any other as it is."""
    if not isinstance(chain.network, Http):
        return chain
    network = looking_up(chain.network, services)
    return chain if network is chain.network else replace(chain, network=network)


def sni_lookup(service: Service, port: int) -> SniLookup | None:
    """What a TLS connection to such a wildcard needs; nothing helps if the port (0) is not known."""
    if service.resolution is not Resolution.DYNAMIC_DNS or not port:
        return None
    return SniLookup(dns_cache=dns_cache_name(service.hostname), port=port)
