from tests.support.resources import REVIEWS, pod, service, snapshot
from tests.support.routing import Routing, document

from lateen.ir.cluster import ClusterKind, UpstreamProtocol
from lateen.ir.listener import Http, ListenerFilter, Tcp
from lateen.ir.route import Forward
from lateen.model.settings import MeshSettings
from lateen.model.snapshot import MeshSnapshot
from lateen.model.workload import Proxy, ProxyType
from lateen.resolve.inbound import InboundShape, inbound_shape, resolve_inbound
from lateen.resolve.selectors import index_selectors

L7 = MeshSettings(inbound_http=True)


def shape(mesh: MeshSnapshot, name: str = "reviews-v1-abc-1", settings: MeshSettings = MeshSettings()) -> InboundShape:  # noqa: B008
    workload = mesh.workloads["default", name]
    services = index_selectors(mesh.services.values()).selecting("default", workload.labels)
    return inbound_shape(workload, services, settings)


def test_an_inbound_hop_is_l4_and_reaches_the_application_from_its_own_source_address() -> None:
    layer = resolve_inbound(shape(snapshot(REVIEWS)))
    cluster = layer.clusters["inbound|9080||"]
    assert (cluster.kind, cluster.bind_source) == (ClusterKind.ORIGINAL_DST, "127.0.0.6")
    assert cluster.service == "reviews.default.svc.cluster.local"
    listener = layer.listeners["virtualInbound"]
    assert listener.filters == (ListenerFilter.ORIGINAL_DST,)
    assert [(each.name, each.match.destination_port) for each in listener.chains] == [
        ("virtualInbound-blackhole", 15006),
        ("virtualInbound-blackhole-15001", 15001),
        ("0.0.0.0_9080", 9080),
    ]
    network = listener.chains[2].network
    assert isinstance(network, Tcp)
    assert network.targets[0].cluster == "inbound|9080||"
    assert listener.default_chain
    assert isinstance(listener.default_chain.network, Tcp)
    assert listener.default_chain.network.targets[0].cluster == "InboundPassthroughCluster"


def test_dialling_a_capture_port_leads_nowhere() -> None:
    chains = resolve_inbound(shape(snapshot(REVIEWS))).listeners["virtualInbound"].chains
    for chain in chains[:2]:
        assert isinstance(chain.network, Tcp)
        assert chain.network.targets[0].cluster == "BlackHoleCluster"


def test_ports_are_the_services_targets_and_what_containers_declare() -> None:
    text = REVIEWS.replace("containerPort: 9080, name: web}", "containerPort: 9080, name: web}, {containerPort: 7070}")
    named = (
        service("more", port=80)
        .replace("app: more", "app: reviews")
        .replace("name: http}", "name: http, targetPort: web}")
    )
    found = shape(snapshot(text + named))
    assert [port.number for port in found.ports] == [7070, 9080]
    lost = named.replace("targetPort: web", "targetPort: nowhere")
    assert [port.number for port in shape(snapshot(REVIEWS + lost)).ports] == [9080]


def test_workloads_of_equal_shape_are_told_the_same() -> None:
    mesh = snapshot(REVIEWS)
    assert shape(mesh) == shape(mesh, "reviews-v2-abc-1")
    assert hash(shape(mesh)) == hash(shape(mesh, "reviews-v2-abc-1"))


def test_with_http_asked_for_each_port_is_routed_by_its_protocol() -> None:
    text = service("a", port=80) + service("b", port=81, port_name="grpc") + service("c", port=82, port_name="tcp")
    text += service("d", port=83, port_name="any") + pod("p", "x", "v1", "10.0.0.1")
    for app in "abcd":
        text = text.replace(f"selector: {{app: {app}}}", "selector: {app: x}")
    layer = resolve_inbound(shape(snapshot(text), "p", L7))
    kinds = {name: layer.clusters[f"inbound|{name}||"].protocol for name in (80, 81, 82, 83)}
    assert kinds == {
        80: UpstreamProtocol.HTTP1,
        81: UpstreamProtocol.HTTP2,
        82: UpstreamProtocol.TCP,
        83: UpstreamProtocol.DOWNSTREAM,
    }
    listener = layer.listeners["virtualInbound"]
    networks = {each.name: type(each.network) for each in listener.chains[2:]}
    assert networks["0.0.0.0_80"] is Http
    assert networks["0.0.0.0_82"] is Tcp
    assert (networks["0.0.0.0_83-http"], networks["0.0.0.0_83"]) == (Http, Tcp)
    assert ListenerFilter.HTTP_INSPECTOR in listener.filters


def test_an_unknown_workload_passes_everything_on() -> None:
    layer = resolve_inbound(inbound_shape(None, (), MeshSettings()))
    assert list(layer.clusters) == ["InboundPassthroughCluster"]
    assert len(layer.listeners["virtualInbound"].chains) == 2


def test_requests_are_sent_again_where_the_application_has_not_seen_them_but_not_streams() -> None:
    text = service("a", port=80) + service("b", port=81, port_name="grpc") + pod("p", "x", "v1", "10.0.0.1")
    text = text.replace("selector: {app: a}", "selector: {app: x}").replace("selector: {app: b}", "selector: {app: x}")
    chains = {
        each.name: each for each in resolve_inbound(shape(snapshot(text), "p", L7)).listeners["virtualInbound"].chains
    }
    found = {}
    for port in (80, 81):
        network = chains[f"0.0.0.0_{port}"].network
        assert isinstance(network, Http)
        assert network.routes is not None
        action = network.routes.virtual_hosts[0].routes[0].action
        assert isinstance(action, Forward)
        found[port] = action.retry and (action.retry.on, action.retry.attempts)
    assert found == {80: ("reset-before-request", 2), 81: None}


def test_the_limits_of_a_services_rule_hold_at_the_workload_too() -> None:
    pool = "{tcp: {maxConnections: 7, connectTimeout: 3s}, http: {http1MaxPendingRequests: 2}}"
    policy = f"{{host: reviews, trafficPolicy: {{connectionPool: {pool}}}, subsets: [{{name: v1}}]}}"
    chosen = "{host: reviews, workloadSelector: {matchLabels: {app: reviews}}, trafficPolicy: {tls: {mode: SIMPLE}}}"
    mesh = Routing(
        REVIEWS + document("DestinationRule", "reviews", policy) + document("DestinationRule", "own", chosen)
    )
    proxy = Proxy(
        id="p", type=ProxyType.SIDECAR, name="reviews-v1-abc-1", namespace="default", labels={"app": "reviews"}
    )
    layer = next(each for each in mesh.resolver.config_for(proxy).layers if each.name == "inbound")
    found = layer.clusters["inbound|9080||"]
    assert (found.circuit_breaker.max_connections, found.circuit_breaker.max_pending_requests) == (7, 2)
    assert (found.connect_timeout_ms, found.tls) == (3000, None)
