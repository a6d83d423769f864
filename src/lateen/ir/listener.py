"""Listeners: where connections arrive and what is done with them."""

import enum

from lateen.ir.origin import ConfigOrigin
from lateen.ir.route import RouteConfig
from lateen.ir.value import Value


class Direction(enum.StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    UNSPECIFIED = "unspecified"


class Bind(Value):
    """An address to listen at; `netns` is the file of another network namespace, "" for the proxy's own."""

    address: str
    port: int
    netns: str = ""


class AccessLog(Value):
    """Where and how requests are logged; the format is Istio's default text when empty."""

    path: str
    format: str = ""
    json: bool = False


class HttpFilter(enum.StrEnum):
    """HTTP filters a connection manager may hold; translate's table gives their order."""

    CORS = "cors"
    FAULT = "fault"
    GRPC_STATS = "grpc_stats"
    FORWARD_PROXY = "forward_proxy"
    ROUTER = "router"


class Http(Value, tag="http"):
    """Route HTTP requests by `route_name` (fetched by RDS) or by `routes` (inline). Exactly one is set.

    `forward_client_cert` is Envoy's word (`SANITIZE_SET`, `APPEND_FORWARD`, …; "" is SANITIZE). A
    `stream_idle_timeout_ms` of `None` never times out, as in Istio, not after Envoy's five minutes.
    `dns_caches` are those in which FORWARD_PROXY looks up each request's host, for clusters of that kind.
    """

    stat_prefix: str
    route_name: str = ""
    routes: RouteConfig | None = None
    filters: tuple[HttpFilter, ...] = (HttpFilter.FAULT, HttpFilter.CORS, HttpFilter.ROUTER)
    access_log: AccessLog | None = None
    use_remote_address: bool = False
    trusted_hops: int = 0
    websocket: bool = True
    server_name: str = ""
    forward_client_cert: str = ""
    accept_http10: bool = False
    idle_timeout_ms: int | None = None
    stream_idle_timeout_ms: int | None = None
    http2_max_streams: int | None = None
    normalize_path: bool = True
    keep_encoded_slashes: bool = True
    dns_caches: tuple[str, ...] = ()


class TcpTarget(Value):
    cluster: str
    weight: int = 1


class SniLookup(Value):
    """Look up the server name that a TLS client asks for, to reach it at `port`."""

    dns_cache: str
    port: int


class Tunnel(Value):
    """Bytes travel inside of an HTTP request to the target, which passes them on to `authority` (host and port).

    The request is CONNECT, or POST.
    """

    authority: str
    use_post: bool = False


class Tcp(Value, tag="tcp"):
    """Pass bytes on to one of `targets`, chosen by weight."""

    stat_prefix: str
    targets: tuple[TcpTarget, ...]
    access_log: AccessLog | None = None
    idle_timeout_ms: int | None = None
    max_connection_duration_ms: int | None = None
    hash_source_ip: bool = False
    sni_lookup: SniLookup | None = None
    tunnel: Tunnel | None = None


class CertificateFiles(Value):
    """A certificate in files on the proxy's machine."""

    certificate: str
    private_key: str


class DownstreamTls(Value):
    """TLS that a gateway terminates. `secrets` and `ca_secret` are SDS names, the others files on the proxy's machine.

    Clients may show a certificate where there is an authority to check it by; `insecure_skip_verify` lets those pass
    that fail.
    """

    secrets: tuple[str, ...] = ()
    ca_secret: str = ""
    files: tuple[CertificateFiles, ...] = ()
    ca: str = ""
    crl: str = ""
    require_client_certificate: bool = False
    subject_alt_names: tuple[str, ...] = ()
    verify_spki: tuple[str, ...] = ()
    verify_hash: tuple[str, ...] = ()
    insecure_skip_verify: bool = False
    alpn: tuple[str, ...] = ("h2", "http/1.1")
    min_version: str = ""
    max_version: str = ""
    cipher_suites: tuple[str, ...] = ()
    ecdh_curves: tuple[str, ...] = ()


class ChainMatch(Value):
    """Which connections a filter chain takes; empty fields match all."""

    destination_port: int | None = None
    destination_cidrs: tuple[str, ...] = ()
    source_cidrs: tuple[str, ...] = ()
    server_names: tuple[str, ...] = ()
    transport: str = ""
    alpn: tuple[str, ...] = ()


class FilterChain(Value):
    """What is done with some of a listener's connections. `rule` is the part of the origin it is made of: `tcp[0]`."""

    name: str
    network: Http | Tcp
    match: ChainMatch = ChainMatch()
    tls: DownstreamTls | None = None
    origins: tuple[ConfigOrigin, ...] = ()
    rule: str = ""


class ListenerFilter(enum.StrEnum):
    ORIGINAL_DST = "original_dst"
    TLS_INSPECTOR = "tls_inspector"
    HTTP_INSPECTOR = "http_inspector"
    PROXY_PROTOCOL = "proxy_protocol"


class Listener(Value):
    """One Envoy listener. The first bind is its address, the rest are additional ones.

    `bound` False is a listener without a socket of its own, reached through another with `use_original_dst`. One of the
    same name may gain a socket or lose it later: then the one with a socket must have a `fresh_socket`.
    `inspection_timeout_ms` 0 waits for the inspectors for as long as it takes.
    """

    name: str
    binds: tuple[Bind, ...]
    direction: Direction
    chains: tuple[FilterChain, ...]
    default_chain: FilterChain | None = None
    filters: tuple[ListenerFilter, ...] = ()
    inspection_timeout_ms: int | None = None
    bound: bool = True
    fresh_socket: bool = False
    use_original_dst: bool = False
    transparent: bool = False
    origins: tuple[ConfigOrigin, ...] = ()
