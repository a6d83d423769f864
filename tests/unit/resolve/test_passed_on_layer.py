import pytest
from tests.support.resources import REVIEWS
from tests.support.routing import Routing, document, gateway_proxy

from lateen.ir.cluster import ClusterKind, UpstreamProtocol
from lateen.ir.config import Layer

HOST = "reviews.default.svc.cluster.local"
GATEWAY = document(
    "Gateway",
    "gw",
    "{selector: {istio: ingressgateway}, servers: [{port: {number: 15443, name: tls, protocol: TLS},"
    " hosts: ['*.local'], tls: {mode: AUTO_PASSTHROUGH}}]}",
)
SECURE = REVIEWS.replace("version: v2", 'version: v2, "security.istio.io/tlsMode": istio')


def passed_on(mesh: Routing) -> Layer:
    return mesh.resolver.config_for(mesh.proxy).layers[-1]


@pytest.mark.parametrize(
    "policy", ["{tls: {mode: SIMPLE, credentialName: x}}", "{loadBalancer: {simple: PASSTHROUGH}}"]
)
def test_bytes_go_unread_to_workloads_that_check_their_clients(policy: str) -> None:
    rule = f"{{host: reviews, trafficPolicy: {policy}, subsets: [{{name: v1, labels: {{version: v1}}}}]}}"
    layer = passed_on(Routing(SECURE + GATEWAY + document("DestinationRule", "reviews", rule), gateway_proxy()))
    whole, subset = f"outbound_.9080_._.{HOST}", f"outbound_.9080_.v1_.{HOST}"
    assert layer.clusters.keys() == layer.endpoints.keys() == {whole, subset}
    for cluster in layer.clusters.values():
        assert (cluster.kind, cluster.tls, cluster.protocol) == (ClusterKind.EDS, None, UpstreamProtocol.TCP)
    (locality,) = layer.endpoints[whole].localities
    assert [each.address for each in locality.endpoints] == ["10.244.0.2"]
    assert not layer.endpoints[subset].localities


def test_the_layer_is_the_same_until_something_in_it_changes() -> None:
    mesh = Routing(SECURE + GATEWAY, gateway_proxy())
    before = passed_on(mesh)
    mesh.apply(document("ServiceEntry", "a", "{hosts: [a.com], ports: [{number: 80, name: http, protocol: HTTP}]}"))
    assert passed_on(mesh) is before
    mesh.apply(GATEWAY, remove=True)
    assert passed_on(mesh).name == "outbound"
