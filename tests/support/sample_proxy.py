"""A sidecar's configuration, written as IR by hand: one of everything that translate can write."""

from tests.support.certificates import certificate

from lateen.ir.cluster import (
    Algorithm,
    CircuitBreaker,
    Cluster,
    ClusterKind,
    Keepalive,
    LoadBalancer,
    OutlierDetection,
    RetryBudget,
    SlowStart,
    UpstreamProtocol,
    UpstreamTls,
)
from lateen.ir.config import Layer, ProxyConfig
from lateen.ir.endpoint import Endpoint, Health, LoadAssignment, LocalityEndpoints
from lateen.ir.listener import (
    AccessLog,
    Bind,
    ChainMatch,
    Direction,
    FilterChain,
    Http,
    HttpFilter,
    Listener,
    ListenerFilter,
    Tcp,
    TcpTarget,
)
from lateen.ir.match import NamedMatch, PathKind, PathMatch, RouteMatch, StringKind, StringMatch
from lateen.ir.names import (
    BLACK_HOLE_CLUSTER,
    INBOUND_PASSTHROUGH_CLUSTER,
    INBOUND_SOURCE_IP,
    PASSTHROUGH_CLUSTER,
    VIRTUAL_INBOUND,
    VIRTUAL_OUTBOUND,
    inbound_route,
    subset_key,
)
from lateen.ir.origin import ConfigOrigin
from lateen.ir.route import (
    Cors,
    DirectResponse,
    Fault,
    Forward,
    HashCookie,
    HashOn,
    HeaderEdits,
    Mirror,
    Redirect,
    RegexRewrite,
    RetryPolicy,
    Route,
    RouteConfig,
    VirtualHost,
    WeightedCluster,
)
from lateen.ir.secret import Secret

REVIEWS = "reviews.default.svc.cluster.local"
ORIGIN = ConfigOrigin(
    group="networking.istio.io", version="v1", kind="VirtualService", namespace="default", name="reviews"
)
RULE = ConfigOrigin(
    group="networking.istio.io", version="v1", kind="DestinationRule", namespace="default", name="reviews"
)
LOG = AccessLog(path="/dev/stdout")
RETRY = RetryPolicy(
    attempts=2,
    on="connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
    status_codes=(503,),
    per_try_timeout_ms=500,
    retry_other_localities=True,
    backoff_ms=25,
)
V1, V2, V3 = (subset_key("outbound", version, REVIEWS, 9080) for version in ("v1", "v2", "v3"))


def path(kind: PathKind, value: str, **options: bool) -> RouteMatch:
    return RouteMatch(path=PathMatch(kind=kind, value=value, **options))


def forward(*clusters: str, **options: object) -> Forward:
    return Forward(clusters=tuple(WeightedCluster(cluster=name) for name in clusters), **options)  # type: ignore[arg-type]


ROUTES = (
    Route(name="old", match=path(PathKind.EXACT, "/old"), action=Redirect(code=302, host="example.com", path="/new")),
    Route(
        name="moved", match=path(PathKind.PREFIX, "/moved/"), action=Redirect(prefix="/here/", https=True, port=8443)
    ),
    Route(name="teapot", match=path(PathKind.EXACT, "/teapot"), action=DirectResponse(status=418, body="short")),
    Route(
        name="jason",
        match=RouteMatch(
            headers=(
                NamedMatch(name="end-user", match=StringMatch(kind=StringKind.EXACT, value="jason")),
                NamedMatch(name="x-beta", match=StringMatch(kind=StringKind.PRESENT), invert=True),
                NamedMatch(name="x-tier", match=StringMatch(kind=StringKind.REGEX, value="gold|silver"), invert=True),
            ),
            query=(NamedMatch(name="lang", match=StringMatch(kind=StringKind.PREFIX, value="en")),),
        ),
        action=forward(V2, timeout_ms=5000, host_rewrite="reviews.internal"),
        fault=Fault(delay_ms=1500, delay_share=500_000, abort_http_status=555, abort_share=1000),
        cors=Cors(allow_origins=(StringMatch(kind=StringKind.EXACT, value="https://a.test"),), allow_methods="GET"),
    ),
    Route(
        name="rewritten",
        match=path(PathKind.SEGMENT, "/api/v1/"),
        action=forward(V1, prefix_rewrite="/v1", hash_on=(HashOn(header="x-user"), HashOn(source_ip=True))),
    ),
    Route(
        name="regex",
        match=path(PathKind.REGEX, "/book/[0-9]+"),
        action=forward(
            V1,
            regex_rewrite=RegexRewrite(match="/book/([0-9]+)", substitution=r"/reviews/\1"),
            hash_on=(
                HashOn(cookie=HashCookie(name="user", path="/", ttl_ms=0, attributes=(("SameSite", "Lax"),))),
                HashOn(query_parameter="u"),
            ),
        ),
    ),
    Route(
        match=path(PathKind.PREFIX, "/Any", ignore_case=True),
        action=forward(V1, path_rewrite="/one\\path", auto_host_rewrite=True),
    ),
    Route(
        name="hosts",
        match=path(PathKind.EXACT, "/hosts"),
        action=Forward(
            clusters=(
                WeightedCluster(cluster=V1, host_rewrite="one.test", request=HeaderEdits(set=(("x-by", "target"),))),
                WeightedCluster(cluster=V2, host_rewrite="two.test", request=HeaderEdits(add=(("x-also", "target"),))),
            ),
            host_rewrite="route.test",
        ),
        request=HeaderEdits(set=(("x-by", "route"),), add=(("x-also", "route"),), remove=("x-also",)),
    ),
    Route(
        name="own-hosts",
        match=path(PathKind.EXACT, "/own-hosts"),
        action=Forward(
            clusters=(WeightedCluster(cluster=V1, host_rewrite="one.test"), WeightedCluster(cluster=V2, weight=0))
        ),
    ),
    Route(
        name="split",
        action=Forward(
            clusters=(
                WeightedCluster(cluster=V2, weight=75, request=HeaderEdits(set=(("x-to", "v2"),))),
                WeightedCluster(cluster=V3, weight=25, response=HeaderEdits(add=(("x-from", "v3"),))),
            ),
            retry=RETRY,
            mirrors=(Mirror(cluster=V1, share=125_000),),
        ),
        request=HeaderEdits(set=(("x-set", "1"),), add=(("x-added", "2"),), remove=("x-gone",)),
        origin=ORIGIN,
        operation="reviews:9080/*",
        stat_prefix="split",
    ),
)

RDS = RouteConfig(
    name="9080",
    virtual_hosts=(
        VirtualHost(name=f"{REVIEWS}:9080", domains=("reviews", REVIEWS, "10.96.0.10"), routes=ROUTES),
        VirtualHost(name="wild", domains=("*.wild.test",), routes=(Route(action=forward(V1)),), require_tls=True),
        VirtualHost(name="allow_any", domains=("*",), routes=(Route(action=forward(PASSTHROUGH_CLUSTER)),)),
    ),
    ignore_port=True,
    max_direct_response_bytes=1048576,
)


def tcp(cluster: str, **options: object) -> Tcp:
    return Tcp(stat_prefix=cluster, targets=(TcpTarget(cluster=cluster),), **options)  # type: ignore[arg-type]


LISTENERS = (
    Listener(
        name=VIRTUAL_OUTBOUND,
        binds=(Bind(address="0.0.0.0", port=15001),),
        direction=Direction.OUTBOUND,
        use_original_dst=True,
        chains=(
            FilterChain(
                name="virtualOutbound-blackhole",
                match=ChainMatch(destination_port=15001),
                network=tcp(BLACK_HOLE_CLUSTER),
            ),
            FilterChain(name="virtualOutbound-catchall-tcp", network=tcp(PASSTHROUGH_CLUSTER, access_log=LOG)),
        ),
    ),
    Listener(
        name="0.0.0.0_9080",
        binds=(Bind(address="0.0.0.0", port=9080),),
        direction=Direction.OUTBOUND,
        bound=False,
        filters=(ListenerFilter.HTTP_INSPECTOR, ListenerFilter.TLS_INSPECTOR),
        inspection_timeout_ms=0,
        chains=(
            FilterChain(
                name="http",
                match=ChainMatch(transport="raw_buffer", alpn=("http/1.1", "h2c")),
                network=Http(
                    stat_prefix="outbound_0.0.0.0_9080",
                    route_name="9080",
                    filters=(HttpFilter.ROUTER, HttpFilter.CORS, HttpFilter.FAULT, HttpFilter.GRPC_STATS),
                    access_log=LOG,
                ),
            ),
        ),
        default_chain=FilterChain(name="PassthroughFilterChain", network=tcp(PASSTHROUGH_CLUSTER)),
    ),
    Listener(
        name="10.96.0.30_3306",
        binds=(Bind(address="10.96.0.30", port=3306),),
        direction=Direction.OUTBOUND,
        bound=False,
        chains=(
            FilterChain(
                name="mysql",
                network=Tcp(
                    stat_prefix="mysql",
                    targets=(TcpTarget(cluster=V1, weight=3), TcpTarget(cluster=V2)),
                    idle_timeout_ms=60_000,
                    max_connection_duration_ms=3_600_000,
                    hash_source_ip=True,
                ),
                origins=(ORIGIN,),
            ),
        ),
    ),
    Listener(
        name=VIRTUAL_INBOUND,
        binds=(Bind(address="0.0.0.0", port=15006),),
        direction=Direction.INBOUND,
        filters=(ListenerFilter.ORIGINAL_DST,),
        chains=(
            FilterChain(
                name="virtualInbound-blackhole",
                match=ChainMatch(destination_port=15006),
                network=tcp(BLACK_HOLE_CLUSTER),
            ),
            FilterChain(
                name="0.0.0.0_9080",
                match=ChainMatch(destination_port=9080),
                network=Http(
                    stat_prefix="inbound_0.0.0.0_9080",
                    routes=RouteConfig(
                        name=inbound_route(9080),
                        virtual_hosts=(
                            VirtualHost(
                                name="inbound|http|9080",
                                domains=("*",),
                                routes=(Route(name="default", action=forward("inbound|9080||")),),
                            ),
                        ),
                    ),
                    forward_client_cert="APPEND_FORWARD",
                    server_name="istio-envoy",
                ),
            ),
        ),
        default_chain=FilterChain(name="virtualInbound", network=tcp(INBOUND_PASSTHROUGH_CLUSTER)),
    ),
)


def subset(name: str, **options: object) -> Cluster:
    values: dict[str, object] = {
        "name": name,
        "kind": ClusterKind.EDS,
        "service": REVIEWS,
        "service_namespace": "default",
        "origins": (RULE,),
    }
    return Cluster(**{**values, **options})  # type: ignore[arg-type]


CLUSTERS = (
    subset(
        V1,
        load_balancer=LoadBalancer(
            algorithm=Algorithm.ROUND_ROBIN, slow_start=SlowStart(window_ms=30_000), panic_threshold_percent=0.0
        ),
        circuit_breaker=CircuitBreaker(max_connections=10, max_retries=0, retry_budget=RetryBudget(percent=15)),
        outlier_detection=OutlierDetection(
            consecutive_5xx=3, consecutive_gateway_failure=0, interval_ms=1000, error_codes=(500, 503)
        ),
        keepalive=Keepalive(probes=3, time_s=60, interval_s=10),
        idle_timeout_ms=90_000,
        max_requests_per_connection=100,
    ),
    subset(
        V2,
        protocol=UpstreamProtocol.HTTP2,
        load_balancer=LoadBalancer(algorithm=Algorithm.RING_HASH, table_size=1024, locality_weighted=True),
        max_concurrent_streams=50,
        http2_keepalive_interval_ms=30_000,
    ),
    subset(
        V3,
        protocol=UpstreamProtocol.DOWNSTREAM,
        load_balancer=LoadBalancer(algorithm=Algorithm.MAGLEV, table_size=65537),
        tls=UpstreamTls(
            sni="reviews.internal", subject_alt_names=("spiffe://cluster.local/ns/default/sa/reviews", "a")
        ),
        proxy_protocol="V2",
    ),
    Cluster(
        name="outbound|443||www.example.com",
        kind=ClusterKind.LOGICAL_DNS,
        protocol=UpstreamProtocol.HTTP1,
        assignment=LoadAssignment(
            cluster="outbound|443||www.example.com",
            localities=(LocalityEndpoints(endpoints=(Endpoint(address="www.example.com", port=443),)),),
        ),
        tls=UpstreamTls(),
    ),
    Cluster(
        name="outbound|443||api.example.com",
        kind=ClusterKind.STRICT_DNS,
        assignment=LoadAssignment(
            cluster="outbound|443||api.example.com",
            localities=(LocalityEndpoints(endpoints=(Endpoint(address="api.example.com", port=443),)),),
        ),
        tls=UpstreamTls(secret="kubernetes://api", ca_secret="kubernetes://api-cacert"),
        dns_refresh_ms=60_000,
    ),
    Cluster(
        name=PASSTHROUGH_CLUSTER,
        kind=ClusterKind.ORIGINAL_DST,
        protocol=UpstreamProtocol.DOWNSTREAM,
        load_balancer=LoadBalancer(algorithm=Algorithm.CLUSTER_PROVIDED),
    ),
    Cluster(name=BLACK_HOLE_CLUSTER, kind=ClusterKind.STATIC),
    *(
        Cluster(
            name=name,
            kind=ClusterKind.ORIGINAL_DST,
            load_balancer=LoadBalancer(algorithm=Algorithm.CLUSTER_PROVIDED),
            bind_source=INBOUND_SOURCE_IP,
            original_dst_port=port,
        )
        for name, port in ((INBOUND_PASSTHROUGH_CLUSTER, None), ("inbound|9080||", 9080))
    ),
)


def endpoints(cluster: str, first: int) -> LoadAssignment:
    return LoadAssignment(
        cluster=cluster,
        localities=(
            LocalityEndpoints(
                region="r1",
                zone="z1",
                endpoints=(
                    Endpoint(address=f"10.244.0.{first}", port=9080, workload="reviews;default;reviews;v1;Kubernetes"),
                    Endpoint(address=f"10.244.0.{first + 1}", port=9080, health=Health.DRAINING),
                ),
            ),
            LocalityEndpoints(region="r2", priority=1, endpoints=(Endpoint(address=f"10.245.0.{first}", port=9080),)),
        ),
    )


_API = certificate("api.example.com")

SECRETS = (
    Secret(name="kubernetes://api", certificate=_API.pem.encode(), private_key=_API.key_pem.encode()),
    Secret(name="kubernetes://api-cacert", ca=_API.pem.encode()),
)

LAYER = Layer(
    name="sample",
    listeners={listener.name: listener for listener in LISTENERS},
    clusters={cluster.name: cluster for cluster in CLUSTERS},
    endpoints={name: endpoints(name, 10 * number) for number, name in enumerate((V1, V2, V3), start=1)},
    routes={RDS.name: RDS},
    secrets={secret.name: secret for secret in SECRETS},
)
CONFIG = ProxyConfig(layers=(LAYER,))
