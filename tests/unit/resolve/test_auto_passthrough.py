from tests.support.resources import REVIEWS
from tests.support.routing import Routing, document, gateway_proxy

from lateen.resolve.auto_passthrough import MUTUAL_TLS_ALPN

HOST = "reviews.default.svc.cluster.local"
SUBSET = document("DestinationRule", "reviews", "{host: reviews, subsets: [{name: v2, labels: {version: v2}}]}")
EXTERNAL = document(
    "ServiceEntry",
    "api",
    "{hosts: [api.default.svc.cluster.local], location: MESH_EXTERNAL, resolution: STATIC,"
    " ports: [{number: 80, name: http, protocol: HTTP}]}",
)


def server(name: str, hosts: str) -> str:
    port = f"{{number: 15443, name: {name}, protocol: TLS}}"
    return f"{{port: {port}, hosts: [{hosts}], tls: {{mode: AUTO_PASSTHROUGH}}}}"


def told(*servers: str) -> list[tuple[str, ...]]:
    gateway = document("Gateway", "gw", f"{{selector: {{istio: ingressgateway}}, servers: [{', '.join(servers)}]}}")
    mesh = Routing(REVIEWS + SUBSET + EXTERNAL + gateway, gateway_proxy())
    assert not mesh.problems
    listener = mesh.layer.listeners.get("0.0.0.0_15443")
    assert listener is None or all(chain.match.alpn == MUTUAL_TLS_ALPN for chain in listener.chains)
    return [chain.match.server_names for chain in listener.chains] if listener else []


def test_every_port_and_subset_that_the_hosts_cover_has_a_chain() -> None:
    both = [(f"outbound_.9080_._.{HOST}",), (f"outbound_.9080_.v2_.{HOST}",)]
    assert told(server("tls", "'*.default.svc.cluster.local'")) == both
    assert told(server("tls", f"'*/{HOST}'")) == both
    assert told(server("tls", "'*.global'")) == []


def test_servers_whose_hosts_overlap_have_one_chain_for_each_name() -> None:
    assert len(told(server("one", "'*.local'"), server("two", f"{HOST}"))) == 2
